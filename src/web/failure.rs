//! What went wrong, told to whom it concerns: a person by a page, a program by JSON. The log has the cause, once.

use std::sync::Arc;

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::language;
use super::page::{ErrorPage, Frame};
use super::reply::{Class, Reply};
use super::visit::{Arrived, BodyProblem, Visit};
use super::{Face, Site, path};
use crate::cx::{Fault, Result};
use crate::journey::{Lost, LostKind};
use crate::model::{Client, RequestId};
use crate::oauth2::{Untrusted, UntrustedKind};

/// A way onward: the id of its words, their values, and the address.
type Way = (String, Vec<(String, String)>, String);

/// A page about a failure, before it is rendered.
pub(super) struct Failure {
    id: &'static str,
    status: StatusCode,
    args: Vec<(String, String)>,
    primary: Option<Way>,
    secondary: Vec<(String, String)>,
    developer: Vec<(String, String)>,
    retry_after: Option<u64>,
}

impl Failure {
    pub(super) fn new(id: &'static str, status: StatusCode) -> Self {
        Self {
            id,
            status,
            args: Vec::new(),
            primary: None,
            secondary: Vec::new(),
            developer: Vec::new(),
            retry_after: None,
        }
    }

    /// Leads back to the client, by what it has registered, never by what came in a request.
    pub(super) fn back_to(mut self, client: Option<&Arc<Client>>, issuer: &str) -> Self {
        if let Some((client, url)) = client.and_then(|client| Some((client, start_of(client, issuer)?))) {
            let words = vec![("client".to_owned(), client.name.clone())];
            self.primary = Some(("go.client".to_owned(), words, url));
        }
        self
    }

    pub(super) fn or(mut self, words: &str, href: &str) -> Self {
        self.secondary.push((words.to_owned(), href.to_owned()));
        self
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.args.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn tell_developer(mut self, label: &str, value: impl Into<String>) -> Self {
        self.developer.push((label.to_owned(), value.into()));
        self
    }

    fn page(self, site: &Site, frame: Frame) -> Result<Reply> {
        let (status, id, retry_after) = (self.status, self.id, self.retry_after);
        let page = ErrorPage {
            id: id.to_owned(),
            args: self.args,
            status: status.as_u16(),
            primary: self.primary,
            secondary: self.secondary,
            at: frame.text.date(site.work().now()),
            frame,
            developer: self.developer,
            retry_after,
        };
        let reply = Reply::html(status, Class::FlowPage, &page)?.with_error_id(id);
        Ok(match retry_after {
            Some(seconds) => reply.with_retry_after(seconds),
            None => reply,
        })
    }

    pub(super) fn show(self, visit: &Visit) -> Result<Reply> {
        self.page(visit.site(), visit.frame())
    }
}

/// Where a sign-in to this client begins: its own address for that, or its front page.
pub(super) fn start_of(client: &Client, issuer: &str) -> Option<String> {
    if let Some(uri) = &client.initiate_login_uri {
        // OIDC Core 4: the client is told who sends it.
        let mut url = url::Url::parse(uri).ok()?;
        url.query_pairs_mut().append_pair("iss", issuer);
        return Some(url.into());
    }
    client.client_uri.clone()
}

/// A request that leads nowhere any more.
pub(super) fn lost(visit: &Visit, lost: &Lost) -> Result<Reply> {
    let (id, status) = match lost.kind {
        LostKind::Expired => ("request_expired", StatusCode::BAD_REQUEST),
        LostKind::Answered => ("request_answered", StatusCode::OK),
        LostKind::Unregistered => ("redirect_uri_mismatch", StatusCode::BAD_REQUEST),
        LostKind::Loop => ("loop", StatusCode::TOO_MANY_REQUESTS),
    };
    let mut failure = Failure::new(id, status).back_to(lost.client.as_ref(), &visit.settings().issuer);
    if let (LostKind::Loop, Some(error)) = (lost.kind, &lost.last_error) {
        failure = failure.tell_developer("Last answer of the token endpoint", error.as_str());
    }
    failure.or("go.account", path::ACCOUNT).show(visit)
}

/// A request that nobody may be redirected for.
pub(super) fn untrusted(visit: &Visit, untrusted: &Untrusted) -> Result<Reply> {
    let client = untrusted.client.as_ref();
    let mut failure = Failure::new(untrusted.kind.name(), StatusCode::BAD_REQUEST)
        .back_to(client, &visit.settings().issuer)
        .or("go.account", path::ACCOUNT);
    let development = visit.settings().is_development() || client.is_some_and(|client| client.development);
    if development {
        failure = failure.tell_developer("What happened", untrusted.error.description.as_str());
        if let Some(received) = &untrusted.received {
            failure = failure.tell_developer("Received", shortened(received));
        }
        if let (UntrustedKind::UnregisteredRedirectUri, Some(client)) = (untrusted.kind, client) {
            for uri in &client.redirect_uris {
                failure = failure.tell_developer("Registered", uri.as_str());
            }
            let received = untrusted.received.as_deref().unwrap_or_default();
            if let Some((nearest, why)) = client.nearest_redirect_uri(received) {
                failure = failure.tell_developer("Nearest", format!("{nearest}: {why}"));
            }
            failure = failure.tell_developer("Where to mend it", client.origin.as_str());
        }
    }
    tracing::warn!(
        error_id = untrusted.kind.name(),
        client_id = client.map(|client| client.id.as_str()),
        received = untrusted.received.as_deref().map(|text| visit.env().told_url(&shortened(text))),
        request_id = %visit.request_id(),
        "a request to the authorization endpoint was not trusted"
    );
    failure.show(visit)
}

fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(500).collect()
}

