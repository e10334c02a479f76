//! How long a connection may take for what it does. Whoever is slower than that wants to hold it (U04).
//!
//! The server beneath measures the first head of a connection and the time without a request. It does not measure the
//! head of a later request, nor how slowly an answer is read; so every connection is looked at from outside, too.

use std::any::Any;
use std::cell::{Cell, OnceCell};
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd as _;
use std::rc::{Rc, Weak};
use std::time::Duration;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::Extensions;
use actix_web::rt;
use tokio::task::AbortHandle;

/// How long is waited for what.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the head of a request.
    pub head: Duration,
    /// For its body.
    pub body: Duration,
    /// For the next request, and for an answer to be read.
    pub idle: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { head: Duration::from_secs(10), body: Duration::from_secs(20), idle: Duration::from_secs(30) }
    }
}

/// What is known of a connection as long as it lives.
pub(super) struct Connection {
    /// Requests that have come and answers that were made, counted together.
    steps: Cell<u64>,
    /// Requests that are not answered yet; each has time limits of its own.
    in_hand: Cell<u32>,
    socket: TcpStream,
    watcher: OnceCell<AbortHandle>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(watcher) = self.watcher.get() {
            watcher.abort();
        }
    }
}

/// A request that is being answered.
pub(super) struct InHand(Rc<Connection>);

impl InHand {
    /// From now until this is dropped.
    pub(super) fn new(connection: &Rc<Connection>) -> Self {
        connection.steps.set(connection.steps.get().wrapping_add(1));
        connection.in_hand.set(connection.in_hand.get() + 1);
        Self(Rc::clone(connection))
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        self.0.steps.set(self.0.steps.get().wrapping_add(1));
        self.0.in_hand.set(self.0.in_hand.get().saturating_sub(1));
    }
}

/// Begins to look after a connection that was accepted.
pub(super) fn attend(patience: Patience) -> impl Fn(&dyn Any, &mut Extensions) + Send + Sync + Clone {
    move |stream, extensions| {
        let under_tls = || stream.downcast_ref::<TlsStream<rt::net::TcpStream>>().map(|tls| tls.get_ref().0);
        let plain = stream.downcast_ref::<rt::net::TcpStream>();
        let Some(stream) = plain.or_else(under_tls) else { return };
        // A second handle, gone with the connection. Without one to spare the connection goes unwatched.
        let Ok(handle) = stream.as_fd().try_clone_to_owned() else { return };
        let connection = Rc::new(Connection {
            steps: Cell::new(0),
            in_hand: Cell::new(0),
            socket: TcpStream::from(handle),
            watcher: OnceCell::new(),
        });
        let watching = rt::spawn(watch(Rc::downgrade(&connection), patience));
        let _first = connection.watcher.set(watching.abort_handle());
        extensions.insert(connection);
    }
}

/// Closes a connection on which nothing has come and nothing was answered for longer than anybody is waited for.
async fn watch(connection: Weak<Connection>, patience: Patience) {
    let (mut seen, mut waited) = (0, Duration::ZERO);
    loop {
        tokio::time::sleep(patience.head).await;
        let Some(connection) = connection.upgrade() else { return };
        let steps = connection.steps.get();
        if connection.in_hand.get() > 0 || steps != seen {
            (seen, waited) = (steps, Duration::ZERO);
            continue;
        }
        waited += patience.head;
        if waited > patience.idle {
            // It may be closed already.
            let _closed = connection.socket.shutdown(Shutdown::Both);
            return;
        }
    }
}
