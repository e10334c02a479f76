//! What others wrote, made harmless for a line of a mail.

/// One line of it: whatever could end the line, hide text or turn it around becomes a space.
pub(super) fn one_line(text: &str) -> String {
    let cleaned: String = text.chars().map(|letter| if is_unruly(letter) { ' ' } else { letter }).collect();
    cleaned.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Control characters, line and paragraph separators, and those that reorder or hide their neighbours (I02).
pub(super) fn is_unruly(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_i02_a_line_has_no_second_line() {
        for hostile in ["a\r\nb", "a\nb", "a\u{85}b", "a\u{2028}b", "a\u{2029}b", "a\0b", "a\u{202e}b"] {
            assert_eq!(one_line(hostile), "a b", "{hostile:?}");
        }
        assert_eq!(one_line(" \r\n "), "");
        assert_eq!(one_line("Bücher & Söhne"), "Bücher & Söhne");
    }
}
