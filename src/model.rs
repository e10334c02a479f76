//! The nouns of the field and their rules, as types that cannot hold nonsense. No IO, no async, no clock.

mod authorization;
mod browser;
mod claims_request;
mod client;
mod continuation;
mod device;
mod event;
mod factor;
mod flow;
mod grant;
mod id;
mod identity;
mod instant;
mod invitation;
mod key;
mod logout_notice;
mod mail;
mod network;
mod notice;
mod parked_change;
mod passkey;
mod pushed_request;
mod response_type;
mod return_url;
mod scope;
mod secret;
mod session;
mod token;
mod undo;

pub use authorization::{
    Answer, AuthorizationParameters, AuthorizationRequest, Prompt, TOUCHED_REQUEST, UNTOUCHED_REQUEST,
};
pub use browser::{browser_name, system_name};
pub use claims_request::{ClaimsRequest, MalformedClaims, RequestedClaim};
pub use client::{
    AccessTokenFormat, AuthMethod, Client, ClientSecret, ClientType, GrantType, KnownSecret, LogoutChannel,
    SigningPreference, SubjectType, TokenLifetimes,
};
pub use continuation::Continuation;
pub use device::{DeviceAnswer, DeviceCode, UserCode};
pub use event::{Event, Origin};
pub use factor::{Factors, FirstFactor, TrustedDevice};
pub use flow::{
    Birth, Completed, Flow, FlowKind, FlowState, Login, Recovery, RecoveryStage, Registration, TOUCHED_FLOW,
    UNTOUCHED_FLOW, Verification, VerificationPurpose,
};
pub use grant::{AccessToken, AuthorizationCode, Grant, RefreshToken};
pub use id::{
    AddressId, ApiKeyId, AuthorizationRequestId, CredentialId, EventId, FlowId, GrantId, IdentityId,
    InvitationId, LogoutNoticeId, MalformedId, MessageId, OneTimeCodeId, ParkedChangeId, PasskeyId,
    RefreshTokenId, RequestId, SessionId, TrustedDeviceId, UndoId,
};
pub use identity::{Identity, IdentityState, VerifiableAddress};
pub use instant::{Instant, MICROS_PER_SECOND};
pub use invitation::Invitation;
pub use key::KeyState;
pub use logout_notice::LogoutNotice;
pub use mail::{Asked, Letter, Mail, Message, MessageStatus};
pub use network::{is_same_network, network};
pub use notice::{Notice, NoticeKind};
pub use parked_change::{PARKED, ParkedChange};
pub use passkey::{Ceremony, Passkey, PasskeyKind, WEBAUTHN_CHALLENGE, WebauthnChallenge};
pub use pushed_request::{PUSHED_REQUEST, PushedRequest, REQUEST_URN};
pub use response_type::{ResponseMode, ResponseType};
pub use return_url::{AllowedReturnUrls, ReturnUrl, ReturnUrlRefusal, ReturnUrlRule};
pub use scope::{MalformedScope, Scope};
pub use secret::SecretText;
pub use session::{Assurance, Session};
pub use token::TokenDigest;
pub use undo::{UNDO, Undo, Undoing};
