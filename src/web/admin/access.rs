//! Who may administrate: whoever holds an API key. A session, or a token of a client, is none.

use std::time::Duration;

use actix_web::http::header::{self, HeaderValue};

use super::refusal::{Answer, Refused};
use crate::crypto::{PlainToken, TokenKind};
use crate::model::Instant;
use crate::store::api_keys::{self, ApiKey};
use crate::web::visit::Visit;

/// The use of a key is written down at most so often.
const TOUCH: Duration = Duration::from_secs(60);

/// Lets a request in, or not. In development no key is needed, but one that is presented must be good.
pub(super) async fn admit(visit: &Visit) -> Answer<()> {
    let mut presented = visit.headers().get_all(header::AUTHORIZATION);
    let token = match (presented.next(), presented.next()) {
        (None, _) if !visit.settings().require_admin_key => return Ok(()),
        (None, _) => return Err(Refused::key_required().into()),
        (Some(only), None) => key(only),
        (Some(_), Some(_)) => None,
    };
    let Some(token) = token else { return Err(Refused::key_invalid().into()) };
    let digest = token.digest();
    let found =
        visit.read_here(visit.work(), move |cx| Ok(api_keys::find_alive(cx.db, &digest, cx.now)?)).await?;
    let Some(key) = found else { return Err(Refused::key_invalid().into()) };
    visit.act_with(key.id);
    if is_due(&key, visit.work().now()) {
        let touched = visit.work().write(move |cx| Ok(api_keys::touch(cx.db, key.id, cx.now)?)).await;
        if let Err(why) = touched {
            // Whoever may look must be able to look even when nothing can be written.
            tracing::warn!(request_id = %visit.request_id(), cause = %why, "the use of a key was not noted");
        }
    }
    Ok(())
}

fn key(header: &HeaderValue) -> Option<PlainToken> {
    let (scheme, token) = header.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    PlainToken::parse(TokenKind::ApiKey, token.trim())
}

fn is_due(key: &ApiKey, now: Instant) -> bool {
    key.last_used_at.is_none_or(|last| now.since(last) >= TOUCH)
}
