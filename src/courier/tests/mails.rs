//! What mails say and how they look to machines. The golden files stand in `tests/golden/mail`; with
//! `WAYHOME_BLESS=1` the tests write them anew, to be read in the diff.

use std::path::Path;
use std::sync::Arc;

use scraper::{Html, Selector};

use super::world::{FIREFOX, START, TEN_MINUTES, World, code_mail, env};
use crate::config::Mode;
use crate::courier::{Rendered, render};
use crate::cx::Env;
use crate::model::{Asked, Channel, Letter, Mail, Message, MessageId, MessageStatus};
use crate::random::SeededRandom;

const CODE: &str = "12345678";
const TOKEN: &str = "wh_link_Zm9yIHRoZSBwYWdlIG9ubHk";
const ISSUER: &str = "https://id.example.org";

pub(super) fn verification(client: Option<&str>) -> Mail {
    let client_name = client.map(str::to_owned);
    Mail::VerificationCode { code: CODE.to_owned(), link: TOKEN.to_owned(), client_name }
}

fn recovery(client: Option<&str>) -> Mail {
    let client_name = client.map(str::to_owned);
    Mail::RecoveryCode { code: CODE.to_owned(), link: TOKEN.to_owned(), client_name }
}

fn invitation(client: Option<&str>) -> Mail {
    Mail::Invitation { link: TOKEN.to_owned(), client_name: client.map(str::to_owned) }
}

/// Those with nothing to enter or to open in time.
fn notices() -> [Mail; 12] {
    let client_name = "Example Shop".to_owned();
    [
        Mail::AccountExists,
        Mail::PasswordChanged,
        Mail::RecoveryCompleted,
        Mail::NewDevice,
        Mail::PasskeyAdded,
        Mail::PasskeyRemoved,
        Mail::SecondFactorAdded,
        Mail::SecondFactorRemoved,
        Mail::BackupCodeUsed { left: 2 },
        Mail::AccountDeleted,
        Mail::AccountLocked,
        Mail::RefreshTokenReused { client_name },
    ]
}

/// Those with a link that takes something back.
fn undos() -> [Mail; 2] {
    let link = || TOKEN.to_owned();
    [Mail::AddressChanged { link: link() }, Mail::DeletionScheduled { link: link() }]
}

pub(super) fn all() -> Vec<Mail> {
    let shop = Some("Example Shop");
    let sign_in = Mail::SignInCode { code: CODE.to_owned(), client_name: shop.map(str::to_owned) };
    [verification(shop), recovery(shop), sign_in, invitation(shop)]
        .into_iter()
        .chain(undos())
        .chain(notices())
        .collect()
}

pub(super) fn asked(user_agent: &str, peer: &str) -> Asked {
    Asked { at: START.micros(), user_agent: user_agent.to_owned(), peer: peer.to_owned(), language: None }
}

pub(super) fn message(env: &Env, recipient: &str, mail: Mail, asked: Asked) -> Message {
    let id: MessageId = "00000000-0000-4000-8000-000000000001".parse().unwrap();
    let template_type = mail.template_type().to_owned();
    let letter = serde_json::to_vec(&Letter { mail, asked, identity: None }).unwrap();
    let random = SeededRandom::from_seed(1);
    Message {
        id,
        template_type,
        recipient: recipient.to_owned(),
        identity: None,
        sealed: env.secrets.seal(&random, &Message::place(id), &letter).unwrap(),
        status: MessageStatus::Queued,
        attempts: 0,
        last_error: None,
        next_attempt_at: START,
        created_at: START,
        updated_at: START,
        expires_at: START + TEN_MINUTES,
        sent_at: None,
        channel: Channel::Email,
        destination: "example.org".to_owned(),
    }
}

pub(super) fn server(given: &[(&str, &str)]) -> Arc<Env> {
    env(Mode::Production, given).0
}

fn rendered(env: &Env, mail: Mail) -> Rendered {
    render(env, &message(env, "ada@example.org", mail, asked(FIREFOX, "203.0.113.7"))).unwrap()
}

fn check_golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/mail").join(name);
    #[allow(clippy::disallowed_methods, reason = "asked by whoever changes the words of mails")]
    if std::env::var_os("WAYHOME_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, actual).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(golden == actual, "{name} is not as it was; WAYHOME_BLESS=1 writes it anew. Now:\n{actual}");
}

