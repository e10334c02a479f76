//! The rules of markup, checked on every page in every state.

mod forms;
mod languages;
mod mistakes;

use std::collections::HashSet;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use scraper::{ElementRef, Html, Selector};

use super::fixtures::{self, Fixture};

/// Looks at every page in every state; the message of a failure names it.
fn each(check: impl Fn(&Fixture, &Html)) {
    for fixture in fixtures::all() {
        let html = Html::parse_document(&fixture.html);
        check(&fixture, &html);
    }
}

/// Looks at the pages whose name is one of these.
fn each_of(pages: &[&str], check: impl Fn(&Fixture, &Html)) {
    each(|fixture, html| {
        if pages.contains(&fixture.page()) {
            check(fixture, html);
        }
    });
}

fn find<'a>(html: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    html.select(&Selector::parse(selector).unwrap()).collect()
}

fn one<'a>(html: &'a Html, selector: &str) -> ElementRef<'a> {
    let found = find(html, selector);
    assert_eq!(found.len(), 1, "{selector}: {}", html.html());
    found[0]
}

fn words(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn named(html: &Html, id: &str) -> usize {
    find(html, "[id]").into_iter().filter(|element| element.attr("id") == Some(id)).count()
}

#[test]
fn page_a5_every_page_has_the_same_frame() {
    each(|fixture, html| {
        let root = html.root_element();
        assert_eq!((root.attr("lang"), root.attr("dir")), (Some("en"), Some("ltr")));
        for single in
            ["h1", "main#main", "main > .card", "a.skip[href='#main']", "header img[width][height][alt]"]
        {
            one(html, single);
        }
        for single in [
            "#live[role=status]",
            "footer nav",
            "meta[name=robots][content=noindex]",
            "meta[name=viewport]",
            "meta[name='color-scheme'][content='light dark']",
            "link[rel=icon][href^='/static/']",
            "link[rel=stylesheet][href^='/static/']",
            "script[defer][src^='/static/']",
        ] {
            one(html, single);
        }
        let mut ids = HashSet::new();
        for element in find(html, "[id]") {
            assert!(ids.insert(element.attr("id").unwrap()), "{}: {:?}", fixture.name, element.attr("id"));
        }
        let title = words(one(html, "title"));
        assert!(title.contains(&words(one(html, "h1"))), "{}: {title}", fixture.name);
    });
}

#[test]
fn page_a5_nothing_is_styled_scripted_or_fetched_elsewhere() {
    each(|fixture, html| {
        assert!(find(html, "style, [style], [onclick], [onload], [onsubmit]").is_empty(), "{}", fixture.name);
        // Only pages that follow a sign-out frame anything: out of sight, and without a hand on the page itself.
        for frame in find(html, "iframe") {
            assert!(matches!(fixture.page(), "signing_out" | "signed_out"), "{}", fixture.name);
            assert!(frame.attr("hidden").is_some(), "{}", fixture.name);
            let may = frame.attr("sandbox").unwrap_or_default();
            assert_eq!(may, "allow-scripts allow-same-origin allow-forms", "{}", fixture.name);
        }
        assert_eq!(find(html, "script").len(), 1, "{}", fixture.name);
        assert!(find(html, "script:not([src])").is_empty(), "{}", fixture.name);
        for element in find(html, "[src]:not(iframe)") {
            assert!(element.attr("src").unwrap().starts_with("/static/"), "{}", fixture.name);
        }
        assert!(find(html, "a[href^='javascript']").is_empty(), "{}", fixture.name);
    });
}

#[test]
fn page_a6_the_footer_is_the_same_on_every_page() {
    each(|fixture, html| {
        let links: Vec<String> = find(html, "footer a").into_iter().map(words).collect();
        assert_eq!(links, ["Help", "Privacy", "Terms"], "{}", fixture.name);
    });
}

#[test]
fn every_page_leads_on() {
    each(|fixture, html| {
        let ways = find(
            html,
            "form button[type=submit]:not([disabled]), main a[href]:not([href^='#']), nav[aria-label='Your account'] a",
        );
        assert!(!ways.is_empty(), "{}", fixture.name);
        assert!(find(html, "button:not([type])").is_empty(), "{}", fixture.name);
    });
}

#[test]
fn every_word_of_every_page_is_in_the_catalogue() {
    let text = crate::text::Catalogue::english().unwrap();
    let roots: HashSet<&str> = text.ids().filter_map(|id| id.split('.').next()).collect();
    each(|fixture, html| {
        if fixture.name == "error-unheard_of" {
            return;
        }
        let said = words(html.root_element());
        for word in said.split(' ') {
            let word = word.trim_matches(|letter: char| !letter.is_alphanumeric());
            let looks_like_an_id =
                word.split_once('.').is_some_and(|(root, rest)| roots.contains(root) && !rest.is_empty());
            assert!(!looks_like_an_id || word.contains("example"), "{}: {word}", fixture.name);
        }
        assert!(!said.contains("{$") && !said.contains("{ $"), "{}: {said}", fixture.name);
    });
}

#[test]
fn a_page_weighs_at_most_5_kib() {
    each(|fixture, _| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(fixture.html.as_bytes()).unwrap();
        let size = encoder.finish().unwrap().len();
        assert!(size <= 5 * 1024, "{}: {size}", fixture.name);
    });
}

