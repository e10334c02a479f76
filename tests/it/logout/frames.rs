//! Front-channel logout: the page that frames others, and the way home after it (OIDC Front-Channel Logout 1.0).

use super::{end_session, tokens};
use crate::app::{Setup, TestApp, on_both};
use crate::browser::{Browser, From};
use crate::http::{Answer, Ask};
use crate::people::PASSWORD;

on_both![
    prov_7_the_pages_of_clients_are_framed_and_then_the_way_goes_home,
    prov_7_the_page_after_a_sign_out_frames_them_too_and_only_for_its_browser,
    prov_7_without_such_clients_nothing_is_framed,
];

const HOME: &str = "http://localhost:6002/bye";

fn framed(id: &str, port: u16, query: &str) -> String {
    format!(
        "\n[[client]]\nid = \"{id}\"\nname = \"Client {id}\"\ntype = \"spa\"\nskip_consent = true\n\
         redirect_uris = [\"http://localhost:{port}/cb\"]\npost_logout_redirect_uris = [\"{HOME}\"]\n\
         scopes = [\"openid\"]\nfrontchannel_logout_uri = \"http://localhost:{port}/out{query}\"\n"
    )
}

fn start(setup: Setup) -> TestApp {
    setup.clients(&framed("one", 6002, "")).clients(&framed("two", 6003, "?tenant=1&x=%20")).start()
}

/// Where the frames of a page lead, in their order.
fn frames(html: &str) -> Vec<String> {
    let document = scraper::Html::parse_document(html);
    let all = scraper::Selector::parse("iframe[hidden][sandbox]").unwrap();
    document.select(&all).map(|frame| frame.attr("src").unwrap().to_owned()).collect()
}

#[track_caller]
fn answer(browser: &mut Browser<'_>, target: &str) -> Answer {
    browser.send(Ask::get(target), From::OtherSite).expect(200)
}

fn expected(app: &TestApp, sid: &str) -> [String; 2] {
    let issuer = url::form_urlencoded::byte_serialize(app.issuer.as_bytes()).collect::<String>();
    [
        format!("http://localhost:6002/out?iss={issuer}&sid={sid}"),
        format!("http://localhost:6003/out?tenant=1&x=%20&iss={issuer}&sid={sid}"),
    ]
}

fn prov_7_the_pages_of_clients_are_framed_and_then_the_way_goes_home(setup: Setup) {
    let app = start(setup);
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    let known = tokens(&mut browser, &app.relying_party("one"), &ada, "openid");
    tokens(&mut browser, &app.relying_party("two"), &ada, "openid");
    let sid = known.claims["sid"].as_str().unwrap();
    let hint = known.id.as_deref().unwrap();
    let target =
        end_session(&[("id_token_hint", hint), ("post_logout_redirect_uri", HOME), ("state", "\"' ><&")]);
    let shown = answer(&mut browser, &target);
    assert_eq!(frames(&shown.text()), expected(&app, sid));
    let policy = shown.header("content-security-policy").unwrap();
    assert!(policy.ends_with("; frame-src http://localhost:6002 http://localhost:6003"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"));
    assert!(!browser.has_session());
    let document = scraper::Html::parse_document(&shown.text());
    let only = |css: &str| {
        let selector = scraper::Selector::parse(css).unwrap();
        let found: Vec<_> = document.select(&selector).collect();
        assert_eq!(found.len(), 1, "{css}");
        found[0]
    };
    let home = format!("{HOME}?state=%22%27%20%3E%3C%26");
    assert_eq!(only("meta[http-equiv=refresh]").attr("content"), Some(format!("0;url={home}").as_str()));
    assert_eq!(only("main a[data-onward]").attr("href"), Some(home.as_str()));
    assert_eq!(only("main a[data-onward]").attr("data-onward"), Some("5000"));
    // Once more: there is nothing to tell any more.
    browser.open(&target);
    assert_eq!(browser.location(), home);
}

fn prov_7_the_page_after_a_sign_out_frames_them_too_and_only_for_its_browser(setup: Setup) {
    let app = start(setup);
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    let known = tokens(&mut browser, &app.relying_party("two"), &ada, "openid");
    let sid = known.claims["sid"].as_str().unwrap().to_owned();
    let done = format!("/logout/done?ended={sid}");
    assert!(frames(&answer(&mut browser, &done).text()).is_empty(), "nobody has signed out");
    browser.open("/logout").press("Sign out").expect_path("/logout/done");
    assert_eq!(frames(&browser.page().html), expected(&app, &sid)[1..]);
    assert!(!browser.page().html.contains("http-equiv=\"refresh\""), "the way ends here");
    // Again, as a reload; not for another browser, nor later, nor for what is no session.
    assert_eq!(frames(&answer(&mut browser, &done).text()).len(), 1);
    assert!(frames(&answer(&mut app.browser(), &done).text()).is_empty());
    assert!(frames(&answer(&mut browser, "/logout/done?ended=nonsense").text()).is_empty());
    app.advance(301);
    assert!(frames(&answer(&mut browser, &done).text()).is_empty());
}

fn prov_7_without_such_clients_nothing_is_framed(setup: Setup) {
    let app = start(setup);
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ada).open("/logout").press("Sign out").expect_path("/logout/done");
    assert!(!browser.page().html.contains("<iframe"));
}
