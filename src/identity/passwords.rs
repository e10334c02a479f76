//! Which passwords are good: long enough, not common, not made of what everybody knows of the person.

use super::factors;
use crate::config::Settings;
use crate::crypto::PlainPassword;
use crate::cx::{self, Cx};
use crate::model::{IdentityId, Notice};
use crate::store;

/// The most characters of a new password.
pub const MAX_CHARACTERS: usize = 256;

/// Words, names and rows of keys that guessers try first.
const COMMON: &str = include_str!("common.txt");

/// The fewest characters of a new password of this person: fewer for whoever has a second factor (decision 25).
pub fn least(cx: &mut Cx<'_>, identity: IdentityId) -> cx::Result<usize> {
    let has_second = factors::is_any(cx, identity)?;
    let password = cx.settings().password;
    Ok(if has_second { password.min_length_two_step.min(password.min_length) } else { password.min_length })
}

/// Whether a person has a password at all.
pub fn is_set(cx: &mut Cx<'_>, identity: IdentityId) -> cx::Result<bool> {
    Ok(store::identities::password_set_at(cx.db, identity)?.is_some())
}

/// Reads what was typed and checks it as the new password of somebody without a second factor. `words` are what is known
/// of the person and the service.
pub fn check(settings: &Settings, typed: &str, words: &[&str]) -> Result<PlainPassword, Notice> {
    check_length(settings.password.min_length, typed, words)
}

/// The same for a password of at least `min` characters.
pub fn check_length(min: usize, typed: &str, words: &[&str]) -> Result<PlainPassword, Notice> {
    if typed.is_empty() {
        return Err(Notice::error("field.empty").with("field", "password").on("password"));
    }
    let too_long = || Notice::error("pw.long").with("max", MAX_CHARACTERS).on("password");
    let password = PlainPassword::new(typed).ok_or_else(too_long)?;
    let characters = password.characters();
    if characters > MAX_CHARACTERS {
        return Err(too_long());
    }
    if characters < min {
        return Err(Notice::error("pw.short").with("min", min).with("n", characters).on("password"));
    }
    if is_common(password.expose()) {
        return Err(Notice::error("pw.common").on("password"));
    }
    if let Some(word) = context_word(password.expose(), words) {
        return Err(Notice::error("pw.context").with("word", word).on("password"));
    }
    Ok(password)
}

/// Whether it is among those that guessers try first, whoever it belongs to.
pub fn is_widespread(password: &PlainPassword) -> bool {
    is_common(password.expose())
}

/// What people hear of a new password that stands in a list of a data leak.
pub fn breached() -> Notice {
    Notice::error("pw.breached").on("password")
}

/// Lower case, and letters for the digits and signs that stand for them.
fn plain(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .map(|c| match c {
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            other => other,
        })
        .collect()
}

/// Whether hardly anything is left when common words, rows and repetitions are taken away, as they stand or with signs
/// in the place of letters.
fn is_common(password: &str) -> bool {
    let text = password.to_lowercase();
    let mut different: Vec<char> = text.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < 5 || is_repeated(&text) {
        return true;
    }
    let once = without_common(&text);
    let twice = without_common(&plain(&once));
    if text.chars().all(|c| !c.is_alphabetic()) {
        return is_row(&text) || once.trim().is_empty();
    }
    remainder(&once) < 3 || remainder(&twice) < 3
}

/// A gap in the place of each common word; the longest go first, so that no piece of one is left.
fn without_common(text: &str) -> String {
    let mut words: Vec<&str> = COMMON.split_ascii_whitespace().collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut rest = text.to_owned();
    for word in words {
        if rest.contains(word) {
            rest = rest.replace(word, " ");
        }
    }
    rest
}

/// How many letters are left that do not merely go on from the one before.
fn remainder(rest: &str) -> usize {
    let letters: Vec<char> =
        rest.chars().filter(|c| c.is_alphabetic() || (!c.is_ascii() && !c.is_whitespace())).collect();
    let goes_on = |pair: &[char]| u32::from(pair[0]).abs_diff(u32::from(pair[1])) <= 1;
    letters.len() - letters.windows(2).filter(|pair| goes_on(pair)).count()
}

/// Whether it is one short piece over and over.
fn is_repeated(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=chars.len() / 2)
        .filter(|n| *n <= 6)
        .any(|n| chars.iter().zip(chars[n..].iter()).all(|(a, b)| a == b))
}

/// Whether most digits follow the one before.
fn is_row(text: &str) -> bool {
    let digits: Vec<i64> = text.chars().filter_map(|c| c.to_digit(10)).map(i64::from).collect();
    let steps =
        digits.windows(2).filter(|pair| matches!((pair[1] - pair[0]).rem_euclid(10), 0 | 1 | 9)).count();
    steps * 3 >= digits.len().saturating_sub(1) * 2
}

/// A word of four letters or more that everybody knows of the person or the service.
fn context_word(password: &str, words: &[&str]) -> Option<String> {
    let text = password.to_lowercase();
    let read = plain(password);
    words
        .iter()
        .flat_map(|word| word.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().count() >= 4)
        .find(|word| {
            let word = word.to_lowercase();
            text.contains(&word) || read.contains(&plain(&word))
        })
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Mode, Sources};

    fn verdict(typed: &str) -> String {
        let settings = Settings::load(Mode::Development, &Sources::default()).0.unwrap();
        let words = ["Acme Notes", "anna.karenina", "example"];
        check(&settings, typed, &words).map_or_else(|notice| notice.id, |_| "good".to_owned())
    }

    #[test]
    fn page_n3_common_and_personal_passwords_are_refused_with_the_reason() {
        for (typed, expected) in [
            ("", "field.empty"),
            ("short", "pw.short"),
            ("aaaaaaaaaaaaaaaa", "pw.common"),
            ("passwordpassword", "pw.common"),
            ("Password12345678", "pw.common"),
            ("P@ssw0rd12345678", "pw.common"),
            ("Passw0rd!Passw0rd!", "pw.common"),
            ("1q2w3e4r5t6y7u8i9o", "good"),
            ("789456123741852963", "pw.common"),
            ("summer2026summer2026", "pw.common"),
            ("qwertyuiopasdfgh", "pw.common"),
            ("1234567890123456", "pw.common"),
            ("iloveyouiloveyou", "pw.common"),
            ("abcabcabcabcabcabc", "pw.common"),
            ("my karenina is great", "pw.context"),
            ("acme is my best friend", "pw.context"),
            ("river lantern cobalt orchard", "good"),
            ("a better one, remembered", "good"),
            ("forgotten by its owner", "good"),
            ("纸船在月光下静静地漂流过河湾与石桥", "good"),
            ("8f14e45fceea167a5a36dedd4bea2543", "good"),
        ] {
            assert_eq!(verdict(typed), expected, "{typed}");
        }
    }

    #[test]
    fn page_p9_sixty_four_characters_are_welcome_and_a_megabyte_is_refused_at_once() {
        let long: String = "river lantern cobalt orchard ".repeat(3);
        assert_eq!(verdict(&long), "good");
        assert_eq!(verdict(&"xyzzy plugh ".repeat(100_000)), "pw.long");
    }
}
