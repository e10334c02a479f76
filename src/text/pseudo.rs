//! Two languages that are made from English, for looking at pages: whatever they do not change is not in the catalogue,
//! and whatever breaks in them breaks in a real language, too.

use std::borrow::Cow;

use super::Transform;

/// Their tags, the messages that differ, and what becomes of the others.
pub(super) const MADE: [(&str, &str, Transform); 2] = [
    ("en-XA", "language-direction = ltr\n", lengthen as Transform),
    ("ar-XB", "language-direction = rtl\n", mirror as Transform),
];

/// Accents on every letter that can bear one, and vowels twice: about 40 % longer, and still readable.
fn lengthen(words: &str) -> Cow<'_, str> {
    if is_machine(words) {
        return Cow::Borrowed(words);
    }
    let mut out = String::with_capacity(2 * words.len());
    for letter in words.chars() {
        let accented = match letter {
            'a' => "åå",
            'e' => "éé",
            'i' => "îî",
            'o' => "öö",
            'u' => "ûû",
            'A' => "Å",
            'E' => "É",
            'I' => "Î",
            'O' => "Ö",
            'U' => "Û",
            'c' => "ç",
            'n' => "ñ",
            's' => "š",
            'y' => "ý",
            'C' => "Ç",
            'N' => "Ñ",
            'S' => "Š",
            'Y' => "Ý",
            other => {
                out.push(other);
                continue;
            }
        };
        out.push_str(accented);
    }
    Cow::Owned(out)
}

/// Each text between placeholders is written from right to left (U+202E to U+202C).
fn mirror(words: &str) -> Cow<'_, str> {
    if is_machine(words) || words.trim().is_empty() {
        return Cow::Borrowed(words);
    }
    Cow::Owned(format!("\u{202e}{words}\u{202c}"))
}

/// What a program reads.
fn is_machine(words: &str) -> bool {
    matches!(words, "ltr" | "rtl")
}

#[cfg(test)]
mod tests {
    use crate::text::Languages;

    #[test]
    fn the_made_languages_change_every_word_and_no_value() {
        let all = Languages::new("en", &[], true).unwrap();
        let long = all.choose(["en-XA"]).unwrap();
        assert_eq!(long.say("login.title", &[]), "Šîîgñ îîñ");
        let short = long.say("pw.short", &[("min", "15"), ("n", "7")]);
        assert!(short.contains("15") && short.contains('7'), "{short}");
        let english = all.english();
        let length = |text: &crate::text::Catalogue| -> usize {
            english.ids().map(|id| text.say(id, &[]).chars().count()).sum()
        };
        let percent = 100 * length(&long) / length(&english);
        assert!((125..=150).contains(&percent), "{percent}");
        let mirrored = all.choose(["ar-XB"]).unwrap();
        assert_eq!((mirrored.direction(), long.direction()), ("rtl", "ltr"));
        assert_eq!(mirrored.say("login.title", &[]), "\u{202e}Sign in\u{202c}");
        let said = mirrored.say("consent.title", &[("client", "Shop")]);
        assert!(said.contains("\u{2068}Shop\u{2069}"), "{said:?}");
    }
}
