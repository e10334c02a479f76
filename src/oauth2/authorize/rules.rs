//! The rules of single parameters, each a function that can be read beside its paragraph.

use std::borrow::Cow;

use oxide_auth::code_grant::extensions::Pkce;
use oxide_auth::primitives::grant::Extensions;

use crate::config::Settings;
use crate::crypto::SigningKeys;
use crate::model::{Client, GrantType, IdentityId, Instant, Prompt, Scope};
use crate::oauth2::parameters::Parameters;
use crate::oauth2::{Error, ErrorCode, id_token};

/// The longest values, in bytes.
const LIMITS: [(&str, usize); 8] = [
    ("state", 2048),
    ("nonce", 1024),
    ("scope", 4096),
    ("login_hint", 320),
    ("ui_locales", 256),
    ("acr_values", 256),
    ("prompt", 128),
    ("id_token_hint", 16_384),
];

/// The most scopes in one request.
const SCOPES: usize = 100;

/// The most resources in one request.
const RESOURCES: usize = 10;

/// What the rules look at.
pub(super) struct Rules<'a> {
    pub(super) given: &'a Parameters<'a>,
    pub(super) client: &'a Client,
    pub(super) settings: &'a Settings,
    pub(super) keys: &'a SigningKeys,
    pub(super) now: Instant,
}

/// What the parameters beside scope, state and redirect URI say.
pub(super) struct Settled {
    pub(super) code_challenge: Option<String>,
    pub(super) prompt: Vec<Prompt>,
    pub(super) max_age: Option<u64>,
    pub(super) hinted_subject: Option<IdentityId>,
}

fn refuse(description: impl AsRef<str>) -> Error {
    Error::new(ErrorCode::InvalidRequest, description)
}

/// No parameter twice (RFC 6749 3.1), none too long, none that cannot be stored.
pub(super) fn form(rules: &Rules<'_>) -> Result<(), Error> {
    if let Some(name) = rules.given.repeated() {
        return Err(refuse(format!("The parameter {name} came more than once.")));
    }
    if let Some(name) = rules.given.unstorable() {
        return Err(refuse(format!("The parameter {name} holds a NUL character.")));
    }
    for (name, limit) in LIMITS {
        if rules.given.get(name).is_some_and(|value| value.len() > limit) {
            return Err(refuse(format!("The parameter {name} is longer than {limit} bytes.")));
        }
    }
    if rules.given.get("scope").is_some_and(|scope| scope.split(' ').count() > SCOPES) {
        let text = format!("The request names more than {SCOPES} scopes.");
        return Err(Error::new(ErrorCode::InvalidScope, text));
    }
    Ok(())
}

/// Only `code`, only in the query, only for clients of that grant (RFC 6749 4.1.1, OAuth 2.0 Multiple Response Types).
pub(super) fn response_type(rules: &Rules<'_>) -> Result<(), Error> {
    match rules.given.get("response_type") {
        None => return Err(refuse("The request has no response_type.")),
        Some("code") => {}
        Some(_) => {
            let text = "The only response_type here is code.";
            return Err(Error::new(ErrorCode::UnsupportedResponseType, text));
        }
    }
    if rules.given.get("response_mode").is_some_and(|mode| mode != "query") {
        return Err(refuse("The only response_mode here is query."));
    }
    if !rules.client.may_use(GrantType::AuthorizationCode) {
        let text = "The client is not registered for the grant type authorization_code.";
        return Err(Error::new(ErrorCode::UnauthorizedClient, text));
    }
    Ok(())
}

/// Everything that OIDC and PKCE add; the machine's "extensions".
pub(super) fn extend(rules: &Rules<'_>, extensions: &mut Extensions) -> Result<Settled, Error> {
    request_objects(rules)?;
    let code_challenge = pkce(rules, extensions)?;
    let prompt = prompt(rules)?;
    Ok(Settled { code_challenge, prompt, max_age: max_age(rules)?, hinted_subject: id_token_hint(rules)? })
}

