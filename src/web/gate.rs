//! What every request passes first: an id, the right host, a limit, and one line in the log.

use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::{self, Bytes};
use actix_web::{HttpMessage as _, HttpResponse};

use super::body::Unread;
use super::cookies::Cookies;
use super::patience::{Connection, InHand};
use super::reply::ErrorId;
use super::visit::Arrived;
use super::{Face, Site, assets, cookies, failure};
use crate::config::Settings;
use crate::cx::Env;
use crate::model::{Instant, RequestId};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The gate of the public listener.
pub(super) async fn public(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    pass(Face::Public, request, next).await
}

/// The gate of the admin listener.
pub(super) async fn admin(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    pass(Face::Admin, request, next).await
}

async fn pass(
    face: Face,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(site) = request.app_data::<web::Data<Site>>().cloned() else {
        return Err(actix_web::error::ErrorInternalServerError("no site"));
    };
    let _in_hand = request.conn_data::<Rc<Connection>>().map(InHand::new);
    let env = site.work().env();
    let (request_id, begun) = (RequestId::from_uuid(env.random.uuid()), env.clock.now());
    let peer = peer(&request, &env.settings);
    request.extensions_mut().insert(Arrived { request_id, peer, face });
    let method = request.method().clone();
    if request.headers().contains_key(header::COOKIE) {
        let cookies = Rc::new(cookies::read(request.headers(), &env.settings));
        request.extensions_mut().insert(cookies);
    }
    let told = Told::of(&request, env);
    let refused = refuse(&site, face, &request, peer, begun);
    let mut response = match refused {
        Some(answer) => request.into_response(answer),
        None => next.call(request).await?,
    };
    let unread = response.request().extensions_mut().remove::<Unread>();
    if let Some(payload) = unread {
        response = response.map_body(|_, body| BoxBody::new(BodyBesideUnread { body, _payload: payload }));
    }
    let request_id = request_id.to_string();
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let error_id = response.response().extensions().get::<ErrorId>().map(|id| id.0.clone());
    let route = response.request().match_pattern().unwrap_or_else(|| "-".to_owned());
    tracing::info!(
        target: "wayhome::access",
        listener = face.name(),
        method = method.as_str(),
        route,
        status = response.status().as_u16(),
        request_id = %request_id,
        error_id,
        peer = %peer,
        session = told.session,
        bearer = told.bearer,
        path = told.path,
        query = told.query,
        duration_ms = env.clock.now().since(begun).as_secs_f64() * 1000.0,
        "request"
    );
    Ok(response)
}

/// What the log says of what came: marks of secrets, and while queries are shown the address.
#[derive(Default)]
struct Told {
    session: Option<String>,
    bearer: Option<String>,
    path: Option<String>,
    query: Option<String>,
}

impl Told {
    fn of(request: &ServiceRequest, env: &Env) -> Self {
        let headers = request.headers();
        let session = request.extensions().get::<Rc<Cookies>>().and_then(|cookies| cookies.session);
        let bearer = headers.get(header::AUTHORIZATION).and_then(|value| {
            let (scheme, token) = value.as_bytes().split_at_checked(7)?;
            scheme.eq_ignore_ascii_case(b"bearer ").then(|| env.mark(token))
        });
        let query = env.told_query(request.query_string());
        Self {
            session: session.map(|digest| env.mark(digest.as_bytes())),
            bearer,
            path: query.is_some().then(|| request.path().to_owned()),
            query,
        }
    }
}

/// An answer to a request whose body was not read to its end, which is held until the answer is sent.
struct BodyBesideUnread {
    body: BoxBody,
    _payload: Unread,
}

impl MessageBody for BodyBesideUnread {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(cx)
    }
}

fn refuse(
    site: &Site,
    face: Face,
    request: &ServiceRequest,
    peer: IpAddr,
    now: Instant,
) -> Option<HttpResponse> {
    let health = request.path().starts_with("/health/");
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let settings = &site.work().env().settings;
    // The page that leads to the right name needs its styles.
    let asset = face == Face::Public && assets::find(request.path()).is_some();
    if !health && !asset && !host_is_right(face, host, settings) {
        return Some(failure::wrong_host(request.request(), site, face, host));
    }
    if face == Face::Admin && is_rebinding(request.headers(), settings) {
        return Some(failure::foreign_origin(request.request()));
    }
    if !health
        && face == Face::Public
        && let Err(wait) = site.requests.take(peer, now)
    {
        return Some(failure::too_many(request.request(), site, wait.as_secs()));
    }
    None
}

