//! The authorization endpoint: is the request good, must the person be asked, and the code.

mod check;
mod issue;
mod rules;

pub use check::check;
pub use issue::{CODE_LIFETIME, goes_in_circles, issue, reissue};

use crate::model::{AuthorizationParameters, Client, Prompt, Scope};

/// Whether the person must be asked before the client gets what it asks for.
pub fn consent_needed(client: &Client, asked: &AuthorizationParameters, remembered: Option<&Scope>) -> bool {
    // Any program can pretend to be a native client, so neither silence nor an earlier consent counts there (RFC 8252
    // 8.6).
    let anybody = client.is_unverifiable(&asked.redirect_uri);
    if asked.prompts(Prompt::Consent) || (anybody && asked.prompts(Prompt::None)) {
        return true;
    }
    !client.skip_consent && (anybody || !remembered.is_some_and(|remembered| remembered.covers(&asked.scope)))
}