/// What is not supported says so (OIDC Core 3.1.2.6).
fn request_objects(rules: &Rules<'_>) -> Result<(), Error> {
    let cases = [
        ("request", ErrorCode::RequestNotSupported),
        ("request_uri", ErrorCode::RequestUriNotSupported),
        ("registration", ErrorCode::RegistrationNotSupported),
    ];
    for (name, code) in cases {
        if rules.given.get(name).is_some() {
            return Err(Error::new(code, format!("The parameter {name} is not supported.")));
        }
    }
    Ok(())
}

/// S256 for everybody; only a confidential client may be registered to do without (RFC 7636 4.3, RFC 9700 2.1.1).
fn pkce(rules: &Rules<'_>, extensions: &mut Extensions) -> Result<Option<String>, Error> {
    let challenge = rules.given.get("code_challenge");
    let method = rules.given.get("code_challenge_method");
    if method.is_some_and(|method| method != "S256") || (challenge.is_some() && method.is_none()) {
        return Err(refuse("The only code_challenge_method here is S256, and it must be named."));
    }
    if method.is_some() && challenge.is_none() {
        return Err(refuse("The request has a code_challenge_method and no code_challenge."));
    }
    if challenge.is_some_and(|challenge| !is_s256_challenge(challenge)) {
        return Err(refuse("The code_challenge is not 43 characters of base64url."));
    }
    let machine = if rules.client.require_pkce { Pkce::required() } else { Pkce::optional() };
    let encoded = machine
        .challenge(method.map(Cow::Borrowed), challenge.map(Cow::Borrowed))
        .map_err(|()| refuse("The request has no code_challenge (PKCE with S256)."))?;
    if let Some(encoded) = encoded {
        extensions.set(&machine, encoded);
    }
    Ok(challenge.map(str::to_owned))
}

fn is_s256_challenge(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Known values; `none` stands alone (OIDC Core 3.1.2.1).
fn prompt(rules: &Rules<'_>) -> Result<Vec<Prompt>, Error> {
    let mut prompts = Vec::new();
    for name in rules.given.get("prompt").unwrap_or_default().split_ascii_whitespace() {
        let prompt = Prompt::parse(name).ok_or_else(|| refuse("The prompt holds an unknown value."))?;
        if !prompts.contains(&prompt) {
            prompts.push(prompt);
        }
    }
    if prompts.contains(&Prompt::None) && prompts.len() > 1 {
        return Err(refuse("The prompt value none stands alone."));
    }
    Ok(prompts)
}

/// Whole seconds, not negative (OIDC Core 3.1.2.1). More than fits counts as the most that fits.
fn max_age(rules: &Rules<'_>) -> Result<Option<u64>, Error> {
    let Some(text) = rules.given.get("max_age") else { return Ok(None) };
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(refuse("The max_age is not a whole number of seconds."));
    }
    let most = i64::MAX.unsigned_abs();
    Ok(Some(text.parse::<u64>().unwrap_or(most).min(most)))
}

/// An ID token of ours, expired ones included (OIDC Core 3.1.2.1).
fn id_token_hint(rules: &Rules<'_>) -> Result<Option<IdentityId>, Error> {
    let Some(hint) = rules.given.get("id_token_hint") else { return Ok(None) };
    let hint = id_token::read_hint(hint, rules.settings, rules.keys, rules.now)
        .ok_or_else(|| refuse("The id_token_hint is not an ID token of this provider."))?;
    Ok(Some(hint.subject))
}

/// The resources asked for (RFC 8707 2), which must be the client's; else all of the client's; else the issuer. With
/// `openid` the issuer is among them, for userinfo.
pub(super) fn audience(rules: &Rules<'_>, scope: &Scope) -> Result<Vec<String>, Error> {
    let mut asked: Vec<String> = rules.given.all("resource").map(str::to_owned).collect();
    if asked.len() > RESOURCES {
        return Err(Error::new(ErrorCode::InvalidTarget, "The request names too many resources."));
    }
    asked.sort_unstable();
    asked.dedup();
    crate::oauth2::audience::settle(rules.client, &asked, scope, &rules.settings.issuer)
}
