//! Identifiers: one type per noun, a UUID on the wire and TEXT in the database.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is no UUID, where an id was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MalformedId;

impl fmt::Display for MalformedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a UUID")
    }
}

impl std::error::Error for MalformedId {}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Names the noun by this UUID.
            pub fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID itself.
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = MalformedId;

            fn from_str(text: &str) -> Result<Self, MalformedId> {
                // Only the hyphenated form: one id has one spelling.
                if text.len() != 36 {
                    return Err(MalformedId);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| MalformedId)
            }
        }
    )+};
}

ids! {
    /// An identity: a human as this provider knows them.
    IdentityId;
    /// A verifiable address of an identity.
    AddressId;
    /// A credential of an identity.
    CredentialId;
    /// A browser session of an identity; `sid` in tokens.
    SessionId;
    /// A browser that spares its person the second step.
    TrustedDeviceId;
    /// A self-service flow.
    FlowId;
    /// A waiting OAuth2 authorization request; on the wire its `login_challenge`.
    AuthorizationRequestId;
    /// A code that was mailed to a person.
    OneTimeCodeId;
    /// A passkey or a security key (never the id that its authenticator gave it).
    PasskeyId;
    /// What a person has granted to a client, with all tokens that follow from it.
    GrantId;
    /// A refresh token's row (never its secret).
    RefreshTokenId;
    /// An invitation to create an account.
    InvitationId;
    /// A message of the courier.
    MessageId;
    /// The news of a session's end for one client.
    LogoutNoticeId;
    /// A change that waits for its person.
    ParkedChangeId;
    /// Something that can be taken back.
    UndoId;
    /// A row of the event log.
    EventId;
    /// An API key of the admin API (never its secret).
    ApiKeyId;
    /// One HTTP request, as logs and error pages name it.
    RequestId;
}
