//! Mails in the operator's own words.

use std::collections::BTreeSet;

use super::mails::{all, asked, message};
use super::world::{FIREFOX, env, env_with};
use crate::config::{MailTemplate, Mode};
use crate::courier::{Rendered, TYPES, render, samples};
use crate::model::{Asked, Channel, Mail, Message};

/// A file, `de/recovery_code.txt` being one of a language.
fn file((path, code): &(&str, &str)) -> MailTemplate {
    let (language, name) = match path.split_once('/') {
        Some((language, name)) => (Some(language.to_owned()), name),
        None => (None, *path),
    };
    let place = format!("templates/mail/{path}");
    MailTemplate { place, language, name: name.to_owned(), code: (*code).to_owned() }
}

fn recovery(client: Option<&str>) -> Mail {
    let client_name = client.map(str::to_owned);
    Mail::RecoveryCode { code: "12345678".to_owned(), link: "the-token".to_owned(), client_name }
}

fn written(files: &[(&str, &str)], language: Option<&str>, mail: Mail) -> Rendered {
    let env = env_with(Mode::Production, &[], files.iter().map(file).collect()).0;
    let language = language.map(str::to_owned);
    let asked = Asked { language, ..asked(FIREFOX, "203.0.113.7") };
    render(&env, &message(&env, "ada@example.org", mail, asked)).unwrap()
}

fn ours(language: Option<&str>, mail: Mail) -> Rendered {
    written(&[], language, mail)
}

#[test]
fn seed_s3_the_operators_words_stand_in_for_ours_part_by_part() {
    let text = "{{ app }} says: {{ code }}, for {{ client }}, until {{ until }}.\n";
    let mail = written(&[("recovery_code.txt", text)], None, recovery(Some("Shop")));
    assert_eq!(mail.text, "Wayhome says: 12345678, for Shop, until 24 November 2026, 14:40 UTC.\n");
    let before = ours(None, recovery(Some("Shop")));
    assert_eq!((&mail.subject, &mail.html), (&before.subject, &before.html));
    let subject = [("recovery_code.subject", "Your way back to\n  {{ client or app }}\n")];
    let mail = written(&subject, None, recovery(None));
    assert_eq!(mail.subject, "Your way back to Wayhome");
    assert!(mail.html.contains("<title>Your way back to Wayhome</title>"), "{}", mail.html);
    assert_eq!(ours(None, Mail::PasswordChanged), written(&subject, None, Mail::PasswordChanged));
}

#[test]
fn page_1_7_a_folder_speaks_its_language_and_the_rest_is_for_all() {
    let files = [
        ("recovery_code.txt", "{% include '_head.txt' %}\nfor all: {{ code }}"),
        ("_head.txt", "Hello\n"),
        ("de/_head.txt", "Hallo\n"),
        ("de/password_changed.txt", "Geändert, {{ browser }}"),
    ];
    let text = |language, mail| written(&files, language, mail).text;
    assert_eq!(text(None, recovery(None)), "Hello\nfor all: 12345678");
    assert_eq!(text(Some("de"), recovery(None)), "Hallo\nfor all: 12345678");
    assert_eq!(text(Some("de"), Mail::PasswordChanged), "Geändert, Firefox unter Linux");
    assert_eq!(text(None, Mail::PasswordChanged), ours(None, Mail::PasswordChanged).text);
}

#[test]
fn sec_i03_values_in_own_templates_are_literal_and_escaped_in_pages() {
    let hostile = r#"<b>{{7*7}}</b>{% include "x" %}"'&"#;
    let files = [
        ("recovery_code.html", "<p title=\"{{ client }}\">{{ client }} {{ code }}</p>"),
        ("recovery_code.txt", "{{ client }} {{ code }}"),
        ("recovery_code.subject", "{{ client }}\u{2028}Bcc: eve@example.org"),
    ];
    let mail = written(&files, None, recovery(Some(hostile)));
    assert_eq!(mail.text, format!("{hostile} 12345678"));
    assert_eq!(mail.subject, format!("{hostile} Bcc: eve@example.org"));
    assert!(!mail.html.contains("<b>") && mail.html.contains("&lt;b&gt;{{7*7}}"), "{}", mail.html);
    assert_eq!(mail.html.matches('"').count(), 2, "{}", mail.html);
}

#[test]
fn sec_i04_what_fails_or_forgets_the_code_is_said_in_our_words() {
    let before = ours(None, recovery(None));
    let swells = format!("{{% set x = '{}' %}}{}{{{{ code }}}}", "x".repeat(1 << 10), "{{ x }}".repeat(200));
    for broken in [
        "{% for a in recipient %}{% for b in recipient %}{% for c in recipient %}{% for d in recipient %}\
         {% endfor %}{% endfor %}{% endfor %}{% endfor %}{{ code }}",
        "{{ code }}{% include 'recovery_code.txt' %}",
        "{% include '/etc/passwd' %}{{ code }}",
        "{{ code.nothing.at_all }}",
        "{{ code",
        "No code at all",
        &swells,
    ] {
        let mail = written(&[("recovery_code.txt", broken)], None, recovery(None));
        assert_eq!(mail.text, before.text, "{broken}");
    }
}

#[test]
fn seed_s3_a_text_message_has_a_sentence_of_its_own_and_the_code_for_the_phone() {
    let files = [("verification_code.sms", "{{ app }}: {{ code }}\n")];
    let env = env_with(Mode::Production, &[], files.iter().map(file).collect()).0;
    let mail = Mail::VerificationCode { code: "12345678".to_owned(), link: String::new(), client_name: None };
    let email = message(&env, "+491701234567", mail, asked(FIREFOX, ""));
    let sms = Message { channel: Channel::Sms, ..email };
    assert_eq!(render(&env, &sms).unwrap().text, "Wayhome: 12345678\n\n@id.example.org #12345678");
}

#[test]
fn every_mail_and_every_variable_of_a_template_is_documented() {
    let page = include_str!("../../../docs/how-to/mail-templates.md");
    let env = env(Mode::Production, &[]).0;
    let mut variables = BTreeSet::new();
    for ours in TYPES.iter().filter_map(|of| of.ours) {
        let Some(known) = samples::variables(&env.settings, ours, None) else { continue };
        assert!(page.contains(&format!("| `{ours}` |")), "{ours} is not in the table of mails");
        variables.extend(known.as_object().unwrap().keys().cloned());
    }
    let written = |name: &String| page.contains(&format!("| `{name}` |"));
    let silent: Vec<&String> = variables.iter().filter(|name| !written(name)).collect();
    assert!(silent.is_empty(), "{silent:?}");
    assert!(all().iter().all(|mail| page.contains(&format!("| `{}` |", mail.template_type()))));
}
