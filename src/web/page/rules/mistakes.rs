//! What is wrong, and where focus goes: group E of the rules of pages.

use super::*;

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
