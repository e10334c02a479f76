//! HTTP in, HTTP out: routes, extractors, pages, JSON, errors, headers.

mod admin;
mod asked;
pub mod assets;
mod body;
mod classes;
mod client;
mod cookies;
mod csrf;
pub mod demo;
mod failure;
mod gate;
mod language;
mod limiter;
pub mod page;
mod pages;
pub mod path;
mod patience;
mod protocol;
mod qr;
mod reader;
mod reply;
mod routes;
mod site;
mod tls;
mod visit;

pub use patience::Patience;
pub use reply::Reply;
pub use site::Site;
pub use tls::ServerTls;
pub use visit::Visit;

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};

/// The two listeners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// Pages and protocol.
    Public,
    /// The administration.
    Admin,
}

impl Face {
    /// The name in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Admin => "admin",
        }
    }
}

/// Serves a face on a bound socket. The server runs when it is awaited.
pub fn listen(site: Arc<Site>, face: Face, listener: TcpListener) -> std::io::Result<Server> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let configured = site.work().env().settings.workers;
    let workers = match (face, configured) {
        (Face::Admin, _) => 1,
        (Face::Public, 0) => cores,
        (Face::Public, workers) => workers,
    };
    let (patience, grace) = (site.patience, 20);
    let tls = site.tls().map(|tls| tls.config().map_err(std::io::Error::other)).transpose()?;
    let data = web::Data::from(site);
    match face {
        Face::Public => {
            let server = HttpServer::new(move || {
                App::new().wrap(from_fn(gate::public)).app_data(data.clone()).configure(routes::public)
            })
            .workers(workers)
            .on_connect(patience::attend(patience))
            .client_request_timeout(patience.head)
            .tls_handshake_timeout(patience.head)
            .keep_alive(patience.idle)
            .shutdown_timeout(grace)
            .disable_signals();
            match tls {
                Some(tls) => server.listen_rustls_0_23(listener, tls),
                None => server.listen(listener),
            }
            .map(HttpServer::run)
        }
        Face::Admin => HttpServer::new(move || {
            App::new().wrap(from_fn(gate::admin)).app_data(data.clone()).configure(routes::admin)
        })
        .workers(workers)
        .on_connect(patience::attend(patience))
        .client_request_timeout(patience.head)
        .keep_alive(patience.idle)
        .shutdown_timeout(grace)
        .disable_signals()
        .listen(listener)
        .map(HttpServer::run),
    }
}

/// Whether a program asks at this path, and not a person.
fn is_api(path: &str) -> bool {
    const APIS: [&str; 6] =
        ["/oauth2/", "/userinfo", "/.well-known/", "/admin", "/health/", "/sessions/whoami"];
    const PAGES: [&str; 3] = ["/oauth2/auth", "/oauth2/sessions/", "/.well-known/change-password"];
    APIS.iter().any(|api| path.starts_with(api)) && !PAGES.iter().any(|page| path.starts_with(page))
}

/// Lets a page of a registered public client read the answer (P08).
fn cors(reply: Reply, site: &Site, headers: &HeaderMap) -> Reply {
    let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
    match origin.filter(|origin| site.work().env().clients.get().cors_origin_allowed(origin)) {
        Some(origin) => reply.with_text_header(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin).with_header(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("WWW-Authenticate, Retry-After, X-Request-Id"),
        ),
        None => reply,
    }
}