/// A form that another website sent. Nothing was read, and no cookie is set.
pub(super) fn cross_site(visit: &Visit) -> Result<Reply> {
    tracing::warn!(error_id = "cross_site", request_id = %visit.request_id(), "csrf.rejected");
    Failure::new("cross_site", StatusCode::FORBIDDEN).or("go.account", path::ACCOUNT).show(visit)
}

/// A body that cannot be read.
pub(super) fn body(visit: &Visit, problem: BodyProblem) -> Result<Reply> {
    let failure = match problem {
        BodyProblem::TooLarge => Failure::new("too_large", StatusCode::PAYLOAD_TOO_LARGE),
        BodyProblem::WrongType => Failure::new("unsupported_media_type", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        BodyProblem::Broken => Failure::new("request_broken", StatusCode::BAD_REQUEST),
    };
    failure.or("go.again", &visit.here()).or("go.account", path::ACCOUNT).show(visit)
}

/// Too many flows from one address.
pub(super) fn too_many_flows(visit: &Visit, seconds: u64) -> Result<Reply> {
    let mut failure = Failure::new("too_many_requests", StatusCode::TOO_MANY_REQUESTS);
    failure.retry_after = Some(seconds.max(1));
    failure.or("go.again", &visit.here()).show(visit)
}

/// Something that nobody expected, on a page.
pub(super) fn fault_page(visit: &Visit, fault: &Fault) -> Reply {
    log(fault, visit.request_id());
    let failure = match fault {
        Fault::Overloaded(wait) => {
            let mut failure = Failure::new("overloaded", StatusCode::SERVICE_UNAVAILABLE);
            failure.retry_after = Some(wait.as_secs().max(1));
            failure
        }
        passing if passing.is_passing() => {
            let mut failure = Failure::new("server_problem", StatusCode::SERVICE_UNAVAILABLE);
            failure.retry_after = Some(5);
            failure
        }
        _ => Failure::new("server_problem", StatusCode::INTERNAL_SERVER_ERROR),
    };
    let again = if visit.method() == Method::POST { path::ACCOUNT.to_owned() } else { visit.here() };
    failure.or("go.again", &again).show(visit).unwrap_or_else(|why| {
        log(&why, visit.request_id());
        Reply::empty(StatusCode::INTERNAL_SERVER_ERROR)
    })
}

/// Writes a fault to the log.
pub(super) fn log(fault: &Fault, request_id: RequestId) {
    if fault.is_passing() {
        tracing::warn!(%request_id, error_id = "unavailable", cause = %fault, "a request could not be served now");
    } else {
        tracing::error!(%request_id, error_id = "fault", cause = %fault, "a request met a fault");
    }
}

/// Nothing stands at this address.
pub(super) fn not_found(visit: &Visit) -> Result<Reply> {
    Failure::new("not_found", StatusCode::NOT_FOUND)
        .or("go.account", path::ACCOUNT)
        .or("go.sign_in", path::LOGIN)
        .show(visit)
}

/// The address is used in another way.
pub(super) fn method_not_allowed(visit: &Visit) -> Result<Reply> {
    Failure::new("method_not_allowed", StatusCode::METHOD_NOT_ALLOWED)
        .or("go.account", path::ACCOUNT)
        .show(visit)
}

/// An error of Ory's shape, for the administration and for what looks for it.
pub(crate) fn ory(status: StatusCode, id: &str, reason: &str, request_id: RequestId) -> Value {
    json!({
        "error": {
            "code": status.as_u16(),
            "status": status.canonical_reason().unwrap_or_default(),
            "id": id,
            "request": request_id.to_string(),
            "reason": reason,
            "message": reason,
        }
    })
}

fn id_of(request: &HttpRequest) -> RequestId {
    let arrived = request.extensions().get::<Arrived>().copied();
    arrived.map_or_else(|| RequestId::from_uuid(uuid::Uuid::nil()), |arrived| arrived.request_id)
}

/// What stands around a page that is made before there is a visit.
fn frame_of(site: &Site, face: Face, request: &HttpRequest) -> Frame {
    let text = language::of_face(&site.work().env().settings, face, request.headers());
    site.frame(id_of(request), text)
}

/// A request for another host.
pub(super) fn wrong_host(request: &HttpRequest, site: &Site, face: Face, host: &str) -> HttpResponse {
    let settings = &site.work().env().settings;
    let (status, id) = (StatusCode::MISDIRECTED_REQUEST, id_of(request));
    let reply = if face == Face::Admin || super::is_api(request.path()) {
        let reason = "This host name is not the one that this service is set up for.";
        Reply::json(status, &ory(status, "wrong_host", reason, id))
            .map(|reply| reply.with_error_id("wrong_host"))
    } else {
        let right = format!(
            "{}{}",
            settings.issuer,
            request.uri().path_and_query().map_or("/", |here| here.as_str())
        );
        let mut failure = Failure::new("wrong_host", status)
            .with("host", &shortened(host))
            .with("issuer", &settings.issuer);
        failure.primary = Some(("go.right_address".to_owned(), Vec::new(), right));
        failure.page(site, frame_of(site, face, request))
    };
    finish(reply, settings.is_https() && face == Face::Public)
}

/// The administration without keys, asked by another site's page.
pub(super) fn foreign_origin(request: &HttpRequest) -> HttpResponse {
    let status = StatusCode::FORBIDDEN;
    let reason = "The administration without API keys does not answer to web pages.";
    let reply = Reply::json(status, &ory(status, "foreign_origin", reason, id_of(request)))
        .map(|reply| reply.with_error_id("foreign_origin"));
    finish(reply, false)
}

/// An address that asks for too much.
pub(super) fn too_many(request: &HttpRequest, site: &Site, seconds: u64) -> HttpResponse {
    let status = StatusCode::TOO_MANY_REQUESTS;
    let reply = if super::is_api(request.path()) {
        let body = json!({
            "error": "temporarily_unavailable",
            "error_description": "Too many requests from this address.",
            "error_id": "too_many_requests",
            "request_id": id_of(request).to_string(),
        });
        Reply::json(status, &body).map(|reply| {
            let reply = super::cors(reply, site, request.headers());
            reply.with_error_id("too_many_requests").with_retry_after(seconds)
        })
    } else {
        let mut failure = Failure::new("too_many_requests", status);
        failure.retry_after = Some(seconds.max(1));
        failure.or("go.account", path::ACCOUNT).page(site, frame_of(site, Face::Public, request))
    };
    finish(reply, site.work().env().settings.is_https())
}

fn finish(reply: Result<Reply>, https: bool) -> HttpResponse {
    reply.unwrap_or_else(|_| Reply::empty(StatusCode::INTERNAL_SERVER_ERROR)).into_response(https)
}
