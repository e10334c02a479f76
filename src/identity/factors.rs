//! Second factors: which ones somebody has, whether a session counts, and the checks of what is typed.
//!
//! The highest level that somebody can show is the level that they must show, on every path: all kinds of factors count
//! in [`of`], and whatever opens an account asks [`suffices`] or [`is_asked_for`].

mod backup_codes;
mod brought;
mod setup;
mod totp;
mod tries;
mod trust;

pub use backup_codes::{
    BACKUP_CODES, FEW_BACKUP_CODES, keep_backup_codes, make_backup_codes, new_backup_codes,
    provide_backup_codes, remove_backup_codes,
};
pub use brought::{BroughtCode, CodeForm, KeptCodes, app_secret, backup_codes_of, is_digest_key_good};
pub use setup::{Added, add_app, app_being_added, begin_app, remove_app};
pub use trust::{TRUST_DAYS, trusted, untrust, untrust_all};

pub(super) use brought::{bring_app, bring_codes};
pub(super) use setup::removed;
pub(super) use tries::{Pause, lift, pauses};
pub(super) use trust::trust;

use crate::cx::{Cx, Result};
use crate::model::{Assurance, Event, Factors, IdentityId, Notice, Session, TokenDigest};
use crate::store;

/// A second factor that is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// The code of an authenticator app.
    Totp,
    /// A backup code.
    BackupCode,
}

/// What came of a check.
#[derive(Debug)]
pub(super) enum Checked {
    /// It was shown: how (RFC 8176).
    Right(&'static [&'static str]),
    /// It was not, and what the page says.
    Refused(Notice),
}

/// How a code that works once is shown, as the second factor.
pub(super) const BY_CODE: &[&str] = &["otp", "mfa"];

/// The second factors of an identity. Every kind is counted here.
pub fn of(cx: &mut Cx<'_>, identity: IdentityId) -> Result<Factors> {
    Ok(Factors {
        totp: store::factors::has_totp(cx.db, identity)?,
        webauthn: store::passkeys::is_any(cx.db, identity)?,
        backup_codes: store::factors::backup_codes_left(cx.db, identity)?,
    })
}

/// Whether the identity has a second factor, of any kind.
pub fn is_any(cx: &mut Cx<'_>, identity: IdentityId) -> Result<bool> {
    Ok(store::factors::has_totp(cx.db, identity)? || store::passkeys::is_any(cx.db, identity)?)
}

/// Whether a session opens anything: somebody who has a second factor has shown it in this session, or trusts this
/// browser. One that was begun before there was a factor opens nothing any more.
pub fn suffices(cx: &mut Cx<'_>, session: &Session) -> Result<bool> {
    Ok(is_shown(cx, session)?
        || store::trusted_devices::is_trusted(cx.db, session.identity, &session.browser, cx.now)?)
}

/// Whether all that somebody has was shown in this session, whatever their browser is spared: for what is sensitive (A06).
pub fn is_shown(cx: &mut Cx<'_>, session: &Session) -> Result<bool> {
    Ok(session.assurance == Assurance::Aal2 || !is_any(cx, session.identity)?)
}

/// Whether somebody who has shown a first factor in this way must show a second one. A trusted browser spares it at an
/// ordinary sign-in, and never where somebody must confirm that it is them (`confirms`).
pub(super) fn is_asked_for(
    cx: &mut Cx<'_>,
    identity: IdentityId,
    amr: &[&str],
    browser: Option<&TokenDigest>,
    confirms: bool,
) -> Result<bool> {
    if Assurance::of(amr) == Assurance::Aal2 || !is_any(cx, identity)? {
        return Ok(false);
    }
    let trusted = match browser {
        Some(browser) if !confirms => store::trusted_devices::is_trusted(cx.db, identity, browser, cx.now)?,
        _ => false,
    };
    Ok(!trusted)
}

/// Checks what was typed as the second factor of this identity. The try is counted before anything is compared.
pub(super) fn check(cx: &mut Cx<'_>, identity: IdentityId, kind: Typed, typed: &str) -> Result<Checked> {
    match kind {
        Typed::Totp => totp::check(cx, identity, typed),
        Typed::BackupCode => backup_codes::check(cx, identity, typed),
    }
}

/// What the person hears is a sentence; why, only the event knows.
fn refused(
    cx: &mut Cx<'_>,
    identity: IdentityId,
    kind: &'static str,
    reason: &'static str,
    notice: Notice,
) -> Result<Checked> {
    cx.record(Event::new("second_factor.failed").of(identity).with("kind", kind).with("reason", reason))?;
    Ok(Checked::Refused(notice))
}
