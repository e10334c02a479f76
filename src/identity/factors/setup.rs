//! An authenticator app is added and removed. Its secret is shown until its first code has come, and never again.

use std::time::Duration;

use super::{backup_codes, totp, trust};
use crate::crypto::TotpSecret;
use crate::cx::{Cx, Result};
use crate::model::{CredentialId, Event, IdentityId, Mail, Notice, Session};
use crate::store;

/// How long a secret waits for its first code.
const WAIT: Duration = Duration::from_secs(30 * 60);

const KIND: &str = "totp";

fn place(identity: IdentityId) -> String {
    format!("factor_setups.totp.{identity}")
}

/// Begins to add an app, with a new secret; nothing happens if there is an app.
pub fn begin_app(cx: &mut Cx<'_>, session: &Session) -> Result<()> {
    let identity = session.identity;
    if store::factors::has_totp(cx.db, identity)? {
        return Ok(());
    }
    let secret = TotpSecret::generate(cx.random());
    let secret = cx.env.secrets.seal(cx.random(), &place(identity), secret.expose())?;
    let setup = store::factors::Setup { session: session.id, secret, expires_at: cx.now + WAIT };
    Ok(store::factors::begin_setup(cx.db, identity, KIND, &setup, cx.now)?)
}

/// The secret of the app that is being added in this session; `None` if none is, or not any more.
pub fn app_being_added(cx: &mut Cx<'_>, session: &Session) -> Result<Option<TotpSecret>> {
    let found = store::factors::setup(cx.db, session.identity, KIND, cx.now)?;
    let Some(setup) = found.filter(|setup| setup.session == session.id) else { return Ok(None) };
    if store::factors::has_totp(cx.db, session.identity)? {
        return Ok(None);
    }
    let bytes = cx.env.secrets.open(&place(session.identity), &setup.secret)?;
    Ok(Some(TotpSecret::from_bytes(bytes)))
}

/// What came of the first code of an app.
#[derive(Debug)]
pub enum Added {
    /// The page again, with what is wrong.
    Stay(Notice),
    /// The setup was over, or there is an app already.
    Gone,
    /// The app is added; whether it is the person's first second factor.
    Done {
        /// Whether there was no second factor before.
        first: bool,
    },
}

/// Takes the first code of the app. It proves that the app has the secret, and is the first one that cannot come again.
pub fn add_app(cx: &mut Cx<'_>, session: &Session, typed: &str) -> Result<Added> {
    let identity = session.identity;
    let Some(secret) = app_being_added(cx, session)? else { return Ok(Added::Gone) };
    let code = match totp::read(typed) {
        Ok(code) => code,
        Err(notice) => return Ok(Added::Stay(notice)),
    };
    let Some(step) = secret.step_of(&code, cx.now) else {
        return Ok(Added::Stay(Notice::error("totp.mismatch").on("code")));
    };
    let first = !super::is_any(cx, identity)?;
    let sealed = cx.env.secrets.seal(cx.random(), &totp::place(identity), secret.expose())?;
    let id = CredentialId::from_uuid(cx.random().uuid());
    if !store::factors::insert_totp(cx.db, id, identity, &sealed, Some(step), cx.now)? {
        return Ok(Added::Gone);
    }
    store::factors::end_setup(cx.db, identity, KIND)?;
    backup_codes::provide_backup_codes(cx, session)?;
    cx.record(Event::new("credential.added").of(identity).in_session(session.id).with("kind", KIND))?;
    cx.notify(identity, &Mail::SecondFactorAdded)?;
    Ok(Added::Done { first })
}

/// Removes the app; with the last second factor go the backup codes and the trust in devices. `false` if there is none.
pub fn remove_app(cx: &mut Cx<'_>, identity: IdentityId) -> Result<bool> {
    if !store::factors::delete_totp(cx.db, identity)? {
        return Ok(false);
    }
    cx.record(Event::new("credential.removed").of(identity).with("kind", KIND))?;
    removed(cx, identity)?;
    cx.notify(identity, &Mail::SecondFactorRemoved)?;
    Ok(true)
}

/// A second factor was removed. With the last one go the backup codes and the trust in devices.
pub(in crate::identity) fn removed(cx: &mut Cx<'_>, identity: IdentityId) -> Result<()> {
    if !super::is_any(cx, identity)? {
        store::factors::replace_backup_codes(cx.db, identity, &[], cx.now)?;
        store::factors::end_setups(cx.db, identity)?;
        trust::untrust_all(cx, identity, "second_factor_removed")?;
        // Whoever stands on the page of a second step would wait there for ever.
        store::flows::expire_of_identity(cx.db, identity, None, cx.now)?;
    }
    Ok(())
}
