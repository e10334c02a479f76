//! Hashes that other systems have made, in the forms that Ory Kratos reads: good for a sign-in, which replaces them.
//!
//! Whoever imports a hash decides what it costs to compare with it, so every cost has a bound (G11).

mod kinds;
mod md5_crypt;

use std::num::NonZeroU32;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sha_crypt::{PasswordHashRef, PasswordVerifier as _, ShaCrypt};

use super::{Costs, HashError, IMPORTED};
use crate::crypto::constant_time_eq;
use kinds::{Digest, Mac, Rounds};

/// The longest hash, in bytes.
const LONGEST: usize = 4096;

/// The cost of bcrypt, as its power of two.
const BCRYPT: u32 = 15;

/// Iterations of PBKDF2.
const PBKDF2: u32 = 5_000_000;

/// Memory of scrypt, in bytes.
const SCRYPT: u64 = 256 * 1024 * 1024;

/// Rounds of SHA-crypt.
const SHA_CRYPT: u32 = 1_000_000;

/// A hash from elsewhere, read and found bearable.
pub(super) enum Foreign {
    Bcrypt(String),
    Argon2 {
        argon2: Argon2<'static>,
        salt: Vec<u8>,
        tag: Vec<u8>,
    },
    Pbkdf2 {
        rounds: Rounds,
        iterations: NonZeroU32,
        salt: Vec<u8>,
        tag: Vec<u8>,
    },
    Scrypt {
        params: scrypt::Params,
        salt: Vec<u8>,
        tag: Vec<u8>,
    },
    /// Firebase: the key that scrypt gives encrypts the signer's key.
    Firebase {
        params: scrypt::Params,
        salt: Vec<u8>,
        signer: Vec<u8>,
        tag: Vec<u8>,
    },
    /// One round over password and salt, laid out like this.
    Digest {
        digest: Digest,
        layout: Vec<u8>,
        salt: Vec<u8>,
        tag: Vec<u8>,
    },
    Mac {
        mac: Mac,
        key: Vec<u8>,
        tag: Vec<u8>,
    },
    Md5Crypt {
        salt: String,
        tag: String,
    },
    ShaCrypt(String),
}

impl Foreign {
    /// Reads a hash.
    pub(super) fn read(text: &str) -> Result<Self, HashError> {
        let unknown = HashError::Unusable("it is of no form that is known here");
        if text.len() > LONGEST {
            return Err(HashError::Unusable("it is longer than 4,096 bytes"));
        }
        if let Some(rest) = text.strip_prefix('{') {
            return salted(rest).ok_or(unknown);
        }
        let parts: Vec<&str> = text.strip_prefix('$').ok_or(unknown.clone())?.split('$').collect();
        let read = match parts.as_slice() {
            ["2a" | "2b" | "2y", ..] => bcrypt(text)?,
            ["argon2i" | "argon2id", ..] => argon2(&parts)?,
            ["scrypt", params, salt, tag] => scrypt_hash(params, salt, tag)?,
            ["firescrypt", params, salt, tag, separator, signer] => {
                firebase(params, salt, tag, separator, signer)?
            }
            ["md5", tag] => plain_md5(tag),
            ["md5-crypt" | "1", salt, tag] => md5_crypt::read(salt, tag),
            ["sha256-crypt" | "5", rest @ ..] => sha_crypt("5", rest)?,
            ["sha512-crypt" | "6", rest @ ..] => sha_crypt("6", rest)?,
            [name, params, salt, tag] if name.starts_with("pbkdf2-") => pbkdf2(name, params, salt, tag)?,
            [name, tag, key] if name.starts_with("hmac-") => mac(name, tag, key),
            [name, layout, salt, tag] => laid_out(name, layout, salt, tag),
            _ => None,
        };
        read.ok_or(unknown)
    }

    /// Whether it is the hash of this password.
    pub(super) fn is_of(&self, password: &[u8]) -> Result<bool, HashError> {
        let refused = |_| HashError::Unusable("an imported hash cannot be computed");
        Ok(match self {
            // More than 72 bytes were never looked at by bcrypt, wherever the hash was made.
            Self::Bcrypt(text) => bcrypt::verify(password, text).unwrap_or(false),
            Self::Argon2 { argon2, salt, tag } => {
                let mut made = vec![0; tag.len()];
                argon2
                    .hash_password_into(password, salt, &mut made)
                    .map_err(|why| refused(why.to_string()))?;
                constant_time_eq(&made, tag)
            }
            Self::Pbkdf2 { rounds, iterations, salt, tag } => {
                let mut made = vec![0; tag.len()];
                aws_lc_rs::pbkdf2::derive(rounds.algorithm(), *iterations, salt, password, &mut made);
                constant_time_eq(&made, tag)
            }
            Self::Scrypt { params, salt, tag } => {
                let mut made = vec![0; tag.len()];
                scrypt::scrypt(password, salt, params, &mut made).map_err(|why| refused(why.to_string()))?;
                constant_time_eq(&made, tag)
            }
            Self::Firebase { params, salt, signer, tag } => {
                let mut key = [0; 32];
                scrypt::scrypt(password, salt, params, &mut key).map_err(|why| refused(why.to_string()))?;
                let made = kinds::aes_256_ctr(&key, signer).ok_or_else(|| refused(String::new()))?;
                constant_time_eq(&made, tag)
            }
            Self::Digest { digest, layout, salt, tag } => {
                constant_time_eq(&digest.of(&fill(layout, salt, password)), tag)
            }
            // It is kept in hexadecimal.
            Self::Mac { mac, key, tag } => constant_time_eq(&kinds::hex(&mac.of(key, password)), tag),
            Self::Md5Crypt { salt, tag } => {
                constant_time_eq(md5_crypt::tag(password, salt.as_bytes()).as_bytes(), tag.as_bytes())
            }
            Self::ShaCrypt(text) => PasswordHashRef::new(text)
                .is_ok_and(|hash| ShaCrypt::default().verify_password(password, hash).is_ok()),
        })
    }
}

