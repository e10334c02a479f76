//! The introspection endpoint (RFC 7662) for resource servers, which are confidential clients.

use actix_web::http::StatusCode;

use super::client::authenticated;
use super::refuse;
use crate::cx::Result;
use crate::oauth2::{self, Error, ErrorCode, Parameters};
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

/// What a token is worth now.
pub(super) async fn introspect(visit: Visit, FormFields(form): FormFields) -> Result<Reply> {
    let client = match authenticated(&visit, &form).await? {
        Ok(client) if client.is_public() => {
            let cause = format!("{} is public and cannot introspect", client.id);
            return refuse(&visit, &Error::invalid_client(cause));
        }
        Ok(client) => client,
        Err(error) => return refuse(&visit, &error),
    };
    let given = Parameters::new(&form);
    if let Some(name) = given.repeated() {
        let text = format!("The parameter {name} came more than once.");
        return refuse(&visit, &Error::new(ErrorCode::InvalidRequest, text));
    }
    let Some(token) = given.get("token").map(str::to_owned) else {
        return refuse(&visit, &Error::new(ErrorCode::InvalidRequest, "The request has no token."));
    };
    let work = visit.protocol_work();
    let found = visit.read_here(&work, move |cx| oauth2::introspect(cx, &token, Some(&client))).await?;
    Reply::json(StatusCode::OK, &found)
}
