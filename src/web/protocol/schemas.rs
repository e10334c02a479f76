//! The identity schema, for whoever follows the `schema_url` of an identity (Kratos' `GET /schemas/{id}`).

use actix_web::http::StatusCode;
use serde_json::json;

use super::direct;
use crate::crypto::from_base64url;
use crate::cx::{Fault, Result};
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// `GET /schemas`: all of them, each with its id.
pub(super) async fn list(visit: Visit) -> Result<Reply> {
    let schemas = visit.settings().identity.schemas();
    let all: Vec<_> = schemas.map(|(id, schema)| json!({"id": id, "schema": schema})).collect();
    document(&json!(all))
}

/// `GET /schemas/{id}`: one, by its id or by the id in base64url, as URLs carry it.
pub(super) async fn get(visit: Visit) -> Result<Reply> {
    let identity = &visit.settings().identity;
    let asked = visit.path().trim_start_matches("/schemas/");
    let decoded = from_base64url(asked).and_then(|id| String::from_utf8(id).ok());
    let found = identity.schema_of(asked).or_else(|| identity.schema_of(&decoded?));
    match found {
        Some(schema) => document(schema),
        None => direct(&visit, StatusCode::NOT_FOUND, "There is no such schema.", "not_found"),
    }
}

fn document(json: &serde_json::Value) -> Result<Reply> {
    Ok(Reply::document(serde_json::to_vec(json).map_err(|why| Fault::Internal(why.to_string()))?))
}