#[test]
fn page_1_6_each_mail_is_as_it_was() {
    let env = server(&[]);
    for mail in all() {
        let name = mail.template_type();
        let rendered = rendered(&env, mail);
        check_golden(&format!("{name}.txt"), &format!("Subject: {}\n\n{}", rendered.subject, rendered.text));
        check_golden(&format!("{name}.html"), &rendered.html);
    }
}

#[test]
fn page_1_6_the_subject_of_a_code_begins_with_the_code() {
    let env = server(&[]);
    assert_eq!(rendered(&env, verification(None)).subject, "12345678 is your Wayhome code");
    assert_eq!(rendered(&env, recovery(None)).subject, "12345678 is your Wayhome code for a new password");
    let zeros = rendered(&env, code_mail("00000042"));
    assert!(zeros.subject.starts_with("00000042 is"), "{}", zeros.subject);
    assert!(zeros.text.contains("\n00000042\n") && zeros.html.contains(">00000042<"));
}

#[test]
fn page_1_6_both_parts_say_the_code_and_the_link_and_the_link_is_not_the_code() {
    let env = server(&[]);
    for (mail, page) in [(verification(None), "verification"), (recovery(None), "recovery")] {
        let mail = rendered(&env, mail);
        let link = format!("{ISSUER}/{page}?link={TOKEN}");
        assert_eq!((mail.code.as_deref(), mail.link.as_deref()), (Some(CODE), Some(link.as_str())));
        for part in [&mail.text, &mail.html] {
            assert!(part.contains(CODE) && part.contains(&link), "{part}");
        }
        assert!(!link.contains(CODE));
    }
    let invited = rendered(&env, invitation(None));
    let link = format!("{ISSUER}/registration?invitation={TOKEN}");
    assert_eq!((invited.code, invited.link.as_deref()), (None, Some(link.as_str())));
    assert_eq!(invited.subject, "You are invited to Wayhome");
    assert!(invited.text.contains(&link) && invited.html.contains(&link));
    assert!(!invited.text.contains("203.0.113.7"), "where an administrator sits is nobody's business");
    for mail in notices() {
        let mail = rendered(&env, mail);
        assert_eq!((mail.code, mail.link), (None, None));
        assert!(!mail.html.contains("?link=") && !mail.text.contains("?link="));
    }
}

#[test]
fn page_1_6_what_can_be_taken_back_is_taken_back_by_a_link_without_a_code() {
    let env = server(&[]);
    for mail in undos() {
        let mail = rendered(&env, mail);
        let link = format!("{ISSUER}/account/undo?link={TOKEN}");
        assert_eq!((mail.code.as_deref(), mail.link.as_deref()), (None, Some(link.as_str())));
        for part in [&mail.text, &mail.html] {
            assert!(part.contains(&link) && part.contains("works once, until "), "{part}");
        }
    }
}

#[test]
fn page_1_6_a_code_comes_first_and_the_reason_last() {
    let env = server(&[]);
    let mail = rendered(&env, verification(Some("Example Shop")));
    let order = [
        CODE,
        "It works for 10 minutes, until 24 November 2026, 14:40 UTC.",
        "/verification?link=",
        "24 November 2026, 14:30 UTC",
        "Firefox on Linux",
        "203.0.113.7",
        "If this wasn",
        "You get this email because",
    ];
    for part in [&mail.text, mail.html.split("<body").nth(1).unwrap()] {
        let places: Vec<usize> =
            order.iter().map(|words| part.find(words).unwrap_or_else(|| panic!("{words}"))).collect();
        assert!(places.is_sorted(), "{places:?}\n{part}");
    }
}

