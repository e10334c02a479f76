//! The nouns of the field and their rules, as types that cannot hold nonsense. No IO, no async, no clock.

mod id;
mod instant;
mod notice;

pub use id::{
    AddressId, ApiKeyId, AuthorizationRequestId, CredentialId, EventId, FlowId, GrantId, IdentityId,
    MalformedId, MessageId, OneTimeCodeId, RefreshTokenId, RequestId, SessionId,
};
pub use instant::{Instant, MICROS_PER_SECOND};
pub use notice::{Notice, NoticeKind};
