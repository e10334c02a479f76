//! A client as the specifications want it: code + PKCE, `state`, `nonce`, and nothing believed unseen.

mod tokens;

pub use tokens::Tokens;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use url::Url;
use wayhome::crypto::{base64url, sha256};
use wayhome::model::{AuthMethod, Client};

use crate::app::{CLIENT_SECRET, TestApp};
use crate::http::{Answer, Ask, encoded};

/// The scope that is asked for unless a test says otherwise.
pub const SCOPE: &str = "openid profile email offline_access";

/// A client.
pub struct RelyingParty<'a> {
    app: &'a TestApp,
    /// What is registered of it.
    pub client: Arc<Client>,
    started: RefCell<BTreeMap<String, Started>>,
    counter: Cell<u32>,
}

/// A request that was sent, by its `state`.
#[derive(Debug, Clone)]
struct Started {
    verifier: String,
    nonce: String,
    redirect_uri: String,
}

/// What came back from the authorization endpoint.
#[derive(Debug, Clone)]
pub struct Callback {
    /// The code.
    pub code: Option<String>,
    /// The error.
    pub error: Option<String>,
    /// Its description.
    pub error_description: Option<String>,
    /// The state.
    pub state: String,
}

impl<'a> RelyingParty<'a> {
    pub(crate) fn new(app: &'a TestApp, client_id: &str) -> Self {
        let client = app.work().env().clients.get().find(client_id);
        let client = client.unwrap_or_else(|| panic!("no client is called {client_id}"));
        Self { app, client, started: RefCell::default(), counter: Cell::new(0) }
    }

    /// The first registered redirect URI.
    pub fn redirect_uri(&self) -> &str {
        &self.client.redirect_uris[0]
    }

    /// Starts a sign-in.
    pub fn authorization_url(&self) -> String {
        self.authorization_url_with(&[])
    }

    /// Starts a sign-in with these parameters added, in place of the usual ones of the same name, or, if the value is
    /// empty, without them.
    pub fn authorization_url_with(&self, parameters: &[(&str, &str)]) -> String {
        format!("{}/oauth2/auth?{}", self.app.issuer, encoded_owned(&self.parameters(parameters)))
    }

