//! Signatures on mails. `tests/golden/dkim/signed.eml` was found good by another program (dkimpy).

use std::path::Path;
use std::time::UNIX_EPOCH;

use lettre::message::{MultiPart, SinglePart};

use super::mails::{asked, message, server, verification};
use super::world::FIREFOX;
use crate::courier::{dkim, envelope, render};
use crate::crypto::MailKey;

/// A key of these tests, worth nothing.
const KEY: &str = include_str!("../../../tests/golden/dkim/key.pem");

fn signed() -> String {
    let mut mail = lettre::Message::builder()
        .from("Größe & Söhne <login@example.org>".parse().unwrap())
        .to("ada@example.org".parse().unwrap())
        .subject("12345678  is your code, with a subject that is so long that it must be folded into several lines ë")
        .date(UNIX_EPOCH)
        .multipart(
            MultiPart::alternative()
                .boundary("=_fixed")
                .singlepart(SinglePart::plain(
                    "  two spaces  before\t and\tafter \r\n\r\n.\r\nend =20 \r\n\r\n\r\n".to_owned(),
                ))
                .singlepart(SinglePart::html("<p>größer</p>\r\n \r\n".to_owned())),
        )
        .unwrap();
    dkim::sign(&mut mail, "example.org", "wayhome", &MailKey::from_pem(KEY).unwrap()).unwrap();
    String::from_utf8(mail.formatted()).unwrap()
}

#[test]
fn page_1_6_a_signature_is_the_one_that_another_program_found_good() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/dkim/signed.eml");
    let actual = signed();
    #[allow(
        clippy::disallowed_methods,
        reason = "asked by whoever changes what is signed, and verifies it anew"
    )]
    if std::env::var_os("WAYHOME_BLESS").is_some() {
        std::fs::write(&path, &actual).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), actual);
    assert!(actual.lines().all(|line| line.len() <= 998));
}

#[test]
fn page_1_6_mails_are_signed_for_the_senders_domain_if_there_is_a_key() {
    let sender = ("WAYHOME__COURIER__FROM", "login@größe.example");
    let file = ("WAYHOME__COURIER__DKIM_KEY", "key.pem");
    let selector = ("WAYHOME__COURIER__DKIM_SELECTOR", "s2026");
    for (given, expected) in [
        (&[sender, file, selector][..], Some("d=xn--gre-6ka8i.example;\r\n s=s2026;")),
        (&[sender, selector][..], None),
    ] {
        let env = server(given);
        let message = message(&env, "ada@example.org", verification(None), asked(FIREFOX, ""));
        let compose =
            || envelope::compose(&env, &message, &render(&env, &message).unwrap()).unwrap().formatted();
        let mail = String::from_utf8(compose()).unwrap();
        let (head, _) = mail.split_once("\r\n\r\n").unwrap();
        assert_eq!(head.contains("DKIM-Signature: v=1;"), expected.is_some(), "{head}");
        assert!(expected.is_none_or(|text| head.contains(text)), "{head}");
        assert_eq!(compose(), mail.as_bytes(), "a second delivery is another mail");
    }
}
