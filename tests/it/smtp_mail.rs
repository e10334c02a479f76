//! A mail as a mail server got it.

/// A mail that was taken.
#[derive(Debug, Clone)]
pub struct Received {
    /// The sender of the envelope.
    pub from: String,
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// Headers and body as they came, without the stuffed dots.
    pub data: String,
    /// Whether it came through TLS.
    pub encrypted: bool,
}

impl Received {
    /// The headers, unfolded, in their order.
    pub fn headers(&self) -> Vec<(String, String)> {
        let head = self.data.split("\r\n\r\n").next().unwrap_or_default();
        headers(head)
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers().into_iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The decoded part of this content type.
    pub fn part(&self, kind: &str) -> Option<String> {
        let content_type = self.header("Content-Type")?;
        let (_, rest) = content_type.split_once("boundary=\"")?;
        let delimiter = format!("--{}", rest.split('"').next()?);
        self.data.split(&delimiter).skip(1).find_map(|part| {
            let (head, body) = part.split_once("\r\n\r\n")?;
            let of_kind = headers(head)
                .iter()
                .any(|(name, value)| name.eq_ignore_ascii_case("Content-Type") && value.starts_with(kind));
            of_kind.then(|| from_quoted_printable(body))
        })
    }

    /// The code that the subject begins with.
    pub fn code(&self) -> Option<String> {
        let subject = self.header("Subject")?;
        let code: String = subject.chars().take_while(char::is_ascii_digit).collect();
        (!code.is_empty()).then_some(code)
    }
}

fn headers(head: &str) -> Vec<(String, String)> {
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let pair = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
    unfolded.split("\r\n").filter_map(pair).collect()
}

/// RFC 2045 6.7.
fn from_quoted_printable(text: &str) -> String {
    let joined = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let pair = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) if *first == b'=' => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
