//! The mail as it goes over the wire: one sender, one recipient, two parts, and headers for machines.

use std::time::{Duration, UNIX_EPOCH};

use lettre::address::{Address, Envelope};
use lettre::message::header::{
    ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue, MessageId as MessageIdHeader,
};
use lettre::message::{Mailbox, MultiPart, SinglePart};

use super::dkim;
use super::plain::{is_unruly, one_line};
use super::render::Rendered;
use crate::crypto::MacPurpose;
use crate::cx::Env;
use crate::model::Message;

/// Tells machines not to answer (RFC 3834 5).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Tells Exchange the same.
#[derive(Clone)]
struct AutoResponseSuppress;

impl Header for AutoResponseSuppress {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Auto-Response-Suppress")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "All".to_owned())
    }
}

/// Why a mail cannot be put into an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unaddressable {
    /// The recipient is no single plain address. It never will be.
    Recipient,
    /// `courier.from` or `courier.reply_to` is no address. That can be mended.
    Sender,
    /// The mail cannot be built, or not be signed.
    Build,
}

impl std::fmt::Display for Unaddressable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Recipient => "the recipient is not one plain address",
            Self::Sender => "courier.from or courier.reply_to is no address",
            Self::Build => "the mail cannot be built",
        })
    }
}

/// The address in a text, if it is one address and nothing else (V07, I02). A domain in another script
/// becomes its ASCII form, which every mail server knows.
pub(super) fn address(text: &str) -> Option<Address> {
    const MARKS: [char; 11] = [',', ';', ':', '<', '>', '(', ')', '[', ']', '"', '\\'];
    let odd = |letter: char| is_unruly(letter) || letter.is_whitespace() || MARKS.contains(&letter);
    if text.len() > 254 || text.contains(odd) {
        return None;
    }
    let (user, domain) = text.split_once('@')?;
    if domain.contains('@') {
        return None;
    }
    Address::new(user, idna::domain_to_ascii(domain).ok()?).ok()
}

/// Seals nothing and decides nothing: puts what was rendered between its headers.
pub(super) fn compose(
    env: &Env,
    message: &Message,
    rendered: &Rendered,
) -> Result<lettre::Message, Unaddressable> {
    let to = address(&message.recipient).ok_or(Unaddressable::Recipient)?;
    let courier = &env.settings.courier;
    let from = address(&courier.from).ok_or(Unaddressable::Sender)?;
    let mac = env.secrets.mac(MacPurpose::MessageId, &[message.id.uuid().as_bytes()]);
    let digits: String = mac.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let envelope = Envelope::new(Some(from.clone()), vec![to.clone()]).map_err(|_| Unaddressable::Build)?;
    let written = Duration::from_micros(u64::try_from(message.created_at.micros()).unwrap_or(0));
    let mut mail = lettre::Message::builder();
    if let Some(text) = &courier.reply_to {
        mail = mail.reply_to(Mailbox::new(None, address(text).ok_or(Unaddressable::Sender)?));
    }
    let domain = from.domain().to_owned();
    let mail = mail
        .header(MessageIdHeader::from(format!("<{digits}@{}>", from.domain())))
        .date(UNIX_EPOCH + written)
        .from(Mailbox::new(Some(one_line(&courier.from_name)), from))
        .to(Mailbox::new(None, to))
        .subject(one_line(&rendered.subject))
        .header(AutoSubmitted)
        .header(AutoResponseSuppress)
        .envelope(envelope)
        .multipart(
            // The boundary follows from the id, too: a second delivery is the same mail, byte for byte.
            MultiPart::builder()
                .kind(lettre::message::MultiPartKind::Alternative)
                .boundary(format!("=_{digits}"))
                .singlepart(part(ContentType::TEXT_PLAIN, &rendered.text))
                .singlepart(part(ContentType::TEXT_HTML, &rendered.html)),
        )
        .map_err(|_| Unaddressable::Build);
    let mut mail = mail?;
    if let (Some(key), Some(dkim)) = (&env.mail_key, &courier.dkim) {
        dkim::sign(&mut mail, &domain, &dkim.selector, key).map_err(|_| Unaddressable::Build)?;
    }
    Ok(mail)
}

/// Quoted-printable passes every server, breaks long lines, and hides no dot at the beginning of one.
fn part(kind: ContentType, text: &str) -> SinglePart {
    SinglePart::builder().header(kind).header(ContentTransferEncoding::QuotedPrintable).body(text.to_owned())
}
