//! A credential is shown (7.2).

use super::authenticator_data::AuthenticatorData;
use super::client_data::{self, Ceremony, ClientData};
use super::public_key::PublicKey;
use super::{CHALLENGE, Credential, Refusal, RelyingParty, bytes};

/// A response whose credential is still to be found.
pub struct Assertion {
    /// The id of the credential.
    pub credential_id: Vec<u8>,
    /// Whose credential the authenticator takes it for.
    pub user_handle: Option<Vec<u8>>,
    client_data: ClientData,
    data: Vec<u8>,
    signature: Vec<u8>,
}

/// What is known of a credential.
#[derive(Debug, Clone, Copy)]
pub struct KnownCredential<'a> {
    /// Its key (COSE_Key).
    pub public_key: &'a [u8],
    /// Whether it could be copied when it was made.
    pub backup_eligible: bool,
}

/// What a credential has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asserted {
    /// Whether the authenticator verified its owner.
    pub user_verified: bool,
    /// Whether it has been copied to other devices.
    pub backed_up: bool,
    /// How often it has signed; zero if it does not count.
    pub sign_count: u32,
}

impl Assertion {
    /// Reads the response and checks what the browser says in it.
    pub fn read(json: &[u8], rp: &RelyingParty<'_>) -> Result<Self, Refusal> {
        let credential = Credential::read(json)?;
        let of = |name| bytes(&credential.response, name);
        let client_data = client_data::check(&of("clientDataJSON")?, Ceremony::Get, rp)?;
        let user_handle = match credential.response.get("userHandle") {
            None | Some(serde_json::Value::Null) => None,
            Some(_) => Some(of("userHandle")?),
        };
        let (data, signature) = (of("authenticatorData")?, of("signature")?);
        Ok(Self { credential_id: credential.id, user_handle, client_data, data, signature })
    }

    /// The challenge that it answers. That it was ours is left to see.
    pub fn challenge(&self) -> &[u8; CHALLENGE] {
        &self.client_data.challenge
    }

    /// Checks what the authenticator says, and that it is the one with this credential. `verified` says whether it must
    /// have verified its owner.
    #[must_use = "a signature that does not fit must not be ignored"]
    pub fn verify(
        &self,
        rp: &RelyingParty<'_>,
        known: KnownCredential<'_>,
        verified: bool,
    ) -> Result<Asserted, Refusal> {
        let data = AuthenticatorData::read(&self.data)?;
        data.check(rp, verified)?;
        if data.is_backup_eligible() != known.backup_eligible {
            return Err(Refusal::Backup);
        }
        let message = [self.data.as_slice(), &self.client_data.hash].concat();
        PublicKey::from_bytes(known.public_key)?.verify(&message, &self.signature)?;
        Ok(Asserted {
            user_verified: data.is_user_verified(),
            backed_up: data.is_backed_up(),
            sign_count: data.sign_count,
        })
    }
}
