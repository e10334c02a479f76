//! The token endpoint (RFC 6749 3.2): authenticate, grant in a transaction, sign after its commit.

use actix_web::http::StatusCode;

use super::client::authenticated;
use super::refuse;
use crate::cx::Result;
use crate::model::{AccessTokenFormat, GrantType};
use crate::oauth2::token::{self, Outcome};
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

/// Tokens, or a refusal.
pub(super) async fn token(visit: Visit, FormFields(form): FormFields) -> Result<Reply> {
    let env = visit.env();
    let client = match authenticated(&visit, &form).await? {
        Ok(client) => client,
        Err(error) => return refuse(&visit, &error),
    };
    let grant_type = match token::grant_type(&form, &client) {
        Ok(grant_type) => grant_type,
        Err(error) => return refuse(&visit, &error),
    };
    if let Err(error) = token::check_form_of_secret(&form, grant_type) {
        return refuse(&visit, &error);
    }
    let of = client.clone();
    let work = visit.protocol_work();
    if let Some(subject) = token::namesake(&client, grant_type)
        && let Some(error) = visit.read_here(&work, move |cx| token::refuse_namesake(cx, subject)).await?
    {
        return refuse(&visit, &error);
    }
    let outcome = match grant_type {
        GrantType::AuthorizationCode => work.write(move |cx| token::redeem_code(cx, &of, &form)).await?,
        GrantType::RefreshToken => work.write(move |cx| token::refresh(cx, &of, &form)).await?,
        GrantType::DeviceCode => work.write(move |cx| token::redeem_device_code(cx, &of, &form)).await?,
        GrantType::ClientCredentials if client.access_token_format == AccessTokenFormat::Jwt => {
            token::client_credentials(env, &of, &form, env.clock.now())
        }
        GrantType::ClientCredentials => {
            work.write(move |cx| token::client_credentials_stored(cx, &of, &form)).await?
        }
    };
    match outcome {
        Outcome::Granted(unsigned) => Reply::json(StatusCode::OK, &unsigned.sign(&env.signing.get())?),
        Outcome::Refused(error) => refuse(&visit, &error),
    }
}
