//! A mail before it is written: which one, and what it says.

use serde::{Deserialize, Serialize};

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
    /// A code that signs in.
    SignInCode {
        /// Eight digits.
        code: String,
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
    /// Somebody wanted to register with an address that has an account.
    AccountExists,
    /// The password was changed, with the old one.
    PasswordChanged,
    /// The password was changed, by recovery; everything else was ended.
    RecoveryCompleted,
    /// A second factor was added.
    SecondFactorAdded,
    /// A second factor was removed.
    SecondFactorRemoved,
    /// Somebody has signed in with a backup code.
    BackupCodeUsed {
        /// How many are left.
        left: u32,
    },
    /// A passkey or a security key was added.
    PasskeyAdded,
    /// A passkey or a security key was removed.
    PasskeyRemoved,
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
    /// The name of its template, on the wire of the admin API.
    pub fn template_type(&self) -> &'static str {
        match self {
            Self::VerificationCode { .. } => "verification_code",
            Self::RecoveryCode { .. } => "recovery_code",
            Self::SignInCode { .. } => "sign_in_code",
            Self::Invitation { .. } => "invitation",
            Self::AccountExists => "account_exists",
            Self::PasswordChanged => "password_changed",
            Self::RecoveryCompleted => "recovery_completed",
            Self::SecondFactorAdded => "second_factor_added",
            Self::SecondFactorRemoved => "second_factor_removed",
            Self::BackupCodeUsed { .. } => "backup_code_used",
            Self::PasskeyAdded => "passkey_added",
            Self::PasskeyRemoved => "passkey_removed",
            Self::AddressChanged { .. } => "address_changed",
            Self::DeletionScheduled { .. } => "deletion_scheduled",
            Self::AccountDeleted => "account_deleted",
            Self::AccountLocked => "account_locked",
            Self::RefreshTokenReused { .. } => "refresh_token_reused",
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
}

/// What is sealed in a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// What it says.
    pub mail: Mail,
    /// Who asked for it.
    pub asked: Asked,
}

impl Message {
    /// The place that its letter is sealed for.
    pub fn place(id: MessageId) -> String {
        format!("messages.data.{id}")
    }
}
