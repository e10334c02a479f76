//! Names of clients as people read them: on consent a name is what somebody decides by (N04).

/// The longest name, in characters.
const LONGEST: usize = 100;

/// What is wrong with a name; `None` if it shows as it is written and leaves room for the rest of a sentence.
pub(super) fn name_problem(name: &str) -> Option<String> {
    if name.chars().count() > LONGEST {
        return Some(format!("write at most {LONGEST} characters"));
    }
    let hidden = hidden_character(name)?;
    Some(format!("U+{:04X} is not seen, and changes how the name is read", u32::from(hidden)))
}

/// A character that hides or turns around what stands beside it (Unicode TR 36). Joiners belong into some scripts, and
/// into emoji; after an ASCII character they only make two names look like one.
fn hidden_character(name: &str) -> Option<char> {
    let mut before = ' ';
    name.chars().find(|&c| {
        let joins = matches!(c, '\u{200c}' | '\u{200d}') && !before.is_ascii();
        before = c;
        let hides = matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
        (hides && !joins) || c.is_control()
    })
}
