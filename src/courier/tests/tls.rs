//! TLS is as configured or the mail stays here.

use std::time::Duration;

use lettre::transport::smtp::client::Certificate;

use super::smtp_sink::{SmtpSink, Tls, Treatment};
use super::world::{World, code_mail, smtp_url, worlds};
use crate::config::{SmtpSecurity, SmtpUrl};
use crate::courier::relay::Relay;
use crate::model::{MessageStatus, SecretText};
use crate::outbound::certificate::SelfSigned;

const PATIENCE: Duration = Duration::from_secs(5);

fn with_password(port: u16, security: SmtpSecurity) -> SmtpUrl {
    let credentials = Some(("wayhome".to_owned(), SecretText::new("swordfish")));
    SmtpUrl { credentials, ..smtp_url(port, security) }
}

/// Tries to deliver, and shows that nothing left.
async fn stays_here(world: &World, sink: &SmtpSink, relay: Relay) -> String {
    let id = world.queue("ada@example.org", code_mail("12345678")).await;
    world.courier_over(relay).deliver_due().await.unwrap();
    let message = world.message(id).await;
    assert_eq!(message.status, MessageStatus::Queued, "it is tried again");
    assert!(sink.mails().is_empty());
    let said_too_much =
        |line: &String| ["AUTH", "MAIL", "RCPT", "DATA"].iter().any(|verb| line.starts_with(verb));
    assert!(!sink.commands().iter().any(said_too_much), "{:?}", sink.commands());
    let why = message.last_error.unwrap();
    assert!(!why.contains("swordfish") && !why.contains("12345678"), "{why}");
    why
}

#[tokio::test]
async fn sec_p09_a_stripped_starttls_keeps_mail_and_password_here() {
    for world in worlds().await {
        let sink = SmtpSink::start_with(Tls::None);
        let relay = Relay::trusting(with_password(sink.port(), SmtpSecurity::StartTls), None, PATIENCE);
        let why = stays_here(&world, &sink, relay).await;
        assert!(why.contains("STARTTLS"), "{why}");
    }
}

#[tokio::test]
async fn sec_p09_a_refused_starttls_keeps_mail_and_password_here() {
    for world in worlds().await {
        let sink = SmtpSink::start_with(Tls::Refused);
        let relay = Relay::trusting(with_password(sink.port(), SmtpSecurity::StartTls), None, PATIENCE);
        stays_here(&world, &sink, relay).await;
    }
}

#[tokio::test]
async fn sec_p09_a_server_without_tls_is_not_spoken_to_over_implicit_tls() {
    for world in worlds().await {
        let sink = SmtpSink::start_with(Tls::None);
        let url = with_password(sink.port(), SmtpSecurity::Implicit);
        stays_here(&world, &sink, Relay::trusting(url, None, Duration::from_millis(500))).await;
    }
}

#[tokio::test]
async fn sec_p09_a_certificate_that_nobody_vouches_for_is_refused() {
    for world in worlds().await {
        let own = SelfSigned::of("localhost");
        let sink = SmtpSink::start_with(Tls::Implicit(own.server()));
        let relay = Relay::trusting(with_password(sink.port(), SmtpSecurity::Implicit), None, PATIENCE);
        stays_here(&world, &sink, relay).await;
        let sink = SmtpSink::start_with(Tls::Offered(own.server()));
        let relay = Relay::trusting(with_password(sink.port(), SmtpSecurity::StartTls), None, PATIENCE);
        stays_here(&world, &sink, relay).await;
    }
}

#[tokio::test]
async fn sec_p09_a_certificate_of_another_host_is_refused() {
    for world in worlds().await {
        let other = SelfSigned::of("mail.example.net");
        for (tls, security) in [
            (Tls::Implicit(other.server()), SmtpSecurity::Implicit),
            (Tls::Offered(other.server()), SmtpSecurity::StartTls),
        ] {
            let sink = SmtpSink::start_with(tls);
            let url = with_password(sink.port(), security);
            stays_here(
                &world,
                &sink,
                Relay::trusting(url, Some(Certificate::from_der(other.authority()).unwrap()), PATIENCE),
            )
            .await;
        }
    }
}

#[tokio::test]
async fn sec_p09_a_good_certificate_carries_the_mail() {
    for world in worlds().await {
        let own = SelfSigned::of("localhost");
        for (tls, security) in [
            (Tls::Implicit(own.server()), SmtpSecurity::Implicit),
            (Tls::Offered(own.server()), SmtpSecurity::StartTls),
        ] {
            let sink = SmtpSink::start_with(tls);
            let url = with_password(sink.port(), security);
            let id = world.queue("ada@example.org", code_mail("12345678")).await;
            world
                .courier_over(Relay::trusting(
                    url,
                    Some(Certificate::from_der(own.authority()).unwrap()),
                    PATIENCE,
                ))
                .deliver_due()
                .await
                .unwrap();
            let message = world.message(id).await;
            assert_eq!(message.status, MessageStatus::Sent, "{:?}", message.last_error);
            let mails = sink.mails();
            assert!(mails.len() == 1 && mails[0].encrypted);
            assert!(sink.commands().iter().any(|line| line.starts_with("AUTH PLAIN")));
        }
    }
}

#[tokio::test]
async fn sec_f14_a_refused_password_is_no_fault_of_the_mails() {
    for world in worlds().await {
        let sink = SmtpSink::start();
        let url = with_password(sink.port(), SmtpSecurity::Plain);
        let courier = world.courier_over(Relay::trusting(url, None, PATIENCE));
        sink.next(Treatment::RefuseLogin(535));
        let id = world.queue("ada@example.org", code_mail("12345678")).await;
        courier.deliver_due().await.unwrap();
        let message = world.message(id).await;
        assert_eq!(message.status, MessageStatus::Queued, "somebody will mend the settings");
        assert!(message.last_error.unwrap().contains("535"));
        world.clock.advance(Duration::from_secs(10));
        courier.deliver_due().await.unwrap();
        assert_eq!(world.message(id).await.status, MessageStatus::Sent);
    }
}
