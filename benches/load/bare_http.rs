//! A server that only answers: what HTTP itself costs, on the same library.

use std::collections::HashMap;

use actix_web::{App, HttpResponse, HttpServer, web};

use crate::failure::{During as _, Result};

/// Serves on `port` until it is killed: GET gives JSON of `bytes`, POST of a form gives a small JSON.
pub fn serve(port: u16, bytes: usize) -> Result<bool> {
    let body = web::Bytes::from(format!("{{\"filler\":\"{}\"}}", "x".repeat(bytes.saturating_sub(13))));
    let serving = async move {
        HttpServer::new(move || {
            let body = body.clone();
            let answer = move || {
                let body = body.clone();
                async move { HttpResponse::Ok().content_type("application/json").body(body) }
            };
            App::new().route("/", web::get().to(answer)).route("/", web::post().to(form))
        })
        .workers(1)
        .bind(("127.0.0.1", port))?
        .run()
        .await
    };
    actix_web::rt::System::new().block_on(serving).during("the bare server")?;
    Ok(true)
}

async fn form(form: web::Form<HashMap<String, String>>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(format!("{{\"fields\":{}}}", form.len()))
}
