//! The revocation endpoint (RFC 7009).

use actix_web::http::StatusCode;

use super::client::authenticated;
use super::refuse;
use crate::cx::Result;
use crate::oauth2::{self, Revocation};
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

/// Revokes a token of the client that asks.
pub(super) async fn revoke(visit: Visit, FormFields(form): FormFields) -> Result<Reply> {
    let client = match authenticated(&visit, &form).await? {
        Ok(client) => client,
        Err(error) => return refuse(&visit, &error),
    };
    let revocation = visit.protocol_work().write(move |cx| oauth2::revoke(cx, &client, &form)).await?;
    match revocation {
        Revocation::Done => Ok(Reply::empty(StatusCode::OK)),
        Revocation::Refused(error) => refuse(&visit, &error),
    }
}