/// Base64 with or without padding. An empty tag would be the hash of everything, so none is read.
fn decoded(text: &str) -> Option<Vec<u8>> {
    STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

fn tag_of(text: &str) -> Option<Vec<u8>> {
    decoded(text).filter(|tag| (16..=512).contains(&tag.len()))
}

/// `NAME=NUMBER`, in this order.
fn numbers<const N: usize>(text: &str, names: [&str; N]) -> Option<[u32; N]> {
    let mut parts = text.split(',');
    let mut found = [0; N];
    for (place, name) in found.iter_mut().zip(names) {
        *place = parts.next()?.strip_prefix(name)?.strip_prefix('=')?.parse().ok()?;
    }
    parts.next().is_none().then_some(found)
}

fn bcrypt(text: &str) -> Result<Option<Foreign>, HashError> {
    let Ok(parts) = text.parse::<bcrypt::HashParts>() else { return Ok(None) };
    if !(4..=BCRYPT).contains(&parts.get_cost()) {
        return Err(HashError::Unusable("the cost of bcrypt is not between 4 and 15"));
    }
    Ok(Some(Foreign::Bcrypt(text.to_owned())))
}

fn argon2(parts: &[&str]) -> Result<Option<Foreign>, HashError> {
    let [kind, "v=19", costs, salt, tag] = parts else { return Ok(None) };
    let Some(([memory_kib, iterations, lanes], salt, tag)) =
        numbers(costs, ["m", "t", "p"]).zip(decoded(salt)).zip(tag_of(tag)).map(|((a, b), c)| (a, b, c))
    else {
        return Ok(None);
    };
    if !IMPORTED.covers(Costs { memory_kib, iterations, lanes }) {
        return Err(HashError::Unusable("it costs more than 256 MiB, 10 passes or 16 lanes"));
    }
    if !(8..=64).contains(&salt.len()) {
        return Err(HashError::Unusable("the salt has not 8 to 64 bytes"));
    }
    let params = Params::new(memory_kib, iterations, lanes, Some(tag.len()))
        .map_err(|_| HashError::Unusable("the costs are not Argon2's"))?;
    let algorithm = if *kind == "argon2i" { Algorithm::Argon2i } else { Algorithm::Argon2id };
    Ok(Some(Foreign::Argon2 { argon2: Argon2::new(algorithm, Version::V0x13, params), salt, tag }))
}

fn pbkdf2(name: &str, params: &str, salt: &str, tag: &str) -> Result<Option<Foreign>, HashError> {
    let Some(rounds) = name.strip_prefix("pbkdf2-").and_then(Rounds::named) else { return Ok(None) };
    let (Some([iterations, _length]), Some(salt), Some(tag)) =
        (numbers(params, ["i", "l"]), decoded(salt), tag_of(tag))
    else {
        return Ok(None);
    };
    match NonZeroU32::new(iterations).filter(|iterations| iterations.get() <= PBKDF2) {
        Some(iterations) => Ok(Some(Foreign::Pbkdf2 { rounds, iterations, salt, tag })),
        None => Err(HashError::Unusable("the iterations of PBKDF2 are not between 1 and 5,000,000")),
    }
}

fn scrypt_hash(params: &str, salt: &str, tag: &str) -> Result<Option<Foreign>, HashError> {
    let (Some([n, r, p]), Some(salt), Some(tag)) =
        (numbers(params, ["ln", "r", "p"]), decoded(salt), tag_of(tag))
    else {
        return Ok(None);
    };
    // Kratos writes the number itself where its name says the logarithm; both are read.
    let log_n = if n >= 64 && n.is_power_of_two() { n.ilog2() } else { n };
    Ok(Some(Foreign::Scrypt { params: scrypt_params(log_n, r, p)?, salt, tag }))
}

fn firebase(
    params: &str,
    salt: &str,
    tag: &str,
    separator: &str,
    signer: &str,
) -> Result<Option<Foreign>, HashError> {
    let (Some([log_n, r, p]), Some(mut salt), Some(tag), Some(separator), Some(signer)) =
        (numbers(params, ["ln", "r", "p"]), decoded(salt), tag_of(tag), decoded(separator), decoded(signer))
    else {
        return Ok(None);
    };
    salt.extend(separator);
    Ok(Some(Foreign::Firebase { params: scrypt_params(log_n, r, p)?, salt, signer, tag }))
}

fn scrypt_params(log_n: u32, r: u32, p: u32) -> Result<scrypt::Params, HashError> {
    let costly = HashError::Unusable("it costs more than 256 MiB or 16 lanes of scrypt");
    let log_n = u8::try_from(log_n).ok().filter(|log_n| (1..=24).contains(log_n)).ok_or(costly.clone())?;
    let memory = (128_u64 << log_n).saturating_mul(u64::from(r));
    if memory > SCRYPT || p > 16 || u64::from(p).saturating_mul(u64::from(r)) > 1024 {
        return Err(costly);
    }
    scrypt::Params::new(log_n, r, p).map_err(|_| HashError::Unusable("the costs are not those of scrypt"))
}

/// `{SSHA}`, `{SSHA256}` and `{SSHA512}`, of LDAP: the digest of password and salt, and then the salt.
fn salted(rest: &str) -> Option<Foreign> {
    let (name, text) = rest.split_once('}')?;
    let digest = match name {
        "SSHA" => Digest::Sha1,
        "SSHA256" => Digest::Sha256,
        "SSHA512" => Digest::Sha512,
        _ => return None,
    };
    let mut tag = decoded(text)?;
    let salt = tag.split_off(digest.length().min(tag.len()));
    let layout = b"{PASSWORD}{SALT}".to_vec();
    (tag.len() == digest.length() && !salt.is_empty()).then_some(Foreign::Digest {
        digest,
        layout,
        salt,
        tag,
    })
}

fn plain_md5(tag: &str) -> Option<Foreign> {
    let (digest, layout, salt) = (Digest::Md5, b"{PASSWORD}".to_vec(), Vec::new());
    Some(Foreign::Digest {
        digest,
        layout,
        salt,
        tag: decoded(tag).filter(|tag| tag.len() == digest.length())?,
    })
}

/// `$sha256$pf=LAYOUT$SALT$TAG`, each in Base64.
fn laid_out(name: &str, layout: &str, salt: &str, tag: &str) -> Option<Foreign> {
    let digest = Digest::named(name)?;
    let layout = decoded(layout.strip_prefix("pf=")?)?;
    let has_password = layout.windows(PASSWORD.len()).any(|window| window == PASSWORD);
    let tag = decoded(tag).filter(|tag| tag.len() == digest.length())?;
    // Without the password in it, it would be the hash of every password.
    has_password.then_some(())?;
    Some(Foreign::Digest { digest, salt: decoded(salt)?, layout, tag })
}

fn mac(name: &str, tag: &str, key: &str) -> Option<Foreign> {
    let mac = Mac::named(name.strip_prefix("hmac-")?)?;
    let tag = decoded(tag).filter(|tag| tag.len() == 2 * mac.length())?;
    Some(Foreign::Mac { mac, key: decoded(key)?, tag })
}

fn sha_crypt(id: &str, rest: &[&str]) -> Result<Option<Foreign>, HashError> {
    let rounds = rest.first().and_then(|first| first.strip_prefix("rounds="));
    if rounds.is_some_and(|rounds| !rounds.parse::<u32>().is_ok_and(|n| (1_000..=SHA_CRYPT).contains(&n))) {
        return Err(HashError::Unusable("the rounds are not between 1,000 and 1,000,000"));
    }
    let fields = if rounds.is_some() { 3 } else { 2 };
    let tag = if id == "5" { 43 } else { 86 };
    if rest.len() != fields || rest.last().is_none_or(|last| last.len() != tag) {
        return Ok(None);
    }
    let text = format!("${id}${}", rest.join("$"));
    Ok(PasswordHashRef::new(&text).is_ok().then_some(Foreign::ShaCrypt(text)))
}

const PASSWORD: &[u8] = b"{PASSWORD}";
const SALT: &[u8] = b"{SALT}";

/// Password and salt in their places.
fn fill(layout: &[u8], salt: &[u8], password: &[u8]) -> Vec<u8> {
    let (mut filled, mut rest) = (Vec::new(), layout);
    while let Some((first, after)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(PASSWORD) {
            filled.extend_from_slice(password);
            rest = after;
        } else if let Some(after) = rest.strip_prefix(SALT) {
            filled.extend_from_slice(salt);
            rest = after;
        } else {
            filled.push(*first);
            rest = after;
        }
    }
    filled
}

#[cfg(test)]
mod tests;
