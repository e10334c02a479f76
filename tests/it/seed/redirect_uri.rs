//! S30: an address that is not registered.

use crate::app::{Setup, on_both};

on_both![
    seed_s30_development_shows_what_came_what_is_registered_and_where_they_differ,
    seed_s30_production_names_the_client_and_nothing_else,
    seed_s30_a_client_in_development_shows_it_in_production_too,
    seed_s30_nobody_is_ever_sent_to_an_address_that_is_not_registered,
];

fn seed_s30_development_shows_what_came_what_is_registered_and_where_they_differ(setup: Setup) {
    let app = setup.start();
    let spa = app.relying_party("spa");
    for (sent, why) in [
        ("http://127.0.0.1:5173/callback", "host"),
        ("http://localhost:5174/callback", "port"),
        ("https://localhost:5173/callback", "scheme"),
        ("http://localhost:5173/callback/", "slash"),
        ("http://localhost:5173/Callback", ""),
        ("http://localhost:5173/callback?x=1", ""),
    ] {
        let mut browser = app.browser();
        browser.open(spa.authorization_url_with(&[("redirect_uri", sent)]));
        browser.expect_error("redirect_uri_mismatch", 400);
        let text = &browser.page().text;
        assert!(text.contains(sent), "what came: {text}");
        assert!(text.contains("http://localhost:5173/callback"), "what is registered: {text}");
        assert!(text.contains(why), "where they differ ({why}): {text}");
    }
}

fn seed_s30_production_names_the_client_and_nothing_else(setup: Setup) {
    let app = setup.production().start();
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url_with(&[("redirect_uri", "https://evil.example/callback")]));
    browser.expect_error("redirect_uri_mismatch", 400);
    let page = browser.page();
    assert!(page.links.iter().any(|link| link.text == "Back to Acme Notes"), "{}", page.text);
    assert!(!page.html.contains("evil.example") && !page.html.contains("5173/callback"), "{}", page.html);
}

fn seed_s30_a_client_in_development_shows_it_in_production_too(setup: Setup) {
    let toml = "\n[[client]]\nid = \"draft\"\nname = \"Draft\"\ntype = \"spa\"\ndevelopment = true\n\
         redirect_uris = [\"https://draft.example.org/callback\"]\nscopes = [\"openid\"]\n";
    let app = setup.production().clients(toml).start();
    let draft = app.relying_party("draft");
    let mut browser = app.browser();
    browser.open(draft.authorization_url_with(&[("redirect_uri", "https://draft.example.org/callbak")]));
    browser.expect_error("redirect_uri_mismatch", 400);
    assert!(browser.page().text.contains("https://draft.example.org/callbak"), "decision 7");
}

fn seed_s30_nobody_is_ever_sent_to_an_address_that_is_not_registered(setup: Setup) {
    let app = setup.start();
    let (spa, desktop) = (app.relying_party("spa"), app.relying_party("desktop"));
    let of_spa = [
        "http://localhost:5173/callback#x",
        "http://localhost:5173/callback%2f",
        "http://LOCALHOST:5173/callback",
        "http://localhost:5173//callback",
        "http://localhost:5173/./callback",
        "http://localhost:5173@evil.example/callback",
        "http://user@localhost:5173/callback",
        "http://localhost:5173\\@evil.example/callback",
        "javascript:alert(1)",
        "",
    ];
    for uri in of_spa {
        let mut browser = app.browser();
        browser.open(spa.authorization_url_with(&[("redirect_uri", uri)]));
        assert_eq!(browser.page().status, 400, "{uri:?}");
    }
    for uri in [
        "http://localhost:49152/callback",
        "http://127.0.0.1:49152/other",
        "http://127.0.0.2:49152/callback",
        "http://127.0.0.1.evil.example:49152/callback",
        "https://127.0.0.1:49152/callback",
        "http://127.0.0.1:99999/callback",
        "http://127.0.0.1:49152@evil.example/callback",
    ] {
        let mut browser = app.browser();
        browser.open(desktop.authorization_url_with(&[("redirect_uri", uri), ("scope", "openid")]));
        assert_eq!(browser.page().status, 400, "{uri:?}");
    }
}
