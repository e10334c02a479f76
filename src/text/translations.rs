//! What every language owes: the same messages with the same variables, at a length that fits, in words that help.

use std::collections::BTreeSet;

use super::check::{check, variables_of};
use super::languages::SHIPPED;
use super::{Catalogue, ENGLISH, Languages, message_id};

/// Arabic is there for the main journey: these beginnings of ids.
const MAIN_JOURNEY: [&str; 21] = [
    "language-",
    "date-",
    "month-",
    "agent-",
    "login-",
    "registration-",
    "email-",
    "form-",
    "field-",
    "pw-",
    "code-",
    "address-",
    "link-",
    "recovery-",
    "consent-",
    "form_post-",
    "scope-",
    "chooser-",
    "logout-",
    "flow-",
    "go-",
];

/// Words that blame, apologise, or speak of our machinery (E5), as German has them.
const FORBIDDEN: [&str; 17] = [
    "bitte",
    "leider",
    "entschuldigung",
    "ungültig",
    "ungültige",
    "ungültiger",
    "ungültiges",
    "gültig",
    "hoppla",
    "verboten",
    "fehlercode",
    "token",
    "csrf",
    "flow",
    "credential",
    "bezeichner",
    "strategie",
];

fn source(tag: &str) -> &'static str {
    SHIPPED.iter().find(|(shipped, _)| *shipped == tag).unwrap().1
}

fn keys(text: &str) -> BTreeSet<&str> {
    text.lines().filter_map(message_id).collect()
}

#[track_caller]
fn nothing_missing(tag: &str, is_owed: impl Fn(&str) -> bool) {
    let there = keys(source(tag));
    let missing: Vec<&str> = ENGLISH
        .lines()
        .filter(|line| message_id(line).is_some_and(|key| is_owed(key) && !there.contains(key)))
        .collect();
    assert!(
        missing.is_empty(),
        "\n{} messages are missing in {tag}.ftl:\n{}\n",
        missing.len(),
        missing.join("\n")
    );
}

#[test]
fn page_1_7_german_says_everything_that_english_says() {
    nothing_missing("de", |_| true);
}

#[test]
fn page_1_7_arabic_says_everything_of_the_main_journey() {
    nothing_missing("ar", |key| {
        MAIN_JOURNEY.iter().any(|begin| key.starts_with(begin))
            || key.starts_with("error-") && !key.starts_with("error-device")
            || key.starts_with("page-")
    });
}

#[test]
fn page_1_7_a_translation_has_no_message_of_its_own_and_the_same_variables() {
    let english = variables_of(ENGLISH);
    for (tag, text) in SHIPPED {
        let faults = check(&format!("{tag}.ftl"), text);
        assert!(faults.is_empty(), "{faults:?}");
        for (key, variables) in variables_of(text) {
            let expected = english.get(&key);
            assert!(expected.is_none_or(|expected| *expected == variables), "{tag} {key}: {variables:?}");
        }
    }
}

#[test]
fn page_e5_german_helps_and_does_not_apologise() {
    for line in source("de").lines().filter(|line| !line.starts_with('#')) {
        let said =
            line.split_once(" =").filter(|_| message_id(line).is_some()).map_or(line, |(_, said)| said);
        let words: BTreeSet<String> =
            said.split(|letter: char| !letter.is_alphanumeric()).map(str::to_lowercase).collect();
        for word in FORBIDDEN {
            assert!(!words.contains(word), "{word:?} in {line:?}");
        }
    }
}

#[test]
fn page_e5_no_translation_is_longer_than_140_characters() {
    let all = Languages::new("en", &[], false).unwrap();
    let long: Vec<String> = SHIPPED
        .iter()
        .flat_map(|(tag, text)| {
            let catalogue: &Catalogue = &all.choose([*tag]).unwrap();
            let names: Vec<&str> = variables_names(text);
            let args: Vec<(&str, &str)> = names.iter().map(|name| (*name, "23")).collect();
            let said = catalogue.ids().map(|id| (id, catalogue.say(id, &args)));
            said.filter(|(_, said)| said.is_empty() || said.chars().count() > 140 || said.contains('{'))
                .map(|(id, said)| format!("{tag} {id}: {said}"))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(long.is_empty(), "\n{}", long.join("\n"));
}

fn variables_names(text: &str) -> Vec<&str> {
    let end = |letter: char| !letter.is_alphanumeric() && letter != '_';
    text.split('$').skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

#[test]
fn plurals_and_dates_are_those_of_the_language() {
    let all = Languages::new("en", &[], false).unwrap();
    let wait =
        |tag: &str, minutes: &str| all.choose([tag]).unwrap().say("login.slow_down", &[("minutes", minutes)]);
    assert!(wait("de", "1").contains("Warten Sie 1 Minute oder"));
    assert!(wait("de", "12").contains("Warten Sie 12 Minuten oder"));
    assert!(wait("ar", "2").contains("دقيقتين") && wait("ar", "3").contains("دقائق"));
    assert!(wait("ar", "11").contains("11\u{2069} دقيقة"), "{:?}", wait("ar", "11"));
    let at = crate::model::Instant::from_seconds(1_795_530_600);
    let date = |tag: &str| all.choose([tag]).unwrap().date(at);
    assert_eq!(
        (date("en"), date("de")),
        ("24 November 2026, 14:30 UTC".into(), "24. November 2026, 14:30 UTC".into())
    );
    assert_eq!(date("en"), at.for_people());
    assert!(date("ar").contains("نوفمبر"));
    let german = all.choose(["de"]).unwrap();
    let said = german.say("delete.scheduled", &[("time", "2026-12-01T14:30:00.000000Z")]);
    assert!(said.contains("am 1. Dezember 2026, 14:30 UTC gelöscht"), "{said}");
    assert!(german.say("code.newer", &[("time", "14:39 UTC")]).contains("um 14:39 UTC"));
    assert_eq!(german.place("Firefox on Linux, 203.0.113.7"), "Firefox unter Linux, 203.0.113.7");
    assert_eq!(german.place("An unknown browser"), "Ein unbekannter Browser");
}

#[test]
fn what_a_language_lacks_is_said_in_english_and_keeps_its_direction() {
    let all = Languages::new("en", &[], false).unwrap();
    let arabic = all.choose(["ar"]).unwrap();
    assert_eq!((arabic.direction(), arabic.tag()), ("rtl", "ar"));
    assert!(!arabic.speaks("device.title") && arabic.contains("device.title"));
    assert_eq!(arabic.say("device.title", &[]), "\u{2068}Connect a device\u{2069}");
}
