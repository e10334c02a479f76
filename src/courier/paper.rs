//! The templates of mails, and what they say. Every word comes from the catalogue.

use askama::Template;

use serde_json::{Map, Value, json};

use crate::model::Mail;
use crate::text::Catalogue;

/// What all mails have in common.
pub(super) struct Paper<'a> {
    /// The words.
    pub(super) text: &'a Catalogue,
    /// The name of the mail's template, and the ending of its sentences' ids.
    pub(super) kind: &'static str,
    /// The subject.
    pub(super) subject: String,
    /// The name of this service.
    pub(super) app: &'a str,
    /// Our origin, the only one that a mail names.
    pub(super) issuer: &'a str,
    /// To whom it goes.
    pub(super) recipient: &'a str,
    /// Who asked for it: ids of labels, and what stands behind them.
    pub(super) asked: Vec<(&'static str, String)>,
    /// Where to sign in.
    pub(super) sign_in: String,
    /// The account of the person, with their devices.
    pub(super) account: String,
    /// Where to reset a password, if that can be done.
    pub(super) recover: Option<String>,
    /// The application on whose way the person is.
    pub(super) client: Option<String>,
    /// Where answers go.
    pub(super) reply_to: Option<&'a str>,
    /// For how many minutes a code works.
    pub(super) minutes: u64,
    /// Until when a code works.
    pub(super) until: String,
    /// The code; empty if the mail has none.
    pub(super) code: &'a str,
    /// The link; empty if the mail has none.
    pub(super) link: &'a str,
    /// How many backup codes are left; empty in all mails but one.
    pub(super) left: String,
}

impl Paper<'_> {
    fn t(&self, id: &str) -> String {
        self.text.say(id, &[])
    }

    fn with(&self, id: &str, name: &str, value: &str) -> String {
        self.text.say(id, &[(name, value)])
    }

    /// The sentence that differs from mail to mail.
    fn of_kind(&self, id: &str) -> String {
        self.t(&format!("{id}_{}", self.kind))
    }

    fn title(&self) -> String {
        self.of_kind("mail.title")
    }

    fn works(&self) -> String {
        self.text.say("mail.code_works", &[("minutes", &self.minutes.to_string()), ("time", &self.until)])
    }

    /// To what somebody is invited.
    fn invited(&self) -> String {
        self.with("mail.invitation", "place", self.client.as_deref().unwrap_or(self.app))
    }

    fn enter(&self) -> String {
        match &self.client {
            Some(client) => self.with("mail.code_enter_client", "client", client),
            None => self.t("mail.code_enter"),
        }
    }

    /// What has happened to the account.
    fn happened(&self) -> String {
        self.with(&format!("mail.happened_{}", self.kind), "app", self.app)
    }

    /// Until when the link takes it back.
    fn undo_works(&self) -> String {
        self.with("mail.undo_works", "time", &self.until)
    }

    /// What became of the sign-in to an application.
    fn ended(&self) -> String {
        let client = self.client.as_deref().unwrap_or_default();
        self.text.say("mail.refresh_token_reused", &[("client", client), ("app", self.app)])
    }

    /// What stands above the advice for whoever has nothing to do with it.
    fn unasked(&self) -> String {
        self.t(if self.asked.is_empty() { "mail.unexpected" } else { "mail.not_you" })
    }

    fn automatic(&self) -> String {
        match self.reply_to {
            Some(address) => self.with("mail.automatic_reply", "address", address),
            None => self.t("mail.automatic"),
        }
    }

    fn why(&self) -> String {
        let id = format!("mail.why_{}", self.kind);
        self.text.say(&id, &[("address", self.recipient), ("app", self.app)])
    }
}

