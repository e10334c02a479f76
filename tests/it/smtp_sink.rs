//! A mail server that does as it is told: takes mails and keeps them, refuses, hangs, or drops the connection.
//!
//! Plain threads and no clock: whoever hangs waits until the other side has gone.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

#[path = "smtp_mail.rs"]
mod mail;

pub use mail::Received;

/// What the server does with a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// Takes it.
    Accept,
    /// Says nothing, not even hello. Only as the next treatment, as nothing is known of the mail yet.
    Silence,
    /// Refuses to talk, with this code. Only as the next treatment.
    Unwelcome(u16),
    /// Refuses name and password, with this code. Only as the next treatment.
    RefuseLogin(u16),
    /// Refuses the recipient, with this code.
    Refuse(u16),
    /// Refuses what was written, with this code.
    RefuseData(u16),
    /// Says nothing more once the recipient is named.
    Hang,
    /// Keeps the mail, but never says so.
    TakeAndHang,
    /// Takes the mail, says so, and never answers again.
    AcceptAndHang,
    /// Hangs up once the recipient is named.
    Drop,
    /// Keeps the mail and hangs up without an answer.
    TakeAndDrop,
}

/// How the server speaks TLS.
#[derive(Clone)]
pub enum Tls {
    /// Not at all, and does not offer it.
    None,
    /// From the first byte.
    Implicit(Arc<ServerConfig>),
    /// After STARTTLS.
    Offered(Arc<ServerConfig>),
    /// Offers STARTTLS, and refuses it.
    Refused,
}

#[derive(Default)]
struct Seen {
    next: VecDeque<Treatment>,
    of: HashMap<String, Treatment>,
    mails: Vec<Received>,
    commands: Vec<String>,
    connections: usize,
    stopped: bool,
}

/// The mail server. It ends when it is dropped.
pub struct SmtpSink {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

impl SmtpSink {
    /// A server without TLS.
    pub fn start() -> Self {
        Self::start_with(Tls::None)
    }

