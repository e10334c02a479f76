//! OpenID Connect as its certification looks at it (`provider.md` 3 to 6): answers and refusals on each way, the claims
//! that are told, and who is meant by them.

mod again;
mod asking;
mod claims_parameter;
mod endpoints;
mod form_post;
mod front_channel;
mod hints;
mod kinds;
mod pages;
mod pairwise;
mod races;
mod refusals;
mod standard_claims;
mod userinfo;

use url::Url;

use crate::app::TestApp;
use crate::browser::Browser;
use crate::http::encoded;
use crate::people::{PASSWORD, Person};
use crate::relying_party::{RelyingParty, Tokens};

/// The types of answers that bring tokens through the browser.
const FRONT: [&str; 5] = ["id_token", "id_token token", "code id_token", "code token", "code id_token token"];

/// 128 characters, as many as certification sends.
const STATE: &str = "AZaz09-._~state-of-128-characters-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789-0123456789-012345678";

/// What is sent beside the type, as a rule.
const NONCE: &str = "nonce-AZaz09-._~0123456789abcdefghijklmnopqrstuv";

/// A web application of old that may have every type of answer on every way.
fn old(id: &str, more: &str) -> String {
    format!(
        "\n[[client]]\nid = \"{id}\"\nname = \"Old {id}\"\ntype = \"web\"\nsecret = {{ env = \"SECRET\" }}\n\
         token_endpoint_auth_method = \"client_secret_basic\"\n\
         redirect_uris = [\"https://{id}.example.org/callback\", \"https://{id}.example.org/callback?tenant=a%20b\"]\n\
         scopes = [\"openid\", \"profile\", \"email\", \"phone\", \"address\", \"offline_access\"]\n\
         response_types = [\"code\", \"id_token\", \"id_token token\", \"code id_token\", \"code token\", \"code id_token token\"]\n\
         response_modes = [\"query\", \"fragment\", \"form_post\"]\n{more}\n"
    )
}

/// The same for one of the house: nobody is asked.
fn old_house(id: &str, more: &str) -> String {
    old(id, &format!("skip_consent = true\n{more}"))
}

/// The person of these tests.
fn ann(app: &TestApp) -> Person {
    app.identity("ann@example.org").named("Ann").with_password(PASSWORD)
}

/// An answer as the client gets it.
#[derive(Debug, Clone)]
struct Delivered {
    /// `query`, `fragment` or `form_post`.
    mode: &'static str,
    pairs: Vec<(String, String)>,
}

impl Delivered {
    /// What the browser brings to the client now. It must come to this redirect URI, on one way only, and name nothing
    /// twice.
    #[track_caller]
    fn at(browser: &Browser<'_>, redirect_uri: &str) -> Self {
        let pairs = |text: &str| -> Vec<(String, String)> {
            assert!(!text.contains('+'), "a plus is a space to some: {text}");
            url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
        };
        let delivered = if let Some(location) = browser.try_location() {
            let rest = location
                .strip_prefix(redirect_uri)
                .unwrap_or_else(|| panic!("{location} is not at {redirect_uri}"));
            let url = Url::parse(location).unwrap_or_else(|why| panic!("{location}: {why}"));
            match url.fragment() {
                Some(fragment) => {
                    assert_eq!(rest, format!("#{fragment}"), "something stands elsewhere");
                    Self { mode: "fragment", pairs: pairs(fragment) }
                }
                None => {
                    assert_eq!(rest.get(..1), Some(if redirect_uri.contains('?') { "&" } else { "?" }));
                    Self { mode: "query", pairs: pairs(&rest[1..]) }
                }
            }
        } else {
            let page = browser.page();
            let form = page.forms.iter().find(|form| form.action == redirect_uri);
            let form = form.unwrap_or_else(|| panic!("no answer at {}: {}", page.target, page.text));
            assert_eq!((form.method.as_str(), page.status), ("post", 200));
            let pairs = form.fields.iter().map(|field| (field.name.clone(), field.value.clone())).collect();
            Self { mode: "form_post", pairs }
        };
        let mut names = delivered.names();
        names.dedup();
        assert_eq!(names, delivered.names(), "something came twice");
        delivered
    }

    /// The names of all parameters, in the order of the alphabet.
    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.pairs.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    fn the(&self, name: &str) -> &str {
        self.get(name).unwrap_or_else(|| panic!("no {name}: {self:?}"))
    }

    /// The error, which must bring nothing with it that belongs to another answer.
    #[track_caller]
    fn error(&self) -> &str {
        for name in self.names() {
            let known = ["error", "error_description", "error_uri", "state", "session_state", "iss"];
            assert!(known.contains(&name), "{name} in a refusal: {self:?}");
        }
        let plain = |c: char| matches!(c, '\x20'..='\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e');
        assert!(self.the("error_description").chars().all(plain), "{self:?}");
        self.the("error")
    }

    /// Redeems the code, as if it had come alone.
    #[track_caller]
    fn redeem(&self, rp: &RelyingParty<'_>, redirect_uri: &str) -> Tokens {
        rp.redeem(&self.as_code(redirect_uri))
    }

    /// The address that would have brought the code alone.
    #[track_caller]
    fn as_code(&self, redirect_uri: &str) -> String {
        let given = [("code", self.the("code")), ("state", self.the("state")), ("iss", self.the("iss"))];
        let mark = if redirect_uri.contains('?') { '&' } else { '?' };
        format!("{redirect_uri}{mark}{}", encoded(&given))
    }
}

/// Asks for an answer, signs the person in if need be, and allows what is asked for; what the client gets then.
#[track_caller]
fn answer(
    browser: &mut Browser<'_>,
    rp: &RelyingParty<'_>,
    who: &Person,
    given: &[(&str, &str)],
) -> Delivered {
    browser.open(rp.authorization_url_with(given));
    if browser.try_page().is_some_and(|page| page.path() == "/login") {
        browser.sign_in(who);
    }
    if browser.try_page().is_some_and(|page| page.path() == "/consent" && page.button("Allow").is_some()) {
        browser.press("Allow");
    }
    let uri =
        given.iter().find(|(name, _)| *name == "redirect_uri").map_or(rp.redirect_uri(), |(_, uri)| uri);
    Delivered::at(browser, uri)
}

/// A request for this type of answer, with the state and the nonce of these tests.
fn of_type<'a>(kind: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [("response_type", kind), ("state", STATE), ("nonce", NONCE), ("scope", "openid email")];
    let is_changed = |name: &str| more.iter().any(|(changed, _)| *changed == name);
    usual.into_iter().filter(|(name, _)| !is_changed(name)).chain(more.iter().copied()).collect()
}
