//! `POST /admin/oauth2/introspect`: what any token is worth (RFC 7662), for whoever holds an API key.

use actix_web::http::StatusCode;

use super::refusal::{Answer, Refused};
use crate::model::Scope;
use crate::oauth2::{self, Introspection, Parameters};
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// The type of the body.
const FORM: &str = "application/x-www-form-urlencoded";

/// A token that lacks a `scope` that is asked for counts as not active.
pub(super) async fn introspect(visit: Visit) -> Answer {
    let form = visit.form().map_err(|problem| Refused::body(problem, FORM))?;
    let given = Parameters::new(&form.0);
    if let Some(name) = ["token", "scope"].into_iter().find(|name| given.repeats(name)) {
        let reason = format!("The parameter {name} came more than once.");
        return Err(Refused::bad_request("repeated_parameter", reason).into());
    }
    let Some(token) = given.get("token").map(str::to_owned) else {
        return Err(Refused::bad_request("token_missing", "The form has no token.").into());
    };
    let wanted = Scope::parse(given.raw("scope"))
        .map_err(|_| Refused::bad_request("invalid_scope", "The scope holds something that is none."))?;
    let found =
        visit.read_here(&visit.protocol_work(), move |cx| oauth2::introspect(cx, &token, None)).await?;
    let found = if covers(&found, &wanted) { found } else { Introspection::default() };
    Ok(Reply::json(StatusCode::OK, &found)?)
}

fn covers(found: &Introspection, wanted: &Scope) -> bool {
    let granted = Scope::parse(found.scope.as_deref().unwrap_or_default()).unwrap_or_default();
    granted.covers(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_without_a_wanted_scope_is_not_active() {
        let found =
            Introspection { active: true, scope: Some("openid email".to_owned()), ..Default::default() };
        for (wanted, fits) in [("", true), ("openid", true), ("email openid", true), ("profile", false)] {
            assert_eq!(covers(&found, &Scope::parse(wanted).unwrap()), fits, "{wanted}");
        }
    }
}
