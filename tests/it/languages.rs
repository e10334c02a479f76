//! The language of pages and mails: from the application, the person, the browser, the settings.

use serde_json::json;

use crate::app::{Setup, on_both};
use crate::browser::{Browser, From};
use crate::http::Ask;
use crate::page::Page;
use crate::people::{OTHER_PASSWORD, PASSWORD};

on_both![
    page_1_7_a_journey_speaks_what_the_application_asked_for_to_its_end,
    page_1_7_a_person_reads_their_own_language_and_so_do_their_mails,
    page_1_7_the_browser_and_the_settings_have_the_last_words,
    page_1_7_a_refusal_before_any_page_speaks_the_language_of_the_browser,
];

const SCHEMA: &str = r#"{
    "$id": "https://example.org/person.json",
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "email": {"type": "string", "format": "email", "title": "Email", "maxLength": 254,
            "wayhome": {"identifier": true, "verify": true, "recover": true}},
        "locale": {"type": "string", "title": "Language", "maxLength": 35}
    },
    "required": ["email"],
    "additionalProperties": false
}"#;

fn language(page: &Page) -> (String, String) {
    let of = |name: &str| page.attribute("html", name).unwrap_or_default();
    (of("lang"), of("dir"))
}

#[track_caller]
fn expect(browser: &Browser<'_>, tag: &str, direction: &str) {
    let page = browser.page();
    assert_eq!(language(page), (tag.to_owned(), direction.to_owned()), "{}", page.target);
}

fn page_1_7_a_journey_speaks_what_the_application_asked_for_to_its_end(setup: Setup) {
    let app = setup.start();
    for (asked, tag, direction, recover, consent) in [
        ("fr de-AT en", "de", "ltr", "Passwort vergessen?", "Erlauben"),
        ("ar", "ar", "rtl", "هل نسيت كلمة المرور؟", "السماح"),
        ("en-XA", "en-XA", "ltr", "Föörgööt ýööûûr påååšššwöörd?", ""),
        ("xx ../../etc \u{202e}", "en", "ltr", "Forgot your password?", "Allow"),
    ] {
        let ann = format!("ann.{}@example.org", tag.to_lowercase());
        app.identity(&ann).with_password(PASSWORD);
        let spa = app.relying_party("spa");
        let mut browser = app.browser();
        browser.open(spa.authorization_url_with(&[("ui_locales", asked)]));
        browser.expect_path("/login");
        expect(&browser, tag, direction);
        if consent.is_empty() {
            continue;
        }
        browser.submit([("identifier", &ann), ("password", "a wrong guess")]);
        expect(&browser, tag, direction);
        browser.click(recover).expect_path("/recovery");
        expect(&browser, tag, direction);
        browser.submit([("email", &ann)]);
        expect(&browser, tag, direction);
        let mail = app.mailbox().newest(&ann).mail;
        // There are no mails in Arabic; half of one would look forged.
        let subject = if tag == "de" { "ist Ihr Code" } else { "is your Wayhome code" };
        assert!(mail.subject.contains(subject), "{}", mail.subject);
        assert!(mail.html.contains(&format!("<html lang=\"{}\"", if tag == "ar" { "en" } else { tag })));
        let code = app.mailbox().code_for(&ann);
        browser.submit([("code", code.as_str())]).expect_path("/recovery/password");
        expect(&browser, tag, direction);
        browser.submit([("password", OTHER_PASSWORD)]).expect_path("/consent");
        expect(&browser, tag, direction);
        browser.press(consent);
        spa.redeem(browser.location());
    }
}

fn page_1_7_a_person_reads_their_own_language_and_so_do_their_mails(setup: Setup) {
    let app = setup.schema(SCHEMA).start();
    app.identity("ann@example.org")
        .traits(json!({"email": "ann@example.org", "locale": "de-CH"}))
        .with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login");
    expect(&browser, "en", "ltr");
    browser.submit([("identifier", "ann@example.org"), ("password", PASSWORD)]).expect_path("/account");
    expect(&browser, "de", "ltr");
    browser.open("/account/sessions");
    assert!(browser.page().text.contains("Dieses Gerät"), "{}", browser.page().text);
    browser.open("/account/password");
    browser.submit([("password", OTHER_PASSWORD)]);
    expect(&browser, "de", "ltr");
    let mail = app.mailbox().newest("ann@example.org").mail;
    assert_eq!(mail.subject, "Ihr Passwort bei Wayhome wurde geändert");
    assert!(mail.text.contains("Netzadresse"), "{}", mail.text);
    // Somebody else, in English, asks for a code: the mail is for its reader.
    let mut other = app.browser();
    other.open("/recovery");
    other.submit([("email", "ann@example.org")]);
    expect(&other, "en", "ltr");
    assert!(app.mailbox().newest("ann@example.org").mail.subject.contains("ist Ihr Code"));
}

fn page_1_7_the_browser_and_the_settings_have_the_last_words(setup: Setup) {
    let app = setup.clone().start();
    let shown = |app: &crate::app::TestApp, accepted: &str, at: &str| {
        let mut browser = app.browser();
        browser.open("/login");
        let target = if at.is_empty() { browser.page().target.clone() } else { at.to_owned() };
        let answer = browser.send(Ask::get(&target).with("Accept-Language", accepted), From::OurPage);
        language(&Page::read(answer.status, &target, &answer.text())).0
    };
    for (accepted, tag) in [
        ("de-CH,de;q=0.9,en;q=0.1", "de"),
        ("en;q=0.1,ar", "ar"),
        ("fr", "en"),
        ("de;q=0", "en"),
        ("", "en"),
        (";;;,,,q=", "en"),
    ] {
        assert_eq!(shown(&app, accepted, ""), tag, "{accepted:?}");
    }
    // Where a language has no words at all, one language is better than two.
    assert_eq!(shown(&app, "ar", "/device"), "en");
    let german = setup.set("languages.default", "de").start();
    assert_eq!(shown(&german, "fr", ""), "de");
    assert_eq!(shown(&german, "en", ""), "en");
}

fn page_1_7_a_refusal_before_any_page_speaks_the_language_of_the_browser(setup: Setup) {
    let app = setup.set("limits.requests_per_minute", "2").start();
    let ask = Ask::get("/login").with("Accept-Language", "de");
    let last = (0..4).map(|_| app.ask(&ask)).last().expect("an answer").expect(429);
    assert!(last.text().contains("Warten Sie ein wenig"), "{}", last.text());
    assert!(last.text().contains("<html lang=\"de\""));
}
