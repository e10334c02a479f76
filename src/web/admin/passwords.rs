//! Passwords that an administrator gives: hashed before any transaction begins.

use serde::Deserialize;
use serde_json::Value;

use super::refusal::{Answer, Refused};
use crate::crypto::PasswordHash;
use crate::identity::administration::{Brought, Configs};
use crate::identity::{passwords, traits};
use crate::web::visit::Visit;

/// `credentials` of a body.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    password: Option<Password>,
    totp: Option<Beside>,
    lookup_secret: Option<Beside>,
    webauthn: Option<Beside>,
    passkey: Option<Beside>,
}

/// What is shown beside a password.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Beside {
    config: Option<Value>,
}

impl Credentials {
    /// Whether a password is given, and not its hash.
    pub(super) fn has_plain_password(&self) -> bool {
        let config = self.password.as_ref().and_then(|password| password.config.as_ref());
        config.is_some_and(|config| config.password.is_some())
    }

    /// Takes out what is shown beside a password.
    pub(super) fn take_brought(&mut self) -> Answer<Brought> {
        let config = |of: &mut Option<Beside>| of.take().and_then(|beside| beside.config);
        let configs = Configs {
            totp: config(&mut self.totp),
            lookup_secret: config(&mut self.lookup_secret),
            webauthn: config(&mut self.webauthn),
            passkey: config(&mut self.passkey),
        };
        Brought::read(configs).map_err(|misfit| {
            let reason = format!("A credential cannot be used: {}.", misfit.reason);
            Refused::bad_request("invalid_credentials", reason).at(&misfit.pointer).into()
        })
    }

    /// A replacement gives another password, and nothing that is shown beside it: people set that up themselves.
    pub(super) fn refuse_brought(&self) -> Answer<()> {
        let all = [
            ("totp", &self.totp),
            ("lookup_secret", &self.lookup_secret),
            ("webauthn", &self.webauthn),
            ("passkey", &self.passkey),
        ];
        match all.iter().find(|(_, of)| of.is_some()) {
            None => Ok(()),
            Some((name, _)) => {
                let reason = "Second factors and passkeys are imported with a new identity only.";
                let pointer = format!("/credentials/{name}");
                Err(Refused::bad_request("invalid_credentials", reason).at(&pointer).into())
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Password {
    config: Option<Config>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    password: Option<String>,
    hashed_password: Option<String>,
}

const PASSWORD: &str = "/credentials/password/config/password";
const HASHED: &str = "/credentials/password/config/hashed_password";

/// The hash of the password in these credentials, if there is one. A plain password must be as good as one that a
/// person with these traits may choose.
pub(super) async fn hash(
    visit: &Visit,
    credentials: Option<Credentials>,
    of: &Value,
) -> Answer<Option<PasswordHash>> {
    let config = credentials.unwrap_or_default().password.and_then(|password| password.config);
    match config.map_or((None, None), |config| (config.password, config.hashed_password)) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => {
            let reason = "There is a password and a hash of one; give one of them.";
            Err(Refused::bad_request("invalid_credentials", reason).at(HASHED).into())
        }
        (None, Some(hash)) => PasswordHash::import(&hash).map(Some).map_err(|why| {
            let reason = format!("The hash of the password cannot be used: {why}.");
            Refused::bad_request("invalid_credentials", reason).at(HASHED).into()
        }),
        (Some(typed), None) => {
            let settings = visit.settings();
            let words = traits::words(of);
            let known: Vec<&str> =
                std::iter::once(settings.name.as_str()).chain(words.iter().map(String::as_str)).collect();
            let password = passwords::check(settings, &typed, &known).map_err(|notice| {
                let reason = visit.frame().text.notice(&notice);
                Refused::bad_request("invalid_credentials", reason).at(PASSWORD)
            })?;
            Ok(Some(visit.env().passwords.hash(password).await.map_err(crate::cx::Fault::from)?))
        }
    }
}
