//! Clients that sign, and the servers that they keep their keys on.

#[path = "../../src/crypto/client_signer.rs"]
mod client_signer;

pub(crate) use client_signer::{ClientSigner, with_mac, with_signature};

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::http::Ask;

/// The kind of assertion.
pub const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The registration of a client called `signer` that signs; `keys` says which key it has.
pub fn registration(keys: &str) -> String {
    format!(
        r#"
[[client]]
id = "signer"
name = "Signer"
type = "web"
token_endpoint_auth_method = "private_key_jwt"
redirect_uris = ["https://signer.example.org/callback"]
grant_types = ["authorization_code", "refresh_token", "client_credentials"]
scopes = ["openid", "profile", "email", "offline_access", "reports:read"]
skip_consent = true
{keys}
"#
    )
}

/// Its keys by value.
pub fn by_value(signers: &[&ClientSigner]) -> String {
    let keys: Vec<Value> = signers.iter().map(|signer| signer.jwk()).collect();
    format!("jwks = '{}'", json!({ "keys": keys }))
}

/// Good claims of an assertion, with others in their place; one that is null is left out.
pub fn claims(app: &TestApp, changes: Value) -> Value {
    static COUNTER: AtomicUsize = AtomicUsize::new(0);
    let now = app.now().seconds();
    let mut claims = json!({
        "iss": "signer",
        "sub": "signer",
        "aud": app.issuer,
        "iat": now,
        "exp": now + 60,
        "jti": format!("jti-{}", COUNTER.fetch_add(1, Ordering::Relaxed)),
    });
    for (name, value) in changes.as_object().cloned().unwrap_or_default() {
        match value {
            Value::Null => drop(claims.as_object_mut().and_then(|claims| claims.remove(&name))),
            value => claims[name] = value,
        }
    }
    claims
}

/// A form that this assertion stands in.
pub fn with_assertion(target: &str, assertion: &str, fields: &[(&str, &str)]) -> Ask {
    let mut fields = fields.to_vec();
    fields.extend([("client_assertion_type", KIND), ("client_assertion", assertion)]);
    Ask::form(target, &fields)
}

/// Asks for a token of the client's own.
pub fn own_token(assertion: &str) -> Ask {
    let fields = [("grant_type", "client_credentials"), ("scope", "reports:read")];
    with_assertion("/oauth2/token", assertion, &fields)
}

/// A server that serves whatever the test puts there, and counts who comes.
pub struct KeyServer {
    /// Where.
    pub port: u16,
    served: Arc<Mutex<Option<String>>>,
    visits: Arc<AtomicUsize>,
}

impl KeyServer {
    /// Serves this set.
    pub fn start(set: &Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let served = Arc::new(Mutex::new(Some(set.to_string())));
        let visits = Arc::new(AtomicUsize::new(0));
        let (text, count) = (Arc::clone(&served), Arc::clone(&visits));
        // It ends with the process.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                count.fetch_add(1, Ordering::SeqCst);
                let mut question = [0; 4096];
                let _read = stream.read(&mut question);
                if let Some(body) = text.lock().unwrap().clone() {
                    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
                    let _sent = write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len());
                }
            }
        });
        Self { port, served, visits }
    }

    /// Serves another set from now on; or closes every connection unanswered.
    pub fn serve(&self, set: Option<&Value>) {
        *self.served.lock().unwrap() = set.map(Value::to_string);
    }

    /// How many came.
    pub fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }

    /// The registration of a client that keeps its keys here.
    pub fn by_reference(&self) -> String {
        format!("jwks_uri = \"http://127.0.0.1:{}/jwks\"", self.port)
    }
}
