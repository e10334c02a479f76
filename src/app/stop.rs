//! Signals, listeners and pauses, seen from their ends.

use std::io;
use std::pin::Pin;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long requests that have begun may take to end.
const DRAIN: Duration = Duration::from_secs(20);

/// Waits; `false` if it is time to stop.
pub(super) async fn pause(stop: &mut watch::Receiver<bool>, time: Duration) -> bool {
    tokio::time::timeout(time, stop.wait_for(|stop| *stop)).await.is_err()
}

/// What asks the process to stop.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Listens to them from now on.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// The next one.
    pub(super) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// The listeners that serve.
#[derive(Default)]
pub(super) struct Servers {
    running: JoinSet<io::Result<()>>,
    stopping: Vec<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Servers {
    /// Lets one serve; `stop` makes it finish what it has begun.
    pub(super) fn add(
        &mut self,
        server: impl Future<Output = io::Result<()>> + Send + 'static,
        stop: impl Future<Output = ()> + Send + 'static,
    ) {
        self.running.spawn(server);
        self.stopping.push(Box::pin(stop));
    }

    /// Waits until one of them ends.
    pub(super) async fn ended(&mut self) -> io::Result<()> {
        match self.running.join_next().await {
            Some(Ok(result)) => result,
            Some(Err(why)) => Err(io::Error::other(why)),
            None => Ok(()),
        }
    }

    /// Accepts nothing more, and lets what has begun end: for a while, or until somebody asks a second time.
    pub(super) async fn stop(mut self, signals: &mut Signals) {
        let drained = async {
            join_all(self.stopping).await;
            while self.running.join_next().await.is_some() {}
        };
        tokio::select! {
            () = drained => {}
            () = tokio::time::sleep(DRAIN) => tracing::warn!("requests were cut off: they took too long to end"),
            signal = signals.next() => tracing::warn!(signal, "requests were cut off: asked to stop at once"),
        }
    }
}
