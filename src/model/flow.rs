//! A flow: one person in one browser on the way through one page or a few, with what they have shown so far.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Continuation, FirstFactor, FlowId, IdentityId, Instant, InvitationId, Notice, TokenDigest};

/// How long a flow lives that nobody has answered yet (architecture, decision 4).
pub const UNTOUCHED_FLOW: Duration = Duration::from_secs(30 * 60);

/// How long a flow lives after its last answered form.
pub const TOUCHED_FLOW: Duration = Duration::from_secs(24 * 60 * 60);

/// What a flow of some kind knows; it is stored as JSON, so it holds no plain secret.
pub trait FlowState: Serialize + DeserializeOwned + Send + 'static {
    /// The kind's name in the database and in events.
    const KIND: FlowKind;
}

/// The kinds of flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FlowKind {
    /// Signing in.
    Login,
    /// Creating an account.
    Registration,
    /// Proving an address.
    Verification,
    /// Getting back in without the password.
    Recovery,
}

impl FlowKind {
    /// The name in the database and in events.
    pub fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Registration => "registration",
            Self::Verification => "verification",
            Self::Recovery => "recovery",
        }
    }
}

/// Signing in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// What stands in the identifier field: carried along, hinted, or typed.
    #[serde(default)]
    pub identifier: String,
    /// How often this form was answered wrongly.
    #[serde(default)]
    pub misses: u32,
    /// Who has shown who they are while somebody else was signed in from another tab: the person chooses between both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proven: Option<IdentityId>,
    /// How they have shown it (RFC 8176); nothing is said of a password.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proven_by: Vec<String>,
    /// Whether a code for the sign-in was mailed (or would have been), and is asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mailed: bool,
    /// The first factor, once it was shown by somebody who has a second one, which is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<FirstFactor>,
}

/// Creating an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// What was typed, by control name (`traits.email`); never the password.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    /// The identity schema that was asked for, in place of that of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_id: Option<String>,
    /// The invitation that it stands on: the address is that of the invitation, and nobody asks whether people may create
    /// accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<InvitationId>,
    /// The id that the account is going to have if it is made with the passkey that is being made now: a passkey knows its
    /// owner by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub future: Option<IdentityId>,
}

/// Proving an address by a mailed code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// The address, as it was typed or as it is stored.
    pub address: String,
    /// What the proof is for.
    pub purpose: VerificationPurpose,
}

/// What a proof of an address is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerificationPurpose {
    /// An account is made when the address is proven: traits and what it opens with, sealed under
    /// `flows.state.<flow id>`. `None` when the address has an account already; the page looks the same (E04), and
    /// the owner has been told by mail.
    Registration {
        /// The registration flow whose form "Use a different email" shows again.
        from: FlowId,
        /// The sealed pending account.
        pending: Option<String>,
    },
    /// An address of an identity that exists (the flow's `identity`).
    Address,
    /// A new address of an identity that exists, which replaces the one in its trait of this name.
    Change {
        /// The trait.
        name: String,
    },
    /// This browser opened a mailed link: the code row `link` belongs to another flow, perhaps of another browser.
    Link {
        /// The row of the code whose link was opened.
        code: super::OneTimeCodeId,
        /// Whether the person pressed Confirm here.
        confirmed: bool,
    },
}

/// Getting back in without the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// What was typed, or carried along.
    #[serde(default)]
    pub address: String,
    /// How far the person has come; each stage is reached by evidence only.
    pub stage: RecoveryStage,
    /// The flow that an administrator made and whose code opens this one; a page that was opened with it makes a flow of
    /// its browser, and leaves that one as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by: Option<FlowId>,
    /// How the second factor was shown (RFC 8176), once it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub second: Vec<String>,
}

impl Recovery {
    /// At this stage, with nothing shown but an address.
    pub fn at(stage: RecoveryStage, address: String) -> Self {
        Self { address, stage, made_by: None, second: Vec::new() }
    }
}

/// How far a recovery has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryStage {
    /// The address is asked for.
    Address,
    /// A code was sent (or would have been); it is asked for.
    Code,
    /// This browser opened a mailed link; a button confirms. The code row whose link it was.
    Link(super::OneTimeCodeId),
    /// The mailbox is proven for the flow's `identity`, who has a second factor; it is asked for.
    SecondFactor,
    /// Everything is proven for the flow's `identity`; the new password is asked for.
    Password,
}

