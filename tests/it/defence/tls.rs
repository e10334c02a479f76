//! TLS on the public listener (provider 9).

#[allow(dead_code, reason = "the tests of the way out use the rest of it")]
#[path = "../../../src/outbound/certificate.rs"]
mod certificate;

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion, version};
use wayhome::random::{Random as _, SystemRandom};
use wayhome::store::Engine;
use wayhome::web::Patience;

use crate::app::{Setup, TestApp};
use certificate::SelfSigned;

/// A server with a certificate of its own, and whoever trusts it.
struct Served {
    app: TestApp,
    certificate: SelfSigned,
    folder: PathBuf,
}

impl Served {
    fn start(patience: Patience) -> Self {
        let certificate = SelfSigned::of("id.example.org");
        let folder = std::env::temp_dir().join(format!("wayhome-tls-{}", SystemRandom.uuid()));
        std::fs::create_dir_all(&folder).unwrap();
        let [names, texts] = [["c.pem", "k.pem"].map(str::to_owned), certificate.files()];
        let paths = names.map(|name| folder.join(name));
        for (path, text) in paths.iter().zip(texts) {
            std::fs::write(path, text).unwrap();
        }
        let app = Setup::on(Engine::Sqlite)
            .issuer("https://id.example.org")
            .set("server.tls_certificate", paths[0].to_str().unwrap())
            .set("server.tls_key", paths[1].to_str().unwrap())
            .patience(patience)
            .start();
        Self { app, certificate, folder }
    }

    fn connect(
        &self,
        of: &'static SupportedProtocolVersion,
        suites: &str,
    ) -> StreamOwned<ClientConnection, TcpStream> {
        let mut provider = default_provider();
        provider.cipher_suites.retain(|suite| format!("{:?}", suite.suite()).contains(suites));
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(self.certificate.authority())).unwrap();
        let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[of])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let name = "id.example.org".try_into().unwrap();
        let client = ClientConnection::new(Arc::new(config), name).unwrap();
        StreamOwned::new(client, self.tcp())
    }

    fn tcp(&self) -> TcpStream {
        let stream = TcpStream::connect(self.app.public).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    fn get(&self, of: &'static SupportedProtocolVersion, suites: &str) -> io::Result<String> {
        let mut stream = self.connect(of, suites);
        stream
            .write_all(b"GET /health/alive HTTP/1.1\r\nHost: id.example.org\r\nConnection: close\r\n\r\n")?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        assert_eq!(stream.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
        Ok(text)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _left_behind = std::fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn prov_9_tls_is_spoken_in_its_good_versions_and_ciphers_only() {
    let served = Served::start(Patience::default());
    for (of, suites) in
        [(&version::TLS13, ""), (&version::TLS12, "_AES_256_GCM"), (&version::TLS12, "_AES_128_GCM")]
    {
        let text = served.get(of, suites).unwrap();
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
        assert!(text.to_lowercase().contains("strict-transport-security"), "{text}");
    }
    let why = served.get(&version::TLS12, "CHACHA20").unwrap_err();
    assert!(why.to_string().contains("HandshakeFailure"), "{why}");
}

#[test]
fn prov_9_plain_http_comes_to_an_end_where_tls_is_spoken() {
    let served = Served::start(Patience::default());
    let mut stream = served.tcp();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: id.example.org\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    // An alert, or nothing at all.
    let _reset = stream.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP/") && answer.len() < 16, "{answer:?}");
    assert!(served.get(&version::TLS13, "").is_ok(), "nobody else suffers");
}

#[test]
fn sec_u04_whoever_dawdles_under_tls_is_left_too() {
    let short = Duration::from_millis(200);
    let served = Served::start(Patience { head: short, body: short, idle: short });
    let mut silent = served.tcp();
    assert_eq!(silent.read(&mut [0; 16]).unwrap_or(0), 0, "before the handshake");
    let mut after = served.connect(&version::TLS13, "");
    after.conn.complete_io(&mut after.sock).unwrap();
    let mut answer = Vec::new();
    let _closed = after.read_to_end(&mut answer);
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&answer));
}
