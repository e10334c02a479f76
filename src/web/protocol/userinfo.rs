//! The userinfo endpoint (OIDC Core 5.3).

use actix_web::http::StatusCode;
use actix_web::http::header;

use super::refuse;
use crate::cx::Result;
use crate::oauth2::{self, Error, ErrorCode, Parameters, UserInfoAnswer};
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

/// What the token tells, by GET.
pub(super) async fn userinfo(visit: Visit) -> Result<Reply> {
    let token = bearer(&visit);
    answer(&visit, token).await
}

/// The same by POST, where the token may stand in the form (RFC 6750 2.2); in one place only.
pub(super) async fn userinfo_by_form(visit: Visit, FormFields(form): FormFields) -> Result<Reply> {
    let given = Parameters::new(&form);
    let token = match (bearer(&visit), given.get("access_token")) {
        (Some(_), Some(_)) => {
            return refuse(&visit, &Error::new(ErrorCode::InvalidRequest, "The token came in two places."));
        }
        (header, form) => header.or_else(|| form.map(str::to_owned)),
    };
    if given.repeats("access_token") {
        return refuse(&visit, &Error::new(ErrorCode::InvalidRequest, "The token came more than once."));
    }
    answer(&visit, token).await
}

fn bearer(visit: &Visit) -> Option<String> {
    let (scheme, token) = visit.header("authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

async fn answer(visit: &Visit, token: Option<String>) -> Result<Reply> {
    let Some(token) = token else {
        // Nothing was presented, so nothing is said about it (RFC 6750 3.1).
        let error = Error::new(ErrorCode::InvalidToken, "The request carries no access token.")
            .named("token_missing");
        return Ok(challenge(refuse(visit, &error)?, "Bearer realm=\"wayhome\""));
    };
    let work = visit.protocol_work();
    match visit.read_here(&work, move |cx| oauth2::userinfo(cx, &token)).await? {
        Ok(told) => match told.answer(&visit.env().signing.get())? {
            UserInfoAnswer::Plain(claims) => Reply::json(StatusCode::OK, &claims),
            UserInfoAnswer::Signed(jwt) => Ok(Reply::jwt(jwt)),
        },
        Err(error) => {
            let text = format!(
                "Bearer realm=\"wayhome\", error=\"{}\", error_description=\"{}\"",
                error.code.name(),
                error.description
            );
            Ok(challenge(refuse(visit, &error)?, &text))
        }
    }
}

fn challenge(reply: Reply, text: &str) -> Reply {
    reply.with_text_header(header::WWW_AUTHENTICATE, text)
}
