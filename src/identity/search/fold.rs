//! Texts as search compares them: without accents, without case, word by word.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest word, in characters; what is typed is cut there too.
const LONGEST: usize = 60;

/// The most beginnings of words in one text.
const MOST: usize = 8;

/// A text without accents and case, its words parted by one blank.
fn folded(text: &str) -> String {
    let bare = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    let mut folded = String::new();
    // Once more: some letters have an accent in lower case only.
    for c in bare.collect::<String>().nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'þ' => folded.push_str("th"),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            c if c.is_whitespace() || c.is_control() => {
                if !folded.is_empty() && !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            c => folded.push(c),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect::<String>().trim_end().to_owned()
}

/// What a text is found by: its rest from the beginning of each of its words, so that `ada lov` finds Ada Lovelace, and
/// `love` does.
pub(super) fn words(text: &str) -> Vec<String> {
    beginnings(&folded(text), |c| !c.is_alphanumeric() && c != '\'')
}

/// The same for an address, by the words before its `@`; the domain alone is no way to find somebody.
pub(super) fn words_of_address(address: &str) -> Vec<String> {
    let folded = folded(address);
    let end = folded.rfind('@').unwrap_or(folded.len());
    let parted = beginnings(&folded[..end], |c| !c.is_alphanumeric());
    parted.iter().map(|word| cut(&format!("{word}{}", &folded[end..]))).collect()
}

fn beginnings(folded: &str, parts: impl Fn(char) -> bool) -> Vec<String> {
    let (mut found, mut fresh) = (Vec::new(), true);
    for (at, c) in folded.char_indices() {
        if parts(c) {
            fresh = true;
        } else if std::mem::take(&mut fresh) {
            found.push(cut(&folded[at..]));
            if found.len() == MOST {
                break;
            }
        }
    }
    found
}

/// What was typed, as the words are compared with.
pub(super) fn prefix(typed: &str) -> String {
    let short: String = typed.chars().take(4 * LONGEST).collect();
    let folded = folded(&short);
    cut(folded.trim_start_matches(|c: char| !c.is_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_s19_accents_and_case_make_no_difference() {
        for (typed, same) in [
            ("Ada", "ADA"),
            ("Zoë", "zoe"),
            ("Zoe\u{308}", "zoë"),
            ("Łukasz", "lukasz"),
            ("Søren", "SOREN"),
            ("Straße", "STRASSE"),
            ("İstanbul", "istanbul"),
            ("Ångström", "angstrom"),
            ("ﬁn", "FIN"),
            ("Ὀδυσσεύς", "οδυσσευσ"),
            ("Ａｄａ", "ada"),
        ] {
            assert_eq!(prefix(typed), prefix(same), "{typed}");
        }
        assert_eq!(prefix("  Ada \t Lovelace\n"), "ada lovelace");
        assert_eq!(prefix("\u{301}%_*"), "");
        assert_eq!(prefix(&"x".repeat(100_000)).len(), LONGEST);
        assert_eq!(prefix(&format!("a{}", "\u{301}".repeat(100_000))), "a");
    }

    #[test]
    fn seed_s19_a_text_is_found_by_each_of_its_words_and_what_follows() {
        assert_eq!(words("Ada King-Noël"), ["ada king-noel", "king-noel", "noel"]);
        assert_eq!(words("Miles O'Brien"), ["miles o'brien", "o'brien"]);
        assert_eq!(words("  "), [""; 0]);
        assert_eq!(words(&"ab ".repeat(50)).len(), MOST);
        assert_eq!(
            words_of_address("ada.lovelace+x@example.org"),
            ["ada.lovelace+x@example.org", "lovelace+x@example.org", "x@example.org"]
        );
    }
}
