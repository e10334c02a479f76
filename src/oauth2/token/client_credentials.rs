//! `grant_type=client_credentials`: a client acts for itself.

use std::borrow::Cow;

use oxide_auth::code_grant::client_credentials::{ClientCredentials as Machine, Input, Output, Request};
use oxide_auth::primitives::grant::Extensions;
use oxide_auth::primitives::registrar::{BoundClient, ExactUrl, PreGrant, RegisteredUrl};

use super::mint::{Order, Unsigned};
use crate::cx::Env;
use crate::model::{Client, Instant, Scope};
use crate::oauth2::parameters::Parameters;
use crate::oauth2::registrar::{default_scope, to_oxide};
use crate::oauth2::{Error, ErrorCode, audience};

pub(super) fn grant(
    env: &Env,
    client: &Client,
    form: &Parameters<'_>,
    now: Instant,
) -> Result<Unsigned, Error> {
    if client.is_public() {
        let text = "A public client cannot act for itself.";
        return Err(Error::new(ErrorCode::UnauthorizedClient, text));
    }
    let scope = negotiated(client, form)?;
    let asked: Vec<String> = form.all("resource").map(str::to_owned).collect();
    let audience = audience::settle(client, &asked, &scope, &env.settings.issuer)?;
    Ok(Unsigned::new(env, Order { client, grant: None, scope, audience, now }))
}

/// Steps oxide-auth's machine; answers the scope.
fn negotiated(client: &Client, form: &Parameters<'_>) -> Result<Scope, Error> {
    let scope = match form.get("scope") {
        None => default_scope(&client.scopes),
        Some(asked) => Scope::parse(asked).map_err(|_| {
            Error::new(ErrorCode::InvalidScope, "The scope holds a character that scopes do not have.")
        })?,
    };
    let request = MachineRequest { client, form };
    let mut machine = Machine::new(&request);
    let mut input = Input::None;
    loop {
        input = match machine.advance(input) {
            // The client was authenticated before.
            Output::Authenticate { .. } => Input::Authenticated,
            Output::Binding { client_id } => {
                // The machine wants a URL, which nobody follows.
                let url = ExactUrl::new("https://unused.invalid/".to_owned()).map_err(|_| unexpected())?;
                let redirect_uri = Cow::Owned(RegisteredUrl::Exact(url));
                Input::Bound {
                    bound_client: BoundClient { client_id: Cow::Owned(client_id.to_owned()), redirect_uri },
                }
            }
            Output::Extend => Input::Extended { extensions: Extensions::new() },
            Output::Negotiate { bound_client, .. } => {
                // People's scopes mean nothing without a person.
                if !client.scopes.covers(&scope)
                    || scope.contains("openid")
                    || scope.contains("offline_access")
                {
                    let text = "The client may not have one of the scopes for itself.";
                    return Err(Error::new(ErrorCode::InvalidScope, text));
                }
                let pre_grant = PreGrant {
                    client_id: bound_client.client_id.to_string(),
                    redirect_uri: bound_client.redirect_uri.clone().into_owned(),
                    scope: to_oxide(&scope).ok_or_else(unexpected)?,
                };
                Input::Negotiated { pre_grant }
            }
            Output::Ok { .. } => return Ok(scope),
            Output::Err(_) => return Err(unexpected()),
        };
    }
}

fn unexpected() -> Error {
    Error::new(ErrorCode::ServerError, "The request could not be checked.")
        .because("oxide-auth stopped a client_credentials request that was found good")
}

/// The request as the machine reads it: the client is known.
struct MachineRequest<'a> {
    client: &'a Client,
    form: &'a Parameters<'a>,
}

impl Request for MachineRequest<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn authorization(&self) -> Option<(Cow<'_, str>, Cow<'_, [u8]>)> {
        Some((Cow::Borrowed(&self.client.id), Cow::Borrowed(&[])))
    }

    fn scope(&self) -> Option<Cow<'_, str>> {
        self.form.get("scope").map(Cow::Borrowed)
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        self.form.get("grant_type").map(Cow::Borrowed)
    }

    fn extension(&self, _key: &str) -> Option<Cow<'_, str>> {
        // The machine asks for client_id and client_secret only, which were looked at before.
        None
    }
}
