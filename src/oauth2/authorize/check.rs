//! Drives oxide-auth's machine of the authorization endpoint up to the point where the person's answer is missing.

use std::borrow::Cow;
use std::sync::Arc;

use oxide_auth::code_grant::authorization::{Authorization, Error as MachineError, Input, Output, Request};
use oxide_auth::primitives::grant::Extensions;
use oxide_auth::primitives::registrar::{ClientUrl, Registrar};

use super::rules::{self, Rules};
use crate::config::{Clients, Settings};
use crate::crypto::SigningKeys;
use crate::model::{AuthorizationParameters, Client, Instant, Scope};
use crate::oauth2::parameters::Parameters;
use crate::oauth2::registrar::{ClientRegistrar, default_scope};
use crate::oauth2::{AuthorizeError, Callback, Error, ErrorCode, Untrusted, UntrustedKind};

/// Checks a request for everything that does not depend on the person.
pub fn check(
    parameters: &[(String, String)],
    clients: &Clients,
    settings: &Settings,
    keys: &SigningKeys,
    now: Instant,
) -> Result<AuthorizationParameters, AuthorizeError> {
    let given = Parameters::new(parameters);
    let (client, redirect_uri, callback) = way_back(&given, clients, settings)?;
    let rules = Rules { given: &given, client: &client, settings, keys, now };
    drive(&rules, clients, redirect_uri).map_err(|error| AuthorizeError::Trusted(Box::new(callback), error))
}

/// The refusal of a request for a reason that lies outside its single parameters; it goes to the client if the request
/// can be trusted with that.
pub fn refuse(
    parameters: &[(String, String)],
    clients: &Clients,
    settings: &Settings,
    error: Error,
) -> AuthorizeError {
    match way_back(&Parameters::new(parameters), clients, settings) {
        Ok((.., callback)) => AuthorizeError::Trusted(Box::new(callback), error),
        Err(untrusted) => untrusted,
    }
}

/// A `request_uri` of ours that leads to no request (RFC 9126 4).
pub fn unusable_request_uri(client: Option<&Arc<Client>>) -> Untrusted {
    let text = "The request_uri is unknown, used, too old, or was given to another client.";
    not_trusted(UntrustedKind::UnusableRequestUri, client, None, text)
}

/// The client and the URI that every answer goes to.
fn way_back(
    given: &Parameters<'_>,
    clients: &Clients,
    settings: &Settings,
) -> Result<(Arc<Client>, String, Callback), AuthorizeError> {
    let client = known_client(given, clients)?;
    let redirect_uri = known_redirect_uri(given, &client)?;
    let state = if given.repeats("state") { None } else { given.get("state") };
    let mode = rules::response_mode(given, &client);
    let callback = Callback::trusted(&client, &redirect_uri, mode, state, &settings.issuer);
    Ok((client, redirect_uri, callback))
}

/// Steps the machine. Its own refusals are mapped by the step at which they came.
fn drive(
    rules: &Rules<'_>,
    clients: &Clients,
    redirect_uri: String,
) -> Result<AuthorizationParameters, Error> {
    let registrar = ClientRegistrar(clients);
    rules::form(rules)?;
    let (response_type, response_mode) = rules::response(rules)?;
    let request = MachineRequest { given: rules.given, redirect_uri: &redirect_uri };
    let mut machine = Authorization::new(&request);
    let mut input = Input::None;
    let mut settled = None;
    loop {
        input = match machine.advance(input) {
            Output::Bind { client_id, redirect_uri } => {
                let url =
                    ClientUrl { client_id: client_id.into(), redirect_uri: redirect_uri.map(Cow::Owned) };
                let bound_client = registrar.bound_redirect(url).map_err(|_| unexpected("binding"))?;
                Input::Bound { request: &request, bound_client }
            }
            Output::Extend => {
                let mut extensions = Extensions::new();
                settled = Some(rules::extend(rules, response_type, &mut extensions)?);
                Input::Extended(extensions)
            }
            Output::Negotiate { bound_client, scope } => {
                let pre_grant = registrar.negotiate(bound_client.clone(), scope).map_err(|_| {
                    Error::new(ErrorCode::InvalidScope, "The client is not registered for one of the scopes.")
                })?;
                Input::Negotiated { pre_grant, state: rules.given.get("state").map(str::to_owned) }
            }
            Output::Ok { pre_grant, state, .. } => {
                let settled = settled.ok_or_else(|| unexpected("the end"))?;
                // The machine keeps scopes as a set; their order is the client's.
                let scope = match rules.given.get("scope") {
                    Some(scope) => Scope::parse(scope).map_err(|_| malformed_scope())?,
                    None => default_scope(&rules.client.scopes),
                };
                if scope.is_empty() {
                    return Err(Error::new(ErrorCode::InvalidScope, "The request names no scope."));
                }
                rules::front_channel(rules, response_type, &scope)?;
                let audience = rules::audience(rules, &scope)?;
                return Ok(AuthorizationParameters {
                    client_id: pre_grant.client_id,
                    redirect_uri_given: rules.given.get("redirect_uri").is_some(),
                    redirect_uri,
                    response_type,
                    response_mode,
                    scope,
                    state,
                    nonce: rules.given.get("nonce").map(str::to_owned),
                    code_challenge: settled.code_challenge,
                    prompt: settled.prompt,
                    max_age: settled.max_age,
                    login_hint: rules.given.get("login_hint").map(str::to_owned),
                    ui_locales: rules.given.get("ui_locales").map(str::to_owned),
                    acr_values: rules.given.get("acr_values").map(str::to_owned),
                    hinted_subject: settled.hinted_subject,
                    claims: settled.claims,
                    audience,
                });
            }
            // The response type is good already: of what the machine itself checks, the scope's form is left.
            Output::Err(MachineError::Redirect(_)) => return Err(malformed_scope()),
            Output::Err(MachineError::Ignore | MachineError::PrimitiveError) => {
                return Err(unexpected("the machine"));
            }
        };
    }
}

