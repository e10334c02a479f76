//! The rules of single parameters, each a function that can be read beside its paragraph.

use std::borrow::Cow;

use oxide_auth::code_grant::extensions::Pkce;
use oxide_auth::primitives::grant::Extensions;

use crate::config::Settings;
use crate::crypto::SigningKeys;
use crate::model::{
    Assurance, ClaimsRequest, Client, GrantType, Instant, Prompt, ResponseMode, ResponseType, Scope,
};
use crate::oauth2::parameters::Parameters;
use crate::oauth2::{Error, ErrorCode, id_token, standard_claims};

/// The longest values, in bytes.
const LIMITS: [(&str, usize); 9] = [
    ("state", 2048),
    ("nonce", 1024),
    ("scope", 4096),
    ("login_hint", 320),
    ("ui_locales", 256),
    ("acr_values", 256),
    ("claims", 4096),
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
    pub(super) hinted_subject: Option<String>,
    pub(super) claims: ClaimsRequest,
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

/// What the answer is made of, and how it comes back: only what the client is registered for (RFC 6749 4.1.1, OAuth 2.0
/// Multiple Response Types 2.1).
pub(super) fn response(rules: &Rules<'_>) -> Result<(ResponseType, ResponseMode), Error> {
    let Some(text) = rules.given.get("response_type") else {
        return Err(refuse("The request has no response_type."));
    };
    let unsupported = |text: &str| Error::new(ErrorCode::UnsupportedResponseType, text);
    let asked =
        ResponseType::parse(text).ok_or_else(|| unsupported("There is no such response_type here."))?;
    if asked.has_code() && !rules.client.may_use(GrantType::AuthorizationCode) {
        let text = "The client is not registered for the grant type authorization_code.";
        return Err(Error::new(ErrorCode::UnauthorizedClient, text));
    }
    if !rules.client.response_types.contains(&asked) {
        return Err(unsupported("The client is not registered for this response_type."));
    }
    let mode = match rules.given.get("response_mode") {
        None => Some(asked.usual_mode()),
        Some(text) => ResponseMode::parse(text),
    };
    let mode = mode
        .filter(|mode| rules.client.response_modes.contains(mode))
        .ok_or_else(|| refuse("The client is not registered for this response_mode."))?;
    if asked.is_front_channel() && mode == ResponseMode::Query {
        return Err(refuse("Tokens never come back in the query."));
    }
    Ok((asked, mode))
}

/// The way on which a refusal comes back: that of the answer, if the request is good so far, else the query. Nobody turns
/// an answer to another way than the client is registered for (M02).
pub(super) fn response_mode(given: &Parameters<'_>, client: &Client) -> ResponseMode {
    let kind = given.get("response_type").and_then(ResponseType::parse);
    let kind = kind.filter(|kind| client.response_types.contains(kind));
    let Some(kind) = kind.filter(|_| !given.repeats("response_type")) else { return ResponseMode::Query };
    let named = match given.get("response_mode") {
        None => Some(kind.usual_mode()),
        Some(text) => ResponseMode::parse(text).filter(|mode| {
            client.response_modes.contains(mode) && !(kind.is_front_channel() && *mode == ResponseMode::Query)
        }),
    };
    named.filter(|_| !given.repeats("response_mode")).unwrap_or(kind.usual_mode())
}

/// Tokens that the browser carries are bound to the request by `nonce`, and ID tokens need `openid` (OIDC Core 3.2.2.1,
/// 3.3.2.1).
pub(super) fn front_channel(rules: &Rules<'_>, asked: ResponseType, scope: &Scope) -> Result<(), Error> {
    if !asked.is_front_channel() {
        return Ok(());
    }
    if !scope.contains("openid") {
        return Err(refuse("This response_type needs the scope openid."));
    }
    if asked.has_id_token() && rules.given.get("nonce").is_none() {
        return Err(refuse("This response_type needs a nonce."));
    }
    Ok(())
}

/// Everything that OIDC and PKCE add; the machine's "extensions".
pub(super) fn extend(
    rules: &Rules<'_>,
    asked: ResponseType,
    extensions: &mut Extensions,
) -> Result<Settled, Error> {
    request_objects(rules)?;
    // Without a code there is nothing to prove.
    let code_challenge = if asked.has_code() { pkce(rules, extensions)? } else { None };
    let prompt = prompt(rules)?;
    let claims = claims(rules)?;
    let hinted_subject = id_token_hint(rules)?
        .or_else(|| claims.id_token.get("sub").and_then(|sub| sub.texts().next()).map(str::to_owned));
    Ok(Settled {
        code_challenge,
        prompt,
        max_age: max_age(rules)?,
        hinted_subject,
        claims: standard_claims::permitted(claims, rules.client),
    })
}

/// Single claims (OIDC Core 5.5). A level of authentication that the client cannot do without must be one that can be
/// reached here (OIDC Unmet Authentication Requirements 1.0).
fn claims(rules: &Rules<'_>) -> Result<ClaimsRequest, Error> {
    let Some(text) = rules.given.get("claims") else { return Ok(ClaimsRequest::default()) };
    let asked = ClaimsRequest::parse(text)
        .map_err(|_| refuse("The claims parameter is no JSON object of the form of OpenID Connect."))?;
    if let Some(acr) = asked.id_token.get("acr")
        && acr.essential
        && !acr.values.is_empty()
        && !acr.texts().any(|level| Assurance::OFFERED.iter().any(|offered| offered.name() == level))
    {
        let text = "No sign-in here reaches the level of authentication that is asked for.";
        return Err(Error::new(ErrorCode::UnmetAuthenticationRequirements, text));
    }
    Ok(asked)
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
fn id_token_hint(rules: &Rules<'_>) -> Result<Option<String>, Error> {
    let Some(hint) = rules.given.get("id_token_hint") else { return Ok(None) };
    let hint = id_token::read(hint, rules.settings, rules.keys, rules.now)
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
