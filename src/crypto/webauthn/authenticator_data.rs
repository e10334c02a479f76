//! What the authenticator signs (6.1): for whom, with which flags, how often so far, and the new credential.

use super::super::{constant_time_eq, sha256};
use super::public_key::PublicKey;
use super::{LONGEST_CREDENTIAL_ID, Refusal, RelyingParty, cbor};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const ATTESTED: u8 = 0x40;
const EXTENDED: u8 = 0x80;

/// Authenticator data, taken apart.
#[derive(Debug)]
pub(super) struct AuthenticatorData<'a> {
    rp_hash: &'a [u8],
    flags: u8,
    pub(super) sign_count: u32,
    pub(super) attested: Option<Attested<'a>>,
}

/// A credential that was just made (6.5.1).
#[derive(Debug)]
pub(super) struct Attested<'a> {
    pub(super) aaguid: [u8; 16],
    pub(super) credential_id: &'a [u8],
    /// The key as it was written.
    pub(super) cose: &'a [u8],
    pub(super) key: PublicKey,
}

impl<'a> AuthenticatorData<'a> {
    /// Takes it apart, to the last byte.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let short = Refusal::Malformed("the authenticator data is too short");
        let (rp_hash, rest) = bytes.split_at_checked(32).ok_or(short)?;
        let (head, mut rest) = rest.split_first_chunk::<5>().ok_or(short)?;
        let [flags, count @ ..] = *head;
        let mut attested = None;
        if flags & ATTESTED != 0 {
            let (found, behind) = read_attested(rest)?;
            (attested, rest) = (Some(found), behind);
        }
        if flags & EXTENDED != 0 {
            let (extensions, behind) =
                cbor::first(rest).ok_or(Refusal::Malformed("the extensions are no CBOR"))?;
            extensions.pairs().ok_or(Refusal::Malformed("the extensions are no map"))?;
            rest = behind;
        }
        if !rest.is_empty() {
            return Err(Refusal::Malformed("something follows the authenticator data"));
        }
        Ok(Self { rp_hash, flags, sign_count: u32::from_be_bytes(count), attested })
    }

    /// The rules that both ceremonies share (7.1 steps 14 to 17, 7.2 steps 15 to 19).
    pub(super) fn check(&self, rp: &RelyingParty<'_>, verified: bool) -> Result<(), Refusal> {
        if !constant_time_eq(self.rp_hash, &sha256(rp.id.as_bytes())) {
            return Err(Refusal::RelyingParty);
        }
        if self.flags & PRESENT == 0 {
            return Err(Refusal::NotPresent);
        }
        if verified && !self.is_user_verified() {
            return Err(Refusal::NotVerified);
        }
        if self.is_backed_up() && !self.is_backup_eligible() {
            return Err(Refusal::Backup);
        }
        Ok(())
    }

    /// Whether the authenticator knows its owner: by a PIN, a finger, a face.
    pub(super) fn is_user_verified(&self) -> bool {
        self.flags & VERIFIED != 0
    }

    /// Whether the key may leave its device. It never changes.
    pub(super) fn is_backup_eligible(&self) -> bool {
        self.flags & BACKUP_ELIGIBLE != 0
    }

    /// Whether the key has left its device.
    pub(super) fn is_backed_up(&self) -> bool {
        self.flags & BACKED_UP != 0
    }
}

fn read_attested(bytes: &[u8]) -> Result<(Attested<'_>, &[u8]), Refusal> {
    let short = Refusal::Malformed("the credential is too short");
    let (aaguid, rest) = bytes.split_first_chunk::<16>().ok_or(short)?;
    let (length, rest) = rest.split_first_chunk::<2>().ok_or(short)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length == 0 || length > LONGEST_CREDENTIAL_ID {
        return Err(Refusal::Malformed("the id is empty or too long"));
    }
    let (credential_id, rest) = rest.split_at_checked(length).ok_or(short)?;
    let (item, behind) = cbor::first(rest).ok_or(Refusal::Key("it is no CBOR"))?;
    let key = PublicKey::read(&item)?;
    let cose = &rest[..rest.len() - behind.len()];
    Ok((Attested { aaguid: *aaguid, credential_id, cose, key }, behind))
}
