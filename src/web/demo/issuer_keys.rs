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
    use std::sync::Arc;

    use serde_json::json;
    use tokio::net::TcpListener;

    use super::*;
    use crate::clock::ManualClock;
    use crate::crypto::{SignatureAlgorithm, SigningKey, SigningKeys};

    const NOW: Instant = Instant::from_seconds(1_800_000_000);
    const ISSUER: &str = "http://localhost:4444";

    /// An issuer that answers each request with the next of these key sets.
    async fn issuer(sets: Vec<Value>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            for set in sets {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = [0; 1024];
                let length = stream.read(&mut request).await.unwrap();
                let request = String::from_utf8_lossy(&request[..length]).into_owned();
                assert!(request.starts_with("GET /.well-known/jwks.json HTTP/1.0\r\n"), "{request}");
                assert!(request.contains("\r\nHost: localhost:4444\r\n"), "{request}");
                let answer = format!("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{set}");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        address
    }

    fn demo(issuer_address: SocketAddr, clock: &Arc<ManualClock>) -> Demo {
        Demo {
            issuer: ISSUER.to_owned(),
            issuer_address,
            api: "http://localhost:4447".to_owned(),
            client_id: "demo-spa".to_owned(),
            clock: clock.clone(),
        }
    }

    fn keys() -> SigningKeys {
        SigningKeys::new(vec![SigningKey::generate(SignatureAlgorithm::Es256).unwrap().0])
    }

    fn token(keys: &SigningKeys, typ: &str) -> String {
        let claims = json!({ "iss": ISSUER, "sub": "ann", "exp": NOW.seconds() + 600 });
        keys.active(SignatureAlgorithm::Es256).unwrap().sign(typ, &claims).unwrap()
    }

    #[tokio::test]
    async fn keys_are_fetched_once_and_again_for_a_new_key() {
        let (old, new) = (keys(), keys());
        let clock = Arc::new(ManualClock::at(NOW));
        let demo = demo(issuer(vec![old.jwks(), new.jwks()]).await, &clock);
        let known = IssuerKeys::default();
        for _ in 0..2 {
            assert_eq!(known.verify(&demo, &token(&old, "at+jwt")).await.unwrap()["sub"], "ann");
        }
        let early = known.verify(&demo, &token(&new, "at+jwt")).await;
        assert!(matches!(early, Err(Refusal::Token(_))), "the issuer is not asked all the time: {early:?}");
        clock.advance(PAUSE);
        assert!(known.verify(&demo, &token(&new, "at+jwt")).await.is_ok());
        assert!(known.verify(&demo, &token(&old, "at+jwt")).await.is_err(), "the old key is gone");
    }

    #[tokio::test]
    async fn sec_j10_an_id_token_opens_nothing() {
        let ours = keys();
        let clock = Arc::new(ManualClock::at(NOW));
        let demo = demo(issuer(vec![ours.jwks()]).await, &clock);
        let refused = IssuerKeys::default().verify(&demo, &token(&ours, "JWT")).await;
        assert!(matches!(refused, Err(Refusal::Token(JwtError::Header("typ")))), "{refused:?}");
    }

    #[tokio::test]
    async fn an_issuer_that_does_not_answer_is_not_the_tokens_fault() {
        let clock = Arc::new(ManualClock::at(NOW));
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let failed = IssuerKeys::default().verify(&demo(closed, &clock), &token(&keys(), "at+jwt")).await;
        assert!(matches!(failed, Err(Refusal::Issuer(_))), "{failed:?}");
    }

    #[test]
    fn only_a_good_answer_has_keys() {
        assert_eq!(body(b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n{}"), Some(b"{}".as_slice()));
        for bad in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 404 Not Found\r\n\r\n{}", "HTTP/1.1 2000 X\r\n\r\n"]
        {
            assert_eq!(body(bad.as_bytes()), None, "{bad}");
        }
    }
}
