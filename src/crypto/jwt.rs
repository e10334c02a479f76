//! Verifying JWTs that this server signed: one key, one algorithm, one type, and no way around.

use std::fmt;

use serde_json::{Map, Value};

use super::compact::{Compact, check_type};
use super::strict::Object;
use super::{SigningKeys, VerifyingKey};
use crate::model::Instant;

/// Why a token is not accepted. For logs; the holder is told only that it is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JwtError {
    /// Not a compact JWT of reasonable size, or not JSON inside.
    Malformed,
    /// The header asks for something that is not done here.
    Header(&'static str),
    /// No key of this id, or another algorithm than the key's.
    Key,
    /// The signature is not ours.
    Signature,
    /// A claim is missing, of the wrong type, or not what it must be.
    Claim(&'static str),
    /// Its time is over.
    Expired,
}

impl fmt::Display for JwtError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("malformed token"),
            Self::Header(name) => write!(f, "header `{name}` is not acceptable"),
            Self::Key => f.write_str("no key for this token"),
            Self::Signature => f.write_str("wrong signature"),
            Self::Claim(name) => write!(f, "claim `{name}` is not acceptable"),
            Self::Expired => f.write_str("expired"),
        }
    }
}

impl std::error::Error for JwtError {}

/// What a token must be to be accepted at one entry.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The one type (`typ`) of this entry.
    pub typ: &'a str,
    /// The issuer.
    pub issuer: &'a str,
    /// The present instant.
    pub now: Instant,
    /// Whether a token whose time is over is still a good hint (OIDC RP-Initiated Logout 2).
    pub expired_is_fine: bool,
}

impl SigningKeys {
    /// Verifies a token of ours and gives its claims.
    pub fn verify(&self, token: &str, expected: Expected<'_>) -> Result<Map<String, Value>, JwtError> {
        verify(token, expected, |kid| self.find(kid))
    }
}

/// Verifies a token by the key that its header names; `find` knows the keys.
pub(super) fn verify<'k>(
    token: &str,
    expected: Expected<'_>,
    find: impl FnOnce(&str) -> Option<&'k VerifyingKey>,
) -> Result<Map<String, Value>, JwtError> {
    let header = Compact::read(token)?;
    let key = header.kid.as_deref().and_then(find).ok_or(JwtError::Key)?;
    if key.algorithm().name() != header.alg {
        return Err(JwtError::Key);
    }
    check_type(&header, &[expected.typ], false)?;
    let mut rules = jsonwebtoken::Validation::new(key.algorithm().jsonwebtoken());
    // Times and names are compared below: against the instant of this use case, and without leniency.
    rules.required_spec_claims.clear();
    (rules.validate_exp, rules.validate_nbf, rules.validate_aud) = (false, false, false);
    let claims = jsonwebtoken::decode::<Object>(token, key.decoding(), &rules)
        .map_err(|_| JwtError::Signature)?
        .claims
        .0;
    check(&claims, expected)?;
    Ok(claims)
}

