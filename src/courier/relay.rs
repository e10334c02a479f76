//! The way to the mail server: TLS as configured and never less, no patience, and two kinds of failure.

mod aloud;

use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::extension::{ClientId, Extension};

use crate::config::{SmtpSecurity, SmtpUrl};

/// A connection that takes longer does not come.
const CONNECT: Duration = Duration::from_secs(3);

/// A delivery that takes longer is a failure, whatever the server meant to say.
const DELIVERY: Duration = Duration::from_secs(10);

/// For saying good-bye, when the mail is already delivered.
const PARTING: Duration = Duration::from_secs(2);

/// Why a mail was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Another attempt may succeed: no connection, no TLS, no time, a 4xx, or trouble before it came to this mail.
    Passing(String),
    /// The server will never take this mail (5xx).
    Permanent(String),
}

/// The configured mail server.
pub(super) struct Relay {
    url: SmtpUrl,
    tls: Result<Option<TlsParameters>, String>,
    delivery: Duration,
}

impl Relay {
    /// Speaks to this server; its certificate is checked against the authorities of the system.
    pub(super) fn new(url: SmtpUrl) -> Self {
        Self::trusting(url, None, DELIVERY)
    }

    /// The same, trusting one authority more, with another patience.
    pub(super) fn trusting(url: SmtpUrl, authority: Option<Certificate>, delivery: Duration) -> Self {
        let tls = match url.security {
            SmtpSecurity::Plain => Ok(None),
            SmtpSecurity::Implicit | SmtpSecurity::StartTls => {
                let builder = TlsParametersBuilder::new(host(&url).to_owned());
                let builder = authority.into_iter().fold(builder, TlsParametersBuilder::add_root_certificate);
                builder.build_rustls().map(Some).map_err(|why| why.to_string())
            }
        };
        Self { url, tls, delivery }
    }

    /// Delivers the mail within `at_most` and the patience of this relay.
    pub(super) async fn deliver(&self, mail: &lettre::Message, at_most: Duration) -> Result<(), Refusal> {
        let patience = self.delivery.min(at_most);
        tokio::time::timeout(patience, self.converse(mail))
            .await
            .unwrap_or_else(|_| Err(Refusal::Passing("the mail server took too long".to_owned())))
    }

    async fn converse(&self, mail: &lettre::Message) -> Result<(), Refusal> {
        // Whatever goes wrong before the mail is named concerns all mails, and somebody will mend it.
        let mut connection = self.connect().await.map_err(Refusal::Passing)?;
        let envelope = mail.envelope();
        let foreign = envelope.to().iter().any(|address| !address.to_string().is_ascii());
        if foreign && !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            let why = "the mail server takes ASCII addresses only";
            return Err(Refusal::Permanent(why.to_owned()));
        }
        let taken = connection.send(envelope, &mail.formatted()).await;
        // The answer is known. A server that hangs now must not change it.
        tokio::spawn(async move { tokio::time::timeout(PARTING, connection.abort()).await });
        match taken {
            Ok(_) => Ok(()),
            Err(why) if why.is_permanent() => Err(Refusal::Permanent(why.to_string())),
            Err(why) => Err(Refusal::Passing(why.to_string())),
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, String> {
        let tls = self.tls.clone()?;
        let hello = ClientId::default();
        let (at_once, later) = match self.url.security {
            SmtpSecurity::Implicit => (tls, None),
            SmtpSecurity::StartTls => (None, tls),
            SmtpSecurity::Plain => (None, None),
        };
        let place = (host(&self.url), self.url.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(place, Some(CONNECT), &hello, at_once, None)
            .await
            .map_err(told)?;
        if let Some(tls) = later {
            connection.starttls(tls, &hello).await.map_err(told)?;
        }
        if self.url.security != SmtpSecurity::Plain && !connection.is_encrypted() {
            return Err("the connection is not encrypted".to_owned());
        }
        if let Some((user, password)) = &self.url.credentials {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await.map_err(told)?;
        }
        Ok(connection)
    }
}

/// The host without the brackets that an IPv6 address has in a URL.
fn host(url: &SmtpUrl) -> &str {
    url.host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&url.host)
}

fn told(why: lettre::transport::smtp::Error) -> String {
    why.to_string()
}
