//! What a client is told of who somebody is (OIDC Core 8).

use crate::crypto::{base64url, hmac_sha256};
use crate::cx::{Cx, Fault, Result};
use crate::model::{Client, IdentityId, SubjectType};
use crate::store;

/// The row that keeps the key of all pairwise subjects. It is made once and never changes, as a subject never does; so it
/// is no part of the data secret, which may change, and is only sealed by it.
const KEY: &str = "pairwise_key";

/// Makes the key of pairwise subjects, once in the life of a database, and seals it with the data secret of today.
pub fn ensure_key(cx: &mut Cx<'_>) -> Result<()> {
    if let Some(sealed) = store::meta::find(cx.db, KEY)? {
        let key = cx.env.secrets.open(KEY, &sealed)?;
        if !cx.env.secrets.is_sealed_by_active(&sealed) {
            let sealed = cx.env.secrets.seal(cx.random(), KEY, &key)?;
            store::meta::replace(cx.db, KEY, &sealed)?;
        }
        return Ok(());
    }
    let mut key = [0; 32];
    cx.random().fill(&mut key);
    let sealed = cx.env.secrets.seal(cx.random(), KEY, &key)?;
    store::meta::insert_once(cx.db, KEY, &sealed)?;
    Ok(())
}

/// The subject: the identity's id, or for a pairwise client a name that only its sector knows (OIDC Core 8.1).
pub fn of(cx: &mut Cx<'_>, client: &Client, identity: IdentityId) -> Result<String> {
    let SubjectType::Pairwise { sector } = &client.subject_type else { return Ok(identity.to_string()) };
    let sealed = store::meta::find(cx.db, KEY)?
        .ok_or_else(|| Fault::Internal("there is no key for pairwise subjects".to_owned()))?;
    let key = cx.env.secrets.open(KEY, &sealed)?;
    // A host has no NUL, so that no two pairs read alike.
    let pair = [sector.as_bytes(), b"\0", identity.uuid().as_bytes()].concat();
    Ok(base64url(&hmac_sha256(&key, &pair)))
}