fn malformed_scope() -> Error {
    Error::new(ErrorCode::InvalidScope, "The scope holds a character that scopes do not have.")
}

fn unexpected(step: &str) -> Error {
    Error::new(ErrorCode::ServerError, "The request could not be checked.")
        .because(format!("oxide-auth stopped at {step} after the request was found good"))
}

/// The client that the request names (RFC 6749 4.1.2.1: otherwise nobody is redirected).
pub(in crate::oauth2) fn known_client(
    given: &Parameters<'_>,
    clients: &Clients,
) -> Result<Arc<Client>, AuthorizeError> {
    if given.repeats("client_id") {
        return Err(untrusted(
            UntrustedKind::DuplicateParameter,
            None,
            None,
            "client_id came more than once.",
        ));
    }
    let Some(id) = given.get("client_id") else {
        return Err(untrusted(UntrustedKind::MissingClient, None, None, "The request has no client_id."));
    };
    clients.find(id).ok_or_else(|| {
        untrusted(
            UntrustedKind::UnknownClient,
            None,
            Some(id),
            "No client is registered under this client_id.",
        )
    })
}

/// The URI that the answer goes to: equal to a registered one byte for byte (RFC 9700 2.1), save the port of a
/// native client's loopback address (RFC 8252 7.3).
fn known_redirect_uri(given: &Parameters<'_>, client: &Arc<Client>) -> Result<String, AuthorizeError> {
    let client_known = Some(client);
    if given.repeats("redirect_uri") {
        let text = "redirect_uri came more than once.";
        return Err(untrusted(UntrustedKind::DuplicateParameter, client_known, None, text));
    }
    let Some(uri) = given.get("redirect_uri") else {
        // OIDC demands the parameter; OAuth2 alone lets a client with a single URI leave it out.
        let openid = given.all("scope").any(|scope| scope.split(' ').any(|token| token == "openid"));
        let only = client.only_redirect_uri().filter(|_| !openid).map(str::to_owned);
        let text = "The request has no redirect_uri.";
        return only.ok_or_else(|| untrusted(UntrustedKind::MissingRedirectUri, client_known, None, text));
    };
    client.redirect_uri(uri).filter(|uri| url::Url::parse(uri).is_ok()).ok_or_else(|| {
        let text = "The redirect_uri is not registered for this client.";
        untrusted(UntrustedKind::UnregisteredRedirectUri, client_known, Some(uri), text)
    })
}

fn untrusted(
    kind: UntrustedKind,
    client: Option<&Arc<Client>>,
    received: Option<&str>,
    description: &str,
) -> AuthorizeError {
    AuthorizeError::Untrusted(Box::new(not_trusted(kind, client, received, description)))
}

fn not_trusted(
    kind: UntrustedKind,
    client: Option<&Arc<Client>>,
    received: Option<&str>,
    description: &str,
) -> Untrusted {
    let code = match kind {
        UntrustedKind::UnknownClient => ErrorCode::InvalidClient,
        UntrustedKind::UnusableRequestUri => ErrorCode::InvalidRequestUri,
        _ => ErrorCode::InvalidRequest,
    };
    Untrusted {
        kind,
        client: client.cloned(),
        received: received.map(str::to_owned),
        error: Error::new(code, description).named(kind.name()),
    }
}

/// The request as the machine reads it.
struct MachineRequest<'a> {
    given: &'a Parameters<'a>,
    redirect_uri: &'a str,
}

impl Request for MachineRequest<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn client_id(&self) -> Option<Cow<'_, str>> {
        self.given.get("client_id").map(Cow::Borrowed)
    }

    fn scope(&self) -> Option<Cow<'_, str>> {
        self.given.get("scope").map(Cow::Borrowed)
    }

    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.redirect_uri))
    }

    fn state(&self) -> Option<Cow<'_, str>> {
        self.given.get("state").map(Cow::Borrowed)
    }

    fn response_type(&self) -> Option<Cow<'_, str>> {
        // The machine knows only this one; the others were looked at before.
        Some(Cow::Borrowed("code"))
    }

    fn extension(&self, key: &str) -> Option<Cow<'_, str>> {
        self.given.get(key).map(Cow::Borrowed)
    }
}
