//! HTTP/1.1 as little as it takes: one connection that is kept alive, one request at a time.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::net::TcpStream;

use crate::failure::{During as _, Failure, Result};

/// A server may close a connection that was idle for longer.
const IDLE: Duration = Duration::from_millis(1_500);

/// An answer larger than this is a fault.
const MAX: usize = 4 * 1024 * 1024;

/// A connection that opens when it is needed.
pub struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    input: Vec<u8>,
    used: Instant,
}

/// What came back.
#[derive(Debug, Default)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `Location`.
    pub location: Option<String>,
    /// `Link` (RFC 8288).
    pub link: Option<String>,
    /// Each `Set-Cookie`.
    pub cookies: Vec<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}

/// What the head of an answer says about its body.
enum Length {
    Bytes(usize),
    Chunks,
}

impl Connection {
    /// To this address.
    pub fn new(address: SocketAddr) -> Self {
        Self { address, stream: None, input: Vec::with_capacity(16 * 1024), used: Instant::now() }
    }

    /// Sends a whole request and reads the whole answer.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Answer> {
        if self.used.elapsed() > IDLE {
            self.stream = None;
        }
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.address).await.during("connecting")?;
            stream.set_nodelay(true)?;
            self.stream = Some(stream);
            self.input.clear();
        }
        let answer = self.converse(request).await;
        if !matches!(answer, Ok((_, true))) {
            self.stream = None;
        }
        self.used = Instant::now();
        answer.map(|(answer, _)| answer)
    }

    async fn converse(&mut self, request: &[u8]) -> Result<(Answer, bool)> {
        let stream = self.stream.as_mut().ok_or_else(|| Failure::new("no connection"))?;
        let mut rest = request;
        while !rest.is_empty() {
            let sent = poll_fn(|cx| Pin::new(&mut *stream).poll_write(cx, rest)).await.during("sending")?;
            rest = rest.get(sent..).unwrap_or_default();
        }
        loop {
            if let Some((answer, length, taken, keep)) = read_head(&self.input)? {
                self.input.drain(..taken);
                return self.read_body(answer, length).await.map(|answer| (answer, keep));
            }
            self.receive().await?;
        }
    }

    async fn read_body(&mut self, mut answer: Answer, length: Length) -> Result<Answer> {
        match length {
            Length::Bytes(bytes) => {
                while self.input.len() < bytes {
                    self.receive().await?;
                }
                answer.body.extend(self.input.drain(..bytes));
            }
            Length::Chunks => loop {
                let (start, size) = loop {
                    match httparse::parse_chunk_size(&self.input) {
                        Ok(httparse::Status::Complete((start, size))) => break (start, size),
                        Ok(httparse::Status::Partial) => self.receive().await?,
                        Err(_) => return Err(Failure::new("a chunk of the answer has no size")),
                    }
                };
                let size = usize::try_from(size).ok().filter(|size| *size <= MAX);
                let size = size.ok_or_else(|| Failure::new("the answer is too large"))?;
                while self.input.len() < start + size + 2 {
                    self.receive().await?;
                }
                answer.body.extend_from_slice(self.input.get(start..start + size).unwrap_or_default());
                self.input.drain(..start + size + 2);
                if size == 0 {
                    break;
                }
            },
        }
        Ok(answer)
    }

    async fn receive(&mut self) -> Result<()> {
        let stream = self.stream.as_mut().ok_or_else(|| Failure::new("no connection"))?;
        let mut space = [0; 8 * 1024];
        let mut buffer = ReadBuf::new(&mut space);
        poll_fn(|cx| Pin::new(&mut *stream).poll_read(cx, &mut buffer)).await.during("reading")?;
        if buffer.filled().is_empty() {
            return Err(Failure::new("the server closed the connection before it had answered"));
        }
        if self.input.len() > MAX {
            return Err(Failure::new("the answer is too large"));
        }
        self.input.extend_from_slice(buffer.filled());
        Ok(())
    }
}

/// The head, once all of it is there: the answer without its body, how long the body is, how long the head was, and
/// whether the connection stays.
fn read_head(input: &[u8]) -> Result<Option<(Answer, Length, usize, bool)>> {
    let mut headers = [httparse::EMPTY_HEADER; 48];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(taken) = head.parse(input).during("the answer is no HTTP")? else {
        return Ok(None);
    };
    let mut answer = Answer { status: head.code.unwrap_or_default(), ..Answer::default() };
    let bodiless = answer.status == 204 || answer.status == 304;
    let (mut length, mut keep) = (bodiless.then_some(Length::Bytes(0)), true);
    for header in head.headers.iter() {
        let text = || String::from_utf8_lossy(header.value).into_owned();
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        if is("content-length") && !bodiless {
            let bytes = text().trim().parse().ok().filter(|bytes| *bytes <= MAX);
            length =
                Some(Length::Bytes(bytes.ok_or_else(|| Failure::new("the length of the answer is odd"))?));
        } else if is("transfer-encoding") && header.value.eq_ignore_ascii_case(b"chunked") {
            length = Some(Length::Chunks);
        } else if is("location") {
            answer.location = Some(text());
        } else if is("link") {
            answer.link = Some(text());
        } else if is("set-cookie") {
            answer.cookies.push(text());
        } else if is("connection") && header.value.eq_ignore_ascii_case(b"close") {
            keep = false;
        }
    }
    let length = length.ok_or_else(|| Failure::new("the answer does not say how long it is"))?;
    Ok(Some((answer, length, taken, keep)))
}
