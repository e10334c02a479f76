//! A server that is told something: of a client, for sign-outs; a gateway for messages; a receiver of webhooks. It takes
//! what is posted and keeps it, and answers as it is told.
//!
//! Plain threads: whoever hangs waits until the other side has gone.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use wayhome::crypto::from_base64url;

/// After this, what has not come will never come.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the server does with a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// Answers this status.
    Answer(u16),
    /// Sends the browser, as it thinks, somewhere else: to its own `/elsewhere`.
    Redirect,
    /// Keeps the post and never answers.
    Hang,
    /// Hangs up without an answer.
    Drop,
    /// Answers 200, and then a body that has no end.
    Flood,
    /// Answers headers that have no end.
    FloodOfHeaders,
}

/// One request that came.
#[derive(Debug, Clone)]
pub struct Posted {
    /// Method and target.
    pub line: String,
    /// The headers, as they came.
    pub head: String,
    /// The fields of the form.
    pub fields: Vec<(String, String)>,
    /// The body as it came.
    pub body: String,
}

impl Posted {
    /// The logout token.
    #[track_caller]
    pub fn token(&self) -> &str {
        let [(name, token)] = &self.fields[..] else { panic!("not just one field: {:?}", self.fields) };
        assert_eq!(name, "logout_token");
        token
    }

    /// The body, as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// A header of the request.
    pub fn header(&self, name: &str) -> Option<String> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
    }

    /// Its header and its claims, unseen.
    #[track_caller]
    pub fn parts(&self) -> (Value, Value) {
        let part = |n: usize| {
            let part = self.token().split('.').nth(n).expect("a part of a JWT");
            serde_json::from_slice(&from_base64url(part).expect("base64url")).expect("JSON")
        };
        (part(0), part(1))
    }
}

#[derive(Default)]
struct Seen {
    next: VecDeque<Treatment>,
    posted: Vec<Posted>,
}

/// The server. It answers 200 unless it was told otherwise.
pub struct LogoutSink {
    address: SocketAddr,
    shared: Arc<(Mutex<Seen>, Condvar)>,
}

impl LogoutSink {
    /// Listens on a port of its own.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("a bound port");
        let shared = Arc::new((Mutex::new(Seen::default()), Condvar::new()));
        let ours = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&ours);
                thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { address, shared }
    }

    /// Where it wants to be told.
    pub fn uri(&self) -> String {
        format!("http://{}/signed-out?tenant=1", self.address)
    }

    /// Its root.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// What it does with the next posts, one after the other.
    pub fn next(&self, treatments: &[Treatment]) {
        lock(&self.shared.0).next.extend(treatments);
    }

    /// What came so far.
    pub fn posted(&self) -> Vec<Posted> {
        lock(&self.shared.0).posted.clone()
    }

    /// The one post that came.
    #[track_caller]
    pub fn only(&self) -> Posted {
        let posted = self.posted();
        assert_eq!(posted.len(), 1, "{posted:#?}");
        posted[0].clone()
    }

    /// Answers everything from now on.
    pub fn forget_treatments(&self) {
        lock(&self.shared.0).next.clear();
    }

    /// Waits until what came is as it should be.
    pub fn wait_until(&self, good: impl Fn(&[Posted]) -> bool) {
        drop(self.patiently(|seen| good(&seen.posted)));
    }

    /// Waits for as long as nobody would wait for a message that still comes.
    fn patiently(&self, good: impl Fn(&Seen) -> bool) -> MutexGuard<'_, Seen> {
        let (seen, changed) = &*self.shared;
        let waited = changed.wait_timeout_while(lock(seen), PATIENCE, |seen| !good(seen));
        let (seen, end) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!end.timed_out(), "it did not come; what came: {:#?}", seen.posted);
        seen
    }

    /// Waits until so many posts came.
    pub fn wait_for(&self, count: usize) -> Vec<Posted> {
        self.patiently(|seen| seen.posted.len() >= count).posted.clone()
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(mut stream: TcpStream, shared: &(Mutex<Seen>, Condvar)) {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    let (head, body) = loop {
        let Ok(read @ 1..) = stream.read(&mut chunk) else { return };
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.to_ascii_lowercase();
        let length = length.split("content-length:").nth(1).and_then(|rest| rest.lines().next());
        let length: usize = length.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        if body.len() >= length {
            break (head.to_owned(), body.to_owned());
        }
    };
    let line = head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    let fields = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let treatment = {
        let mut seen = lock(&shared.0);
        seen.posted.push(Posted { line, head, fields, body });
        shared.1.notify_all();
        seen.next.pop_front().unwrap_or(Treatment::Answer(200))
    };
    match treatment {
        Treatment::Answer(status) => {
            let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _gone = stream.write_all(answer.as_bytes());
        }
        Treatment::Redirect => {
            let answer =
                "HTTP/1.1 307 x\r\nlocation: /elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            let _gone = stream.write_all(answer.as_bytes());
        }
        Treatment::Hang => {
            let _gone = stream.read(&mut chunk);
        }
        Treatment::Drop => {}
        Treatment::Flood => {
            let _gone = stream.write_all(b"HTTP/1.1 200 x\r\n\r\n");
            while stream.write_all(&chunk).is_ok() {}
        }
        Treatment::FloodOfHeaders => {
            let _gone = stream.write_all(b"HTTP/1.1 200 x\r\n");
            while stream.write_all(b"x-more: and more and more and more\r\n").is_ok() {}
        }
    }
}
