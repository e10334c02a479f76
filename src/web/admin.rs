//! The administration, in the shapes of Ory's APIs.
//!
//! Whatever is asked on this listener passes [`managed`], which asks for the key first: an address that is not in the
//! table of [`endpoints`] is no exception. Cookies mean nothing here, so there is nothing to forge (S7).

mod access;
mod bodies;
mod bulk;
mod clients;
mod credentials;
mod events;
mod go_duration;
mod identities;
mod identity;
mod input;
mod introspect;
mod invitations;
mod keys;
mod listing;
mod lock;
mod many_sessions;
mod messages;
mod paging;
mod passwords;
mod patch;
mod recovery;
mod refusal;
mod session;
mod sessions;
#[cfg(test)]
mod tests;
mod webhooks;

pub(super) use identity::Person;
pub(super) use session::shape as session_shape;

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, ServiceConfig};
use actix_web::{Route, guard};
use serde_json::json;

use super::reply::Reply;
use super::visit::Visit;
use refusal::{Answer, Refused};

type Handler = Rc<dyn Fn(Visit) -> Pin<Box<dyn Future<Output = Answer>>>>;

/// What is done when an address is asked by a method.
struct Endpoint {
    at: &'static str,
    method: Method,
    handler: Handler,
}

/// All of them; no other table of the administration exists.
fn endpoints() -> Vec<Endpoint> {
    vec![
        on(Method::GET, "/admin/identities", listing::list),
        on(Method::POST, "/admin/identities", identities::create),
        on(Method::PATCH, "/admin/identities", bulk::patch),
        on(Method::GET, "/admin/identities/by/external/{external_id}", identities::get_by_external_id),
        on(Method::GET, "/admin/identities/{id}", identities::get),
        on(Method::PUT, "/admin/identities/{id}", identities::replace),
        on(Method::PATCH, "/admin/identities/{id}", patch::patch),
        on(Method::DELETE, "/admin/identities/{id}", identities::delete),
        on(Method::GET, "/admin/identities/{id}/sessions", sessions::list),
        on(Method::DELETE, "/admin/identities/{id}/sessions", sessions::end_all),
        on(Method::GET, "/admin/identities/{id}/lock", lock::get),
        on(Method::DELETE, "/admin/identities/{id}/lock", lock::lift),
        on(Method::DELETE, "/admin/identities/{id}/credentials/{type}", credentials::delete),
        on(Method::GET, "/admin/sessions", sessions::all),
        on(Method::POST, "/admin/sessions", many_sessions::end),
        on(Method::GET, "/admin/sessions/{id}", sessions::get),
        on(Method::PATCH, "/admin/sessions/{id}/extend", sessions::extend),
        on(Method::DELETE, "/admin/sessions/{id}", sessions::end),
        on(Method::POST, "/admin/recovery/code", recovery::create_code),
        on(Method::POST, "/admin/recovery/link", recovery::create_link),
        on(Method::GET, "/admin/invitations", invitations::list),
        on(Method::POST, "/admin/invitations", invitations::create),
        on(Method::GET, "/admin/invitations/{id}", invitations::get),
        on(Method::DELETE, "/admin/invitations/{id}", invitations::revoke),
        on(Method::GET, "/admin/courier/messages", messages::list),
        on(Method::GET, "/admin/courier/messages/{id}", messages::get),
        on(Method::GET, "/admin/events", events::list),
        on(Method::GET, "/admin/webhook-deliveries", webhooks::list),
        on(Method::GET, "/admin/clients", clients::list),
        on(Method::GET, "/admin/clients/{id}", clients::get),
        on(Method::GET, "/admin/keys/{set}", keys::list),
        on(Method::POST, "/admin/keys/{set}", keys::create),
        on(Method::POST, "/admin/oauth2/introspect", introspect::introspect),
        on(Method::GET, "/version", version),
    ]
}

fn on<F, Fut>(method: Method, at: &'static str, handler: F) -> Endpoint
where
    F: Fn(Visit) -> Fut + 'static,
    Fut: Future<Output = Answer> + 'static,
{
    Endpoint { at, method, handler: Rc::new(move |visit| Box::pin(handler(visit))) }
}

/// The routes of the administration.
pub(super) fn routes(config: &mut ServiceConfig) {
    let mut rest = endpoints();
    while let Some(at) = rest.first().map(|endpoint| endpoint.at) {
        let (here, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|endpoint| endpoint.at == at);
        rest = others;
        let allowed = allowed(&here);
        let mut resource = web::resource(at);
        for Endpoint { method, handler, .. } in here {
            resource = resource.route(managed(by(&method), handler));
        }
        let other = move |_| refused(Refused::method_not_allowed(&allowed));
        config.service(resource.default_service(managed(web::route(), Rc::new(other))));
    }
    config.default_service(managed(web::route(), Rc::new(|_| refused(Refused::no_such_endpoint()))));
}

fn by(method: &Method) -> Route {
    if *method == Method::GET {
        return web::route().guard(guard::Any(guard::Get()).or(guard::Head()));
    }
    web::method(method.clone())
}

fn allowed(endpoints: &[Endpoint]) -> String {
    let methods = endpoints.iter().map(|endpoint| match endpoint.method {
        Method::GET => "GET, HEAD",
        ref other => other.as_str(),
    });
    methods.collect::<Vec<_>>().join(", ")
}

fn refused(why: Refused) -> Pin<Box<dyn Future<Output = Answer>>> {
    Box::pin(std::future::ready(Err(why.into())))
}

/// The one way to a handler: past the key.
fn managed(route: Route, handler: Handler) -> Route {
    route.to(move |visit: Visit| {
        let handler = Rc::clone(&handler);
        async move {
            let answer = match access::admit(&visit).await {
                Ok(()) => handler(visit.clone()).await,
                Err(stop) => Err(stop),
            };
            answer.unwrap_or_else(|stop| stop.told(&visit))
        }
    })
}

/// Which version serves.
async fn version(_visit: Visit) -> Answer {
    Ok(Reply::json(StatusCode::OK, &json!({"version": env!("CARGO_PKG_VERSION")}))?)
}
