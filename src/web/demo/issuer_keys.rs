//! The issuer's keys, as an API in another process would get them: over HTTP, and again when a token names a key
//! that is not among them.
//!
//! The request is written by hand, as this process has no HTTP client and the demo only ever asks its own public
//! listener, on this machine. The keys in memory would do as well, but then the demo would show nothing.

use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Demo;
use crate::crypto::{Expected, JwtError, PublicKeys};
use crate::model::Instant;

/// How long the issuer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A key set is never bigger.
const LIMIT: u64 = 64 * 1024;

/// Between two looks at the issuer, whatever tokens ask for.
const PAUSE: Duration = Duration::from_secs(5);

/// Why a token is not accepted.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Because of itself.
    Token(JwtError),
    /// The issuer did not give its keys.
    Issuer(io::Error),
}

/// The keys as they were last fetched.
#[derive(Default)]
pub(super) struct IssuerKeys(Mutex<Option<(Instant, PublicKeys)>>);

impl IssuerKeys {
    /// Verifies an access token (RFC 9068 4).
    pub(super) async fn verify(&self, demo: &Demo, token: &str) -> Result<Map<String, Value>, Refusal> {
        let now = demo.clock.now();
        let expected = Expected { typ: "at+jwt", issuer: &demo.issuer, now, expired_is_fine: false };
        match self.try_known(token, expected) {
            Some(Err(JwtError::Key)) | None => {}
            Some(known) => return known.map_err(Refusal::Token),
        }
        let fetched = fetch(demo.issuer_address, &demo.issuer).await.map_err(Refusal::Issuer)?;
        let verified = fetched.verify(token, expected).map_err(Refusal::Token);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, fetched));
        verified
    }

    /// The verdict of the known keys; `None` if there are none or a missing key may be new.
    fn try_known(&self, token: &str, expected: Expected<'_>) -> Option<Result<Map<String, Value>, JwtError>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (fetched_at, keys) = known.as_ref()?;
        match keys.verify(token, expected) {
            Err(JwtError::Key) if expected.now.since(*fetched_at) >= PAUSE => None,
            Err(JwtError::Key) => Some(Err(JwtError::Signature)),
            verdict => Some(verdict),
        }
    }
}

/// Gets the key set. HTTP/1.0 with a `Host`: the answer then comes in one piece and ends with the connection.
async fn fetch(address: SocketAddr, issuer: &str) -> io::Result<PublicKeys> {
    let host = issuer.split_once("://").map_or(issuer, |(_, host)| host);
    let request =
        format!("GET /.well-known/jwks.json HTTP/1.0\r\nHost: {host}\r\nAccept: application/json\r\n\r\n");
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(LIMIT).read_to_end(&mut answer).await?;
        Ok(answer)
    };
    let answer = tokio::time::timeout(PATIENCE, exchange)
        .await
        .unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "the issuer takes too long")))?;
    body(&answer).and_then(PublicKeys::from_jwks).ok_or_else(|| io::Error::other("the issuer shows no keys"))
}

/// The body of a good answer.
fn body(answer: &[u8]) -> Option<&[u8]> {
    let good = answer.starts_with(b"HTTP/1.0 200 ") || answer.starts_with(b"HTTP/1.1 200 ");
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    good.then(|| &answer[end + 4..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_good_answer_has_keys() {
        assert_eq!(body(b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n{}"), Some(b"{}".as_slice()));
        for bad in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 404 Not Found\r\n\r\n{}", "HTTP/1.1 2000 X\r\n\r\n"]
        {
            assert_eq!(body(bad.as_bytes()), None, "{bad}");
        }
    }
}
