//! One question and its answer in HTTP/1.1 (RFC 9112), after which the connection is closed.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::destination::Destination;
use super::failure::Reason;
use super::{BODY_LIMIT, Stream};

/// The lines before a body may hold this much.
const HEAD_LIMIT: usize = 16 * 1024;

/// So many headers.
const HEADERS: usize = 64;

/// The line before a chunk may hold this much.
const CHUNK_LINE_LIMIT: usize = 128;

/// So many interim answers (1xx) are passed over.
const INTERIM: usize = 4;

/// What is asked.
pub(super) enum Request<'a> {
    /// A document of one of these media types.
    Get {
        /// The media types, without parameters.
        accept: &'a [&'a str],
        /// Headers beside our own. None of them holds a line break.
        headers: &'a [(&'a str, &'a str)],
    },
    /// Something is left there. Of the answer only the status is read, so it may be as long as it likes.
    Leave {
        /// The method.
        method: &'a str,
        /// Headers beside our own. None of them holds a line break.
        headers: &'a [(&'a str, &'a str)],
        /// What is left.
        body: &'a [u8],
    },
}

impl Request<'_> {
    fn head(&self, destination: &Destination) -> String {
        let (method, mut rest, headers) = match self {
            Self::Get { accept, headers } => ("GET", format!("accept: {}\r\n", accept.join(", ")), headers),
            Self::Leave { method, headers, body } => {
                (*method, format!("accept: */*\r\ncontent-length: {}\r\n", body.len()), headers)
            }
        };
        for (name, value) in *headers {
            rest.push_str(&format!("{name}: {value}\r\n"));
        }
        format!(
            "{method} {} HTTP/1.1\r\nhost: {}\r\nuser-agent: wayhome\r\naccept-encoding: identity\r\n\
             connection: close\r\n{rest}\r\n",
            destination.target(),
            destination.host_header()
        )
    }
}

/// What came back.
pub(super) struct Answer {
    /// The status.
    pub(super) status: u16,
    /// The body; empty unless a document was asked for.
    pub(super) body: Vec<u8>,
}

/// Asks, and reads what is answered.
pub(super) async fn run(
    stream: &mut Box<dyn Stream>,
    destination: &Destination,
    request: &Request<'_>,
) -> Result<Answer, Reason> {
    let mut question = request.head(destination).into_bytes();
    if let Request::Leave { body, .. } = request {
        question.extend_from_slice(body);
    }
    stream.write_all(&question).await.map_err(broken)?;
    stream.flush().await.map_err(broken)?;
    let mut wire = Wire { stream, held: Vec::new(), ended: false };
    let head = wire.final_head().await?;
    let Request::Get { accept, .. } = request else {
        return Ok(Answer { status: head.status, body: Vec::new() });
    };
    if head.status != 200 {
        return Err(Reason::Status(head.status));
    }
    if head.encoded {
        return Err(Reason::Encoded);
    }
    let found = head.media_type.unwrap_or_default();
    if !accept.contains(&found.as_str()) {
        return Err(Reason::MediaType(found.chars().filter(|c| !c.is_control()).take(80).collect()));
    }
    let body = match head.framing {
        Framing::Length(length) => wire.exactly(length).await?,
        Framing::Chunked => wire.chunks().await?,
        Framing::UntilTheEnd => wire.until_the_end().await?,
    };
    Ok(Answer { status: head.status, body })
}

/// How the body ends (RFC 9112 6.3).
enum Framing {
    Length(usize),
    Chunked,
    UntilTheEnd,
}

/// What counts of the lines before the body.
struct Head {
    status: u16,
    media_type: Option<String>,
    encoded: bool,
    framing: Framing,
}

