//! Pages in other languages: the same rules, and those of direction.

use std::path::Path;

use super::*;

/// Those that ship beside English, and the made ones.
const TAGS: [(&str, &str); 4] = [("de", "ltr"), ("ar", "rtl"), ("en-XA", "ltr"), ("ar-XB", "rtl")];

/// The pages that are looked at with a browser in each of them.
const KEY_PAGES: [&str; 5] =
    ["login-slow_down_wrong", "registration-fresh", "code-verification", "consent-fresh", "error-redirect"];

#[test]
fn page_1_7_every_page_speaks_one_language_and_knows_its_direction() {
    for (tag, direction) in TAGS {
        for fixture in fixtures::all_in(tag) {
            let html = Html::parse_document(&fixture.html);
            let root = html.root_element();
            assert_eq!(
                (root.attr("lang"), root.attr("dir")),
                (Some(tag), Some(direction)),
                "{}",
                fixture.name
            );
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(fixture.html.as_bytes()).unwrap();
            let size = encoder.finish().unwrap().len();
            assert!(size <= 5 * 1024, "{} in {tag}: {size}", fixture.name);
        }
    }
}

#[test]
fn page_1_7_addresses_and_codes_run_from_left_to_right_everywhere() {
    let controls = "input[type=email], input[autocomplete='one-time-code'], #user-code, #username";
    for fixture in fixtures::all_in("ar-XB") {
        for input in find(&Html::parse_document(&fixture.html), controls) {
            let shown = !input.attr("class").unwrap_or_default().contains("away");
            assert!(!shown || input.attr("dir") == Some("ltr"), "{}: {}", fixture.name, input.html());
        }
    }
}

/// Whatever is not in the catalogue stays as it is in the language with accents.
#[test]
fn page_1_7_no_word_of_a_page_stands_outside_the_catalogue() {
    const SENTENCES: [&str; 4] = ["h1", "label", "button[type=submit]", ".ways li"];
    for fixture in fixtures::all_in("en-XA").iter().filter(|fixture| !fixture.name.contains("hostile")) {
        let html = Html::parse_document(&fixture.html);
        for sentence in SENTENCES.iter().flat_map(|selector| find(&html, selector)) {
            let said = words(sentence);
            let accented = said.chars().any(|letter| !letter.is_ascii() && letter.is_alphabetic());
            let is_data = ["Email", "Name", "Phone", "Website", "Age", "Show me new things early", "OK", ""];
            assert!(
                accented || is_data.contains(&said.trim_end_matches(" (öptional)")),
                "{}: {said}",
                fixture.name
            );
        }
    }
}

/// A few pages in every language, for the browser.
pub(super) fn write_some(folder: &Path) {
    for (tag, _) in TAGS {
        let mut written = 0;
        for fixture in fixtures::all_in(tag) {
            if KEY_PAGES.contains(&fixture.name) {
                let html = fixture.html.replace("\"/static/", "\"static/");
                std::fs::write(folder.join(format!("{}~{tag}.html", fixture.name)), html).unwrap();
                written += 1;
            }
        }
        assert_eq!(written, KEY_PAGES.len(), "{tag}");
    }
}