impl Paper<'_> {
    /// What the operator's templates know, by name. All mails have the same names but those of a code, a link, an
    /// application and the number of backup codes that are left.
    pub(super) fn variables(&self, mail: &Mail, traits: Option<&Value>) -> Value {
        let asked = |label: &str| self.asked.iter().find(|(known, _)| *known == label).map(|(_, what)| what);
        let mut all = json!({
            "app": self.app,
            "issuer": self.issuer,
            "recipient": self.recipient,
            "language": self.text.tag(),
            "direction": self.text.direction(),
            "subject": self.subject,
            "title": self.title(),
            "reply_to": self.reply_to,
            "sign_in_url": self.sign_in,
            "account_url": self.account,
            "recovery_url": self.recover,
            "when": asked("mail.when"),
            "browser": asked("mail.browser"),
            "network": asked("mail.network"),
            "traits": traits.cloned().unwrap_or_else(|| json!({})),
        });
        let mut special = Map::new();
        if !self.code.is_empty() {
            special.insert("code".to_owned(), self.code.into());
            special.insert("minutes".to_owned(), self.minutes.into());
        }
        if !self.link.is_empty() {
            special.insert("link".to_owned(), self.link.into());
        }
        if mail.is_for_use() {
            special.insert("until".to_owned(), self.until.as_str().into());
        }
        if mail.knows_client() {
            special.insert("client".to_owned(), self.client.as_deref().into());
        }
        if !self.left.is_empty() {
            special.insert("left".to_owned(), self.left.as_str().into());
        }
        if let Some(all) = all.as_object_mut() {
            all.append(&mut special);
        }
        all
    }
}

/// Declares the templates of all mails, each in one line: the mail, its page, and its text.
macro_rules! sheets {
    ($($mail:ident = $html:tt, $text:tt;)+) => {
        impl Paper<'_> {
            /// The part of a mail for programs that show HTML, and the part for everybody else.
            pub(super) fn write(&self, mail: &Mail) -> askama::Result<(String, String)> {
                match mail {
                    $(Mail::$mail { .. } => {
                        #[derive(Template)]
                        #[template(path = $html)]
                        struct Html<'a> {
                            paper: &'a Paper<'a>,
                        }
                        #[derive(Template)]
                        #[template(path = $text)]
                        struct Text<'a> {
                            paper: &'a Paper<'a>,
                        }
                        Ok((Html { paper: self }.render()?, Text { paper: self }.render()?))
                    })+
                }
            }
        }
    };
}

sheets! {
    VerificationCode = "mail/verification_code.html", "mail/verification_code.txt";
    RecoveryCode = "mail/recovery_code.html", "mail/recovery_code.txt";
    Invitation = "mail/invitation.html", "mail/invitation.txt";
    SignInCode = "mail/sign_in_code.html", "mail/sign_in_code.txt";
    AccountExists = "mail/account_exists.html", "mail/account_exists.txt";
    PasswordChanged = "mail/password_changed.html", "mail/password_changed.txt";
    RecoveryCompleted = "mail/recovery_completed.html", "mail/recovery_completed.txt";
    NewDevice = "mail/new_device.html", "mail/new_device.txt";
    PasskeyAdded = "mail/passkey_added.html", "mail/passkey_added.txt";
    PasskeyRemoved = "mail/passkey_removed.html", "mail/passkey_removed.txt";
    SecondFactorAdded = "mail/second_factor_added.html", "mail/second_factor_added.txt";
    SecondFactorRemoved = "mail/second_factor_removed.html", "mail/second_factor_removed.txt";
    BackupCodeUsed = "mail/backup_code_used.html", "mail/backup_code_used.txt";
    AddressChanged = "mail/address_changed.html", "mail/address_changed.txt";
    DeletionScheduled = "mail/deletion_scheduled.html", "mail/deletion_scheduled.txt";
    AccountDeleted = "mail/account_deleted.html", "mail/account_deleted.txt";
    AccountLocked = "mail/account_locked.html", "mail/account_locked.txt";
    RefreshTokenReused = "mail/refresh_token_reused.html", "mail/refresh_token_reused.txt";
}