impl Head {
    fn of(response: &httparse::Response<'_, '_>) -> Result<Self, Reason> {
        let status = response.code.ok_or(Reason::Malformed("no status"))?;
        let mut head = Self { status, media_type: None, encoded: false, framing: Framing::UntilTheEnd };
        let (mut length, mut chunked) = (None, false);
        for header in response.headers.iter() {
            let value = std::str::from_utf8(header.value)
                .map_err(|_| Reason::Malformed("a header is no text"))?
                .trim();
            match header.name.to_ascii_lowercase().as_str() {
                "content-type" => {
                    let essence = value.split(';').next().unwrap_or_default();
                    head.media_type = Some(essence.trim().to_ascii_lowercase());
                }
                "content-encoding" => head.encoded |= !value.eq_ignore_ascii_case("identity"),
                "content-length" => {
                    let digits = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
                    if !digits || length.is_some() {
                        return Err(Reason::Malformed("content-length"));
                    }
                    length = Some(value.parse::<usize>().map_err(|_| Reason::TooLarge)?);
                }
                "transfer-encoding" => {
                    if chunked || !value.eq_ignore_ascii_case("chunked") {
                        return Err(Reason::Malformed("transfer-encoding"));
                    }
                    chunked = true;
                }
                _ => {}
            }
        }
        head.framing = match (length, chunked) {
            (Some(_), true) => return Err(Reason::Malformed("two lengths")),
            (Some(length), false) if length > BODY_LIMIT => return Err(Reason::TooLarge),
            (Some(length), false) => Framing::Length(length),
            (None, true) => Framing::Chunked,
            (None, false) => Framing::UntilTheEnd,
        };
        Ok(head)
    }
}

/// The connection, with what was read and not used yet.
struct Wire<'a> {
    stream: &'a mut Box<dyn Stream>,
    held: Vec<u8>,
    ended: bool,
}

impl Wire<'_> {
    /// Reads some more. `false` if there is no more.
    async fn more(&mut self) -> Result<bool, Reason> {
        if self.ended {
            return Ok(false);
        }
        let mut piece = [0; 8 * 1024];
        let read = self.stream.read(&mut piece).await.map_err(broken)?;
        self.held.extend_from_slice(piece.get(..read).unwrap_or_default());
        self.ended = read == 0;
        Ok(read > 0)
    }

    async fn must_have_more(&mut self) -> Result<(), Reason> {
        if self.more().await? { Ok(()) } else { Err(Reason::Broken("it ended too early".to_owned())) }
    }

    async fn final_head(&mut self) -> Result<Head, Reason> {
        for _ in 0..=INTERIM {
            let head = self.head().await?;
            if !(100..200).contains(&head.status) {
                return Ok(head);
            }
        }
        Err(Reason::Malformed("nothing but interim answers"))
    }

    async fn head(&mut self) -> Result<Head, Reason> {
        loop {
            let mut headers = [httparse::EMPTY_HEADER; HEADERS];
            let mut response = httparse::Response::new(&mut headers);
            match response.parse(&self.held) {
                Ok(httparse::Status::Complete(length)) => {
                    let head = Head::of(&response)?;
                    self.held.drain(..length);
                    return Ok(head);
                }
                Ok(httparse::Status::Partial) if self.held.len() > HEAD_LIMIT => {
                    return Err(Reason::TooLarge);
                }
                Ok(httparse::Status::Partial) => self.must_have_more().await?,
                Err(httparse::Error::TooManyHeaders) => return Err(Reason::TooLarge),
                Err(_) => return Err(Reason::Malformed("no HTTP/1.1")),
            }
        }
    }

    async fn exactly(&mut self, length: usize) -> Result<Vec<u8>, Reason> {
        while self.held.len() < length {
            self.must_have_more().await?;
        }
        Ok(self.held.drain(..length).collect())
    }

    async fn until_the_end(&mut self) -> Result<Vec<u8>, Reason> {
        while self.more().await? {
            if self.held.len() > BODY_LIMIT {
                return Err(Reason::TooLarge);
            }
        }
        if self.held.len() > BODY_LIMIT {
            return Err(Reason::TooLarge);
        }
        Ok(std::mem::take(&mut self.held))
    }

    async fn chunks(&mut self) -> Result<Vec<u8>, Reason> {
        let mut body = Vec::new();
        loop {
            let (line, size) = match httparse::parse_chunk_size(&self.held) {
                Ok(httparse::Status::Complete(found)) => found,
                Ok(httparse::Status::Partial) if self.held.len() <= CHUNK_LINE_LIMIT => {
                    self.must_have_more().await?;
                    continue;
                }
                _ => return Err(Reason::Malformed("a chunk")),
            };
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            if size > BODY_LIMIT - body.len() {
                return Err(Reason::TooLarge);
            }
            self.held.drain(..line);
            if size == 0 {
                // Fields may follow; nobody wants them, and the connection ends here.
                return Ok(body);
            }
            body.extend(self.exactly(size).await?);
            if self.exactly(2).await? != b"\r\n" {
                return Err(Reason::Malformed("a chunk"));
            }
        }
    }
}

fn broken(why: std::io::Error) -> Reason {
    Reason::Broken(why.to_string())
}
