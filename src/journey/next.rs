//! The order of what must be so before a client gets its answer.

use crate::model::{AuthorizationRequest, Instant, Prompt, Session};
use crate::oauth2::ErrorCode;

/// Everything that the decision depends on.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The request, with what its person has done for it.
    pub request: &'a AuthorizationRequest,
    /// Who is signed in.
    pub session: Option<&'a Session>,
    /// Whether that person has proven their address, or need not.
    pub address_is_proven: bool,
    /// Whether that person is the one that the request names, if it names one.
    pub is_expected: bool,
    /// Whether that person has shown enough for what the client asks for.
    pub level: Level,
    /// Whether that person must be asked before this client gets what it asks for.
    pub consent_is_missing: bool,
    /// Whether people may create accounts.
    pub registration_is_open: bool,
    /// The present instant.
    pub now: Instant,
}

/// How the level of a session stands to the one that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// It is enough, or as much as the person can show and the client can do with.
    Reached,
    /// The person can show more, and is asked to.
    Raisable,
    /// The client cannot do with what the person can show.
    Unreachable,
}

/// What is missing, or that nothing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// An account must be made.
    Registration,
    /// Somebody must sign in, or again.
    Login,
    /// The person must choose an account.
    Choice,
    /// The person must show a second factor.
    SecondFactor,
    /// The person cannot reach the level that the client insists on.
    Unmet,
    /// The person must prove their address.
    Verification,
    /// The person must be asked.
    Consent,
    /// Somebody else than the client expects has signed in.
    Refusal,
    /// Nothing is missing.
    Answer,
}

impl Next {
    /// The refusal that it becomes where no page may be shown (`prompt=none`, OIDC Core 3.1.2.6).
    pub fn error(self) -> Option<ErrorCode> {
        match self {
            Self::Registration | Self::Verification => Some(ErrorCode::InteractionRequired),
            Self::Login | Self::SecondFactor | Self::Refusal => Some(ErrorCode::LoginRequired),
            Self::Unmet => Some(ErrorCode::UnmetAuthenticationRequirements),
            Self::Choice => Some(ErrorCode::AccountSelectionRequired),
            Self::Consent => Some(ErrorCode::ConsentRequired),
            Self::Answer => None,
        }
    }
}

/// A decision that can be shown: what, and the fact that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// What is missing.
    pub next: Next,
    /// The fact that decided, for logs and explanations.
    pub because: &'static str,
}

/// The first thing that is missing.
pub fn next(facts: &Facts<'_>) -> Decision {
    let asked = &facts.request.parameters;
    let decide = |next, because| Decision { next, because };
    let signed_in_for_this = facts.request.authenticated_at.is_some();
    if asked.prompts(Prompt::Create) && !signed_in_for_this && facts.registration_is_open {
        return decide(Next::Registration, "prompt=create");
    }
    let Some(session) = facts.session else {
        return decide(Next::Login, "nobody is signed in");
    };
    if asked.prompts(Prompt::Login) && !signed_in_for_this {
        return decide(Next::Login, "prompt=login");
    }
    if !signed_in_for_this && asked.max_age.is_some_and(|seconds| is_older(session, seconds, facts.now)) {
        return decide(Next::Login, "the sign-in is older than max_age");
    }
    if !facts.is_expected {
        if signed_in_for_this {
            return decide(Next::Refusal, "somebody else than the id_token_hint names signed in");
        }
        return decide(Next::Login, "the id_token_hint names somebody else");
    }
    if asked.prompts(Prompt::SelectAccount) && facts.request.chosen_at.is_none() {
        return decide(Next::Choice, "prompt=select_account");
    }
    match facts.level {
        Level::Reached => {}
        Level::Raisable => return decide(Next::SecondFactor, "a higher level is asked for"),
        Level::Unreachable => {
            return decide(Next::Unmet, "the level that the client insists on cannot be reached");
        }
    }
    if !facts.address_is_proven {
        return decide(Next::Verification, "the address is not proven");
    }
    if facts.consent_is_missing {
        return decide(Next::Consent, "consent is missing");
    }
    decide(Next::Answer, "nothing is missing")
}

/// `max_age=0` asks for a new sign-in always (OIDC Core 3.1.2.1).
fn is_older(session: &Session, seconds: u64, now: Instant) -> bool {
    seconds == 0 || now.since(session.authenticated_at).as_secs() > seconds
}