impl FlowState for Login {
    const KIND: FlowKind = FlowKind::Login;
}

impl FlowState for Registration {
    const KIND: FlowKind = FlowKind::Registration;
}

impl FlowState for Verification {
    const KIND: FlowKind = FlowKind::Verification;
}

impl FlowState for Recovery {
    const KIND: FlowKind = FlowKind::Recovery;
}

/// What a flow is born with: its browser, its way back, and the client on whose way it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Birth {
    /// The digest of the browser's cookie; `None` for a recovery that an administrator made.
    pub browser: Option<TokenDigest>,
    /// Where the journey goes on.
    pub continuation: Continuation,
    /// The client of the waiting request.
    pub client_id: Option<String>,
}

/// A flow. It cannot be copied: it is either kept (stored again) or completed, and completing spends it.
#[derive(Debug)]
pub struct Flow<S> {
    /// Its id; no secret, as the browser's cookie must fit too.
    pub id: FlowId,
    /// The digest of the browser's cookie; `None` until a browser takes the flow (recovery made by an administrator).
    pub browser: Option<TokenDigest>,
    /// The client of the waiting request, which outlives the request's row.
    pub client_id: Option<String>,
    /// Whom the flow speaks of, once that is known.
    pub identity: Option<IdentityId>,
    /// What the kind of flow knows.
    pub state: S,
    /// What the page says when it is shown next.
    pub notices: Vec<Notice>,
    /// When it began.
    pub created_at: Instant,
    /// When its first form was answered.
    pub posted_at: Option<Instant>,
    /// From when on it is replaced by a fresh one.
    pub expires_at: Instant,
    /// When it was completed; a flow that is shown or answered again after that leads on as before.
    pub completed_at: Option<Instant>,
    continuation: Continuation,
}

impl<S: FlowState> Flow<S> {
    /// A new flow of a browser with its way back.
    pub fn begin(id: FlowId, birth: Birth, state: S, now: Instant) -> Self {
        let Birth { browser, continuation, client_id } = birth;
        Self {
            id,
            browser,
            client_id,
            identity: None,
            state,
            notices: Vec::new(),
            created_at: now,
            posted_at: None,
            expires_at: now + UNTOUCHED_FLOW,
            completed_at: None,
            continuation,
        }
    }

    /// What a flow inside this one, or in its place, is born with.
    pub fn birth(&self) -> Birth {
        Birth {
            browser: self.browser,
            continuation: self.continuation.clone(),
            client_id: self.client_id.clone(),
        }
    }

    /// The way back.
    pub fn continuation(&self) -> &Continuation {
        &self.continuation
    }

    /// A form of this flow was answered: it lives longer from now on.
    pub fn touch(&mut self, now: Instant) {
        self.posted_at = self.posted_at.or(Some(now));
        self.expires_at = self.expires_at.max(now + TOUCHED_FLOW);
    }

    /// Whether it is over by time.
    pub fn is_expired(&self, now: Instant) -> bool {
        self.expires_at <= now
    }

    /// Whether the page belongs to this browser.
    pub fn belongs_to(&self, browser: &TokenDigest) -> bool {
        self.browser.as_ref() == Some(browser)
    }

    /// Spends the flow. What comes next is `journey::resume`'s to say.
    pub fn complete(self) -> Completed {
        Completed { flow: self.id, kind: S::KIND, identity: self.identity, continuation: self.continuation }
    }
}

/// A flow that is done. Its only use is `journey::resume`.
#[must_use = "a completed flow must be resumed, or the person is lost"]
#[derive(Debug)]
pub struct Completed {
    flow: FlowId,
    kind: FlowKind,
    identity: Option<IdentityId>,
    continuation: Continuation,
}

impl Completed {
    /// The flow that was completed.
    pub fn flow(&self) -> FlowId {
        self.flow
    }

    /// Its kind.
    pub fn kind(&self) -> FlowKind {
        self.kind
    }

    /// Whom it spoke of.
    pub fn identity(&self) -> Option<IdentityId> {
        self.identity
    }

    /// Spends the completed flow for its way back.
    pub fn into_continuation(self) -> Continuation {
        self.continuation
    }
}
