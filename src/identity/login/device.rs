//! Whether a sign-in is news for whoever owns the account.

use crate::cx::{Cx, Result};
use crate::model::{IdentityId, TokenDigest};
use crate::store;

/// Whether somebody has signed in before, and not with this browser. To be asked before the sign-in is written down.
pub(super) fn is_new(cx: &mut Cx<'_>, identity: IdentityId, browser: &TokenDigest) -> Result<bool> {
    if store::known_browsers::contains(cx.db, identity, browser, cx.now)? {
        return Ok(false);
    }
    // A recovery and the off-switch forget browsers; so does time.
    Ok(!store::known_browsers::of(cx.db, identity, 1)?.is_empty()
        || store::events::is_there(cx.db, identity, "session.started")?)
}
