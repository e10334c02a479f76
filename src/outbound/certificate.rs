//! A certificate for a server of the tests, written by hand (RFC 5280 4.1).

use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::{default_provider, sign::any_ecdsa_type};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{SignatureScheme, sign};

/// A key, and a certificate that it signed for itself.
pub(crate) struct SelfSigned {
    der: Vec<u8>,
    pkcs8: Vec<u8>,
}

impl SelfSigned {
    /// For this host.
    pub(crate) fn of(host: &str) -> Self {
        let algorithm = &aws_lc_rs::signature::ECDSA_P256_SHA256_ASN1_SIGNING;
        let pkcs8 =
            aws_lc_rs::signature::EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).unwrap();
        let pkcs8 = pkcs8.as_ref().to_vec();
        let key = any_ecdsa_type(&private(&pkcs8)).unwrap();
        let tbs = to_be_signed(host, &key.public_key().unwrap());
        let signer: Box<dyn sign::Signer> =
            key.choose_scheme(&[SignatureScheme::ECDSA_NISTP256_SHA256]).unwrap();
        let signature = signer.sign(&tbs).unwrap();
        let der = sequence(&[&tbs, &ecdsa_with_sha256(), &bits(&signature)]);
        Self { der, pkcs8 }
    }

    /// What a server needs to show it.
    pub(crate) fn server(&self) -> Arc<ServerConfig> {
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![CertificateDer::from(self.der.clone())], private(&self.pkcs8))
            .unwrap();
        Arc::new(config)
    }

    /// The certificate and its key, in PEM.
    pub(crate) fn files(&self) -> [String; 2] {
        [("CERTIFICATE", &self.der), ("PRIVATE KEY", &self.pkcs8)].map(|(name, der)| {
            let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der);
            format!("-----BEGIN {name}-----\n{text}\n-----END {name}-----\n")
        })
    }

    /// What a client needs to trust it, in DER.
    pub(crate) fn authority(&self) -> Vec<u8> {
        self.der.clone()
    }
}

fn private(pkcs8: &[u8]) -> PrivateKeyDer<'static> {
    PrivatePkcs8KeyDer::from(pkcs8.to_vec()).into()
}

fn to_be_signed(host: &str, public_key: &[u8]) -> Vec<u8> {
    let version = tagged(0xa0, &tagged(0x02, &[2]));
    let serial = tagged(0x02, &[1]);
    let common_name = sequence(&[&tagged(0x06, &[0x55, 0x04, 0x03]), &tagged(0x0c, host.as_bytes())]);
    let name = sequence(&[&tagged(0x31, &common_name)]);
    let validity = sequence(&[&tagged(0x17, b"200101000000Z"), &tagged(0x18, b"20990101000000Z")]);
    let names = sequence(&[&tagged(0x82, host.as_bytes())]);
    let alternative = sequence(&[&tagged(0x06, &[0x55, 0x1d, 0x11]), &tagged(0x04, &names)]);
    let extensions = tagged(0xa3, &sequence(&[&alternative]));
    sequence(&[&version, &serial, &ecdsa_with_sha256(), &name, &validity, &name, public_key, &extensions])
}

fn ecdsa_with_sha256() -> Vec<u8> {
    sequence(&[&tagged(0x06, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02])])
}

fn bits(bytes: &[u8]) -> Vec<u8> {
    tagged(0x03, &[&[0], bytes].concat())
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tagged(0x30, &parts.concat())
}

/// Tag, length, value (X.690 8.1).
fn tagged(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    let length: Vec<u8> = match length {
        [0, short @ 0..=127] => vec![short],
        [0, long] => vec![0x81, long],
        [high, low] => vec![0x82, high, low],
    };
    [&[tag], length.as_slice(), value].concat()
}
