//! HTTP/1.1 by hand, one connection for each request, so that a test sees and controls every byte.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// So that a server which never answers is a failure and not a test that never ends.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Headers in their order; `Host`, `Content-Length` and `Connection` come by themselves unless they stand here.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Ask {
    /// A request without a body.
    pub fn get(target: &str) -> Self {
        Self { method: "GET".to_owned(), target: target.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// A form that is posted.
    pub fn form(target: &str, fields: &[(&str, &str)]) -> Self {
        let mut ask = Self::get(target);
        ask.method = "POST".to_owned();
        ask.body = encoded(fields).into_bytes();
        ask.with("Content-Type", "application/x-www-form-urlencoded")
    }

    /// JSON that is sent.
    pub fn json(method: &str, target: &str, value: &Value) -> Self {
        let mut ask = Self::get(target);
        ask.method = method.to_owned();
        ask.body = value.to_string().into_bytes();
        ask.with("Content-Type", "application/json")
    }

    /// With another method.
    pub fn method(mut self, method: &str) -> Self {
        self.method = method.to_owned();
        self
    }

    /// With this header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With HTTP Basic credentials (RFC 6749 2.3.1: each part is form-encoded).
    pub fn basic(self, user: &str, password: &str) -> Self {
        use base64::Engine as _;
        let part = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", part(user), part(password));
        let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
        self.with("Authorization", &format!("Basic {encoded}"))
    }

    /// With a bearer token.
    pub fn bearer(self, token: &str) -> Self {
        self.with("Authorization", &format!("Bearer {token}"))
    }

    /// The request as it is sent to a server of this name.
    pub fn bytes(&self, host: &str) -> Vec<u8> {
        let has = |name: &str| self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        if !has("host") {
            head.push_str(&format!("Host: {host}\r\n"));
        }
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !has("content-length") && (!self.body.is_empty() || self.method == "POST") {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        head.push_str("Connection: close\r\n\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// Fields as a form sends them.
pub fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers in their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All headers of this name.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let name = name.to_ascii_lowercase();
        self.headers.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|why| panic!("status {}, not JSON ({why}): {}", self.status, self.text()))
    }

    /// Fails the test if the status is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:?}\n{}", self.headers, self.text());
        self
    }
}

/// Sends a request to a server of the given name, and reads its answer.
#[track_caller]
pub fn send(address: SocketAddr, host: &str, ask: &Ask) -> Answer {
    let bytes = raw(address, &ask.bytes(host));
    parse(&bytes, ask.method == "HEAD")
        .unwrap_or_else(|why| panic!("{} {}: {why}: {:?}", ask.method, ask.target, shown(&bytes)))
}

/// Sends bytes, and reads whatever comes until the server closes.
#[track_caller]
pub fn raw(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap_or_else(|why| panic!("{address}: {why}"));
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    // A server that has refused may close before it has read everything: its answer counts, not the broken pipe.
    let _refused_before_the_end = stream.write_all(bytes);
    let mut answer = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return answer,
            Ok(read) => answer.extend_from_slice(&buffer[..read]),
            Err(why) if answer.is_empty() => panic!("no answer from {address}: {why}"),
            Err(_) => return answer,
        }
    }
}

/// The same for a server that may die before it answers: then there is nothing.
pub fn try_raw(address: SocketAddr, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.write_all(bytes).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    Some(answer)
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(600)]).into_owned()
}

/// Reads an answer from its bytes.
pub fn parse(bytes: &[u8], without_body: bool) -> Result<Answer, String> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut head = httparse::Response::new(&mut headers);
    let length = match head.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Err("the answer breaks off".to_owned()),
        Err(why) => return Err(why.to_string()),
    };
    let headers: Vec<(String, String)> = head
        .headers
        .iter()
        .map(|header| (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned()))
        .collect();
    let answer = Answer { status: head.code.unwrap_or(0), headers, body: Vec::new() };
    let rest = &bytes[length..];
    let body = if without_body {
        Vec::new()
    } else if answer.header("transfer-encoding") == Some("chunked") {
        dechunked(rest)?
    } else {
        match answer.header("content-length").map(str::parse::<usize>) {
            Some(Ok(length)) if rest.len() >= length => rest[..length].to_vec(),
            Some(_) => return Err("the body breaks off".to_owned()),
            None => rest.to_vec(),
        }
    };
    Ok(Answer { body, ..answer })
}

fn dechunked(mut rest: &[u8]) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    loop {
        let Ok(httparse::Status::Complete((start, size))) = httparse::parse_chunk_size(rest) else {
            return Err("a chunk breaks off".to_owned());
        };
        let size = usize::try_from(size).map_err(|why| why.to_string())?;
        if size == 0 {
            return Ok(body);
        }
        body.extend_from_slice(rest.get(start..start + size).ok_or("a chunk breaks off")?);
        rest = rest.get(start + size + 2..).ok_or("a chunk breaks off")?;
    }
}
