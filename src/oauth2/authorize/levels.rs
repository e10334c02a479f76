//! Which level of authentication a request asks for.

use crate::model::{Assurance, AuthorizationParameters};

/// What a client would like, and what it cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Levels {
    /// Whoever can reach it is asked to.
    pub wanted: Assurance,
    /// Below it no answer is of use to the client.
    pub least: Assurance,
}

/// The levels of a request. `acr_values` is a wish, its first known value the one that is liked best (OIDC Core 3.1.2.1);
/// so is an `acr` claim with values, and an essential one insists on any of them (5.5.1.1).
pub fn levels(asked: &AuthorizationParameters) -> Levels {
    let acr = asked.claims.id_token.get("acr").filter(|acr| !acr.values.is_empty());
    let liked = acr.and_then(|acr| acr.texts().find_map(Assurance::parse));
    let wished =
        asked.acr_values.as_deref().and_then(|text| text.split_ascii_whitespace().find_map(Assurance::parse));
    let insists = acr.filter(|acr| acr.essential);
    let least = insists.and_then(|acr| acr.texts().filter_map(Assurance::parse).min());
    let least = least.unwrap_or(Assurance::Aal1);
    let wanted = liked.into_iter().chain(wished).max().unwrap_or(Assurance::Aal1);
    Levels { wanted: wanted.max(least), least }
}
