//! What whoever sets up a mail server is told of the conversation with it.

use std::time::Duration;

use lettre::transport::smtp::client::Certificate;

use super::mails::server;
use super::smtp_sink::{SmtpSink, Tls, Treatment};
use super::world::{World, env, smtp_url};
use crate::config::{Mode, SmtpSecurity, SmtpUrl};
use crate::courier::relay::Relay;
use crate::courier::{TemplateType, sample, sample_identity};
use crate::model::{Instant, SecretText};
use crate::outbound::certificate::SelfSigned;

/// The steps as they are told, and the end.
async fn tried(url: SmtpUrl, authority: Option<Certificate>) -> (Vec<String>, Result<(), String>) {
    let settings = &server(&[]).settings;
    let of = TemplateType::named("verification_code_valid").unwrap();
    let now = Instant::from_seconds(1_795_530_600);
    let sample = sample(settings, of, "ada@example.org", &sample_identity(settings), None, now).unwrap();
    let world = World::on_sqlite(env(Mode::Production, &[]));
    let courier = world.courier_over(Relay::trusting(url, authority, Duration::from_secs(5)));
    let mut told = Vec::new();
    let mut tell = |step: &str, what: &str| told.push(format!("{step}: {what}"));
    let end = courier.try_now(&sample, &mut tell).await;
    (told, end)
}

fn with_password(port: u16, security: SmtpSecurity) -> SmtpUrl {
    let credentials = Some(("wayhome".to_owned(), SecretText::new("swordfish")));
    SmtpUrl { credentials, ..smtp_url(port, security) }
}

fn begins(told: &[String], steps: &[&str]) {
    let names: Vec<&str> = told.iter().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(names, steps, "{told:?}");
}

#[tokio::test]
async fn page_1_6_every_step_of_the_conversation_is_told_and_no_secret() {
    let own = SelfSigned::of("localhost");
    let authority = || Some(Certificate::from_der(own.authority()).unwrap());
    let sink = SmtpSink::start_with(Tls::Offered(own.server()));
    let (told, end) = tried(with_password(sink.port(), SmtpSecurity::StartTls), authority()).await;
    assert_eq!(end, Ok(()));
    let steps = ["connect", "EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL FROM", "RCPT TO", "DATA", "answer"];
    begins(&told, &steps);
    assert!(told[0].contains(&format!("localhost:{} at 127.0.0.1", sink.port())), "{}", told[0]);
    assert_eq!(told[1], "EHLO: sink, STARTTLS, AUTH PLAIN LOGIN, SIZE 1000000");
    assert_eq!(told[4], "AUTH: PLAIN: 235 welcome");
    assert_eq!(told[6], "RCPT TO: <ada@example.org>: 250 ok");
    assert_eq!(told[8], "answer: 250 taken");
    assert!(!told.join("\n").contains("swordfish") && sink.mails().len() == 1);

    let sink = SmtpSink::start_with(Tls::Implicit(own.server()));
    let (told, end) = tried(with_password(sink.port(), SmtpSecurity::Implicit), authority()).await;
    assert_eq!(end, Ok(()));
    begins(&told, &["connect", "TLS", "EHLO", "AUTH", "MAIL FROM", "RCPT TO", "DATA", "answer"]);

    let sink = SmtpSink::start();
    let (told, end) = tried(smtp_url(sink.port(), SmtpSecurity::Plain), None).await;
    assert_eq!(end, Ok(()));
    assert!(told.contains(&"AUTH: none: courier.smtp_url has no user".to_owned()), "{told:?}");
}

#[tokio::test]
async fn page_1_6_the_step_that_fails_is_named_with_what_to_do() {
    let own = SelfSigned::of("localhost");
    let plain = SmtpSecurity::Plain;
    for (tls, treatment, security, last, failure, advice) in [
        (Tls::None, Treatment::Unwelcome(421), plain, "connect", "EHLO failed", "the right port"),
        (Tls::None, Treatment::Accept, SmtpSecurity::StartTls, "EHLO", "STARTTLS failed", "smtps://"),
        (Tls::Refused, Treatment::Accept, SmtpSecurity::StartTls, "EHLO", "STARTTLS failed", "454"),
        (
            Tls::Offered(own.server()),
            Treatment::Accept,
            SmtpSecurity::StartTls,
            "EHLO",
            "STARTTLS failed",
            "certificate",
        ),
        (
            Tls::Implicit(own.server()),
            Treatment::Accept,
            SmtpSecurity::Implicit,
            "connect",
            "TLS failed",
            "certificate",
        ),
        (Tls::None, Treatment::RefuseLogin(535), plain, "EHLO", "AUTH failed", "%40"),
        (Tls::None, Treatment::Refuse(550), plain, "MAIL FROM", "RCPT TO failed", "550"),
        (Tls::None, Treatment::RefuseData(554), plain, "DATA", "answer failed", "DKIM"),
        (Tls::None, Treatment::Drop, plain, "MAIL FROM", "RCPT TO failed", "incomplete"),
    ] {
        let sink = SmtpSink::start_with(tls);
        // TLS from the first byte is tried after the first look at the port.
        sink.next(treatment);
        let (told, end) = tried(with_password(sink.port(), security), None).await;
        let why = end.unwrap_err();
        assert!(why.starts_with(failure) && why.contains(advice), "{why}");
        assert!(why.contains("\n  ") && !why.contains("swordfish"), "{why}");
        assert!(told.last().is_some_and(|line| line.starts_with(last)), "{told:?} {why}");
        assert!(sink.mails().is_empty());
    }
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (told, end) = tried(smtp_url(nobody, plain), None).await;
    assert!(told.is_empty() && end.unwrap_err().starts_with("connect failed: localhost"));
}
