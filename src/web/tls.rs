//! TLS on the public listener, from files (provider 9): TLS 1.3, and TLS 1.2 with ECDHE and AES-GCM, nothing older. The
//! files are read again when they change, so that a certificate can be renewed while the server runs.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, SupportedCipherSuite};

use crate::config::TlsFiles;
use crate::crypto::sha256;
use crate::cx::Shared;

/// The certificate of the public listener, as it was last read.
pub struct ServerTls {
    files: TlsFiles,
    current: Shared<Read>,
}

/// What was read, and what of.
struct Read {
    key: Arc<CertifiedKey>,
    digest: [u8; 32],
}

impl fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerTls").field("files", &self.files).finish_non_exhaustive()
    }
}

impl ServerTls {
    /// Reads the files; `Err` is a sentence that names the file at fault.
    pub fn read(files: &TlsFiles) -> Result<Arc<Self>, String> {
        let read = read(files)?;
        Ok(Arc::new(Self { files: files.clone(), current: Shared::new(read) }))
    }

    /// Reads the files again. Whether they hold something else; if that is not good, the known certificate stays.
    pub fn reload(&self) -> Result<bool, String> {
        let read = read(&self.files)?;
        if read.digest == self.current.get().digest {
            return Ok(false);
        }
        self.current.replace(read);
        Ok(true)
    }

    /// How TLS is spoken with it.
    pub(super) fn config(self: &Arc<Self>) -> Result<ServerConfig, rustls::Error> {
        let config = ServerConfig::builder_with_provider(Arc::new(provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        Ok(config)
    }
}

impl ResolvesServerCert for ServerTls {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.get().key))
    }
}

/// With the suites that are allowed here.
fn provider() -> CryptoProvider {
    let mut provider = aws_lc_rs::default_provider();
    provider.cipher_suites.retain(|suite| match suite {
        SupportedCipherSuite::Tls13(_) => true,
        SupportedCipherSuite::Tls12(suite) => format!("{:?}", suite.common.suite).contains("_WITH_AES_"),
    });
    provider
}

fn read(files: &TlsFiles) -> Result<Read, String> {
    let certificate = bytes(&files.certificate)?;
    let key = bytes(&files.key)?;
    let digest = sha256(&[sha256(&certificate), sha256(&key)].concat());
    let of = |path: &Path, why: &dyn fmt::Display| format!("the file {}: {why}", path.display());
    let chain: Result<Vec<CertificateDer<'static>>, _> =
        CertificateDer::pem_slice_iter(&certificate).collect();
    let chain = chain.map_err(|why| of(&files.certificate, &why))?;
    if chain.is_empty() {
        return Err(of(&files.certificate, &"there is no certificate in it"));
    }
    // What is wrong with a key is not repeated: the text may hold it.
    let key = PrivateKeyDer::from_pem_slice(&key)
        .map_err(|_| of(&files.key, &"there is no private key in it that can be used"))?;
    let key = CertifiedKey::from_der(chain, key, &provider())
        .map_err(|why| of(&files.key, &format!("it does not fit the certificate: {why}")))?;
    Ok(Read { key: Arc::new(key), digest })
}

fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|why| format!("the file {} cannot be read: {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbound::certificate::SelfSigned;
    use crate::store::fresh::sqlite;

    fn write(files: &TlsFiles, certificate: &str, key: &str) {
        std::fs::write(&files.certificate, certificate).unwrap();
        std::fs::write(&files.key, key).unwrap();
    }

    #[test]
    fn a_renewed_certificate_is_taken_over_and_a_broken_one_is_not() {
        let fresh = sqlite();
        std::fs::create_dir_all(&fresh.folder).unwrap();
        let files = TlsFiles { certificate: fresh.folder.join("c.pem"), key: fresh.folder.join("k.pem") };
        assert!(ServerTls::read(&files).unwrap_err().contains("c.pem cannot be read"));
        let ([first, its_key], [second, other_key]) =
            (SelfSigned::of("id.test").files(), SelfSigned::of("id.test").files());
        write(&files, &first, &its_key);
        let tls = ServerTls::read(&files).unwrap();
        let shown = |tls: &ServerTls| tls.current.get().key.end_entity_cert().unwrap().to_vec();
        let before = shown(&tls);
        assert_eq!(tls.reload(), Ok(false));
        for (certificate, key, why) in [
            (second.as_str(), its_key.as_str(), "does not fit the certificate"),
            ("", &its_key, "no certificate"),
            (&first, "swordfish", "no private key"),
            (&first, &first, "no private key"),
        ] {
            write(&files, certificate, key);
            let said = tls.reload().unwrap_err();
            assert!(said.contains(why) && !said.contains("swordfish"), "{said}");
            assert_eq!(shown(&tls), before);
        }
        write(&files, &second, &other_key);
        assert_eq!(tls.reload(), Ok(true));
        assert_ne!(shown(&tls), before);
    }
}
