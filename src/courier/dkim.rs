//! The signature of our domain on a mail (DKIM, RFC 6376; `relaxed` for headers and body, 3.4.2 and 3.4.4).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::message::header::{HeaderName, HeaderValue};

use crate::crypto::{CryptoError, MailKey, sha256};

/// What is signed. Each name stands once more than the mail has it, so that nobody can add another (5.4.2).
const SIGNED: [&str; 10] = [
    "from",
    "to",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "cc",
    "auto-submitted",
];

/// Puts the signature among the headers. It has no time of its own: a second delivery is the same mail, byte for byte.
pub(super) fn sign(
    mail: &mut lettre::Message,
    domain: &str,
    selector: &str,
    key: &MailKey,
) -> Result<(), CryptoError> {
    let bytes = mail.formatted();
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let headers = headers(head);
    let present = |name: &&str| headers.iter().any(|(known, _)| known == name);
    let names: Vec<&str> = SIGNED.iter().filter(|name| present(name)).chain(&SIGNED).copied().collect();
    let unsigned = format!(
        "v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s={selector}; h={}; bh={}; b=",
        names.join(":"),
        STANDARD.encode(sha256(relaxed_body(body).as_bytes())),
    );
    let mut hashed = String::new();
    for name in SIGNED {
        // No header of ours stands twice.
        if let Some((_, value)) = headers.iter().find(|(known, _)| known == name) {
            hashed += &format!("{name}:{value}\r\n");
        }
    }
    hashed += &format!("dkim-signature:{unsigned}");
    let signature = key.sign(hashed.as_bytes())?;
    let value = unsigned.clone() + &signature;
    let folded = unsigned.replace("; ", ";\r\n ") + &folded(&signature);
    let name = HeaderName::new_from_ascii_str("DKIM-Signature");
    mail.headers_mut().insert_raw(HeaderValue::dangerous_new_pre_encoded(name, value, folded));
    Ok(())
}

/// The headers, unfolded: names in small letters, values without needless white space.
fn headers(head: &str) -> Vec<(String, String)> {
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let pair =
        |line: &str| line.split_once(':').map(|(name, value)| (name.trim().to_lowercase(), one_space(value)));
    unfolded.split("\r\n").filter_map(pair).collect()
}

/// Runs of white space as one space, none at the ends.
fn one_space(text: &str) -> String {
    text.split([' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn relaxed_body(body: &str) -> String {
    let mut lines: Vec<String> = body
        .split("\r\n")
        .map(|line| {
            let begins_with_space =
                line.starts_with([' ', '\t']) && !line.trim_matches([' ', '\t']).is_empty();
            let space = if begins_with_space { " " } else { "" };
            format!("{space}{}", one_space(line))
        })
        .collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.iter().map(|line| format!("{line}\r\n")).collect()
}

/// In lines that every mail server takes.
fn folded(base64: &str) -> String {
    let mut out = String::with_capacity(base64.len() + 32);
    for (n, letter) in base64.chars().enumerate() {
        if n % 72 == 0 {
            out.push_str("\r\n ");
        }
        out.push(letter);
    }
    out
}
