//! The clients as oxide-auth sees them.

use std::borrow::Cow;

use oxide_auth::primitives::registrar::{
    BoundClient, ClientUrl, ExactUrl, PreGrant, RegisteredUrl, Registrar, RegistrarError,
};
use oxide_auth::primitives::scope::Scope as OxideScope;

use crate::config::Clients;
use crate::model::Scope;

/// Binds redirect URIs by bytes and negotiates scopes by the registration. Who a client is was settled before a
/// machine starts (`client_authentication`), so `check` only asks whether it exists.
pub(super) struct ClientRegistrar<'a>(pub(super) &'a Clients);

impl Registrar for ClientRegistrar<'_> {
    fn bound_redirect<'a>(&self, bound: ClientUrl<'a>) -> Result<BoundClient<'a>, RegistrarError> {
        let client = self.0.find(&bound.client_id).ok_or(RegistrarError::Unspecified)?;
        let uri = match &bound.redirect_uri {
            Some(given) => client.redirect_uri(given.as_str()),
            None => client.only_redirect_uri().map(str::to_owned),
        };
        let uri = uri.and_then(|uri| ExactUrl::new(uri).ok()).ok_or(RegistrarError::Unspecified)?;
        Ok(BoundClient { client_id: bound.client_id, redirect_uri: Cow::Owned(RegisteredUrl::Exact(uri)) })
    }

    fn negotiate(
        &self,
        bound: BoundClient<'_>,
        scope: Option<OxideScope>,
    ) -> Result<PreGrant, RegistrarError> {
        let client = self.0.find(&bound.client_id).ok_or(RegistrarError::Unspecified)?;
        let scope = match scope {
            Some(asked) if asked.iter().all(|token| client.scopes.contains(token)) => asked,
            Some(_) => return Err(RegistrarError::Unspecified),
            None => to_oxide(&default_scope(&client.scopes)).ok_or(RegistrarError::PrimitiveError)?,
        };
        Ok(PreGrant {
            client_id: bound.client_id.into_owned(),
            redirect_uri: bound.redirect_uri.into_owned(),
            scope,
        })
    }

    fn check(&self, client_id: &str, _passphrase: Option<&[u8]>) -> Result<(), RegistrarError> {
        self.0.find(client_id).map(|_| ()).ok_or(RegistrarError::Unspecified)
    }
}

/// What a client gets that names no scope (RFC 6749 3.3): what is registered for it, save what it must ask for.
pub(super) fn default_scope(registered: &Scope) -> Scope {
    registered.without(&["openid", "offline_access"])
}

/// The scope without its order.
pub(super) fn to_oxide(scope: &Scope) -> Option<OxideScope> {
    scope.to_string().parse().ok()
}
