//! The templates of mails, and what they say. Every word comes from the catalogue.

use askama::Template;

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

/// The part for programs that show HTML.
#[derive(Template)]
pub(super) enum Html<'a> {
    #[template(path = "mail/verification_code.html")]
    VerificationCode { paper: &'a Paper<'a>, code: &'a str, link: &'a str },
    #[template(path = "mail/recovery_code.html")]
    RecoveryCode { paper: &'a Paper<'a>, code: &'a str, link: &'a str },
    #[template(path = "mail/sign_in_code.html")]
    SignInCode { paper: &'a Paper<'a>, code: &'a str },
    #[template(path = "mail/invitation.html")]
    Invitation { paper: &'a Paper<'a>, link: &'a str },
    #[template(path = "mail/account_exists.html")]
    AccountExists { paper: &'a Paper<'a> },
    #[template(path = "mail/password_changed.html")]
    PasswordChanged { paper: &'a Paper<'a> },
    #[template(path = "mail/recovery_completed.html")]
    RecoveryCompleted { paper: &'a Paper<'a> },
    #[template(path = "mail/second_factor_added.html")]
    SecondFactorAdded { paper: &'a Paper<'a> },
    #[template(path = "mail/second_factor_removed.html")]
    SecondFactorRemoved { paper: &'a Paper<'a> },
    #[template(path = "mail/backup_code_used.html")]
    BackupCodeUsed { paper: &'a Paper<'a>, left: &'a str },
    #[template(path = "mail/passkey_added.html")]
    PasskeyAdded { paper: &'a Paper<'a> },
    #[template(path = "mail/passkey_removed.html")]
    PasskeyRemoved { paper: &'a Paper<'a> },
    #[template(path = "mail/address_changed.html")]
    AddressChanged { paper: &'a Paper<'a>, link: &'a str },
    #[template(path = "mail/deletion_scheduled.html")]
    DeletionScheduled { paper: &'a Paper<'a>, link: &'a str },
    #[template(path = "mail/account_deleted.html")]
    AccountDeleted { paper: &'a Paper<'a> },
    #[template(path = "mail/account_locked.html")]
    AccountLocked { paper: &'a Paper<'a> },
    #[template(path = "mail/refresh_token_reused.html")]
    RefreshTokenReused { paper: &'a Paper<'a> },
}

/// The part for everybody else.
#[derive(Template)]
pub(super) enum Text<'a> {
    #[template(path = "mail/verification_code.txt")]
    VerificationCode { paper: &'a Paper<'a>, code: &'a str, link: &'a str },
    #[template(path = "mail/recovery_code.txt")]
    RecoveryCode { paper: &'a Paper<'a>, code: &'a str, link: &'a str },
    #[template(path = "mail/sign_in_code.txt")]
    SignInCode { paper: &'a Paper<'a>, code: &'a str },
    #[template(path = "mail/invitation.txt")]
    Invitation { paper: &'a Paper<'a>, link: &'a str },
    #[template(path = "mail/account_exists.txt")]
    AccountExists { paper: &'a Paper<'a> },
    #[template(path = "mail/password_changed.txt")]
    PasswordChanged { paper: &'a Paper<'a> },
    #[template(path = "mail/recovery_completed.txt")]
    RecoveryCompleted { paper: &'a Paper<'a> },
    #[template(path = "mail/second_factor_added.txt")]
    SecondFactorAdded { paper: &'a Paper<'a> },
    #[template(path = "mail/second_factor_removed.txt")]
    SecondFactorRemoved { paper: &'a Paper<'a> },
    #[template(path = "mail/backup_code_used.txt")]
    BackupCodeUsed { paper: &'a Paper<'a>, left: &'a str },
    #[template(path = "mail/passkey_added.txt")]
    PasskeyAdded { paper: &'a Paper<'a> },
    #[template(path = "mail/passkey_removed.txt")]
    PasskeyRemoved { paper: &'a Paper<'a> },
    #[template(path = "mail/address_changed.txt")]
    AddressChanged { paper: &'a Paper<'a>, link: &'a str },
    #[template(path = "mail/deletion_scheduled.txt")]
    DeletionScheduled { paper: &'a Paper<'a>, link: &'a str },
    #[template(path = "mail/account_deleted.txt")]
    AccountDeleted { paper: &'a Paper<'a> },
    #[template(path = "mail/account_locked.txt")]
    AccountLocked { paper: &'a Paper<'a> },
    #[template(path = "mail/refresh_token_reused.txt")]
    RefreshTokenReused { paper: &'a Paper<'a> },
}
