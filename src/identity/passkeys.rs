//! Passkeys and security keys: adding, naming and removing them, and signing in with them (WebAuthn).
//!
//! What an authenticator sends is read and its signature verified outside of transactions; inside, its challenge is used
//! up, whatever the outcome, and what it says is compared with the row.

mod challenges;
mod enrolment;
mod provider;
mod showing;
mod sign_in;

pub use challenges::{Shows, creation_options, request_options};
pub use enrolment::{Removed, add, read_new, remove, rename};
pub use provider::provider;
pub use showing::{Attempt, Use, amr, look_up};
pub use sign_in::{not_used, recover, second, sign_in};

pub(super) use challenges::{Owner, creation, of_flow};
pub(super) use enrolment::{On, is_full, keep_made, made, refused};

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

/// The parts of a row that decide who gets in, one after the other.
fn parts(passkey: &Passkey) -> (String, [u8; 4], [u8; 1]) {
    (passkey.identity.to_string(), passkey.sign_count.to_be_bytes(), [u8::from(passkey.backup_eligible)])
}

/// Makes the row's MAC anew.
pub(super) fn authenticate(cx: &Cx<'_>, passkey: &mut Passkey) {
    let (identity, count, eligible) = parts(passkey);
    let kind = passkey.kind.name().as_bytes();
    let parts = [identity.as_bytes(), &passkey.credential_id, kind, &passkey.public_key, &count, &eligible];
    passkey.mac = cx.env.secrets.mac(MacPurpose::Passkey, &parts).to_vec();
}

/// Whether the row is as we wrote it.
fn is_authentic(cx: &Cx<'_>, passkey: &Passkey) -> bool {
    let (identity, count, eligible) = parts(passkey);
    let kind = passkey.kind.name().as_bytes();
    let parts = [identity.as_bytes(), &passkey.credential_id, kind, &passkey.public_key, &count, &eligible];
    cx.env.secrets.mac_is(MacPurpose::Passkey, &parts, &passkey.mac)
}