#[test]
fn page_1_6_no_mail_loads_anything_or_names_a_foreign_address() {
    for (issuer, mode) in [(ISSUER, Mode::Production), ("http://localhost:4444", Mode::Development)] {
        let env = env(mode, &[("WAYHOME__SERVER__ISSUER", issuer)]).0;
        for mail in all() {
            let mail = rendered(&env, mail);
            assert!(mail.html.len() < 30_000 && mail.text.len() < 10_000, "{}", mail.html.len());
            for part in [&mail.subject, &mail.text, &mail.html] {
                for (at, _) in part.match_indices("://") {
                    let start =
                        part[..at].rfind(|letter: char| !letter.is_ascii_alphabetic()).map_or(0, |n| n + 1);
                    assert!(
                        part[start..].starts_with(&format!("{issuer}/"))
                            || part[start..].starts_with(&format!("{issuer}<")),
                        "{}",
                        &part[start..at + 20]
                    );
                }
                assert!(!part.contains("www.") && !part.contains("cid:"));
            }
            for loads in
                ["<img", "<link", "<script", "<iframe", "<form", "src=", "url(", "@import", "@font-face"]
            {
                assert!(!mail.html.contains(loads), "{loads}");
            }
        }
    }
}

#[test]
fn page_1_6_the_html_names_its_language_direction_and_schemes() {
    let env = server(&[]);
    let select = |selector: &str| Selector::parse(selector).unwrap();
    for mail in all() {
        let mail = rendered(&env, mail);
        let page = Html::parse_document(&mail.html);
        for needed in [
            "html[lang=en][dir=ltr]",
            "meta[name=color-scheme][content='light dark']",
            "meta[name=viewport]",
            "meta[charset=utf-8]",
            "h1",
        ] {
            assert_eq!(page.select(&select(needed)).count(), 1, "{needed}");
        }
        let title = page.select(&select("title")).next().unwrap().text().collect::<String>();
        assert_eq!(title, mail.subject);
        assert!(page.select(&select("table")).all(|table| table.attr("role") == Some("presentation")));
        assert!(mail.html.contains("max-width:600px") && mail.html.contains("prefers-color-scheme: dark"));
        for size in mail.html.split("font-size:").skip(1) {
            let pixels: u32 = size.split("px").next().unwrap().parse().unwrap();
            assert!(pixels >= 16, "{pixels}");
        }
    }
}

#[test]
fn page_1_6_a_mail_says_what_is_known_of_whoever_asked() {
    let env = server(&[]);
    let unknown = message(&env, "ada@example.org", verification(None), asked("curl/8 (I am your bank)", ""));
    let mail = render(&env, &unknown).unwrap();
    assert!(!mail.text.contains("bank") && !mail.text.contains("Network address"), "{}", mail.text);
    assert!(mail.text.contains("When: 24 November 2026, 14:30 UTC"));
}

#[test]
fn page_1_6_a_switched_off_recovery_is_not_offered() {
    let env = server(&[("WAYHOME__RECOVERY__ENABLED", "false")]);
    for mail in notices() {
        let mail = rendered(&env, mail);
        assert!(!mail.text.contains("/recovery") && !mail.html.contains("/recovery"), "{}", mail.text);
    }
}

#[test]
fn sec_i03_hostile_values_are_said_literally_and_escaped_in_html() {
    let hostile = r#"<b>{{7*7}}</b>{% include "x" %}${env.X}<%= 1 %>#{1}"'&{ $code }"#;
    let env = server(&[("WAYHOME__SERVER__NAME", hostile)]);
    let escaped = hostile
        .replace('&', "&#38;")
        .replace('<', "&#60;")
        .replace('>', "&#62;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;");
    for mail in [verification(Some(hostile)), invitation(Some(hostile)), Mail::AccountExists] {
        let message = message(&env, "\"<i>ada</i>\"@example.org", mail, asked(hostile, hostile));
        let mail = render(&env, &message).unwrap();
        assert!(mail.text.contains(hostile) && mail.subject.contains(hostile));
        assert!(mail.html.contains(&escaped), "{}", mail.html);
        assert!(!mail.html.contains("<b>") && !mail.html.contains("<i>") && !mail.html.contains("<%"));
        assert!(!mail.html.contains("49</b>"));
    }
}

#[tokio::test]
async fn sec_p01_the_outbox_holds_no_code_and_no_link() {
    let world = World::on_sqlite(env(Mode::Production, &[]));
    let id = world.queue("ada@example.org", verification(None)).await;
    let row = world.message(id).await;
    let shown = format!("{row:?} {:?}", render(world.work.env(), &row).unwrap());
    assert!(!shown.contains(CODE) && !shown.contains(TOKEN), "{shown}");
    let erased = Message { sealed: String::new(), ..row };
    assert!(render(world.work.env(), &erased).unwrap_err().to_string().contains("erased"));
}
