//! A mail before it is written: which one, and what it says.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{IdentityId, Instant, MessageId};

/// Who asked for a mail: for its reader, who may not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// When, in microseconds since 1970.
    pub at: i64,
    /// The browser, as it names itself.
    pub user_agent: String,
    /// The address of the network that it came from.
    pub peer: String,
    /// The language that the mail is written in, if it can be; `None` is that of the settings.
    #[serde(default)]
    pub language: Option<String>,
}

/// What a mail says. Links are made when it is written; only their tokens are here.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "template_type", rename_all = "snake_case")]
pub enum Mail {
    /// A code that proves an address.
    VerificationCode {
        /// Eight digits.
        code: String,
        /// The token of the link (decision 14).
        link: String,
        /// The application on whose way the person is.
        client_name: Option<String>,
    },
    /// A code that opens the way to a new password.
    RecoveryCode {
        /// Eight digits.
        code: String,
        /// The token of the link.
        link: String,
        /// The application on whose way the person is.
        client_name: Option<String>,
    },
    /// Somebody is expected, and may create an account.
    Invitation {
        /// The token of the link.
        link: String,
        /// The application that they are invited to.
        client_name: Option<String>,
    },
    /// A code that signs in.
    SignInCode {
        /// Eight digits.
        code: String,
        /// The application on whose way the person is.
        client_name: Option<String>,
    },
    /// Somebody wanted to register with an address that has an account.
    AccountExists,
    /// The password was changed, with the old one.
    PasswordChanged,
    /// The password was changed, by recovery; everything else was ended.
    RecoveryCompleted,
    /// Somebody has signed in with a browser that is not known.
    NewDevice,
    /// A passkey or a security key was added.
    PasskeyAdded,
    /// A passkey or a security key was removed.
    PasskeyRemoved,
    /// A second factor was added.
    SecondFactorAdded,
    /// A second factor was removed.
    SecondFactorRemoved,
    /// Somebody has signed in with a backup code.
    BackupCodeUsed {
        /// How many are left.
        left: u32,
    },
    /// Another address took the place of this one.
    AddressChanged {
        /// The token of the link that puts it back.
        link: String,
    },
    /// The account is to be deleted.
    DeletionScheduled {
        /// The token of the link that keeps it.
        link: String,
    },
    /// The account is deleted.
    AccountDeleted,
    /// Too many wrong passwords in a row: the password opens nothing any more.
    AccountLocked,
    /// A refresh token came back after its successor was in use: a copy of it is about, so its family was ended.
    RefreshTokenReused {
        /// The application that it was issued to.
        client_name: String,
    },
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.template_type())
    }
}

impl Mail {
    /// Whether it holds a code or a link that works for a while, and is of no use after that.
    pub fn is_for_use(&self) -> bool {
        let fields = serde_json::to_value(self).unwrap_or_default();
        ["code", "link"].iter().any(|name| fields.get(name).is_some_and(Value::is_string))
    }

    /// Whether it may tell of an application.
    pub fn knows_client(&self) -> bool {
        serde_json::to_value(self).is_ok_and(|fields| fields.get("client_name").is_some())
    }

    /// The name of its template. Receivers may know it by another name.
    pub fn template_type(&self) -> &'static str {
        match self {
            Self::VerificationCode { .. } => "verification_code",
            Self::RecoveryCode { .. } => "recovery_code",
            Self::Invitation { .. } => "invitation",
            Self::SignInCode { .. } => "sign_in_code",
            Self::AccountExists => "account_exists",
            Self::PasswordChanged => "password_changed",
            Self::RecoveryCompleted => "recovery_completed",
            Self::NewDevice => "new_device",
            Self::PasskeyAdded => "passkey_added",
            Self::PasskeyRemoved => "passkey_removed",
            Self::SecondFactorAdded => "second_factor_added",
            Self::SecondFactorRemoved => "second_factor_removed",
            Self::BackupCodeUsed { .. } => "backup_code_used",
            Self::AddressChanged { .. } => "address_changed",
            Self::DeletionScheduled { .. } => "deletion_scheduled",
            Self::AccountDeleted => "account_deleted",
            Self::AccountLocked => "account_locked",
            Self::RefreshTokenReused { .. } => "refresh_token_reused",
        }
    }
}

/// By which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// As a mail.
    Email,
    /// As a text message to a telephone.
    Sms,
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Email, Self::Sms];

    /// The name in the database and in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    /// Reads the name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }

    /// The way to a recipient: `+` and digits is a telephone (E.164), everything else a mailbox.
    pub fn to(recipient: &str) -> Self {
        let digits = recipient.strip_prefix('+').filter(|digits| (7..=15).contains(&digits.len()));
        match digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit())) {
            true => Self::Sms,
            false => Self::Email,
        }
    }

    /// What shares a fate with a message to this recipient: the mails to one domain, and all text messages.
    pub fn destination(self, recipient: &str) -> String {
        match self {
            Self::Email => recipient.rsplit('@').next().unwrap_or_default().to_lowercase(),
            Self::Sms => self.name().to_owned(),
        }
    }
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageStatus {
    /// It waits for its next attempt.
    Queued,
    /// Somebody delivers it now.
    Processing,
    /// The mail server took it.
    Sent,
    /// It was given up.
    Abandoned,
}

impl MessageStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Processing, Self::Sent, Self::Abandoned];

    /// The name in the database and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Processing => "processing",
            Self::Sent => "sent",
            Self::Abandoned => "abandoned",
        }
    }

    /// Reads the name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// A message of the courier. What it says is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The name of its template.
    pub template_type: String,
    /// To whom it goes, and nobody else.
    pub recipient: String,
    /// Whom it is about.
    pub identity: Option<IdentityId>,
    /// The sealed [`Letter`].
    pub sealed: String,
    /// Where it stands.
    pub status: MessageStatus,
    /// How often delivery was tried.
    pub attempts: i64,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it may be tried (again).
    pub next_attempt_at: Instant,
    /// When it was queued.
    pub created_at: Instant,
    /// When its status last changed.
    pub updated_at: Instant,
    /// After this nobody needs it: it is given up.
    pub expires_at: Instant,
    /// When it was sent.
    pub sent_at: Option<Instant>,
    /// By which way it goes.
    pub channel: Channel,
    /// What shares its fate: no destination delays another.
    pub destination: String,
}

/// What is sealed in a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// What it says.
    pub mail: Mail,
    /// Who asked for it.
    pub asked: Asked,
    /// Whom it is about, as they were at that moment: id, schema, traits and public metadata. The id is null for
    /// somebody who is still about to register.
    #[serde(default)]
    pub identity: Option<Value>,
}

impl Message {
    /// The place that its letter is sealed for.
    pub fn place(id: MessageId) -> String {
        format!("messages.data.{id}")
    }
}
