//! Writes a mail: opens the sealed letter, and fills subject, text and HTML.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;

use super::paper::{Html, Paper, Text};
use super::plain::one_line;
use crate::cx::{Env, Fault, Result};
use crate::model::{Asked, Instant, Letter, Mail, Message};
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
    let letter = open(env, message)?;
    let text = language(env, &letter);
    let (issuer, app) = (env.settings.issuer.as_str(), one_line(&env.settings.name));
    let (code, link, client) = match letter.mail {
        Mail::VerificationCode { ref code, ref link, ref client_name } => {
            (Some(code.clone()), Some(entrance(issuer, "verification", link)), client_name.as_deref())
        }
        Mail::RecoveryCode { ref code, ref link, ref client_name } => {
            (Some(code.clone()), Some(entrance(issuer, "recovery", link)), client_name.as_deref())
        }
        Mail::SignInCode { ref code, ref client_name } => (Some(code.clone()), None, client_name.as_deref()),
        Mail::Invitation { ref link, ref client_name } => {
            let query: String = url::form_urlencoded::byte_serialize(link.as_bytes()).collect();
            (None, Some(format!("{issuer}/registration?invitation={query}")), client_name.as_deref())
        }
        Mail::AddressChanged { ref link } | Mail::DeletionScheduled { ref link } => {
            (None, Some(entrance(issuer, "account/undo", link)), None)
        }
        Mail::AccountExists
        | Mail::PasswordChanged
        | Mail::RecoveryCompleted
        | Mail::SecondFactorAdded
        | Mail::SecondFactorRemoved
        | Mail::BackupCodeUsed { .. }
        | Mail::PasskeyAdded
        | Mail::PasskeyRemoved
        | Mail::AccountDeleted
        | Mail::AccountLocked => (None, None, None),
        Mail::RefreshTokenReused { ref client_name } => (None, None, Some(client_name.as_str())),
    };
    let kind = letter.mail.template_type();
    let shown_code = code.as_deref().unwrap_or_default();
    let client = client.map(one_line).filter(|name| !name.is_empty());
    let place = client.as_deref().unwrap_or(&app);
    let subject =
        text.say(&format!("mail.subject_{kind}"), &[("code", shown_code), ("app", &app), ("place", place)]);
    let recipient = one_line(&message.recipient);
    let paper = Paper {
        text: &text,
        kind,
        subject,
        app: &app,
        issuer,
        recipient: &recipient,
        // Where an administrator sits is nobody's business.
        asked: match letter.mail {
            Mail::Invitation { .. } => Vec::new(),
            _ => who(&letter.asked, &text),
        },
        sign_in: format!("{issuer}/login"),
        account: format!("{issuer}/account"),
        recover: env.settings.recovery.then(|| format!("{issuer}/recovery")),
        client,
        reply_to: env.settings.courier.reply_to.as_deref(),
        minutes: minutes(message.expires_at.since(message.created_at)),
        until: text.date(message.expires_at),
    };
    let shown_link = link.as_deref().unwrap_or_default();
    let (html, plain) = write(&letter.mail, &paper, shown_code, shown_link)?;
    Ok(Rendered { subject: paper.subject, text: plain, html, code, link })
}

fn open(env: &Env, message: &Message) -> Result<Letter> {
    if message.sealed.is_empty() {
        return Err(Fault::Internal("the letter was erased".to_owned()));
    }
    let plain = env.secrets.open(&Message::place(message.id), &message.sealed)?;
    // The reason may quote the letter, so it is not repeated.
    serde_json::from_slice(&plain).map_err(|_| Fault::Internal("the letter cannot be read".to_owned()))
}

/// The language of the reader, if this mail is written in it; a mail in two languages would look forged.
fn language(env: &Env, letter: &Letter) -> Arc<Catalogue> {
    let languages = &env.settings.languages;
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

fn write(mail: &Mail, paper: &Paper<'_>, code: &str, link: &str) -> Result<(String, String)> {
    let (html, text) = match mail {
        Mail::VerificationCode { .. } => {
            (Html::VerificationCode { paper, code, link }, Text::VerificationCode { paper, code, link })
        }
        Mail::RecoveryCode { .. } => {
            (Html::RecoveryCode { paper, code, link }, Text::RecoveryCode { paper, code, link })
        }
        Mail::SignInCode { .. } => (Html::SignInCode { paper, code }, Text::SignInCode { paper, code }),
        Mail::Invitation { .. } => (Html::Invitation { paper, link }, Text::Invitation { paper, link }),
        Mail::AccountExists => (Html::AccountExists { paper }, Text::AccountExists { paper }),
        Mail::PasswordChanged => (Html::PasswordChanged { paper }, Text::PasswordChanged { paper }),
        Mail::RecoveryCompleted => (Html::RecoveryCompleted { paper }, Text::RecoveryCompleted { paper }),
        Mail::SecondFactorAdded => (Html::SecondFactorAdded { paper }, Text::SecondFactorAdded { paper }),
        Mail::SecondFactorRemoved => {
            (Html::SecondFactorRemoved { paper }, Text::SecondFactorRemoved { paper })
        }
        Mail::BackupCodeUsed { left } => {
            let left = left.to_string();
            return both(
                &Html::BackupCodeUsed { paper, left: &left },
                &Text::BackupCodeUsed { paper, left: &left },
            );
        }
        Mail::PasskeyAdded => (Html::PasskeyAdded { paper }, Text::PasskeyAdded { paper }),
        Mail::PasskeyRemoved => (Html::PasskeyRemoved { paper }, Text::PasskeyRemoved { paper }),
        Mail::AddressChanged { .. } => {
            (Html::AddressChanged { paper, link }, Text::AddressChanged { paper, link })
        }
        Mail::DeletionScheduled { .. } => {
            (Html::DeletionScheduled { paper, link }, Text::DeletionScheduled { paper, link })
        }
        Mail::AccountDeleted => (Html::AccountDeleted { paper }, Text::AccountDeleted { paper }),
        Mail::AccountLocked => (Html::AccountLocked { paper }, Text::AccountLocked { paper }),
        Mail::RefreshTokenReused { .. } => {
            (Html::RefreshTokenReused { paper }, Text::RefreshTokenReused { paper })
        }
    };
    both(&html, &text)
}

fn both(html: &Html<'_>, text: &Text<'_>) -> Result<(String, String)> {
    let written = |outcome: askama::Result<String>| outcome.map_err(|why| Fault::Internal(why.to_string()));
    Ok((written(html.render())?, written(text.render())?))
}
