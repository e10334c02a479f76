//! Passkeys and security keys: adding, naming and removing them, and signing in with them (WebAuthn).
//!
//! What an authenticator sends is read and its signature verified outside of transactions; inside, its challenge is used
//! up, whatever the outcome, and what it says is compared with the row.

mod brought;
mod challenges;
mod enrolment;
mod provider;
mod showing;
mod sign_in;

pub use brought::{BroughtKey, to_take_along};
pub use challenges::{Shows, creation_options, request_options};
pub use enrolment::{Removed, add, read_new, remove, rename};
pub use provider::provider;
pub use showing::{Attempt, Use, amr, look_up};
pub use sign_in::{not_used, recover, second, sign_in};

pub(super) use brought::{bring, objection};
pub(super) use challenges::{Owner, creation, of_flow};
pub(super) use enrolment::{On, is_full, keep_made, made, refused, take_away};

use enrolment::first_name;

use serde_json::{Value, json};

use super::accounts;
use crate::config::Settings;
use crate::crypto::webauthn::RelyingParty;
use crate::crypto::{MacPurpose, base64url};
use crate::cx::{Cx, Result};
use crate::model::{IdentityId, Passkey};
use crate::store;

/// For whom credentials are made here; `None` if the issuer goes by an address, and then there are none.
pub fn relying_party(settings: &Settings) -> Option<RelyingParty<'_>> {
    RelyingParty::of_issuer(&settings.issuer)
}

/// Those of a person, oldest first.
pub fn list(cx: &mut Cx<'_>, identity: IdentityId) -> Result<Vec<Passkey>> {
    Ok(store::passkeys::list(cx.db, identity)?)
}

/// What a browser tells its authenticators of a person, so that they forget what was removed here and show the present
/// names (WebAuthn 5.1.10); `None` if there are no credentials here.
pub fn signals(cx: &mut Cx<'_>, identity: IdentityId) -> Result<Option<Value>> {
    let names = names(cx, identity)?;
    let ids: Vec<String> =
        list(cx, identity)?.iter().map(|passkey| base64url(&passkey.credential_id)).collect();
    Ok(relying_party(cx.settings()).map(|rp| {
        json!({
            "rpId": rp.id,
            "userId": base64url(&handle(identity)),
            "allAcceptedCredentialIds": ids,
            "name": names.0,
            "displayName": names.1,
        })
    }))
}

/// What an authenticator keeps to know a person by: no name, and no address.
fn handle(identity: IdentityId) -> [u8; 16] {
    identity.uuid().into_bytes()
}

/// The account's name, and the person's, as an authenticator shows them.
pub(super) fn names(cx: &mut Cx<'_>, identity: IdentityId) -> Result<(String, String)> {
    let person = accounts::existing(cx, identity)?;
    let address = accounts::main_address(cx, identity)?.map(|address| address.value);
    let shown = person.text_trait("name").map(str::to_owned);
    let account = address.or_else(|| shown.clone()).unwrap_or_else(|| identity.to_string());
    let shown = shown.unwrap_or_else(|| account.clone());
    Ok((account, shown))
}

/// What the authenticator of this one knows its person by.
fn handle_of(passkey: &Passkey) -> Vec<u8> {
    passkey.user_handle.clone().unwrap_or_else(|| handle(passkey.identity).to_vec())
}

/// What is done with the parts of a row that decide who gets in, one after the other.
fn with_parts<T>(passkey: &Passkey, act: impl FnOnce(&[&[u8]]) -> T) -> T {
    let identity = passkey.identity.to_string();
    let (count, eligible) = (passkey.sign_count.to_be_bytes(), [u8::from(passkey.backup_eligible)]);
    let kind = passkey.kind.name().as_bytes();
    let mut parts: Vec<&[u8]> =
        vec![identity.as_bytes(), &passkey.credential_id, kind, &passkey.public_key, &count, &eligible];
    parts.extend(passkey.user_handle.as_deref());
    act(&parts)
}

fn mac(cx: &Cx<'_>, passkey: &Passkey) -> [u8; 32] {
    with_parts(passkey, |parts| cx.env.secrets.mac(MacPurpose::Passkey, parts))
}

/// Makes the row's MAC anew.
pub(super) fn authenticate(cx: &Cx<'_>, passkey: &mut Passkey) {
    passkey.mac = mac(cx, passkey).to_vec();
}

/// Whether the row is as we wrote it.
fn is_authentic(cx: &Cx<'_>, passkey: &Passkey) -> bool {
    mac_key_id(cx, passkey).is_some()
}

/// The id of the data secret's key that vouches for the row; `None` if none does.
pub fn mac_key_id(cx: &Cx<'_>, passkey: &Passkey) -> Option<String> {
    with_parts(passkey, |parts| cx.env.secrets.mac_key_id(MacPurpose::Passkey, parts, &passkey.mac))
}

/// Lets the data secret of today vouch for a row for which an older one does: whether it does so now only.
pub fn authenticate_anew(cx: &mut Cx<'_>, passkey: &Passkey) -> Result<bool> {
    match mac_key_id(cx, passkey) {
        Some(id) if id != cx.env.secrets.active_key_id() => {
            let mac = mac(cx, passkey);
            Ok(store::passkeys::replace_mac(cx.db, passkey, &mac)?)
        }
        _ => Ok(false),
    }
}