fn check(claims: &Map<String, Value>, expected: Expected<'_>) -> Result<(), JwtError> {
    if claims.get("iss").and_then(Value::as_str) != Some(expected.issuer) {
        return Err(JwtError::Claim("iss"));
    }
    let now = expected.now.seconds();
    let exp = claims.get("exp").and_then(Value::as_i64).ok_or(JwtError::Claim("exp"))?;
    if exp <= 0 {
        return Err(JwtError::Claim("exp"));
    }
    for name in ["iat", "nbf"] {
        match claims.get(name) {
            None => {}
            // 30 seconds of difference between the clocks of two instances are nobody's fault.
            Some(value) if value.as_i64().is_some_and(|at| (0..=now + 30).contains(&at)) => {}
            Some(_) => return Err(JwtError::Claim(name)),
        }
    }
    if exp <= now && !expected.expired_is_fine {
        return Err(JwtError::Expired);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{SignatureAlgorithm, SigningKey, base64url};
    use super::*;

    const NOW: Instant = Instant::from_seconds(1_800_000_000);

    fn expected() -> Expected<'static> {
        Expected { typ: "at+jwt", issuer: "https://id.test", now: NOW, expired_is_fine: false }
    }

    fn keys() -> SigningKeys {
        SigningKeys::new(
            SignatureAlgorithm::ALL.iter().map(|alg| SigningKey::generate(*alg).unwrap().0).collect(),
        )
    }

    fn claims() -> Value {
        json!({ "iss": "https://id.test", "exp": NOW.seconds() + 60, "iat": NOW.seconds(), "sub": "ann" })
    }

    #[test]
    fn a_token_of_ours_is_accepted_with_each_algorithm() {
        let keys = keys();
        for algorithm in SignatureAlgorithm::ALL {
            let token = keys.active(algorithm).unwrap().sign("at+jwt", &claims()).unwrap();
            assert_eq!(keys.verify(&token, expected()).unwrap()["sub"], "ann");
        }
    }

    #[test]
    fn sec_j01_unsigned_tokens_are_refused() {
        let keys = keys();
        let kid = keys.active(SignatureAlgorithm::Es256).unwrap().kid().to_owned();
        for alg in ["none", "None", "NONE", "nOnE", ""] {
            let header = base64url(json!({ "alg": alg, "typ": "at+jwt", "kid": kid }).to_string().as_bytes());
            let body = base64url(claims().to_string().as_bytes());
            assert_eq!(keys.verify(&format!("{header}.{body}."), expected()), Err(JwtError::Key), "{alg}");
        }
        let signed = keys.active(SignatureAlgorithm::Es256).unwrap().sign("at+jwt", &claims()).unwrap();
        let (head, _) = signed.rsplit_once('.').unwrap();
        assert!(keys.verify(&format!("{head}."), expected()).is_err());
    }

    #[test]
    fn sec_j02_a_public_key_is_no_shared_secret() {
        let keys = keys();
        let rsa = keys.active(SignatureAlgorithm::Rs256).unwrap();
        let public = keys.jwks()["keys"][0]["n"].as_str().unwrap().to_owned();
        let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(rsa.kid().to_owned());
        for secret in [public.as_bytes(), b""] {
            let key = jsonwebtoken::EncodingKey::from_secret(secret);
            let token = jsonwebtoken::encode(&header, &claims(), &key).unwrap();
            assert_eq!(keys.verify(&token, expected()), Err(JwtError::Key));
        }
    }

    #[test]
    fn sec_j04_critical_and_strange_headers_are_refused() {
        let keys = keys();
        let kid = keys.active(SignatureAlgorithm::Es256).unwrap().kid().to_owned();
        for extra in [
            json!({"crit": ["x"]}),
            json!({"crit": []}),
            json!({"b64": false}),
            json!({"zip": "DEF"}),
            json!({"enc": "A256GCM"}),
        ] {
            let mut header = json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid });
            for (name, value) in extra.as_object().unwrap() {
                header[name] = value.clone();
            }
            let token = format!("{}.{}.AA", base64url(header.to_string().as_bytes()), base64url(b"{}"));
            assert!(matches!(keys.verify(&token, expected()), Err(JwtError::Header(_))), "{header}");
        }
    }

    #[test]
    fn sec_j05_only_the_compact_form_is_read() {
        let keys = keys();
        for token in ["", ".", "..", "a.b", "a.b.c.d", r#"{"payload":"","signatures":[]}"#] {
            assert!(keys.verify(token, expected()).is_err(), "{token}");
        }
        assert_eq!(keys.verify(&".".repeat(1_000_000), expected()), Err(JwtError::Malformed));
    }

    #[test]
    fn sec_j08_a_key_id_finds_a_key_or_nothing() {
        let keys = keys();
        for kid in [json!("../../dev/null"), json!("' OR 1=1"), json!(["a"]), json!(7), Value::Null] {
            let header = json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid });
            let token = format!("{}.{}.AA", base64url(header.to_string().as_bytes()), base64url(b"{}"));
            assert!(
                matches!(keys.verify(&token, expected()), Err(JwtError::Key | JwtError::Malformed)),
                "{kid}"
            );
        }
    }

    #[test]
    fn sec_j09_claims_of_the_wrong_type_are_refused() {
        let keys = keys();
        let key = keys.active(SignatureAlgorithm::Es256).unwrap();
        for (name, value) in [
            ("exp", json!("9999999999")),
            ("exp", json!(1.5e10)),
            ("exp", json!(-1)),
            ("exp", Value::Null),
            ("nbf", json!("1")),
            ("nbf", json!(NOW.seconds() + 3600)),
            ("iat", json!(NOW.seconds() + 3600)),
            ("iss", json!("https://ID.test")),
            ("iss", json!("https://id.test/")),
        ] {
            let mut wrong = claims();
            wrong[name] = value.clone();
            let token = key.sign("at+jwt", &wrong).unwrap();
            assert!(matches!(keys.verify(&token, expected()), Err(JwtError::Claim(_))), "{name}={value}");
        }
    }

    #[test]
    fn sec_j10_each_entry_takes_its_own_type_only() {
        let keys = keys();
        let key = keys.active(SignatureAlgorithm::Es256).unwrap();
        for typ in ["JWT", "logout+jwt", "dpop+jwt", ""] {
            let token = key.sign(typ, &claims()).unwrap();
            assert_eq!(keys.verify(&token, expected()), Err(JwtError::Header("typ")), "{typ}");
        }
        let token = key.sign("application/AT+JWT", &claims()).unwrap();
        assert!(keys.verify(&token, expected()).is_ok());
    }

    #[test]
    fn an_expired_token_is_a_hint_and_nothing_else() {
        let keys = keys();
        let mut old = claims();
        old["exp"] = json!(NOW.seconds());
        let token = keys.active(SignatureAlgorithm::Rs256).unwrap().sign("at+jwt", &old).unwrap();
        assert_eq!(keys.verify(&token, expected()), Err(JwtError::Expired));
        assert!(keys.verify(&token, Expected { expired_is_fine: true, ..expected() }).is_ok());
    }

    #[test]
    fn sec_j13_the_key_set_shows_public_members_only() {
        let jwks = keys().jwks();
        for key in jwks["keys"].as_array().unwrap() {
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(key.get(private).is_none());
            }
            assert!(key["kid"].is_string() && key["use"] == "sig" && key["alg"].is_string());
        }
    }
}
