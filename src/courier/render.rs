//! Writes a mail: opens the sealed letter, and fills subject, text and HTML.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::overrides::Own;
use super::paper::Paper;
use super::plain::one_line;
use crate::config::Settings;
use crate::cx::{Env, Fault, Result};
use crate::model::{Asked, Channel, Instant, Letter, Mail, Message};
use crate::text::Catalogue;

/// A mail as it is read. Holds what was sealed, so it is not kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The subject; that of a code begins with the code.
    pub subject: String,
    /// The part without markup.
    pub text: String,
    /// The part with markup.
    pub html: String,
    /// The code in it.
    pub code: Option<String>,
    /// The link in it that stands in for the code.
    pub link: Option<String>,
}

impl std::fmt::Debug for Rendered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rendered([redacted])")
    }
}

/// Writes the mail of a message. The same message gives the same mail every time.
///
/// # Errors
///
/// A [`Fault`] if the letter was erased after delivery, or was sealed with a secret that is gone.
pub fn render(env: &Env, message: &Message) -> Result<Rendered> {
    write_letter(&env.settings, message, &open(env, message)?)
}

/// The same for a letter that is open.
pub(super) fn write_letter(settings: &Settings, message: &Message, letter: &Letter) -> Result<Rendered> {
    let text = language(settings, letter);
    let said = Said::of(settings, message, letter);
    let mut paper = said.paper(settings, message, letter, &text);
    let own = Own::of(&settings.courier.templates, text.tag());
    let variables = match own.is_empty() {
        true => Value::Null,
        false => paper.variables(&letter.mail, letter.identity.as_ref().map(|person| &person["traits"])),
    };
    let in_their_words = |part: &str| own.say(letter.mail.template_type(), part, &variables);
    if let Some(subject) = in_their_words("subject") {
        paper.subject = one_line(&subject);
    }
    let (html, plain) = match message.channel {
        Channel::Email => {
            let ours = paper.write(&letter.mail).map_err(|why| Fault::Internal(why.to_string()))?;
            (in_their_words("html").unwrap_or(ours.0), in_their_words("txt").unwrap_or(ours.1))
        }
        Channel::Sms => {
            let sentence = in_their_words("sms").map(|sentence| sentence.trim().to_owned());
            let sentence = sentence.as_ref().unwrap_or(&paper.subject);
            (String::new(), short(sentence, paper.code, settings.host()))
        }
    };
    Ok(Rendered { subject: paper.subject, text: plain, html, code: said.code, link: said.link })
}

/// What the operator's templates would know of this letter.
pub(super) fn variables_of(settings: &Settings, message: &Message, letter: &Letter) -> Value {
    let text = language(settings, letter);
    let said = Said::of(settings, message, letter);
    let paper = said.paper(settings, message, letter, &text);
    paper.variables(&letter.mail, letter.identity.as_ref().map(|person| &person["traits"]))
}

/// What a mail says that is in no catalogue.
struct Said {
    app: String,
    recipient: String,
    client: Option<String>,
    code: Option<String>,
    link: Option<String>,
}

impl Said {
    fn of(settings: &Settings, message: &Message, letter: &Letter) -> Self {
        let issuer = settings.issuer.as_str();
        let (code, link, client) = match letter.mail {
            Mail::VerificationCode { ref code, ref link, ref client_name } => {
                (Some(code.clone()), Some(entrance(issuer, "verification", link)), client_name.as_deref())
            }
            Mail::RecoveryCode { ref code, ref link, ref client_name } => {
                (Some(code.clone()), Some(entrance(issuer, "recovery", link)), client_name.as_deref())
            }
            Mail::Invitation { ref link, ref client_name } => {
                let query: String = url::form_urlencoded::byte_serialize(link.as_bytes()).collect();
                (None, Some(format!("{issuer}/registration?invitation={query}")), client_name.as_deref())
            }
            Mail::SignInCode { ref code, ref client_name } => {
                (Some(code.clone()), None, client_name.as_deref())
            }
            Mail::AddressChanged { ref link } | Mail::DeletionScheduled { ref link } => {
                (None, Some(entrance(issuer, "account/undo", link)), None)
            }
            Mail::AccountExists
            | Mail::PasswordChanged
            | Mail::RecoveryCompleted
            | Mail::NewDevice
            | Mail::PasskeyAdded
            | Mail::PasskeyRemoved
            | Mail::SecondFactorAdded
            | Mail::SecondFactorRemoved
            | Mail::BackupCodeUsed { .. }
            | Mail::AccountDeleted
            | Mail::AccountLocked => (None, None, None),
            Mail::RefreshTokenReused { ref client_name } => (None, None, Some(client_name.as_str())),
        };
        Self {
            app: one_line(&settings.name),
            recipient: one_line(&message.recipient),
            client: client.map(one_line).filter(|name| !name.is_empty()),
            code,
            link,
        }
    }

