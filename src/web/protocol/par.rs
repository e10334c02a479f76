//! The endpoint for pushed authorization requests (RFC 9126 2).

use actix_web::http::StatusCode;
use serde_json::json;

use super::client::authenticated;
use super::{refuse, too_many};
use crate::cx::Result;
use crate::model::PUSHED_REQUEST;
use crate::oauth2::pushed::{self, Way};
use crate::oauth2::{AuthorizeError, Error, authorize};
use crate::web::asked::resolve;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

/// Keeps a request that is good, and names it.
pub(super) async fn push(visit: Visit, FormFields(form): FormFields) -> Result<Reply> {
    let client = match authenticated(&visit, &form).await? {
        Ok(client) => client,
        Err(error) => return refuse(&visit, &error),
    };
    let parameters = match pushed::parameters(&client, &form) {
        Ok(parameters) => parameters,
        Err(error) => return refuse(&visit, &error),
    };
    let resolved = match resolve(&visit, &parameters).await? {
        Ok(resolved) => resolved,
        Err(refusal) => return refuse(&visit, &told_here(refusal)),
    };
    let env = visit.env();
    let (clients, keys) = (env.clients.get(), env.signing.get());
    let checked = authorize::check(&resolved.parameters, &clients, &env.settings, &keys, env.clock.now());
    if let Err(refusal) = checked {
        return refuse(&visit, &told_here(refusal));
    }
    if let Err(error) = pushed::check_way(&client, Way { pushed: true, ..resolved.way }) {
        return refuse(&visit, &error);
    }
    // Each request is a row, and a public client shows nothing that others could not.
    if client.is_public()
        && let Err(wait) = visit.site().flows.take(visit.peer(), env.clock.now())
    {
        return too_many(&visit, wait);
    }
    let parameters = resolved.parameters.into_owned();
    let uri = visit.protocol_work().write(move |cx| pushed::keep(cx, &client, parameters)).await?;
    let body = json!({ "request_uri": uri, "expires_in": PUSHED_REQUEST.as_secs() });
    Reply::json(StatusCode::CREATED, &body)
}

/// Here the client itself asks, and hears of everything (RFC 9126 2.3).
fn told_here(refusal: AuthorizeError) -> Error {
    match refusal {
        AuthorizeError::Untrusted(untrusted) => untrusted.error,
        AuthorizeError::Trusted(_, error) => error,
    }
}
