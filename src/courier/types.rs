//! The template types of messages: Kratos' names for what Kratos has, our own for the rest, and what each tells.

/// Whether a message knows whom it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// An identity.
    Identity,
    /// An identity, or somebody who is about to become one and has no id yet.
    Person,
    /// Nobody that is known here.
    Nobody,
}

/// One template type.
#[derive(Debug, PartialEq, Eq)]
pub struct TemplateType {
    /// Its name for receivers.
    pub name: &'static str,
    /// The name of our own template, if this server sends it.
    pub ours: Option<&'static str>,
    /// Whom it is about.
    pub about: About,
    /// What its `template_data` tells beside `to`, `identity`, `request_url` and `transient_payload`.
    pub data: &'static [&'static str],
    /// What a message of this type is sent for: without one of them it is of no use.
    pub purpose: &'static [&'static str],
}

const fn of(
    name: &'static str,
    ours: Option<&'static str>,
    about: About,
    data: &'static [&'static str],
    purpose: &'static [&'static str],
) -> TemplateType {
    TemplateType { name, ours, about, data, purpose }
}

const NOTHING: &[&str] = &[];

/// All of them. The first twelve are those of Kratos (`courier/template/type.go`); a type that nothing here sends is kept
/// for templates that were written for Kratos, and for those that come.
pub const TYPES: &[TemplateType] = &[
    of("recovery_valid", None, About::Identity, &["recovery_url", "expires_in_minutes"], &["recovery_url"]),
    of("recovery_invalid", None, About::Nobody, NOTHING, NOTHING),
    of(
        "recovery_code_valid",
        Some("recovery_code"),
        About::Identity,
        &["recovery_code", "recovery_url", "expires_in_minutes"],
        &["recovery_code", "recovery_url"],
    ),
    of("recovery_code_invalid", None, About::Nobody, NOTHING, NOTHING),
    of(
        "verification_valid",
        None,
        About::Identity,
        &["verification_url", "expires_in_minutes"],
        &["verification_url"],
    ),
    of("verification_invalid", None, About::Nobody, NOTHING, NOTHING),
    of(
        "verification_code_valid",
        Some("verification_code"),
        About::Person,
        &["verification_code", "verification_url", "expires_in_minutes"],
        &["verification_code", "verification_url"],
    ),
    of("verification_code_invalid", None, About::Nobody, NOTHING, NOTHING),
    of(
        "login_code_valid",
        Some("sign_in_code"),
        About::Identity,
        &["login_code", "expires_in_minutes"],
        &["login_code"],
    ),
    of(
        "registration_code_valid",
        Some("registration_code"),
        About::Person,
        &["registration_code", "traits", "expires_in_minutes"],
        &["registration_code"],
    ),
    of(
        "verifiable_address_changed",
        Some("address_changed"),
        About::Identity,
        &["address_changed_url"],
        NOTHING,
    ),
    of("authenticator_key_added", Some("passkey_added"), About::Identity, NOTHING, NOTHING),
    of("invitation", Some("invitation"), About::Person, &["invitation_url"], &["invitation_url"]),
    of("account_exists", Some("account_exists"), About::Identity, NOTHING, NOTHING),
    of("password_changed", Some("password_changed"), About::Identity, NOTHING, NOTHING),
    of("recovery_completed", Some("recovery_completed"), About::Identity, NOTHING, NOTHING),
    of("new_device", Some("new_device"), About::Identity, NOTHING, NOTHING),
    of("second_factor_added", Some("second_factor_added"), About::Identity, NOTHING, NOTHING),
    of("second_factor_removed", Some("second_factor_removed"), About::Identity, NOTHING, NOTHING),
    of("backup_code_used", Some("backup_code_used"), About::Identity, &["left"], NOTHING),
    of("passkey_removed", Some("passkey_removed"), About::Identity, NOTHING, NOTHING),
    of("account_locked", Some("account_locked"), About::Identity, NOTHING, NOTHING),
    of(
        "deletion_scheduled",
        Some("deletion_scheduled"),
        About::Identity,
        &["deletion_scheduled_url"],
        NOTHING,
    ),
    of("account_deleted", Some("account_deleted"), About::Identity, NOTHING, NOTHING),
    of("refresh_token_reused", Some("refresh_token_reused"), About::Identity, &["client_name"], NOTHING),
];

impl TemplateType {
    /// The type of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TYPES.iter().find(|of| of.name == name)
    }

    /// The name of the code in its data, without `_code`: `recovery`, `verification`, `login` or `registration`.
    fn stem(&self) -> Option<&'static str> {
        self.purpose.iter().find_map(|key| key.strip_suffix("_code").or_else(|| key.strip_suffix("_url")))
    }
}

/// What receivers call one of our templates.
pub fn wire_name(ours: &str) -> &str {
    TYPES.iter().find(|of| of.ours == Some(ours)).map_or(ours, |of| of.name)
}

/// What a code of one of our templates is for, in the words of its data.
pub(super) fn stem(ours: &str) -> &str {
    let known = TYPES.iter().find(|of| of.ours == Some(ours)).and_then(TemplateType::stem);
    known.unwrap_or_else(|| ours.strip_suffix("_code").unwrap_or(ours))
}