    fn paper<'a>(
        &'a self,
        settings: &'a Settings,
        message: &Message,
        letter: &Letter,
        text: &'a Catalogue,
    ) -> Paper<'a> {
        let (issuer, kind) = (settings.issuer.as_str(), letter.mail.template_type());
        let code = self.code.as_deref().unwrap_or_default();
        let place = self.client.as_deref().unwrap_or(&self.app);
        let filled = [("code", code), ("app", &self.app), ("place", place)];
        Paper {
            text,
            kind,
            subject: text.say(&format!("mail.subject_{kind}"), &filled),
            app: &self.app,
            issuer,
            recipient: &self.recipient,
            // Where an administrator sits is nobody's business.
            asked: match letter.mail {
                Mail::Invitation { .. } => Vec::new(),
                _ => who(&letter.asked, text),
            },
            sign_in: format!("{issuer}/login"),
            account: format!("{issuer}/account"),
            recover: settings.recovery.then(|| format!("{issuer}/recovery")),
            client: self.client.clone(),
            reply_to: settings.courier.reply_to.as_deref(),
            minutes: minutes(message.expires_at.since(message.created_at)),
            until: text.date(message.expires_at),
            code,
            link: self.link.as_deref().unwrap_or_default(),
            left: match letter.mail {
                Mail::BackupCodeUsed { left } => left.to_string(),
                _ => String::new(),
            },
        }
    }
}

/// What was sealed.
pub(super) fn open(env: &Env, message: &Message) -> Result<Letter> {
    if message.sealed.is_empty() {
        return Err(Fault::Internal("the letter was erased".to_owned()));
    }
    let plain = env.secrets.open(&Message::place(message.id), &message.sealed)?;
    // The reason may quote the letter, so it is not repeated.
    serde_json::from_slice(&plain).map_err(|_| Fault::Internal("the letter cannot be read".to_owned()))
}

/// The language of the reader, if this mail is written in it; a mail in two languages would look forged.
fn language(settings: &Settings, letter: &Letter) -> Arc<Catalogue> {
    let languages = &settings.languages;
    let sign = format!("mail.subject_{}", letter.mail.template_type());
    let wanted = letter.asked.language.as_deref().and_then(|tag| languages.choose([tag]));
    let spoken = |text: &Arc<Catalogue>| text.speaks(&sign);
    let wanted = wanted.filter(spoken).or_else(|| Some(languages.default()).filter(spoken));
    wanted.unwrap_or_else(|| languages.english())
}

/// Decision 14: the link carries a token of its own, never the code.
fn entrance(issuer: &str, page: &str, token: &str) -> String {
    let query: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
    format!("{issuer}/{page}?link={query}")
}

fn minutes(life: Duration) -> u64 {
    life.as_secs() / 60
}

/// When, with what, and from where; what is not known is left out.
fn who(asked: &Asked, text: &Catalogue) -> Vec<(&'static str, String)> {
    let mut lines = vec![("mail.when", text.date(Instant::from_micros(asked.at)))];
    // The browser's name is one of a list, so nobody can write a sentence of their own into the mail.
    lines.extend(text.browser(&asked.user_agent).map(|browser| ("mail.browser", browser)));
    let peer = one_line(&asked.peer);
    lines.extend((!peer.is_empty()).then_some(("mail.network", peer)));
    lines
}

/// A text message: one sentence, and the code again as phones read it, bound to our origin (WICG sms-one-time-codes).
fn short(subject: &str, code: &str, host: &str) -> String {
    match code {
        "" => subject.to_owned(),
        code => format!("{subject}\n\n@{host} #{code}"),
    }
}
