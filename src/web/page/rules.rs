//! The rules of markup, checked on every page in every state.

use std::collections::HashSet;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use scraper::{ElementRef, Html, Selector};

use super::fixtures::{self, Fixture};

/// Words that make a password manager take a sign-in form for something else.
const MISLEADING: [&str; 10] = [
    "search",
    "captcha",
    "hint",
    "forgot",
    "newsletter",
    "subscribe",
    "register",
    "signup",
    "create",
    "join",
];

/// Names that would shadow a property of the form.
const SHADOWING: [&str; 8] = ["action", "method", "submit", "id", "target", "elements", "length", "reset"];

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
fn page_p1_every_form_is_a_real_post_with_its_proof() {
    each(|fixture, html| {
        for form in find(html, "form") {
            assert_eq!(form.attr("method"), Some("post"), "{}", fixture.name);
            assert!(form.attr("action").is_some_and(|action| action.starts_with('/')), "{}", fixture.name);
            let hidden = Selector::parse("input[type=hidden][name=csrf_token][value=proof]").unwrap();
            assert_eq!(form.select(&hidden).count(), 1, "{}", fixture.name);
            let sends = Selector::parse("button[type=submit]").unwrap();
            assert!(form.select(&sends).next().is_some(), "{}", fixture.name);
        }
    });
}

#[test]
fn page_p4_every_visible_control_has_a_label_and_no_placeholder() {
    each(|fixture, html| {
        assert!(!fixture.html.contains("placeholder"), "{}", fixture.name);
        for input in find(html, "input:not([type=hidden]):not(.away)") {
            let id = input.attr("id").unwrap();
            assert_eq!(find(html, &format!("label[for='{id}']")).len(), 1, "{}: {id}", fixture.name);
        }
        for label in find(html, "label") {
            assert_eq!(named(html, label.attr("for").unwrap()), 1, "{}", fixture.name);
        }
    });
}

#[test]
fn page_p5_the_identifier_is_found_by_password_managers() {
    each_of(&["login"], |fixture, html| {
        let input = one(html, "#username");
        assert_eq!(input.attr("name"), Some("identifier"));
        assert!(matches!(input.attr("type"), Some("email" | "text")));
        assert_eq!(input.attr("inputmode"), Some("email"));
        assert_eq!(input.attr("autocomplete"), Some("username webauthn"));
        assert_eq!(input.attr("autocapitalize"), Some("none"));
        assert_eq!(input.attr("spellcheck"), Some("false"));
        assert_eq!(input.attr("readonly").is_some(), fixture.name == "login-again");
    });
}

#[test]
fn page_p6_passwords_and_codes_say_what_they_are() {
    each_of(&["login"], |_, html| {
        let input = one(html, "input[type=password]");
        assert_eq!(input.attr("id"), Some("current-password"));
        assert_eq!(input.attr("name"), Some("password"));
        assert_eq!(input.attr("autocomplete"), Some("current-password"));
        let button = one(html, "#login-form button[type=submit]");
        assert_eq!((button.attr("name"), button.attr("value")), (Some("via"), Some("password")));
    });
    each_of(&["registration", "new_password", "password"], |_, html| {
        let input = one(html, "#new-password");
        assert_eq!(input.attr("name"), Some("password"));
        assert_eq!(input.attr("autocomplete"), Some("new-password"));
    });
}

#[test]
fn page_p8_a_password_is_asked_once_and_can_be_shown() {
    each(|fixture, html| {
        for input in find(html, "input[type=password]") {
            let id = input.attr("id").unwrap();
            let button = one(html, &format!("button[data-reveal='{id}']"));
            assert_eq!(button.attr("type"), Some("button"), "{}", fixture.name);
            assert!(button.attr("class").unwrap().split(' ').any(|class| class == "js"));
        }
        let new = find(html, "input[autocomplete=new-password]").len();
        assert!(new <= 1, "{}", fixture.name);
    });
}

#[test]
fn page_p9_no_password_is_cut_or_filled_in_by_us() {
    each(|fixture, html| {
        assert!(find(html, "[maxlength], [onpaste]").is_empty(), "{}", fixture.name);
        assert!(find(html, "input[type=password][value]").is_empty(), "{}", fixture.name);
    });
}

#[test]
fn page_p10_a_code_is_one_input() {
    each_of(&["code"], |fixture, html| {
        let input = one(html, "#email-code");
        assert_eq!(input.attr("name"), Some("code"));
        assert_eq!(input.attr("type"), Some("text"));
        assert_eq!(input.attr("inputmode"), Some("numeric"));
        assert_eq!(input.attr("autocomplete"), Some("one-time-code"));
        assert_eq!(input.attr("value"), None, "{}", fixture.name);
        assert_eq!(find(html, "input:not([type=hidden])").len(), 1);
    });
}

