//! The code of an authenticator app at a sign-in: right within a step of time, and once (RFC 6238 5.2).

use super::{BY_CODE, Checked, refused, tries};
use crate::crypto::TotpSecret;
use crate::cx::{Cx, Result};
use crate::model::{Event, IdentityId, Notice};
use crate::store;

const KIND: &str = "totp";

/// The place that the secret is sealed for.
pub(super) fn place(identity: IdentityId) -> String {
    format!("credentials.totp.{identity}")
}

/// Reads six digits; a notice for anything else, which is no try.
pub(super) fn read(typed: &str) -> std::result::Result<String, Notice> {
    TotpSecret::read(typed).map_err(|n| match n {
        0 if typed.trim().is_empty() => Notice::error("field.empty").with("field", "code").on("code"),
        n if n < TotpSecret::DIGITS => Notice::error("totp.short").with("n", n).on("code"),
        n => Notice::error("totp.long").with("n", n).on("code"),
    })
}

pub(super) fn check(cx: &mut Cx<'_>, identity: IdentityId, typed: &str) -> Result<Checked> {
    let mismatch = || Notice::error("totp.mismatch").on("code");
    let code = match read(typed) {
        Ok(code) => code,
        Err(notice) => return Ok(Checked::Refused(notice)),
    };
    if let Some(notice) = tries::count(cx, tries::TOTP, identity)? {
        return refused(cx, identity, KIND, "slow_down", notice);
    }
    let Some(row) = store::factors::totp(cx.db, identity)? else {
        return refused(cx, identity, KIND, "not_enrolled", mismatch());
    };
    let secret = TotpSecret::from_bytes(cx.env.secrets.open(&place(identity), &row.secret)?);
    let Some(step) = secret.step_of(&code, cx.now) else {
        return refused(cx, identity, KIND, "mismatch", mismatch());
    };
    if !store::factors::take_step(cx.db, identity, step)? {
        return refused(cx, identity, KIND, "replayed", mismatch());
    }
    tries::forget(cx, tries::TOTP, identity)?;
    let drift = step - TotpSecret::step_at(cx.now);
    cx.record(Event::new("second_factor.succeeded").of(identity).with("kind", KIND).with("drift", drift))?;
    Ok(Checked::Right(BY_CODE))
}
