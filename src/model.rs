//! The nouns of the field and their rules, as types that cannot hold nonsense. No IO, no async, no clock.

mod authorization;
mod continuation;
mod event;
mod flow;
mod id;
mod identity;
mod instant;
mod notice;
mod session;

pub use authorization::{
    Answer, AuthorizationParameters, AuthorizationRequest, Prompt, TOUCHED_REQUEST, UNTOUCHED_REQUEST,
};
pub use continuation::Continuation;
pub use event::{Event, Origin};
pub use flow::{
    Completed, Flow, FlowKind, FlowState, Login, Recovery, RecoveryStage, Registration, TOUCHED_FLOW,
    UNTOUCHED_FLOW, Verification, VerificationPurpose,
};
pub use id::{
    AddressId, ApiKeyId, AuthorizationRequestId, CredentialId, EventId, FlowId, GrantId, IdentityId, MalformedId,
    MessageId, OneTimeCodeId, RefreshTokenId, RequestId, SessionId,
};
pub use identity::{Identity, IdentityState, VerifiableAddress};
pub use instant::{Instant, MICROS_PER_SECOND};
pub use notice::{Notice, NoticeKind};
pub use session::{Assurance, Session};
