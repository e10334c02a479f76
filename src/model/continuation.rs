//! Where a journey goes on when the flow that interrupted it is done. Every flow is born with one.

use super::{AuthorizationRequestId, ReturnUrl};

/// The way back. There is no flow without one, and no way to lose it: a nested flow takes its parent's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Continuation {
    /// Back into a waiting OAuth2 authorization request, and through it to the client.
    Authorization(AuthorizationRequestId),
    /// To a URL that was checked when the journey began.
    Return(ReturnUrl),
    /// To the person's own account page: they came on their own.
    Account,
}

impl Continuation {
    /// The authorization request that waits, if one does.
    pub fn authorization(&self) -> Option<AuthorizationRequestId> {
        match self {
            Self::Authorization(id) => Some(*id),
            Self::Return(_) | Self::Account => None,
        }
    }
}