/// The public face answers to the name of the issuer only (Z5, H01). The admin face stands behind its own name and
/// an API key; without keys, in development, only this machine's names will do (decision 29).
fn host_is_right(face: Face, host: &str, settings: &Settings) -> bool {
    match face {
        Face::Public => {
            let usual = if settings.is_https() { ":443" } else { ":80" };
            let (asked, own) = (host.strip_suffix(usual).unwrap_or(host), settings.host());
            asked.eq_ignore_ascii_case(own.strip_suffix(usual).unwrap_or(own))
        }
        Face::Admin => {
            let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
            settings.require_admin_key || matches!(name, "localhost" | "127.0.0.1" | "[::1]")
        }
    }
}

/// Without API keys, a page of another site must not reach the administration through somebody's browser.
fn is_rebinding(headers: &HeaderMap, settings: &Settings) -> bool {
    !settings.require_admin_key
        && (headers.contains_key(header::ORIGIN)
            || headers.get("sec-fetch-site").is_some_and(|site| site != "none" && site != "same-origin"))
}

/// Who really calls: the peer, or what trusted proxies say, read from the right (H02). Garbage is the peer.
fn peer(request: &ServiceRequest, settings: &Settings) -> IpAddr {
    let direct = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.ip());
    let trusted = |address: &IpAddr| {
        settings.trusted_proxies.iter().any(|network| network.contains(&address.to_canonical()))
    };
    if !trusted(&direct) {
        return direct;
    }
    let mut lines = request.headers().get_all("x-forwarded-for");
    let (Some(line), None) = (lines.next(), lines.next()) else { return direct };
    let Ok(line) = line.to_str() else { return direct };
    let hops: Option<Vec<IpAddr>> = line.split(',').map(|hop| hop.trim().parse().ok()).collect();
    let Some(hops) = hops else { return direct };
    hops.iter().rev().find(|hop| !trusted(hop)).or(hops.first()).copied().unwrap_or(direct)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use actix_web::test::TestRequest;

    use super::*;
    use crate::config::{Mode, Sources};

    fn settings(variables: &[(&str, &str)]) -> Settings {
        let environment: BTreeMap<String, String> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Settings::load(Mode::Development, &Sources { environment, ..Sources::default() }).0.unwrap()
    }

    fn seen(forwarded: &[&str], from: &str) -> String {
        let settings = settings(&[("WAYHOME__SERVER__TRUSTED_PROXIES", "10.0.0.0/8")]);
        let mut request = TestRequest::default().peer_addr(format!("{from}:1").parse().unwrap());
        for line in forwarded {
            request = request.append_header(("X-Forwarded-For", *line));
        }
        peer(&request.to_srv_request(), &settings).to_string()
    }

    #[test]
    fn sec_h02_only_trusted_proxies_say_who_calls_and_garbage_is_no_bypass() {
        assert_eq!(seen(&["1.2.3.4"], "203.0.113.9"), "203.0.113.9");
        assert_eq!(seen(&["6.6.6.6, 1.2.3.4, 10.0.0.2"], "10.0.0.1"), "1.2.3.4");
        assert_eq!(seen(&["10.0.0.3, 10.0.0.2"], "10.0.0.1"), "10.0.0.3");
        assert_eq!(seen(&["nonsense"], "10.0.0.1"), "10.0.0.1");
        assert_eq!(seen(&["fe80::1%eth0"], "10.0.0.1"), "10.0.0.1");
        assert_eq!(seen(&["1.1.1.1", "2.2.2.2"], "10.0.0.1"), "10.0.0.1");
        assert_eq!(seen(&[], "10.0.0.1"), "10.0.0.1");
    }

    #[test]
    fn sec_h01_only_the_issuers_name_is_answered_to() {
        let settings = settings(&[("WAYHOME__SERVER__ISSUER", "https://id.test")]);
        for (host, right) in [
            ("id.test", true),
            ("ID.test:443", true),
            ("id.test:8443", false),
            ("evil.test", false),
            ("", false),
        ] {
            assert_eq!(host_is_right(Face::Public, host, &settings), right, "{host}");
        }
        assert!(!host_is_right(Face::Admin, "evil.test:4445", &settings));
        assert!(host_is_right(Face::Admin, "127.0.0.1:4445", &settings));
    }
}
