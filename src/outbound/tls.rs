//! TLS towards servers of clients: the system's authorities and those that the operator adds, and never less.

use std::sync::{Arc, OnceLock};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::destination::Destination;
use super::failure::Reason;

/// How TLS is spoken.
pub(super) struct Tls {
    authorities: Vec<CertificateDer<'static>>,
    /// Made when the first connection needs it: reading the system's authorities takes its time.
    connector: OnceLock<Result<TlsConnector, String>>,
}

impl Tls {
    /// Trusting these authorities (PEM) beside the system's.
    pub(super) fn new(authorities: Option<&str>) -> Result<Self, String> {
        let mut read = Vec::new();
        if let Some(text) = authorities {
            for certificate in CertificateDer::pem_slice_iter(text.as_bytes()) {
                read.push(certificate.map_err(|why| format!("a certificate cannot be read: {why}"))?);
            }
            if read.is_empty() {
                return Err("there is no certificate in it".to_owned());
            }
        }
        let mut trial = RootCertStore::empty();
        for certificate in &read {
            trial.add(certificate.clone()).map_err(|why| format!("a certificate is no authority: {why}"))?;
        }
        Ok(Self { authorities: read, connector: OnceLock::new() })
    }

    /// Speaks TLS over this connection, and is sure who is at its end.
    pub(super) async fn over(
        &self,
        stream: TcpStream,
        destination: &Destination,
    ) -> Result<TlsStream<TcpStream>, Reason> {
        let connector = self
            .connector
            .get_or_init(|| self.connector())
            .as_ref()
            .map_err(|why| Reason::Tls(why.clone()))?;
        let name = match destination.literal() {
            Some(address) => ServerName::from(address),
            None => ServerName::try_from(destination.name_in_rules().to_owned())
                .map_err(|why| Reason::Tls(why.to_string()))?,
        };
        connector.connect(name, stream).await.map_err(|why| Reason::Tls(why.to_string()))
    }

    fn connector(&self) -> Result<TlsConnector, String> {
        let mut roots = RootCertStore::empty();
        let system = rustls_native_certs::load_native_certs().certs;
        for certificate in system.into_iter().chain(self.authorities.iter().cloned()) {
            // An authority that rustls cannot read is left out; what it signed is then refused.
            let _unreadable = roots.add(certificate);
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|why| why.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsConnector::from(Arc::new(config)))
    }
}