    /// A server on a free port of this machine.
    pub fn start_with(tls: Tls) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut now = lock(&shared);
                if now.stopped {
                    return;
                }
                now.connections += 1;
                drop(now);
                let (shared, tls) = (Arc::clone(&shared), tls.clone());
                // A client that goes away in the middle is what some tests are about.
                thread::spawn(move || drop(Talk::new(shared).begin(stream, &tls)));
            }
        });
        Self { address, seen }
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The next connection is treated so; may be said for several.
    pub fn next(&self, treatment: Treatment) {
        lock(&self.seen).next.push_back(treatment);
    }

    /// Mails to this address are treated so from now on.
    pub fn treat(&self, recipient: &str, treatment: Treatment) {
        lock(&self.seen).of.insert(recipient.to_owned(), treatment);
    }

    /// The mails that were taken, in their order.
    pub fn mails(&self) -> Vec<Received> {
        lock(&self.seen).mails.clone()
    }

    /// Every command of every client, in the order in which they came.
    pub fn commands(&self) -> Vec<String> {
        lock(&self.seen).commands.clone()
    }

    /// How many clients came.
    pub fn connections(&self) -> usize {
        lock(&self.seen).connections
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        lock(&self.seen).stopped = true;
        // Wakes the listener, so that it sees that it is over.
        drop(TcpStream::connect(self.address));
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// One conversation.
struct Talk {
    seen: Arc<Mutex<Seen>>,
    treatment: Treatment,
    encrypted: bool,
}

impl Talk {
    fn new(seen: Arc<Mutex<Seen>>) -> Self {
        let treatment = lock(&seen).next.pop_front().unwrap_or(Treatment::Accept);
        Self { seen, treatment, encrypted: false }
    }

    fn begin(mut self, tcp: TcpStream, tls: &Tls) -> io::Result<()> {
        if let Tls::Implicit(config) = tls {
            self.encrypted = true;
            return self.greet(encrypt(tcp, config)?);
        }
        let mut plain: Box<dyn Stream> = Box::new(tcp.try_clone()?);
        if !self.hello(&mut plain)? {
            return Ok(());
        }
        if self.converse(&mut plain, tls)?
            && let Tls::Offered(config) = tls
        {
            self.encrypted = true;
            self.converse(&mut encrypt(tcp, config)?, tls)?;
        }
        Ok(())
    }

    fn greet(&mut self, mut stream: Box<dyn Stream>) -> io::Result<()> {
        if self.hello(&mut stream)? {
            self.converse(&mut stream, &Tls::None)?;
        }
        Ok(())
    }

    fn hello(&mut self, stream: &mut Box<dyn Stream>) -> io::Result<bool> {
        match self.treatment {
            Treatment::Silence => wait_until_gone(stream).map(|()| false),
            Treatment::Unwelcome(code) => say(stream, code, "not now").map(|()| false),
            _ => say(stream, 220, "sink").map(|()| true),
        }
    }

    /// Answers commands; `true` if the client may begin TLS now.
    fn converse(&mut self, stream: &mut Box<dyn Stream>, tls: &Tls) -> io::Result<bool> {
        let (mut from, mut to) = (String::new(), Vec::new());
        while let Some(line) = read_line(stream)? {
            lock(&self.seen).commands.push(line.clone());
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => {
                    let offers = !self.encrypted && matches!(tls, Tls::Offered(_) | Tls::Refused);
                    let offer = if offers { "250-STARTTLS\r\n" } else { "" };
                    write!(stream, "250-sink\r\n{offer}250-AUTH PLAIN LOGIN\r\n250 SIZE 1000000\r\n")?;
                }
                "STARTTLS" if matches!(tls, Tls::Offered(_)) => {
                    say(stream, 220, "go ahead")?;
                    return Ok(true);
                }
                "STARTTLS" => say(stream, 454, "TLS not available")?,
                "AUTH" => match self.treatment {
                    Treatment::RefuseLogin(code) => say(stream, code, "who are you?")?,
                    _ => say(stream, 235, "welcome")?,
                },
                "MAIL" => {
                    from = address(&line);
                    say(stream, 250, "ok")?;
                }
                "RCPT" => {
                    to.push(address(&line));
                    if !self.receive(stream, &address(&line))? {
                        return Ok(false);
                    }
                }
                "DATA" => {
                    say(stream, 354, "go on")?;
                    let Some(data) = read_data(stream)? else { return Ok(false) };
                    let mail =
                        Received { from: from.clone(), to: to.clone(), data, encrypted: self.encrypted };
                    to.clear();
                    if !self.take(stream, mail)? {
                        return Ok(false);
                    }
                }
                "QUIT" => return say(stream, 221, "bye").map(|()| false),
                "RSET" | "NOOP" => say(stream, 250, "ok")?,
                _ => say(stream, 500, "what?")?,
            }
        }
        Ok(false)
    }

    /// A recipient was named; whether the conversation goes on.
    fn receive(&mut self, stream: &mut Box<dyn Stream>, recipient: &str) -> io::Result<bool> {
        if let Some(treatment) = lock(&self.seen).of.get(recipient) {
            self.treatment = *treatment;
        }
        match self.treatment {
            Treatment::Refuse(code) => say(stream, code, &format!("no {recipient} here")).map(|()| true),
            Treatment::Hang => wait_until_gone(stream).map(|()| false),
            Treatment::Drop => Ok(false),
            _ => say(stream, 250, "ok").map(|()| true),
        }
    }

    /// A mail has come; whether the conversation goes on.
    fn take(&mut self, stream: &mut Box<dyn Stream>, mail: Received) -> io::Result<bool> {
        if let Treatment::RefuseData(code) = self.treatment {
            let quoted = mail.code().unwrap_or_default();
            return say(stream, code, &format!("looks like spam: {quoted}")).map(|()| true);
        }
        lock(&self.seen).mails.push(mail);
        match self.treatment {
            Treatment::TakeAndHang => wait_until_gone(stream).map(|()| false),
            Treatment::TakeAndDrop => Ok(false),
            Treatment::AcceptAndHang => {
                say(stream, 250, "taken")?;
                wait_until_gone(stream).map(|()| false)
            }
            _ => say(stream, 250, "taken").map(|()| true),
        }
    }
}

fn encrypt(tcp: TcpStream, config: &Arc<ServerConfig>) -> io::Result<Box<dyn Stream>> {
    let connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
    Ok(Box::new(StreamOwned::new(connection, tcp)))
}

fn say(stream: &mut Box<dyn Stream>, code: u16, text: &str) -> io::Result<()> {
    write!(stream, "{code} {text}\r\n")?;
    stream.flush()
}

fn wait_until_gone(stream: &mut Box<dyn Stream>) -> io::Result<()> {
    io::copy(stream, &mut io::sink()).map(|_| ())
}

fn read_line(stream: &mut Box<dyn Stream>) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    let mut byte = [0];
    while !line.ends_with(b"\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(None);
        }
        line.push(byte[0]);
    }
    line.truncate(line.len() - 2);
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

/// Everything up to the line with a single dot (RFC 5321 4.5.2).
fn read_data(stream: &mut Box<dyn Stream>) -> io::Result<Option<String>> {
    let mut data = String::new();
    while let Some(line) = read_line(stream)? {
        if line == "." {
            return Ok(Some(data));
        }
        data.push_str(line.strip_prefix('.').unwrap_or(&line));
        data.push_str("\r\n");
    }
    Ok(None)
}

/// `MAIL FROM:<a@b> SIZE=1` names `a@b`.
fn address(line: &str) -> String {
    line.split('<').nth(1).and_then(|rest| rest.split('>').next()).unwrap_or_default().to_owned()
}