#[test]
fn consent_is_answered_by_two_buttons_of_the_same_size() {
    each_of(&["consent"], |fixture, html| {
        let answers: Vec<_> =
            find(html, ".pair button[name=answer]").into_iter().map(|b| b.attr("value").unwrap()).collect();
        assert_eq!(answers, ["allow", "deny"], "{}", fixture.name);
        let remember = find(html, "input[name=remember][value=yes][checked]").len();
        assert_eq!(remember, usize::from(fixture.name == "consent-fresh"));
    });
}

/// Page 1.4.8: a name, the code, where the question comes from, what follows, the warning; and the safe answer first where
/// the device is elsewhere.
#[test]
fn page_1_4_8_a_device_is_connected_knowingly() {
    each_of(&["device_confirm"], |fixture, html| {
        let answers: Vec<_> =
            find(html, ".pair button[name=answer]").into_iter().map(|b| b.attr("value").unwrap()).collect();
        let is_here = fixture.name == "device_confirm-here";
        let expected = if is_here { ["connect", "refuse"] } else { ["refuse", "connect"] };
        assert_eq!(answers, expected, "{}", fixture.name);
        assert_eq!(find(html, ".pair button:not(.plain)").len(), 1);
        assert_eq!(find(html, "#elsewhere").len(), usize::from(!is_here), "{}", fixture.name);
        let warning = "Only continue if you have this device with you. \
                       Nobody from Acme Accounts will ever send you a code to enter here.";
        assert_eq!(words(one(html, "#warning")), warning);
        assert!(words(html.root_element()).contains("Check that the device shows WDJB-MJHT"));
        assert!(!find(html, ".permissions li").is_empty());
        assert!(find(html, "input:not([type=hidden])").is_empty(), "nothing is remembered: {}", fixture.name);
    });
    each_of(&["device"], |fixture, html| {
        let input = one(html, "#user-code");
        let attributes = ["name", "type", "autocomplete", "autocapitalize", "spellcheck", "value"];
        let found = attributes.map(|name| input.attr(name));
        let expected =
            [Some("user_code"), Some("text"), Some("off"), Some("characters"), Some("false"), None];
        assert_eq!(found, expected, "{}", fixture.name);
        assert_eq!(words(one(html, "#user-code-about")), "8 letters shown on the device, like WDJB-MJHT");
    });
    let said = |name: &str| {
        let page = fixtures::all().into_iter().find(|fixture| fixture.name == name).unwrap();
        words(one(&Html::parse_document(&page.html), "h1"))
    };
    assert_eq!(said("device-fresh"), "Connect a device");
    assert_eq!(said("device_confirm-here"), "Connect Acme TV on another device?");
    assert_eq!(said("device_done-connected"), "Done. Go back to your device.");
    assert_eq!(said("device_done-refused"), "Nothing was connected.");
    assert_eq!(said("device_done-over"), "That code has run out. Start again on the device.");
}

#[test]
fn the_other_devices_can_be_signed_out_by_name() {
    each_of(&["sessions"], |fixture, html| {
        assert!(
            words(find(html, ".rows li")[0]).starts_with("Firefox on Linux This device"),
            "{}",
            fixture.name
        );
        for button in find(html, "button[name=session]") {
            assert!(words(button).len() > "Sign out ".len());
        }
    });
}

#[test]
fn an_error_page_names_its_error_and_its_request() {
    each_of(&["error"], |fixture, html| {
        one(html, "h1#error-title");
        assert!(!words(one(html, "#error-id")).is_empty(), "{}", fixture.name);
        assert_eq!(words(one(html, "#request-id")), "01JDEXAMPLE");
    });
}

/// Writes the pages where they can be looked at: `WAYHOME_GALLERY=<folder> cargo test --lib gallery -- --ignored`.
#[test]
#[ignore = "writes files for people to look at"]
fn gallery() {
    let folder = std::path::PathBuf::from(std::env::var_os("WAYHOME_GALLERY").unwrap());
    std::fs::create_dir_all(folder.join("static")).unwrap();
    use crate::web::assets;
    for path in [assets::stylesheet(), assets::script(), assets::logo(), assets::icon()] {
        std::fs::write(folder.join(&path[1..]), assets::find(path).unwrap().bytes).unwrap();
    }
    for fixture in fixtures::all() {
        let html = fixture.html.replace("\"/static/", "\"static/");
        std::fs::write(folder.join(format!("{}.html", fixture.name)), html).unwrap();
    }
    languages::write_some(&folder);
}
