//! The use cases of the protocol: is the request good, which tokens follow, and whether they still stand.

mod audience;
pub mod authorize;
mod callback;
mod claims;
mod client_authentication;
pub mod consent;
mod discovery;
pub mod end_session;
mod error;
pub mod front_channel;
pub mod grants;
mod id_token;
mod introspect;
pub mod logout_token;
mod parameters;
mod registrar;
mod revoke;
pub mod session_state;
pub mod subject;
pub mod token;
mod userinfo;

pub use callback::Callback;
pub use claims::{AccessClaims, ID_TOKEN_SECONDS, IdClaims};
pub use client_authentication::authenticate;
pub use discovery::{Document, Documents, metadata};
pub use error::{AuthorizeError, Error, ErrorCode, Untrusted, UntrustedKind};
pub use id_token::Hint;
pub use introspect::{Introspection, introspect};
pub use parameters::Parameters;
pub use revoke::{Revocation, revoke};
pub use userinfo::{claims_of, userinfo};
