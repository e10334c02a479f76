//! `docs/admin-api.md` says what is true: every example is run as it stands there, and answers as it says.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::admin::key;
use crate::app::{Setup, TestApp, on_both};
use crate::http::Ask;
use crate::people::PASSWORD;

on_both![every_example_of_the_admin_api_runs_and_answers_as_it_says];

const PAGE: &str = include_str!("../../docs/admin-api.md");

/// A command, with the status and the answer that the page promises.
struct Example {
    command: String,
    status: u16,
    answer: Option<Value>,
}

/// The fenced blocks of the page: their language and their text.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let mut rest = PAGE;
    let mut blocks = Vec::new();
    while let Some((_, after)) = rest.split_once("\n```") {
        let (language, after) = after.split_once('\n').expect("a block begins with a line");
        let (text, after) = after.split_once("\n```").expect("a block ends");
        blocks.push((language, text));
        rest = after;
    }
    blocks
}

fn examples() -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    for (language, text) in blocks() {
        match (language, examples.last_mut()) {
            ("sh", _) => {
                let (command, status) = text.rsplit_once(" # ").expect("a command tells its status");
                let status = status.parse().expect("a status");
                examples.push(Example { command: command.to_owned(), status, answer: None });
            }
            ("json", Some(last)) if last.answer.is_none() => {
                last.answer = Some(serde_json::from_str(text).expect("JSON"));
            }
            _ => panic!("a block of {language:?} that belongs to no command: {text}"),
        }
    }
    examples
}

/// The words of a command, as a shell reads them.
fn words(command: &str, variables: &BTreeMap<&str, String>) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut rest = command.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, quote) {
            (' ', None) => words.extend(word.take()),
            ('\'' | '"', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, Some(open)) if c == open => quote = None,
            ('\\', Some('"')) => word.get_or_insert_default().extend(rest.next()),
            ('$', None | Some('"')) => {
                let mut name = String::new();
                while let Some(letter) = rest.next_if(char::is_ascii_uppercase) {
                    name.push(letter);
                }
                let value = variables.get(name.as_str()).unwrap_or_else(|| panic!("no variable {name}"));
                word.get_or_insert_default().push_str(value);
            }
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    assert_eq!(quote, None, "{command}");
    words.extend(word);
    words
}

/// What curl would send.
fn request(words: &[String]) -> Ask {
    let mut words = words.iter();
    assert_eq!(words.next().map(String::as_str), Some("curl"));
    let (mut ask, mut method, mut data) = (Ask::get(""), None, Vec::new());
    while let Some(word) = words.next() {
        let mut value = || words.next().expect("an option has a value").as_str();
        match word.as_str() {
            "-X" => method = Some(value().to_owned()),
            "-H" => {
                let (name, text) = value().split_once(": ").expect("a header");
                ask = ask.with(name, text);
            }
            "-d" => data.push(value().to_owned()),
            target => ask.target = target.to_owned(),
        }
    }
    if !data.is_empty() {
        ask.body = data.join("&").into_bytes();
        if !ask.headers.iter().any(|(name, _)| name == "Content-Type") {
            ask = ask.with("Content-Type", "application/x-www-form-urlencoded");
        }
        method = method.or(Some("POST".to_owned()));
    }
    match method {
        Some(method) => ask.method(&method),
        None => ask,
    }
}

/// Whether two values have the same members of the same types, all the way down.
#[track_caller]
fn same_shape(told: &Value, real: &Value, at: &str) {
    match (told, real) {
        (Value::Object(told), Value::Object(real)) => {
            let names = |of: &serde_json::Map<String, Value>| of.keys().cloned().collect::<Vec<_>>();
            let (mut a, mut b) = (names(told), names(real));
            a.sort();
            b.sort();
            assert_eq!(a, b, "the members at {at}");
            for (name, value) in told {
                same_shape(value, &real[name], &format!("{at}/{name}"));
            }
        }
        (Value::Array(told), Value::Array(real)) => {
            assert_eq!(told.len(), real.len(), "the items at {at}");
            for (n, (told, real)) in told.iter().zip(real).enumerate() {
                same_shape(told, real, &format!("{at}/{n}"));
            }
        }
        (told, real) => assert_eq!(
            std::mem::discriminant(told),
            std::mem::discriminant(real),
            "at {at}: the page has {told}, the server {real}"
        ),
    }
}

/// The variables that the page uses.
fn variables(app: &TestApp) -> BTreeMap<&'static str, String> {
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/recovery");
    browser.submit([("email", "ada@example.org")]);
    let spa = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(spa.authorization_url());
    browser.submit([("identifier", "ada@example.org"), ("password", PASSWORD)]);
    let tokens = spa.redeem(browser.location());
    let (_, key) = key(app, None);
    let first = |target: &str| {
        let list = app.ask_admin(&Ask::get(target).bearer(&key)).expect(200).json();
        list[0]["id"].as_str().expect("there is one").to_owned()
    };
    BTreeMap::from([
        ("ADMIN", String::new()),
        ("SESSION", first(&format!("/admin/identities/{}/sessions", ada.id))),
        ("MESSAGE", first("/admin/courier/messages")),
        ("CLIENT", "shop".to_owned()),
        ("TOKEN", tokens.access),
        ("ID", ada.subject()),
        ("KEY", key),
    ])
}

fn every_example_of_the_admin_api_runs_and_answers_as_it_says(setup: Setup) {
    let app = setup.production().set("return_urls.allowed", "https://app.example.org").start();
    let variables = variables(&app);
    let examples = examples();
    assert!(examples.len() >= 12);
    // Reading comes before the commands that end what is read.
    let ends = |example: &Example| example.command.contains("-X DELETE");
    let (last, first): (Vec<_>, Vec<_>) = examples.into_iter().partition(ends);
    for example in first.into_iter().chain(last) {
        let answer = app.ask_admin(&request(&words(&example.command, &variables)));
        assert_eq!(answer.status, example.status, "{}\n{}", example.command, answer.text());
        if let Some(told) = &example.answer {
            same_shape(told, &answer.json(), &example.command);
        }
    }
}

#[test]
fn the_words_of_a_command_are_read_as_a_shell_reads_them() {
    let variables = BTreeMap::from([("ID", "7".to_owned())]);
    let read = words(r#"curl "a/$ID" -d '{"x": "$ID"}' -d "{\"y\": \"$ID\"}" b"#, &variables);
    assert_eq!(read, ["curl", "a/7", "-d", r#"{"x": "$ID"}"#, "-d", r#"{"y": "7"}"#, "b"]);
}

#[test]
fn seed_s1_the_page_lists_what_switching_off_does() {
    let (_, section) = PAGE.split_once("### The state").expect("the section");
    let (section, _) = section.split_once("\n## ").expect("its end");
    let told = [
        "Signing in is refused",
        "`identity_inactive`",
        "All sessions end.",
        "refreshing answers `invalid_grant`",
        "introspection answers `{\"active\": false}`",
        "userinfo answers 401",
        "Clients with a back channel are told",
        "no recovery mail is sent",
        "`identity.deactivated`",
        "`active` again allows to sign in",
    ];
    for effect in told {
        assert!(section.contains(effect), "the page does not say {effect:?}");
    }
}
