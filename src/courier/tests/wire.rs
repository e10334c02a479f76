//! Mails as they arrive: headers, parts, and nothing that a value brought in.

use std::time::Duration;

use super::mails::{all, asked, message, server, verification};
use super::smtp_sink::{Received, SmtpSink};
use super::world::{FIREFOX, smtp_url};
use crate::config::SmtpSecurity;
use crate::courier::relay::Relay;
use crate::courier::{Rendered, envelope, render};
use crate::cx::Env;
use crate::model::{Mail, Message};

/// Sends what was rendered, and gives what arrived.
async fn over_the_wire(env: &Env, message: &Message, rendered: &Rendered) -> Vec<Received> {
    let sink = SmtpSink::start();
    let mut url = smtp_url(sink.port(), SmtpSecurity::Plain);
    url.host = "127.0.0.1".to_owned();
    let mail = envelope::compose(env, message, rendered).unwrap();
    let patience = Duration::from_secs(5);
    Relay::trusting(url, None, patience).deliver(&mail, patience).await.unwrap();
    sink.mails()
}

#[tokio::test]
async fn page_1_6_the_headers_are_those_of_a_machine_that_wants_no_answer() {
    let env = server(&[]);
    let message = message(&env, "ada@example.org", verification(None), asked(FIREFOX, ""));
    let rendered = render(&env, &message).unwrap();
    let [mail] = over_the_wire(&env, &message, &rendered).await.try_into().unwrap();
    for (name, value) in [
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("From", "Wayhome <login@example.org>"),
        ("To", "ada@example.org"),
        ("Subject", "12345678 is your Wayhome code"),
        ("Date", "Tue, 24 Nov 2026 14:30:00 +0000"),
        ("MIME-Version", "1.0"),
    ] {
        assert_eq!(mail.header(name).as_deref(), Some(value));
    }
    assert!(mail.header("Content-Type").unwrap().starts_with("multipart/alternative"));
    assert_eq!(mail.part("text/plain").unwrap().trim_end(), rendered.text.replace('\n', "\r\n").trim_end());
    assert_eq!(mail.part("text/html").unwrap().trim_end(), rendered.html.replace('\n', "\r\n").trim_end());
    assert!(mail.data.find("text/plain") < mail.data.find("text/html"));
    assert!(mail.data.is_ascii() && mail.data.lines().all(|line| line.len() <= 998));
    assert!(mail.data.len() < 30_000, "{}", mail.data.len());
}

#[tokio::test]
async fn page_1_6_answers_go_where_the_operator_says_and_nowhere_else() {
    for (given, header, says) in [
        (None, None, "so nobody reads an answer to it."),
        (Some("help@example.org"), Some("help@example.org"), "If you answer, that goes to help@example.org."),
    ] {
        let env = server(
            &given.map(|address| ("WAYHOME__COURIER__REPLY_TO", address)).into_iter().collect::<Vec<_>>(),
        );
        let message = message(&env, "ada@example.org", verification(None), asked(FIREFOX, ""));
        let rendered = render(&env, &message).unwrap();
        let [mail] = over_the_wire(&env, &message, &rendered).await.try_into().unwrap();
        assert_eq!(mail.header("Reply-To").as_deref(), header);
        assert!(rendered.text.contains(says) && rendered.html.contains(says), "{}", rendered.text);
    }
}

#[tokio::test]
async fn sec_i02_line_ends_in_values_add_no_header_no_recipient_and_no_mail() {
    let plain = server(&[]);
    let harmless = message(&plain, "ada@example.org", verification(Some("Shop")), asked(FIREFOX, "::1"));
    let normal = render(&plain, &harmless).unwrap();
    let [normal] = over_the_wire(&plain, &harmless, &normal).await.try_into().unwrap();
    for end in ["\r\n", "\n", "\r", "\u{2028}", "\u{85}", "\0", "%0d%0a"] {
        let hostile = format!("X{end}Bcc: eve@example.net{end}{end}.{end}MAIL FROM:<eve@example.net>{end}");
        let env = server(&[("WAYHOME__SERVER__NAME", &hostile), ("WAYHOME__COURIER__FROM_NAME", &hostile)]);
        let mail = verification(Some(&hostile));
        let message = message(&env, "ada@example.org", mail, asked(&hostile, &hostile));
        let rendered = render(&env, &message).unwrap();
        let [mail] = over_the_wire(&env, &message, &rendered).await.try_into().unwrap();
        assert_eq!(mail.to, ["ada@example.org"]);
        assert_eq!(mail.headers().len(), normal.headers().len(), "{end:?}: {:?}", mail.headers());
        assert!(mail.header("Bcc").is_none());
    }
}

#[tokio::test]
async fn sec_i02_a_dot_on_its_own_line_does_not_end_the_mail() {
    let env = server(&[]);
    let message = message(&env, "ada@example.org", Mail::AccountExists, asked(FIREFOX, ""));
    let mut rendered = render(&env, &message).unwrap();
    rendered.text = "before\r\n.\r\n..\r\n.hidden\r\n\n.\r\nMAIL FROM:<eve@example.net>\r\n".to_owned();
    let [mail] = over_the_wire(&env, &message, &rendered).await.try_into().unwrap();
    let text = mail.part("text/plain").unwrap();
    for line in ["before", ".", "..", ".hidden", "MAIL FROM:<eve@example.net>"] {
        assert!(text.lines().any(|other| other == line), "{line}: {text:?}");
    }
}

#[tokio::test]
#[ignore = "writes files for people and spam filters to look at"]
async fn gallery() {
    let env = server(&[]);
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/mails");
    std::fs::create_dir_all(&folder).unwrap();
    for mail in all() {
        let name = mail.template_type();
        let message = message(&env, "ada@example.org", mail, asked(FIREFOX, "203.0.113.7"));
        let rendered = render(&env, &message).unwrap();
        let [mail] = over_the_wire(&env, &message, &rendered).await.try_into().unwrap();
        std::fs::write(folder.join(format!("{name}.eml")), mail.data).unwrap();
    }
}
