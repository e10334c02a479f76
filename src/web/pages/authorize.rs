//! The authorization endpoint (RFC 6749 3.1, OIDC Core 3.1.2).

use actix_web::http::Method;

use crate::cx::Result;
use crate::journey::{self, Step};
use crate::model::{AuthorizationParameters, TokenDigest};
use crate::oauth2::{AuthorizeError, Untrusted, authorize, pushed};
use crate::web::asked::{Resolved, resolve};
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};
use crate::web::{client, failure};

/// A request by GET: it meets the session of this browser, and goes home at once if nothing is missing. Only one that
/// must wait is stored, and counts.
pub(in crate::web) async fn arrive(visit: Visit) -> Result<Reply> {
    if let Some(wait) = visit.site().flows.wait(visit.peer(), visit.work().now()) {
        return failure::too_many_flows(&visit, wait.as_secs());
    }
    let (asked, pushed) = match check(&visit, visit.query()).await? {
        Ok(asked) => asked,
        Err(reply) => return Ok(reply),
    };
    let (visitor, client_id) = (visit.visitor(), asked.client_id.clone());
    let step = visit
        .work()
        .write(move |cx| match pushed {
            Some(digest) => journey::arrive_pushed(cx, &digest, asked, &visitor),
            None => journey::arrive(cx, asked, &visitor).map(Some),
        })
        .await?;
    let Some(step) = step else { return unusable(&visit, &client_id).await };
    if matches!(step, Step::Challenge(..) | Step::Choice(_) | Step::Consent(_)) {
        // The last one in the bucket may be somebody else's by now; then one more waits than was meant to.
        let _counted = visit.site().flows.take(visit.peer(), visit.work().now());
    }
    visit.go(&step)
}

/// A request by POST comes from another site, and so without our cookies: it is stored, and the browser follows it by
/// GET, with its cookies (decision 12).
pub(in crate::web) async fn arrive_by_form(visit: Visit) -> Result<Reply> {
    if let Err(wait) = visit.site().flows.take(visit.peer(), visit.work().now()) {
        return failure::too_many_flows(&visit, wait.as_secs());
    }
    let FormFields(form) = match visit.form() {
        Ok(form) => form,
        Err(problem) => return failure::body(&visit, problem),
    };
    let (asked, pushed) = match check(&visit, &form).await? {
        Ok(asked) => asked,
        Err(reply) => return Ok(reply),
    };
    let client_id = asked.client_id.clone();
    let step = visit
        .work()
        .write(move |cx| match pushed {
            Some(digest) => journey::park_pushed(cx, &digest, asked),
            None => journey::park(cx, asked).map(Some),
        })
        .await?;
    match step {
        Some(step) => visit.go(&step),
        None => unusable(&visit, &client_id).await,
    }
}

/// The request, and the digest of its name if its client had pushed it.
type Checked = std::result::Result<(AuthorizationParameters, Option<TokenDigest>), Reply>;

async fn check(visit: &Visit, parameters: &[(String, String)]) -> Result<Checked> {
    let checked = match resolve(visit, parameters).await? {
        Ok(Resolved { parameters, way, pushed }) => {
            let env = visit.env();
            let (clients, settings) = (env.clients.get(), &env.settings);
            authorize::check(&parameters, &clients, settings, &env.signing.get(), env.clock.now()).and_then(
                |asked| {
                    pushed::refuse_way(&asked, &parameters, &clients, settings, way)?;
                    Ok((asked, pushed))
                },
            )
        }
        Err(refusal) => Err(refusal),
    };
    Ok(match checked {
        Ok(asked) => Ok(asked),
        Err(AuthorizeError::Untrusted(untrusted)) => Err(reject(visit, &untrusted).await?),
        Err(AuthorizeError::Trusted(callback, error)) => {
            tracing::info!(
                error_id = error.code.name(),
                cause = error.cause,
                request_id = %visit.request_id(),
                "a request to the authorization endpoint was refused"
            );
            let arrival = journey::Arrival { callback: *callback, answer: Err(error) };
            Err(client::deliver(visit, &arrival)?)
        }
    })
}

/// The name of a pushed request that leads to nothing any more.
async fn unusable(visit: &Visit, client_id: &str) -> Result<Reply> {
    let client = visit.env().clients.get().find(client_id);
    reject(visit, &authorize::unusable_request_uri(client.as_ref())).await
}

/// A request that nobody is redirected for: a page, and a fact of the event log. It counts as one that waits, so that an
/// address cannot fill the log.
async fn reject(visit: &Visit, untrusted: &Untrusted) -> Result<Reply> {
    if visit.method() == Method::GET {
        let _counted = visit.site().flows.take(visit.peer(), visit.work().now());
    }
    let event = authorize::rejection(untrusted);
    // The page says what is wrong, also where the fact cannot be written.
    if let Err(fault) = visit.protocol_work().write(move |cx| cx.record(event)).await {
        failure::log(&fault, visit.request_id());
    }
    failure::untrusted(visit, untrusted)
}
