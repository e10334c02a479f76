//! Was a form ours? First by what the browser says of itself, then by the token in the form (decision 10).

use actix_web::http::header::HeaderMap;

use crate::crypto::{DataSecrets, MacPurpose, base64url, from_base64url};
use crate::model::TokenDigest;

/// What the browser says about where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// From a page of ours, or typed by the person.
    Own,
    /// From another site.
    Foreign,
    /// It does not say: the token decides.
    Unsaid,
}

/// Reads `Sec-Fetch-Site`, and `Origin` where that is missing.
pub fn provenance(headers: &HeaderMap, issuer: &str) -> Provenance {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (header("sec-fetch-site"), header("origin")) {
        (Some("same-origin" | "none"), _) => Provenance::Own,
        (Some(_), _) => Provenance::Foreign,
        (None, Some(origin)) if origin == issuer => Provenance::Own,
        // A page without a referrer says `null`, and so does a sandboxed one: that decides nothing.
        (None, None | Some("null")) => Provenance::Unsaid,
        (None, Some(_)) => Provenance::Foreign,
    }
}

/// The token of a form: bound to the browser, to what the form speaks of (a flow, a request, a session), and to its
/// target.
pub fn token(secrets: &DataSecrets, browser: &TokenDigest, subject: &str, action: &str) -> String {
    base64url(&secrets.mac(MacPurpose::Csrf, &[browser.as_bytes(), subject.as_bytes(), action.as_bytes()]))
}

/// Whether a form's token is the one that such a form has.
pub fn fits(
    secrets: &DataSecrets,
    browser: &TokenDigest,
    subject: &str,
    action: &str,
    presented: &str,
) -> bool {
    from_base64url(presented).is_some_and(|claimed| {
        let parts = [browser.as_bytes(), subject.as_bytes(), action.as_bytes()];
        secrets.mac_is(MacPurpose::Csrf, &parts, &claimed)
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;
    use crate::model::SecretText;

    fn headers(given: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = given
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        pairs.collect()
    }

    #[test]
    fn sec_s02_without_a_word_from_the_browser_the_token_decides() {
        let of = |given: &[(&'static str, &'static str)]| provenance(&headers(given), "https://id.test");
        assert_eq!(of(&[]), Provenance::Unsaid);
        assert_eq!(of(&[("origin", "null")]), Provenance::Unsaid);
        assert_eq!(of(&[("origin", "https://id.test")]), Provenance::Own);
        assert_eq!(of(&[("origin", "https://id.test.evil.test")]), Provenance::Foreign);
        assert_eq!(of(&[("sec-fetch-site", "same-origin")]), Provenance::Own);
        for site in ["cross-site", "same-site", "nonsense"] {
            let given = [("origin", "https://id.test"), ("sec-fetch-site", site)];
            assert_eq!(of(&given), Provenance::Foreign);
        }
    }

    #[test]
    fn sec_s03_a_token_fits_one_browser_one_flow_and_one_target() {
        let secrets = DataSecrets::new(&[SecretText::new("-".repeat(32))]).unwrap();
        let (ann, eve) = (TokenDigest::from_bytes([1; 32]), TokenDigest::from_bytes([2; 32]));
        let made = token(&secrets, &ann, "flow", "/login");
        assert!(fits(&secrets, &ann, "flow", "/login", &made));
        assert!(!fits(&secrets, &eve, "flow", "/login", &made));
        assert!(!fits(&secrets, &ann, "other", "/login", &made));
        assert!(!fits(&secrets, &ann, "flow", "/recovery", &made));
        assert!(!fits(&secrets, &ann, "flow", "/login", ""));
    }
}
