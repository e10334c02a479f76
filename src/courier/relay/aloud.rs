//! A conversation with the mail server that tells each of its steps, for whoever sets it up.

use std::fmt::Display;
use std::future::Future;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Ehlo, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::net::TcpStream;

use super::{CONNECT, PARTING, Relay, host};
use crate::config::SmtpSecurity;
use crate::courier::Tell;
use crate::courier::plain::one_line;

/// Where a conversation can break off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Connect,
    Tls,
    Hello,
    StartTls,
    Auth,
    From,
    To,
    Data,
    Answer,
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Tls => "TLS",
            Self::Hello => "EHLO",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::From => "MAIL FROM",
            Self::To => "RCPT TO",
            Self::Data => "DATA",
            Self::Answer => "answer",
        }
    }

    /// What to do when it fails.
    fn advice(self) -> &'static str {
        match self {
            Self::Connect => {
                "Look at host and port in courier.smtp_url, and whether a firewall lets this machine out; many \
                 providers close port 25."
            }
            Self::Tls => {
                "The certificate must name the host of courier.smtp_url, and an authority that this system knows must \
                 vouch for it. smtps:// speaks TLS at once (port 465), smtp:// after STARTTLS (port 587)."
            }
            Self::Hello => {
                "Something answers there, but not as a mail server that wants to talk to us: is it the right port? \
                 smtps:// is for 465, smtp:// for 587."
            }
            Self::StartTls => {
                "If the server speaks TLS at once, write smtps://. Its certificate must name the host of \
                 courier.smtp_url. Only a relay on this machine may go without TLS, with smtp+plain://."
            }
            Self::Auth => {
                "Look at user and password in courier.smtp_url; `@`, `:`, `/` and `%` are written %40, %3A, %2F and \
                 %25 there. Some providers want a password of its own for each program."
            }
            Self::From => "The server does not let us send under this address: change courier.from.",
            Self::To => {
                "The server takes no mail for this address. Many take mail for others only from whoever signs in: \
                 write user and password into courier.smtp_url."
            }
            Self::Data | Self::Answer => {
                "The server dislikes the mail itself. Most look at SPF, DKIM (courier.dkim_key) and DMARC of the \
                 domain in courier.from."
            }
        }
    }

    fn failed(self, why: impl Display) -> String {
        format!("{} failed: {}\n  {}", self.name(), one_line(&why.to_string()), self.advice())
    }
}

impl Relay {
    /// Delivers a mail once and tells how each step went.
    ///
    /// # Errors
    ///
    /// The step that failed, why, and what to do.
    pub(in crate::courier) async fn deliver_aloud(
        &self,
        mail: &lettre::Message,
        tell: &mut Tell<'_>,
    ) -> Result<(), String> {
        let mut connection = self.connect_aloud(tell).await?;
        let taken = self.hand_over_aloud(&mut connection, mail, tell).await;
        tokio::spawn(async move { tokio::time::timeout(PARTING, connection.abort()).await });
        taken
    }

