//! Serves the single-page application: four files, and the settings that they read.

use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::http::header::{ContentType, HeaderValue};
use actix_web::middleware::DefaultHeaders;
use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{App, HttpResponse, HttpServer};
use serde_json::json;

use super::Demo;

const PAGE: &str = include_str!("../../../examples/spa/index.html");
const STYLE: &str = include_str!("../../../examples/spa/style.css");
const SCRIPT: &str = include_str!("../../../examples/spa/app.js");
const LIBRARY: &str = include_str!("../../../examples/spa/oidc.js");

/// What `settings.json` of the example says, for this process.
struct SettingsFile(String);

/// Serves the application.
pub fn listen_spa(demo: &Demo, listener: TcpListener) -> std::io::Result<Server> {
    let settings = json!({ "issuer": demo.issuer, "client_id": demo.client_id, "api": demo.api });
    let settings = Data::new(SettingsFile(settings.to_string()));
    let policy = policy(demo);
    let server = HttpServer::new(move || {
        let headers = DefaultHeaders::new()
            .add(("Content-Security-Policy", policy.as_str()))
            .add(("X-Content-Type-Options", "nosniff"))
            .add(("Referrer-Policy", "no-referrer"))
            .add(("Cache-Control", "no-store"));
        App::new().wrap(headers).app_data(Data::clone(&settings)).configure(routes)
    });
    Ok(server.workers(1).disable_signals().listen(listener)?.run())
}

fn routes(routes: &mut ServiceConfig) {
    let page = || async { file("text/html; charset=utf-8", PAGE) };
    routes
        .route("/", get().to(page))
        .route("/callback", get().to(page))
        .route("/style.css", get().to(|| async { file("text/css; charset=utf-8", STYLE) }))
        .route("/app.js", get().to(|| async { file("text/javascript; charset=utf-8", SCRIPT) }))
        .route("/oidc.js", get().to(|| async { file("text/javascript; charset=utf-8", LIBRARY) }))
        .route("/settings.json", get().to(settings));
}

async fn settings(file: Data<SettingsFile>) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(file.0.clone())
}

fn file(content_type: &'static str, text: &'static str) -> HttpResponse {
    HttpResponse::Ok().insert_header(("Content-Type", HeaderValue::from_static(content_type))).body(text)
}

/// Nothing but its own files, its provider and its API.
fn policy(demo: &Demo) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' {} {}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        demo.issuer, demo.api
    )
}
