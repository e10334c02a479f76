//! Tokens, and nothing believed of them unseen: every token that any test gets is looked at here. sec_j12.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;
use wayhome::crypto::{SignatureAlgorithm, left_half_of_hash};
use wayhome::model::AccessTokenFormat;

use super::RelyingParty;
use crate::http::{Answer, Ask};

/// Tokens whose every claim was checked.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The refresh token.
    pub refresh: Option<String>,
    /// The ID token.
    pub id: Option<String>,
    /// The claims of the ID token; null without one.
    pub claims: Value,
    /// The whole answer.
    pub answer: Value,
}

impl Tokens {
    /// Fails the test unless the tokens are about this subject.
    #[track_caller]
    pub fn expect_subject(&self, subject: &str) -> &Self {
        assert_eq!(self.claims["sub"], subject);
        self
    }

    /// The refresh token, which must be there.
    #[track_caller]
    pub fn refresh(&self) -> &str {
        self.refresh.as_deref().expect("there is a refresh token")
    }
}

impl RelyingParty<'_> {
    /// Checks an answer of the token endpoint (OIDC Core 3.1.3.7).
    #[track_caller]
    pub fn tokens(&self, answer: &Answer, nonce: Option<&str>) -> Tokens {
        let body = answer.json();
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        assert_eq!(body["token_type"], "Bearer", "{body}");
        assert!(body["expires_in"].as_u64().is_some_and(|seconds| seconds > 0), "{body}");
        assert!(body["scope"].is_string(), "{body}");
        let access = text("access_token").unwrap_or_else(|| panic!("no access token: {body}"));
        let id = text("id_token");
        self.access_token(&access, &body);
        let claims = id.as_deref().map_or(Value::Null, |id| self.id_token(id, &access, nonce));
        Tokens { access, refresh: text("refresh_token"), id, claims, answer: body }
    }

    /// What an access token says of itself if it is a JWT (RFC 9068 2.2): our name, the client's, exact audiences, and
    /// the life that was told.
    #[track_caller]
    fn access_token(&self, access: &str, body: &Value) {
        if self.client.access_token_format == AccessTokenFormat::Opaque {
            assert!(access.starts_with("wh_at_"), "an opaque token is none of another kind: {body}");
            return;
        }
        let claims = self.verified(access, "at+jwt");
        let life = life(&claims);
        assert_eq!(Some(life), body["expires_in"].as_i64(), "{claims}");
        assert_eq!(life, i64::try_from(self.client.lifetimes.access.as_secs()).expect("a short time"));
        assert_eq!(claims["client_id"], self.client.id.as_str(), "{claims}");
        assert_eq!(claims["scope"], body["scope"], "{claims}");
        let mut known: Vec<&str> = self.client.audience.iter().map(String::as_str).collect();
        known.push(&self.app.issuer);
        let audience: Vec<&str> =
            claims["aud"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        assert!(!audience.is_empty() && audience.iter().all(|one| known.contains(one)), "{claims}");
    }

    #[track_caller]
    fn id_token(&self, id: &str, access: &str, nonce: Option<&str>) -> Value {
        let claims = self.verified(id, "JWT");
        let now = self.app.now().seconds();
        assert_eq!(claims["iss"], self.app.issuer.as_str());
        assert_eq!(claims["aud"], self.client.id.as_str());
        assert!(claims["sub"].as_str().is_some_and(|sub| !sub.is_empty()));
        assert!(claims["exp"].as_i64().is_some_and(|exp| exp > now), "{claims}");
        assert_eq!(life(&claims), 600, "{claims}");
        assert!(claims["iat"].as_i64().is_some_and(|iat| iat <= now && iat > now - 60), "{claims}");
        assert!(claims["auth_time"].as_i64().is_some_and(|at| at <= now), "{claims}");
        let algorithm = jsonwebtoken::decode_header(id).expect("a header").alg;
        let algorithm = SignatureAlgorithm::parse(&format!("{algorithm:?}")).expect("one of ours");
        assert_eq!(claims["at_hash"], left_half_of_hash(algorithm, access));
        let has_shown_more = claims["amr"].as_array().is_some_and(|amr| amr.iter().any(|how| how == "mfa"));
        assert_eq!(claims["acr"], if has_shown_more { "aal2" } else { "aal1" }, "{claims}");
        // Verbatim where there was one; no other answer has any (OIDC Core 12.2).
        assert_eq!(claims["nonce"].as_str().unwrap_or_default(), nonce.unwrap_or_default(), "{claims}");
        claims
    }

    /// The claims of a token of ours, by nothing but the published keys.
    #[track_caller]
    pub fn verified(&self, token: &str, typ: &str) -> Value {
        let keys: JwkSet =
            serde_json::from_value(self.app.ask(&Ask::get("/.well-known/jwks.json")).expect(200).json())
                .expect("a JWK set");
        let header = jsonwebtoken::decode_header(token).expect("a JWT");
        assert_eq!(header.typ.as_deref(), Some(typ));
        let ours = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];
        assert!(ours.contains(&header.alg), "{header:?}");
        assert!(header.jku.is_none() && header.jwk.is_none() && header.x5u.is_none(), "{header:?}");
        let kid = header.kid.expect("a key id");
        let key = keys.find(&kid).unwrap_or_else(|| panic!("{kid} is not published"));
        let mut validation = Validation::new(header.alg);
        // The server's clock is turned by hand, so times are compared with it elsewhere.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let key = DecodingKey::from_jwk(key).expect("a usable key");
        let claims =
            jsonwebtoken::decode::<Value>(token, &key, &validation).expect("a good signature").claims;
        assert_eq!(claims["iss"], self.app.issuer.as_str(), "{claims}");
        assert!(claims["sub"].as_str().is_some_and(|sub| !sub.is_empty()), "{claims}");
        claims
    }
}

/// How long a token lives, in seconds.
#[track_caller]
fn life(claims: &Value) -> i64 {
    let times = claims["exp"].as_i64().zip(claims["iat"].as_i64());
    times.map(|(exp, iat)| exp - iat).unwrap_or_else(|| panic!("no exp or no iat: {claims}"))
}
