//! TLS, and nothing less.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::trap::json;
use super::*;
use crate::outbound::certificate::SelfSigned;

/// A server with this certificate, for one connection; gives its port.
async fn server(of: &SelfSigned) -> u16 {
    let acceptor = tokio_rustls::TlsAcceptor::from(of.server());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let Ok((stream, _)) = listener.accept().await else { return };
        let Ok(mut stream) = acceptor.accept(stream).await else { return };
        let mut question = [0; 4096];
        let _read = stream.read(&mut question).await;
        let _gone = stream.write_all(&json()).await;
        let _gone = stream.shutdown().await;
    });
    port
}

async fn fetched(shown: &SelfSigned, trusted: Option<&SelfSigned>, host: &str) -> Result<Vec<u8>, String> {
    let port = server(shown).await;
    let authority = trusted.map(SelfSigned::authority);
    let allow = [("WAYHOME__OUTBOUND__ALLOW", "127.0.0.1")];
    let mut guard = outbound(Mode::Production, &allow, authority.as_deref());
    guard.resolver = Scripted::new(&[&["127.0.0.1"]]);
    guard.get(&format!("https://{host}:{port}/"), JSON).await.map_err(|failure| failure.reason())
}

#[tokio::test]
async fn sec_q06_the_certificate_must_be_of_an_authority_and_of_the_host() {
    let ours = SelfSigned::of("keys.example");
    assert_eq!(fetched(&ours, Some(&ours), "keys.example").await.unwrap(), b"{}");
    let stranger = SelfSigned::of("keys.example");
    for (trusted, host) in [
        (None, "keys.example"),
        (Some(&stranger), "keys.example"),
        (Some(&ours), "other.example"),
        (Some(&ours), "127.0.0.1"),
    ] {
        let why = fetched(&ours, trusted, host).await.unwrap_err();
        assert!(why.starts_with("TLS failed"), "{host}: {why}");
    }
}

#[test]
fn authorities_must_be_certificates() {
    for (text, why) in [
        ("", "no certificate"),
        ("swordfish", "no certificate"),
        ("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", "cannot be read"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no authority"),
    ] {
        let said = Tls::new(Some(text)).err().unwrap();
        assert!(said.contains(why) && !said.contains("swordfish"), "{text}: {said}");
    }
}
