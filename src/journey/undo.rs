//! What touches people and protocol alike when something is taken back, or when its time is over.

use super::endings::{delete_identity, end_everything, set_state};
use crate::cx::{Cx, Result};
use crate::identity::undo::{self, PutBack};
use crate::model::{IdentityId, IdentityState, Mail, Undo, Undoing};
use crate::store;

/// Deletions of one transaction.
const BITE: i64 = 20;

/// What came of taking something back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undone {
    /// The old address is back, and everything was ended.
    Address,
    /// The account stays.
    Deletion,
    /// Somebody else has the address by now.
    Taken,
    /// It was taken back before, or it is too late.
    Over,
}

/// Takes something back. Whoever changed the address may be signed in, so everything ends with it.
pub fn take_back(cx: &mut Cx<'_>, undo: &Undo) -> Result<Undone> {
    Ok(match undo.undoing {
        Undoing::Address { .. } => match undo::put_back(cx, undo)? {
            PutBack::Done => {
                end_everything(cx, undo.identity, None, "address_restored")?;
                Undone::Address
            }
            PutBack::Taken => Undone::Taken,
            PutBack::Over => Undone::Over,
        },
        Undoing::Deletion => {
            if !undo::keep_account(cx, undo)? {
                return Ok(Undone::Over);
            }
            set_state(cx, undo.identity, IdentityState::Active)?;
            Undone::Deletion
        }
    })
}

/// The person wants their account deleted: from now on nobody can use it, and in a week it is gone.
pub fn schedule_deletion(cx: &mut Cx<'_>, identity: IdentityId) -> Result<()> {
    undo::schedule_deletion(cx, identity)?;
    set_state(cx, identity, IdentityState::Inactive)?;
    Ok(())
}

/// Whether the week of some account is over.
pub fn is_deletion_due(cx: &mut Cx<'_>) -> Result<bool> {
    Ok(!store::undos::due_deletions(cx.db, cx.now, 1)?.is_empty())
}

/// Deletes accounts whose week is over, each once, and tells their owners; answers how many. There may be more.
pub fn delete_due(cx: &mut Cx<'_>) -> Result<usize> {
    let mut deleted = 0;
    for due in store::undos::due_deletions(cx.db, cx.now, BITE)? {
        // Who is faster, of many servers, deletes it.
        if store::undos::consume(cx.db, due.id, cx.now)? {
            cx.notify(due.identity, &Mail::AccountDeleted)?;
            delete_identity(cx, due.identity)?;
            deleted += 1;
        }
    }
    Ok(deleted)
}
