//! Whether a sign-in is news for whoever owns the account.

use crate::cx::{Cx, Result};
use crate::model::{IdentityId, Instant, TokenDigest};
use crate::store;

/// So many of the latest facts are looked at for an earlier sign-in.
const LATEST: i64 = 200;

/// Whether somebody has signed in before, and not with this browser. To be asked before the sign-in is written down.
pub(super) fn is_new(cx: &mut Cx<'_>, identity: IdentityId, browser: &TokenDigest) -> Result<bool> {
    if store::known_browsers::contains(cx.db, identity, browser, cx.now)? {
        return Ok(false);
    }
    // A recovery and the off-switch forget browsers; so does time.
    Ok(!store::known_browsers::of(cx.db, identity, 1)?.is_empty()
        || store::events::list_of(cx.db, identity, Instant::from_seconds(0), LATEST)?
            .iter()
            .any(|fact| fact.kind == "session.started"))
}