    /// The parameters of a sign-in, which is started.
    pub fn parameters(&self, given: &[(&str, &str)]) -> Vec<(String, String)> {
        self.counter.set(self.counter.get() + 1);
        let n = self.counter.get();
        let (state, nonce) =
            (format!("state-{}-{n}", self.client.id), format!("nonce-{}-{n}", self.client.id));
        let verifier = base64url(&sha256(format!("verifier {} {n}", self.client.id).as_bytes()));
        let mut parameters: Vec<(String, String)> = [
            ("client_id", self.client.id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", self.redirect_uri()),
            ("scope", SCOPE),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &base64url(&sha256(verifier.as_bytes()))),
            ("code_challenge_method", "S256"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        for (name, value) in given {
            parameters.retain(|(known, _)| known != name);
            if !value.is_empty() {
                parameters.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
        let of = |name: &str| {
            let found = parameters.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let started = Started { verifier, nonce: of("nonce"), redirect_uri: of("redirect_uri") };
        self.started.borrow_mut().insert(of("state"), started);
        parameters
    }

    /// Reads an answer of the authorization endpoint, which must be for a request of this client and from this issuer.
    #[track_caller]
    pub fn callback(&self, location: &str) -> Callback {
        let url = Url::parse(location).unwrap_or_else(|why| panic!("{location}: {why}"));
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let once = |name: &str| {
            let found: Vec<&String> =
                pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value).collect();
            assert!(found.len() < 2, "{name} came twice: {location}");
            found.first().map(|value| (*value).clone())
        };
        let state = once("state").unwrap_or_default();
        let started = self.started(&state, location);
        let registered = started.redirect_uri.split(['?', '#']).next().unwrap_or_default();
        assert!(location.starts_with(registered), "{location} is not at {}", started.redirect_uri);
        assert_eq!(url.fragment(), None, "{location}");
        assert_eq!(once("iss").as_deref(), Some(self.app.issuer.as_str()), "{location} (RFC 9207)");
        let callback = Callback {
            code: once("code"),
            error: once("error"),
            error_description: once("error_description"),
            state,
        };
        assert!(callback.code.is_some() != callback.error.is_some(), "neither or both: {location}");
        // RFC 6749 4.1.2.1: what a description may be made of.
        let plain = |c: char| matches!(c, '\x20'..='\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e');
        let described = callback.error_description.as_ref();
        assert!(described.is_none_or(|text| text.chars().all(plain)), "{location}");
        callback
    }

    #[track_caller]
    fn started(&self, state: &str, location: &str) -> Started {
        let started = self.started.borrow().get(state).cloned();
        started.unwrap_or_else(|| panic!("{} never sent this state: {location}", self.client.id))
    }

    /// The code of an answer.
    #[track_caller]
    pub fn code(&self, location: &str) -> String {
        self.callback(location).code.unwrap_or_else(|| panic!("no code: {location}"))
    }

    /// The error of an answer.
    #[track_caller]
    pub fn error(&self, location: &str) -> String {
        self.callback(location).error.unwrap_or_else(|| panic!("no error: {location}"))
    }

    /// Redeems the code of an answer, and checks everything that comes.
    #[track_caller]
    pub fn redeem(&self, location: &str) -> Tokens {
        let answer = self.redeem_answer(location).expect(200);
        let callback = self.callback(location);
        let started = self.started(&callback.state, location);
        self.tokens(&answer, Some(&started.nonce))
    }

    /// The request that redeems the code of an answer, for a public client.
    #[track_caller]
    pub fn redemption(&self, location: &str) -> Ask {
        let callback = self.callback(location);
        let started = self.started(&callback.state, location);
        Ask::form(
            "/oauth2/token",
            &[
                ("grant_type", "authorization_code"),
                ("client_id", &self.client.id),
                ("code", &callback.code.unwrap_or_default()),
                ("redirect_uri", &started.redirect_uri),
                ("code_verifier", &started.verifier),
            ],
        )
    }

    /// Redeems the code of an answer, whatever comes of it.
    #[track_caller]
    pub fn redeem_answer(&self, location: &str) -> Answer {
        let callback = self.callback(location);
        let started = self.started(&callback.state, location);
        let code = callback.code.unwrap_or_else(|| panic!("no code: {location}"));
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &started.redirect_uri),
            ("code_verifier", &started.verifier),
        ])
    }

    /// Asks the token endpoint, with this client's authentication.
    #[track_caller]
    pub fn token(&self, fields: &[(&str, &str)]) -> Answer {
        self.call("/oauth2/token", fields)
    }

    /// Asks an endpoint of the protocol, with this client's authentication, as a page of its origin or as a server.
    #[track_caller]
    pub fn call(&self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let mut fields = fields.to_vec();
        let ask = match self.client.auth_method {
            AuthMethod::None => {
                fields.push(("client_id", &self.client.id));
                Ask::form(target, &fields)
            }
            AuthMethod::Basic => Ask::form(target, &fields).basic(&self.client.id, CLIENT_SECRET),
            AuthMethod::Post => {
                fields.extend([("client_id", self.client.id.as_str()), ("client_secret", CLIENT_SECRET)]);
                Ask::form(target, &fields)
            }
            AuthMethod::PrivateKeyJwt => {
                panic!("whoever signs brings the assertion along: {}", self.client.id)
            }
        };
        self.ask_as_page(ask)
    }

    /// Asks as a page of this client's origin does, which must be allowed to read the answer.
    #[track_caller]
    pub fn ask_as_page(&self, ask: Ask) -> Answer {
        let Some(origin) = self.origin() else { return self.app.ask(&ask) };
        let answer = self.app.ask(&ask.with("Origin", &origin).with("Sec-Fetch-Site", "cross-site"));
        let allowed = answer.header("access-control-allow-origin").unwrap_or_default();
        assert!(allowed == origin || allowed == "*", "CORS: {:?}\n{}", answer.headers, answer.text());
        answer
    }

    /// The origin of a client that runs in a browser.
    pub fn origin(&self) -> Option<String> {
        let url = Url::parse(self.client.redirect_uris.first()?).ok()?;
        (self.client.auth_method == AuthMethod::None && url.scheme().starts_with("http"))
            .then(|| url.origin().ascii_serialization())
            .filter(|origin| !origin.contains("127.0.0.1"))
    }

    /// Refreshes, and checks everything that comes.
    #[track_caller]
    pub fn refresh(&self, tokens: &Tokens) -> Tokens {
        let answer = self.refresh_answer(tokens.refresh()).expect(200);
        self.tokens(&answer, None)
    }

    /// Presents a refresh token, whatever comes of it.
    #[track_caller]
    pub fn refresh_answer(&self, token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)])
    }

    /// Revokes a token.
    #[track_caller]
    pub fn revoke(&self, token: &str) {
        let _empty = self.call("/oauth2/revoke", &[("token", token)]).expect(200);
    }

    /// What userinfo says to an access token.
    #[track_caller]
    pub fn userinfo(&self, access: &str) -> Answer {
        self.ask_as_page(Ask::get("/userinfo").bearer(access))
    }

    /// What a resource server (the client `shop`) hears of a token.
    #[track_caller]
    pub fn introspect(&self, token: &str) -> Value {
        let ask = Ask::form("/oauth2/introspect", &[("token", token)]).basic("shop", CLIENT_SECRET);
        self.app.ask(&ask).expect(200).json()
    }

    /// Whether an access token opens anything.
    #[track_caller]
    pub fn is_alive(&self, access: &str) -> bool {
        match self.userinfo(access).status {
            200 => true,
            401 => false,
            other => panic!("userinfo answered {other}"),
        }
    }
}

fn encoded_owned(parameters: &[(String, String)]) -> String {
    let borrowed: Vec<(&str, &str)> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    encoded(&borrowed)
}
