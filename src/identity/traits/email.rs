//! Addresses for mail: which spelling is compared, and which one mail goes to.

use idna::domain_to_ascii;
use unicode_normalization::UnicodeNormalization;

/// The address that mail goes to: as it was typed, but for letters that only look like others (NFKC). Whoever proves it
/// has the mailbox that the canonical form names.
pub(super) fn as_mailed(typed: &str) -> String {
    typed.trim().nfkc().collect::<String>().trim().to_owned()
}

/// The one spelling under which an address is known: NFKC, lower case, the domain in ASCII. `None` if it is no address,
/// or none that we take: quoted local parts, comments, domains by number, a dot at the end, letters without a shape.
/// Dots and tags in the local part make another address.
pub fn canonical_email(typed: &str) -> Option<String> {
    let text = typed.trim().nfkc().collect::<String>().to_lowercase();
    let text: String = text.trim().nfkc().collect();
    let (local, domain) = text.rsplit_once('@')?;
    let fine = |c: char| !c.is_control() && !c.is_whitespace() && !"\"<>(),;:\\@[]".contains(c);
    let domain = domain_to_ascii(domain).ok()?;
    let good = !local.is_empty()
        && !text.chars().any(is_invisible)
        && local.len() <= 64
        && local.chars().all(fine)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        // The beginning of an encoded word (RFC 2047), which mail programs would read as something else.
        && !local.contains("=?")
        && domain.contains('.')
        && domain.len() <= 253
        && domain.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        });
    good.then(|| format!("{local}@{domain}")).filter(|address| address.len() <= 254)
}

/// Letters without a shape of their own: two addresses that differ by them look the same.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// An address of which only its owner recognises the rest: `an***@example.com`.
pub fn masked(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => {
            let shown: String = local.chars().take(if local.chars().count() > 3 { 2 } else { 1 }).collect();
            format!("{shown}***@{domain}")
        }
        None => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn page_e7_sec_l09_addresses_are_known_by_one_spelling() {
        let long = format!("{}@example.com", "x".repeat(65));
        let longer = format!("x@{}.com", "y.".repeat(125));
        for (typed, canonical) in [
            (" Anna@Example.COM ", Some("anna@example.com")),
            ("anna@bücher.example", Some("anna@xn--bcher-kva.example")),
            ("anna@xn--bcher-kva.example", Some("anna@xn--bcher-kva.example")),
            ("anna@bu\u{308}cher.example", Some("anna@xn--bcher-kva.example")),
            ("ａｎｎａ@example.com", Some("anna@example.com")),
            ("anna＠example.com", Some("anna@example.com")),
            ("an\u{301}na@example.com", Some("ańna@example.com")),
            ("anna+shop@example.com", Some("anna+shop@example.com")),
            ("an.na@example.com", Some("an.na@example.com")),
            ("o'hara@example.com", Some("o'hara@example.com")),
            ("anna", None),
            ("@example.com", None),
            ("anna@", None),
            ("anna@localhost", None),
            ("anna@@example.com", None),
            ("anna@b@example.com", None),
            ("an na@example.com", None),
            ("anna@example.com\r\nBcc: x@y.z", None),
            ("anna@exa mple.com", None),
            ("\"x\"@example.com", None),
            ("anna(comment)@example.com", None),
            ("=?utf-8?q?anna?=@example.com", None),
            ("anna@[192.0.2.1]", None),
            ("anna@example.com.", None),
            ("anna@.example.com", None),
            ("anna@exa..mple.com", None),
            ("anna@-example.com", None),
            (".anna@example.com", None),
            ("an..na@example.com", None),
            ("anna\u{200b}@example.com", None),
            ("anna@exam\u{200b}ple.com", None),
            ("an\u{202e}na@example.com", None),
            ("anna\0@example.com", None),
            (&long, None),
            (&longer, None),
        ] {
            assert_eq!(canonical_email(typed).as_deref(), canonical, "{typed:?}");
        }
    }

    proptest! {
        #[test]
        fn sec_l09_the_one_spelling_of_a_spelling_is_itself(typed in "\\PC{0,8}[a-zA-ZüßİK]{1,4}@[a-zA-Zäöß]{1,8}\\.(com|example)") {
            if let Some(canonical) = canonical_email(&typed) {
                prop_assert_eq!(canonical_email(&canonical), Some(canonical.clone()));
                prop_assert_eq!(canonical_email(&as_mailed(&typed)), Some(canonical));
            }
        }
    }

    #[test]
    fn a_mask_leaves_enough_to_recognise() {
        assert_eq!(masked("anna@example.com"), "an***@example.com");
        assert_eq!(masked("a@example.com"), "a***@example.com");
    }
}
