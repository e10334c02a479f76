//! An API that checks access tokens: `GET /notes` tells whose token it got. It shows what an API must do, and
//! `examples/api` shows the same in another language.

use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, route};
use actix_web::{App, HttpRequest, HttpResponse, HttpResponseBuilder, HttpServer};
use serde_json::{Map, Value, json};

use super::Demo;
use super::issuer_keys::{IssuerKeys, Refusal};

struct Api {
    demo: Demo,
    keys: IssuerKeys,
}

/// Serves the API.
pub fn listen_api(demo: Demo, listener: TcpListener) -> std::io::Result<Server> {
    let api = Data::new(Api { demo, keys: IssuerKeys::default() });
    let server =
        HttpServer::new(move || App::new().app_data(Data::clone(&api)).default_service(route().to(answer)));
    Ok(server.workers(1).disable_signals().listen(listener)?.run())
}

async fn answer(request: HttpRequest, api: Data<Api>) -> HttpResponse {
    match (request.method().as_str(), request.path()) {
        ("OPTIONS", _) => reply(StatusCode::NO_CONTENT).finish(),
        ("GET", "/") => {
            reply(StatusCode::OK).json(json!({ "about": "Send a GET with an access token to /notes." }))
        }
        ("GET", "/notes") => notes(&request, &api).await,
        _ => reply(StatusCode::NOT_FOUND).json(json!({ "error": "not_found" })),
    }
}

/// What needs a token.
async fn notes(request: &HttpRequest, api: &Api) -> HttpResponse {
    // RFC 6750 3: no token, no error code.
    let Some(token) = bearer(request) else {
        return reply(StatusCode::UNAUTHORIZED)
            .insert_header((header::WWW_AUTHENTICATE, "Bearer"))
            .json(json!({ "error": "unauthorized", "error_description": "Send an access token." }));
    };
    match api.keys.verify(&api.demo, token).await {
        Ok(claims) if is_for(&claims, &api.demo.api) => reply(StatusCode::OK).json(json!({
            "message": "This answer comes from the API. The access token was good.",
            "subject": claims.get("sub"),
            "client_id": claims.get("client_id"),
            "scope": claims.get("scope"),
            "expires_at": claims.get("exp"),
        })),
        Ok(_) => invalid("The token is meant for somebody else."),
        Err(Refusal::Token(why)) => invalid(&format!("The token is not accepted: {why}.")),
        Err(Refusal::Issuer(why)) => {
            tracing::warn!(%why, "the demo API did not get the issuer's keys");
            reply(StatusCode::SERVICE_UNAVAILABLE).json(json!({ "error": "temporarily_unavailable" }))
        }
    }
}

fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// RFC 9068 4: the token must name this API.
fn is_for(claims: &Map<String, Value>, api: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(audience)) => audience == api,
        Some(Value::Array(audiences)) => audiences.iter().any(|audience| audience == api),
        _ => false,
    }
}

fn invalid(description: &str) -> HttpResponse {
    let challenge = format!("Bearer error=\"invalid_token\", error_description=\"{description}\"");
    reply(StatusCode::UNAUTHORIZED)
        .insert_header((header::WWW_AUTHENTICATE, challenge))
        .json(json!({ "error": "invalid_token", "error_description": description }))
}

/// With what lets pages of other origins read the answer. It carries no cookies, so any origin may ask; who gets an
/// answer is a matter of the token.
fn reply(status: StatusCode) -> HttpResponseBuilder {
    let mut reply = HttpResponseBuilder::new(status);
    for (name, value) in [
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Allow-Methods", "GET"),
        ("Access-Control-Allow-Headers", "Authorization"),
        ("Access-Control-Expose-Headers", "WWW-Authenticate"),
        ("Access-Control-Max-Age", "600"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ] {
        reply.insert_header((name, value));
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_for_another_api_is_not_for_this_one() {
        let claims = |aud: Value| json!({ "aud": aud }).as_object().cloned().unwrap_or_default();
        assert!(is_for(&claims(json!("http://api")), "http://api"));
        assert!(is_for(&claims(json!(["http://other", "http://api"])), "http://api"));
        for other in [json!("http://other"), json!(["http://api/"]), json!(null), json!({ "http://api": 1 })]
        {
            assert!(!is_for(&claims(other), "http://api"));
        }
    }
}
