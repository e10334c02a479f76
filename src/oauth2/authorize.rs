//! The authorization endpoint: is the request good, must the person be asked, and the code.

mod answer;
mod check;
mod code;
mod levels;
mod rules;

pub use answer::{AuthorizationAnswer, Parts, issue};
pub(super) use check::known_client;
pub use check::{check, refuse, unusable_request_uri};
pub use code::{CODE_LIFETIME, goes_in_circles, reissue};
pub use levels::{Levels, levels};

use super::{Error, ErrorCode, Untrusted, standard_claims};
use crate::model::{AuthorizationParameters, Client, Event, Prompt, Scope};

/// Whether the person must be asked before the client gets what it asks for. Any program on a device can pretend to be a
/// native client whose answers stay there, so nothing but an answer of now counts for it (RFC 8252 8.6).
pub fn consent_needed(client: &Client, asked: &AuthorizationParameters, remembered: Option<&Scope>) -> bool {
    asked.prompts(Prompt::Consent)
        || client.is_unverifiable(&asked.redirect_uri)
        || !(client.skip_consent
            || remembered.is_some_and(|remembered| remembered.covers(&to_consent(asked))))
}

/// What a person is asked for: the scopes, and those that single claims belong to.
pub fn to_consent(asked: &AuthorizationParameters) -> Scope {
    standard_claims::with_claims(&asked.scope, &asked.claims)
}

/// Whether the client may still have what it asked for: its registration may have changed while the person was on the way.
pub fn still_permitted(client: &Client, asked: &AuthorizationParameters) -> Result<(), Error> {
    if client.response_types.contains(&asked.response_type)
        && client.response_modes.contains(&asked.response_mode)
    {
        return Ok(());
    }
    let text = "The client is not registered for this response_type or response_mode any more.";
    Err(Error::new(ErrorCode::UnsupportedResponseType, text))
}

/// The fact that a request was not trusted: why, and for which registered client. What it brought is only in the log.
pub fn rejection(untrusted: &Untrusted) -> Event {
    let event = Event::new("authorize.rejected").with("reason", untrusted.kind.name());
    match &untrusted.client {
        Some(client) => event.for_client(&client.id),
        None => event,
    }
}
