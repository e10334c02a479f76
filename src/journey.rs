//! Where the person goes next, and why; and the endings that touch people and protocol alike.
//!
//! No flow knows another flow. What is missing for the answer to a client is decided here, from stored facts, every
//! time anew: [`next`] is the only place that knows an order.

mod arrive;
mod begin;
pub mod device;
mod endings;
mod next;
mod open;
mod own_data;
mod pushed;
mod resume;
mod undo;
mod waiting;

pub use arrive::{advance, arrive, enter, park};
pub use begin::{Begun, Origin, begin, begin_confirmation, own_url, park_change, return_url};
pub use endings::{
    add_app, add_passkey, change_password, delete_identity, disown_activity, end_everything,
    end_other_sessions, end_session, end_sessions, finish_recovery, finish_recovery_with_passkey,
    patch_identity, remove_access, remove_password, replace_identity, set_state, sign_out,
};
pub use next::{Decision, Facts, Next, next};
pub use open::{Opened, Renewable, Shown, open, open_keeping, show};
pub use own_data::own_data;
pub use pushed::{arrive_pushed, park_pushed};
pub use resume::{allow, choose_account, deny, go_on, lead_on, prove, resume, switch_account};
pub use undo::{Undone, delete_due, is_deletion_due, schedule_deletion, take_back};
pub use waiting::{Waiting, reclaim, waiting};

use std::sync::Arc;

use crate::crypto::SigningKeys;
use crate::cx::{Cx, Result};
use crate::model::{AuthorizationRequestId, Client, FlowId, FlowKind, ReturnUrl, Session, TokenDigest};
use crate::oauth2::authorize::AuthorizationAnswer;
use crate::oauth2::{Callback, Delivery, Error};
use crate::{identity, store};

/// Who comes: the browser, and the session that it claims. Digests only.
#[derive(Debug, Clone, Copy)]
pub struct Visitor {
    /// The digest of the browser's cookie.
    pub browser: TokenDigest,
    /// The digest of the session's cookie.
    pub session: Option<TokenDigest>,
}

impl Visitor {
    /// The living session of this browser, if it opens anything. A cookie that was carried to another browser opens nothing
    /// there, and neither does a session without the second factor of somebody who has one (A01).
    pub fn session(&self, cx: &mut Cx<'_>) -> Result<Option<Session>> {
        let Some(session) = self.claimed(cx)? else { return Ok(None) };
        Ok(identity::factors::suffices(cx, &session)?.then_some(session))
    }

    /// The same, even where it opens nothing because its person has a second factor that was not shown in it: to be ended,
    /// and for nothing else.
    pub fn claimed(&self, cx: &mut Cx<'_>) -> Result<Option<Session>> {
        let Some(token) = &self.session else { return Ok(None) };
        let found = store::sessions::find_alive(cx.db, token, cx.now)?;
        Ok(found.filter(|session| session.browser == self.browser))
    }
}

/// What the person sees next. It holds no URL of ours; `web::path` knows those.
#[derive(Debug)]
#[must_use = "a step that is not taken loses the person"]
pub enum Step {
    /// A page of a flow.
    Flow(FlowKind, FlowId),
    /// The page that begins such a flow for a waiting request.
    Challenge(FlowKind, AuthorizationRequestId),
    /// The page of the mailed code of a sign-in.
    SignInCode(FlowId),
    /// The page of the second step of a sign-in.
    SecondFactor(FlowId),
    /// The page of the second step of a sign-in that takes a backup code.
    BackupCode(FlowId),
    /// The page of the second factor of a recovery.
    RecoveryFactor(FlowId),
    /// The same that takes a backup code.
    RecoveryBackupCode(FlowId),
    /// The page on which a new password is chosen.
    NewPassword(FlowId),
    /// The page of the backup codes that a completed flow has made; it leads on as the flow does.
    NewCodes(FlowKind, FlowId),
    /// The page on which an account is chosen for a waiting request.
    Choice(AuthorizationRequestId),
    /// The page that asks for consent to a waiting request.
    Consent(AuthorizationRequestId),
    /// Home: the client, with the answer to its request.
    Client(Box<Arrival>),
    /// Where the journey was asked to end.
    Return(ReturnUrl),
    /// The account page.
    Account,
    /// The request can lead to an answer no more; a page names the client and leads back to it.
    Lost(Lost),
}

/// An answer on its way to a client.
#[derive(Debug)]
pub struct Arrival {
    /// The way.
    pub callback: Callback,
    /// What was asked for, or a refusal.
    pub answer: std::result::Result<AuthorizationAnswer, Error>,
}

impl Arrival {
    /// The answer as the browser brings it. Signs what must be signed, so not inside a transaction.
    pub fn deliver(&self, keys: &SigningKeys) -> Result<Delivery> {
        Ok(match &self.answer {
            Ok(answer) => self.callback.success(answer.sign(keys)?),
            Err(error) => self.callback.error(error),
        })
    }
}

/// Why a request leads nowhere any more.
#[derive(Debug, Clone)]
pub struct Lost {
    /// The case.
    pub kind: LostKind,
    /// The client that may be led back to.
    pub client: Option<Arc<Client>>,
    /// Why the last exchange of a code was refused, for a loop.
    pub last_error: Option<String>,
}

/// The cases in which a request leads nowhere any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LostKind {
    /// It waited for too long, or is gone.
    Expired,
    /// It was answered, and the answer was used.
    Answered,
    /// The client, or its redirect URI, is not registered any more.
    Unregistered,
    /// The client asks again and again and never redeems what it gets.
    Loop,
}

impl Lost {
    fn new(kind: LostKind, client: Option<Arc<Client>>) -> Self {
        Self { kind, client, last_error: None }
    }
}

impl Step {
    /// A short name for the log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Flow(kind, _) | Self::Challenge(kind, _) => kind.name(),
            Self::SignInCode(_) => "sign_in_code",
            Self::SecondFactor(_) => "second_factor",
            Self::BackupCode(_) => "backup_code",
            Self::RecoveryFactor(_) => "recovery_factor",
            Self::RecoveryBackupCode(_) => "recovery_backup_code",
            Self::NewPassword(_) => "new_password",
            Self::NewCodes(..) => "new_codes",
            Self::Choice(_) => "choice",
            Self::Consent(_) => "consent",
            Self::Client(_) => "client",
            Self::Return(_) => "return",
            Self::Account => "account",
            Self::Lost(_) => "lost",
        }
    }
}