    async fn connect_aloud(&self, tell: &mut Tell<'_>) -> Result<AsyncSmtpConnection, String> {
        let (host, port) = (host(&self.url), self.url.port);
        let reached = tokio::time::timeout(CONNECT, TcpStream::connect((host, port))).await;
        let slow =
            |_| Step::Connect.failed(format!("{host}:{port} does not answer within {} s", CONNECT.as_secs()));
        let stream =
            reached.map_err(slow)?.map_err(|why| Step::Connect.failed(format!("{host}:{port}: {why}")))?;
        let address = stream.peer_addr().map(|address| address.to_string()).unwrap_or_default();
        tell(Step::Connect.name(), &format!("{host}:{port} at {address}"));
        let tls = self.tls.clone().map_err(|why| Step::Tls.failed(why))?;
        let hello = ClientId::default();
        let implicit = self.url.security == SmtpSecurity::Implicit;
        let mut connection = if implicit {
            // It was reached a moment ago: what fails before anybody has answered is TLS.
            drop(stream);
            let place = (host, port);
            let greeted =
                AsyncSmtpConnection::connect_tokio1(place, Some(CONNECT), &hello, tls.clone(), None);
            let step =
                |why: &lettre::transport::smtp::Error| match why.is_response() || why.status().is_some() {
                    true => Step::Hello,
                    false => Step::Tls,
                };
            self.in_time(Step::Tls, greeted).await?.map_err(|why| step(&why).failed(why))?
        } else {
            let greeted = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello);
            self.in_time(Step::Hello, greeted).await?.map_err(|why| Step::Hello.failed(why))?
        };
        if implicit {
            tell(Step::Tls.name(), &format!("the certificate is good for {host}"));
        }
        self.capabilities(&mut connection, tell).await?;
        if let (SmtpSecurity::StartTls, Some(tls)) = (self.url.security, tls) {
            let begun = connection.starttls(tls, &hello);
            self.in_time(Step::StartTls, begun).await?.map_err(|why| Step::StartTls.failed(why))?;
            tell(Step::StartTls.name(), &format!("the certificate is good for {host}"));
            self.capabilities(&mut connection, tell).await?;
        }
        if self.url.security != SmtpSecurity::Plain && !connection.is_encrypted() {
            return Err(Step::Tls.failed("the connection is not encrypted"));
        }
        self.sign_in_aloud(&mut connection, tell).await?;
        Ok(connection)
    }

    /// What the server says that it can.
    async fn capabilities(
        &self,
        connection: &mut AsyncSmtpConnection,
        tell: &mut Tell<'_>,
    ) -> Result<(), String> {
        let said = self.ask(Step::Hello, connection.command(Ehlo::new(ClientId::default()))).await?;
        let lines: Vec<&str> = said.message().collect();
        tell(Step::Hello.name(), &one_line(&lines.join(", ")));
        Ok(())
    }

    async fn sign_in_aloud(
        &self,
        connection: &mut AsyncSmtpConnection,
        tell: &mut Tell<'_>,
    ) -> Result<(), String> {
        let Some((user, password)) = &self.url.credentials else {
            tell(Step::Auth.name(), "none: courier.smtp_url has no user");
            return Ok(());
        };
        const KNOWN: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];
        let Some(mechanism) = connection.server_info().get_auth_mechanism(&KNOWN) else {
            return Err(Step::Auth.failed("the server knows neither PLAIN nor LOGIN"));
        };
        let credentials = Credentials::new(user.clone(), password.expose().to_owned());
        let said = self.ask(Step::Auth, connection.auth(&[mechanism], &credentials)).await?;
        tell(Step::Auth.name(), &format!("{mechanism}: {}", in_words(&said)));
        Ok(())
    }

    async fn hand_over_aloud(
        &self,
        connection: &mut AsyncSmtpConnection,
        mail: &lettre::Message,
        tell: &mut Tell<'_>,
    ) -> Result<(), String> {
        let envelope = mail.envelope();
        let foreign = envelope.to().iter().any(|address| !address.to_string().is_ascii());
        if foreign && !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(Step::To.failed("the mail server takes ASCII addresses only"));
        }
        let options = if foreign { vec![MailParameter::SmtpUtfEight] } else { Vec::new() };
        let from = envelope.from().map(ToString::to_string).unwrap_or_default();
        let said =
            self.ask(Step::From, connection.command(Mail::new(envelope.from().cloned(), options))).await?;
        tell(Step::From.name(), &format!("<{from}>: {}", in_words(&said)));
        for to in envelope.to() {
            let said = self.ask(Step::To, connection.command(Rcpt::new(to.clone(), Vec::new()))).await?;
            tell(Step::To.name(), &format!("<{to}>: {}", in_words(&said)));
        }
        let said = self.ask(Step::Data, connection.command(Data)).await?;
        let bytes = mail.formatted();
        tell(Step::Data.name(), &format!("{}; {} bytes", in_words(&said), bytes.len()));
        let said = self.ask(Step::Answer, connection.message(&bytes)).await?;
        tell(Step::Answer.name(), &in_words(&said));
        Ok(())
    }

    async fn ask(
        &self,
        step: Step,
        asked: impl Future<Output = Result<Response, lettre::transport::smtp::Error>>,
    ) -> Result<Response, String> {
        self.in_time(step, asked).await?.map_err(|why| step.failed(why))
    }

    async fn in_time<T>(&self, step: Step, asked: impl Future<Output = T>) -> Result<T, String> {
        let slow = |_| step.failed(format!("no answer within {} s", self.delivery.as_secs()));
        tokio::time::timeout(self.delivery, asked).await.map_err(slow)
    }
}

/// An answer, in one line.
fn in_words(said: &Response) -> String {
    let lines: Vec<&str> = said.message().collect();
    format!("{} {}", said.code(), one_line(&lines.join(" "))).trim_end().to_owned()
}
