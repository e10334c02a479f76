//! Who the client of a request to an endpoint is, by whichever method it is registered for.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::crypto::ClientJwt;
use crate::cx::{Refusal, Result};
use crate::model::{Client, Event};
use crate::oauth2::{Error, authenticate, claimed, named, spend};
use crate::web::visit::{FormFields, Visit};

/// The client, authenticated. An assertion is used up by this, whatever becomes of the request.
pub(super) async fn authenticated(
    visit: &Visit,
    form: &[(String, String)],
) -> Result<std::result::Result<Arc<Client>, Error>> {
    let env = visit.env();
    let (clients, authorization) = (env.clients.get(), visit.header("authorization"));
    let claimed = match claimed(&clients, authorization, form) {
        None => return Ok(authenticate(&clients, authorization, form, env.clock.now())),
        Some(Err(error)) => return Ok(Err(error)),
        Some(Ok(claimed)) => claimed,
    };
    let claims = match verified(visit, &claimed.client, &claimed.assertion, &claimed.entry()).await? {
        Ok(claims) => claims,
        Err(why) => return Ok(Err(claimed.refused(&why))),
    };
    let once = match claimed.check(&claims, &env.settings.issuer, env.clock.now()) {
        Ok(once) => once,
        Err(error) => return Ok(Err(error)),
    };
    let client = Arc::clone(&claimed.client);
    let spent = visit.protocol_work().write(move |cx| spend(cx, &client, once)).await?;
    Ok(spent.map(|()| claimed.client))
}

/// How long the client that a form names must wait, because it has failed too often from this address. Clients that do
/// not exist wait together, so that their names tell nothing (E06).
pub(super) fn patience(visit: &Visit, form: &[(String, String)]) -> Option<Duration> {
    let env = visit.env();
    if env.settings.token_failures_per_minute == 0 {
        return None;
    }
    visit.site().failures.wait_as(visit.peer(), &name(visit, form), env.clock.now())
}

/// Counts that a client was not authenticated, or that a grant of it was not good.
pub(super) fn count_failure(visit: &Visit) {
    if let Ok(FormFields(form)) = visit.form() {
        let now = visit.env().clock.now();
        let _spent = visit.site().failures.take_as(visit.peer(), &name(visit, &form), now);
    }
}

fn name(visit: &Visit, form: &[(String, String)]) -> String {
    let found = named(&visit.env().clients.get(), visit.header("authorization"), form);
    found.map(|client| client.id.clone()).unwrap_or_default()
}

/// The claims of a JWT that this client signed. That its keys could not be fetched, because nothing may be fetched from
/// there, is a fact of the event log.
pub(in crate::web) async fn verified(
    visit: &Visit,
    client: &Client,
    token: &str,
    entry: &ClientJwt<'_>,
) -> Result<std::result::Result<Map<String, Value>, Refusal>> {
    let env = visit.env();
    let verified = env.client_keys.verify(env, client, token, entry).await;
    if let Err(Refusal::NoKeys(Some(failure))) = &verified
        && failure.was_blocked()
    {
        let event = Event::new("outbound.blocked").for_client(&client.id).with("reason", failure.reason());
        visit.protocol_work().write(move |cx| cx.record(event)).await?;
    }
    Ok(verified)
}