#[test]
fn page_p12_the_sign_in_form_uses_no_misleading_word() {
    each_of(&["login"], |fixture, html| {
        for element in find(html, "#login-form, #login-form input, #login-form button, #login-form label") {
            let said = [element.attr("id"), element.attr("name"), element.attr("for")]
                .into_iter()
                .flatten()
                .chain(element.text())
                .collect::<String>()
                .to_lowercase();
            for word in MISLEADING {
                assert!(!said.contains(word), "{}: {word} in {said}", fixture.name);
            }
        }
    });
    each_of(&["registration"], |_, html| {
        assert!(one(html, "#register-form").attr("action").unwrap().contains("regist"));
        assert!(words(one(html, "h1")).contains("Create"));
    });
}

#[test]
fn page_p13_no_control_shadows_a_property_of_its_form() {
    each(|fixture, html| {
        for control in find(html, "input, button, select, textarea") {
            for name in [control.attr("name"), control.attr("id")].into_iter().flatten() {
                assert!(!SHADOWING.contains(&name), "{}: {name}", fixture.name);
            }
        }
    });
}

#[test]
fn page_p14_a_new_password_stands_beside_its_account() {
    each_of(&["new_password", "password"], |_, html| {
        let owner = one(html, "form input.away");
        assert_eq!(owner.attr("type"), Some("email"));
        assert_eq!(owner.attr("autocomplete"), Some("username"));
        assert_eq!(owner.attr("value"), Some("ada@example.org"));
        assert!(owner.attr("readonly").is_some());
        assert_eq!((owner.attr("tabindex"), owner.attr("aria-hidden")), (Some("-1"), Some("true")));
    });
}

#[test]
fn page_e1_errors_stand_first_and_beside_their_control() {
    each(|fixture, html| {
        let title = words(one(html, "title"));
        assert_eq!(title.starts_with("Error: "), fixture.is_wrong(), "{}: {title}", fixture.name);
        assert!(title.ends_with(" – Acme Accounts"), "{}: {title}", fixture.name);
        assert_eq!(find(html, ".problems").len(), usize::from(fixture.is_wrong()), "{}", fixture.name);
        if fixture.is_wrong() {
            let first = find(html, "main > .card > *")[0];
            assert_eq!(first.attr("class"), Some("problems"), "{}", fixture.name);
            assert_eq!(words(one(html, ".problems h2")), "There is a problem");
        }
        for link in find(html, ".problems a[href^='#']") {
            let id = link.attr("href").unwrap().trim_start_matches('#');
            let control = one(html, &format!("input[id='{id}']"));
            assert_eq!(control.attr("aria-invalid"), Some("true"), "{}", fixture.name);
            let beside = words(one(html, &format!("[id='{id}-problem']")));
            assert!(beside.starts_with("Error: ") && beside.contains(&words(link)), "{}", fixture.name);
        }
        for element in find(html, "[aria-describedby]") {
            for id in element.attr("aria-describedby").unwrap().split(' ') {
                assert_eq!(named(html, id), 1, "{}: {id}", fixture.name);
            }
        }
        assert_eq!(find(html, "[aria-invalid]").len(), find(html, ".problem").len(), "{}", fixture.name);
    });
}

#[test]
fn page_e1_an_error_of_a_field_is_linked_to_it() {
    let linked = |name: &str| {
        let page = fixtures::all().into_iter().find(|fixture| fixture.name == name).unwrap();
        let html = Html::parse_document(&page.html);
        find(&html, ".problems a")
            .into_iter()
            .map(|link| link.attr("href").unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(linked("login-empty_wrong"), ["#username", "#current-password"]);
    assert_eq!(linked("registration-all_wrong"), ["#email", "#site", "#new-password"]);
    assert_eq!(linked("password-both_wrong"), ["#current-password", "#new-password"]);
    assert_eq!(linked("code-mismatch_wrong"), ["#email-code"]);
    assert_eq!(linked("login-third_miss_wrong"), ["#current-password", "/recovery?after=1"]);
}

#[test]
fn page_e2_focus_goes_to_one_place_and_to_the_summary_first() {
    each(|fixture, html| {
        let focused = find(html, "[autofocus]");
        assert!(focused.len() <= 1, "{}", fixture.name);
        if fixture.is_wrong() {
            assert_eq!(focused[0].attr("class"), Some("problems"), "{}", fixture.name);
            assert_eq!(focused[0].attr("tabindex"), Some("-1"));
        }
    });
}

#[test]
fn page_e3_only_the_server_judges() {
    each(|fixture, html| {
        assert!(find(html, "form:not([novalidate])").is_empty(), "{}", fixture.name);
        assert!(find(html, "[required], [pattern], [min], [max]").is_empty(), "{}", fixture.name);
    });
}

#[test]
fn page_e4_what_was_typed_is_kept() {
    let page = fixtures::all().into_iter().find(|fixture| fixture.name == "registration-all_wrong").unwrap();
    let html = Html::parse_document(&page.html);
    assert_eq!(one(&html, "#email").attr("value"), Some("ada@example"));
    assert!(one(&html, "#beta").attr("checked").is_some());
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
        assert!(
            find(html, "style, [style], iframe, [onclick], [onload], [onsubmit]").is_empty(),
            "{}",
            fixture.name
        );
        assert_eq!(find(html, "script").len(), 1, "{}", fixture.name);
        assert!(find(html, "script:not([src])").is_empty(), "{}", fixture.name);
        for element in find(html, "[src]") {
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
}
