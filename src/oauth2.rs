//! The use cases of the protocol: is the request good, which tokens follow, and whether they still stand.

mod audience;
pub mod authorize;
mod callback;
mod claims;
mod client_authentication;
pub mod consent;
pub mod device;
mod discovery;
pub mod end_session;
mod error;
pub mod front_channel;
pub mod grants;
mod id_token;
mod introspect;
pub mod keys;
pub mod logout_token;
mod parameters;
mod registrar;
mod revoke;
pub mod session_state;
mod standard_claims;
pub mod subject;
pub mod token;
mod userinfo;

pub use callback::{Callback, Delivery};
pub use claims::{AccessClaims, ID_TOKEN_SECONDS, IdClaims};
pub use client_authentication::authenticate;
pub use discovery::{Document, Documents, metadata};
pub use error::{AuthorizeError, Error, ErrorCode, Untrusted, UntrustedKind};
pub use id_token::Hint;
pub use introspect::{Introspection, introspect};
pub use parameters::Parameters;
pub use revoke::{Revocation, revoke};
pub use userinfo::{UserInfo, UserInfoAnswer, userinfo};
