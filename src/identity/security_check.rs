//! What a person should look at to keep their account safe, as the overview of the account says it (pages 1.4.6).

use std::time::Duration;

use super::factors::{self, FEW_BACKUP_CODES};
use crate::cx::{Cx, Result};
use crate::model::{Instant, Session};
use crate::store;

/// How far back sign-ins on new devices are told of.
const LATELY: Duration = Duration::from_secs(14 * 86_400);

/// The most facts that are read, and the most sign-ins that are told of.
const READ: i64 = 500;
const SHOWN: usize = 5;

/// What there is to look at.
#[derive(Debug, Default)]
pub struct SecurityCheck {
    /// Whether there is no second factor.
    pub lacks_second_factor: bool,
    /// How many backup codes are left, if they are few.
    pub few_codes: Option<usize>,
    /// Sign-ins in browsers that were not known, the newest first, but for those in the one that looks.
    pub strange: Vec<StrangeSignIn>,
}

/// A sign-in in a browser in which the person had not signed in before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrangeSignIn {
    /// When.
    pub at: Instant,
    /// What the browser calls itself.
    pub user_agent: String,
    /// From which address of the network.
    pub peer: String,
}

/// Looks, for the person of this session.
pub fn look(cx: &mut Cx<'_>, session: &Session) -> Result<SecurityCheck> {
    let identity = session.identity;
    let factors = factors::of(cx, identity)?;
    let lacks_second_factor = !factors::is_any(cx, identity)?;
    let few = !lacks_second_factor && factors.backup_codes <= FEW_BACKUP_CODES;
    let facts = store::events::list_of(cx.db, identity, cx.now - LATELY, READ)?;
    let mut strange = Vec::new();
    // What was disowned has ended, and need not be looked at again.
    for fact in facts.into_iter().take_while(|fact| fact.kind != "activity.disowned") {
        let is_new = fact.kind == "session.started" && fact.data["new_browser"] == true;
        let Some(id) = fact.session.filter(|_| is_new) else { continue };
        let known = store::sessions::find(cx.db, id)?.filter(|known| known.browser != session.browser);
        let Some(known) = known else { continue };
        let peer = fact.peer.unwrap_or_default();
        strange.push(StrangeSignIn { at: fact.at, user_agent: known.user_agent, peer });
        if strange.len() == SHOWN {
            break;
        }
    }
    Ok(SecurityCheck { lacks_second_factor, few_codes: few.then_some(factors.backup_codes), strange })
}
