//! A credential is made (7.1).

use serde_json::Value;

use super::authenticator_data::AuthenticatorData;
use super::cbor::{self, Item};
use super::client_data::{self, Ceremony};
use super::{CHALLENGE, Credential, Refusal, RelyingParty, bytes};

/// How an authenticator can be reached (5.8.4).
const TRANSPORTS: [&str; 6] = ["ble", "hybrid", "internal", "nfc", "smart-card", "usb"];

/// A new credential. That its challenge was ours, and that nobody has its id, is left to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCredential {
    /// The challenge that it answers.
    pub challenge: [u8; CHALLENGE],
    /// Its id, which the authenticator chose.
    pub id: Vec<u8>,
    /// Its key (COSE_Key).
    pub public_key: Vec<u8>,
    /// The kind of authenticator; zero if it does not say.
    pub aaguid: [u8; 16],
    /// How often it has signed so far; zero if it does not count.
    pub sign_count: u32,
    /// Whether the authenticator verified its owner.
    pub user_verified: bool,
    /// Whether it may be copied to other devices.
    pub backup_eligible: bool,
    /// Whether it has been.
    pub backed_up: bool,
    /// How the authenticator can be reached.
    pub transports: Vec<&'static str>,
}

/// Checks the response to a creation. `verified` says whether the authenticator must have verified its owner.
pub fn registered(json: &[u8], rp: &RelyingParty<'_>, verified: bool) -> Result<NewCredential, Refusal> {
    let credential = Credential::read(json)?;
    let client_json = bytes(&credential.response, "clientDataJSON")?;
    let client_data = client_data::check(&client_json, Ceremony::Create, rp)?;
    let object = bytes(&credential.response, "attestationObject")?;
    let object = cbor::whole(&object).ok_or(Refusal::Attestation)?;
    let part = |name| object.get(&Item::Text(name)).ok_or(Refusal::Attestation);
    let signed = part("authData")?.bytes().ok_or(Refusal::Attestation)?;
    let data = AuthenticatorData::read(signed)?;
    data.check(rp, verified)?;
    let attested = data.attested.as_ref().ok_or(Refusal::Malformed("there is no credential"))?;
    if attested.credential_id != credential.id {
        return Err(Refusal::Malformed("the response is for another id"));
    }
    let statement = part("attStmt")?;
    match (part("fmt")?, statement.pairs()) {
        (Item::Text("none"), Some(0)) => {}
        // A browser leaves a statement as it is that says nothing of its maker (5.1.3): signed by the key itself.
        (Item::Text("packed"), Some(2)) => {
            let algorithm = statement.get(&Item::Text("alg"));
            let signature = statement.get(&Item::Text("sig")).and_then(Item::bytes);
            if algorithm != Some(&Item::Integer(attested.key.algorithm)) {
                return Err(Refusal::Attestation);
            }
            let message = [signed, &client_data.hash].concat();
            attested.key.verify(&message, signature.ok_or(Refusal::Attestation)?)?;
        }
        _ => return Err(Refusal::Attestation),
    }
    Ok(NewCredential {
        challenge: client_data.challenge,
        id: attested.credential_id.to_vec(),
        public_key: attested.cose.to_vec(),
        aaguid: attested.aaguid,
        sign_count: data.sign_count,
        user_verified: data.is_user_verified(),
        backup_eligible: data.is_backup_eligible(),
        backed_up: data.is_backed_up(),
        transports: transports(&credential),
    })
}

/// Those that are known: what a browser invents is of no use to another.
fn transports(credential: &Credential) -> Vec<&'static str> {
    let named = credential.response.get("transports").and_then(Value::as_array);
    let named: Vec<String> =
        named.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    known_transports(&named)
}

/// The ways to an authenticator that are known among these.
pub fn known_transports(named: &[String]) -> Vec<&'static str> {
    TRANSPORTS.into_iter().filter(|known| named.iter().any(|name| name == known)).collect()
}
