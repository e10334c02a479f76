//! Where people are sent (group R), by the whole server.

use serde_json::Value;

use super::{ann, arrive};
use crate::app::{Setup, TestApp, on_both};
use crate::http::{Ask, encoded};

on_both![
    sec_r01_a_redirect_uri_that_is_nearly_registered_gets_a_page_and_no_redirect,
    sec_r01_a_code_is_redeemed_with_the_very_redirect_uri_and_with_no_near_one,
    sec_r01_an_address_is_refused_only_so_often_in_a_minute,
    sec_r02_what_is_missing_or_doubled_gets_a_page_or_goes_to_the_client,
    sec_r06_a_return_url_in_disguise_is_not_stored_and_not_shown,
    sec_r08_a_client_of_the_operator_hears_of_its_mistakes_by_a_redirect,
    sec_r09_after_a_form_there_is_no_redirect_but_303,
    sec_r11_a_flow_of_another_browser_gives_nothing_away,
];

/// What differs by a little, from `http://localhost:5173/callback`, or, of the web client, from
/// `https://shop.example.org/callback`.
const NEAR: [&str; 29] = [
    "http://localhost:5173/callback/",
    "http://localhost:5173/callback?x=1",
    "http://localhost:5173/callback?",
    "http://localhost:5173/callback#f",
    "http://localhost:5173/callback#",
    "http://localhost:5173/CALLBACK",
    "HTTP://LOCALHOST:5173/callback",
    "http://localhost:5173/callback%2f",
    "http://localhost:5173/%63allback",
    "http://localhost:5173/callback/../callback",
    "http://localhost:5173//callback",
    "http://localhost:5173/./callback",
    "http://localhost:5173/callback/..;/e",
    "http://localhost:5173/callback/%2e%2e/e",
    "http://localhost:5173/callback/..%252fe",
    "http://localhost:5173.evil.test/callback",
    "http://localhost:5173@evil.test/callback",
    "http://localhost:5173\\@evil.test/callback",
    "http://evil.test\\localhost:5173/callback",
    "//localhost:5173/callback",
    "http:localhost:5173/callback",
    "http:///localhost:5173/callback",
    " http://localhost:5173/callback",
    "http://localhost:5173/callback ",
    "http://localhost:5173/call\tback",
    "http://localhost:5173/callback\r\nSet-Cookie: x=1",
    "http://localhost:5173/callback\0",
    "http://localhost．evil:5173/callback",
    "http://127.0.0.1:5173/callback",
];

const NEAR_WEB: [&str; 22] = [
    "https://shop.example.org:443/callback",
    "https://shop.example.org.:443/callback",
    "https://shop.example.org./callback",
    "https://shop.example.org.evil.test/callback",
    "https://shopxexample.org/callback",
    "https://shop.example.org@evil.test/callback",
    "https://shop.example.org\\@evil.test/callback",
    "https://evil.test\\.shop.example.org/callback",
    "https://evil.test#shop.example.org/callback",
    "https://evil.test?shop.example.org/callback",
    "https://evil.test/https://shop.example.org/callback",
    "https://user@shop.example.org/callback",
    "https://sub.shop.example.org/callback",
    "https://example.org/callback",
    "http://shop.example.org/callback",
    "https:shop.example.org/callback",
    "https://shop．example．org/callback",
    "https://xn--shp-jna.example.org/callback",
    "https://shop.example.org/callback,https://evil.test/",
    "https://shop.example.org/callback https://evil.test/",
    "javascript://shop.example.org/callback%0aalert(1)",
    "data:text/html,https://shop.example.org/callback",
];

fn sec_r01_a_redirect_uri_that_is_nearly_registered_gets_a_page_and_no_redirect(setup: Setup) {
    let app = setup.start();
    let (spa, shop) = (app.relying_party("spa"), app.relying_party("shop"));
    let cases = NEAR.iter().map(|uri| (&spa, uri)).chain(NEAR_WEB.iter().map(|uri| (&shop, uri)));
    let mut refused = 0;
    for (rp, uri) in cases {
        let address = rp.authorization_url_with(&[("redirect_uri", uri)]);
        let (_, query) = address.split_once('?').unwrap();
        let mut by_form = Ask::get("/oauth2/auth").method("POST");
        by_form.body = query.as_bytes().to_vec();
        for ask in [
            Ask::get(&address[app.issuer.len()..]),
            by_form.with("Content-Type", "application/x-www-form-urlencoded"),
        ] {
            let answer = app.ask(&ask).expect(400);
            let html = answer.text();
            // A form that holds a NUL is none, whatever it asks for.
            let is_form = ask.method == "GET" || !uri.contains('\0');
            let id = if is_form { "redirect_uri_mismatch" } else { "request_broken" };
            assert!(html.contains(id) && html.contains("id=\"error-title\""), "{html}");
            for name in ["location", "refresh", "set-cookie"] {
                assert_eq!(answer.header(name), None, "{} {uri:?}", ask.method);
            }
            assert!(
                !html.contains("http-equiv=\"refresh\"") && !html.contains("href=\"http://evil"),
                "{uri:?}"
            );
            assert!(!html.contains("href=\"https://evil") && !html.contains("action=\"http"), "{uri:?}");
            refused += usize::from(is_form);
            let facts = rejections(&app);
            assert_eq!(facts.len(), refused, "{} {uri:?} left no fact", ask.method);
            let of_client = facts.iter().filter(|fact| fact["client_id"] == rp.client.id.as_str()).count();
            assert!(of_client > 0 && facts.iter().all(|fact| fact["origin"] == "protocol"), "{facts:#?}");
        }
    }
    let facts = rejections(&app);
    assert!(facts.iter().all(|fact| fact["data"].to_string().contains("redirect_uri_mismatch")));
    assert!(facts.iter().all(|fact| !fact.to_string().contains("evil")), "what came is not kept");
}

/// Whoever has the code still has to name the very URI that it was sent to.
fn sec_r01_a_code_is_redeemed_with_the_very_redirect_uri_and_with_no_near_one(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("spa"));
    let location = arrive(&mut app.browser(), &rp, &who, &[]);
    let good = String::from_utf8(rp.redemption(&location).body).unwrap();
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(good.as_bytes())
        .into_owned()
        .filter(|(n, _)| n != "redirect_uri")
        .collect();
    for uri in NEAR.iter().chain(&NEAR_WEB).chain(&[""]) {
        let mut fields: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        fields.push(("redirect_uri", uri));
        let answer = app.ask(&Ask::form("/oauth2/token", &fields)).expect(400).json();
        let error = answer["error"].as_str().unwrap_or_default();
        assert!(matches!(error, "invalid_grant" | "invalid_request"), "{uri:?}: {answer}");
        assert!(answer.get("access_token").is_none(), "{uri:?}");
    }
    let _tokens = rp.redeem(&location);
}

/// An address cannot fill the event log by being refused.
fn sec_r01_an_address_is_refused_only_so_often_in_a_minute(setup: Setup) {
    let app = setup.set("limits.flows_per_minute", "5").start();
    let ask = Ask::get("/oauth2/auth?client_id=nobody");
    let statuses: Vec<u16> = (0..8).map(|_| app.ask(&ask).status).collect();
    assert_eq!(statuses, [400, 400, 400, 400, 400, 429, 429, 429]);
    assert_eq!(rejections(&app).len(), 5);
}

/// The facts about requests that were not trusted.
fn rejections(app: &TestApp) -> Vec<Value> {
    of_kind(app, "authorize.rejected")
}

fn of_kind(app: &TestApp, kind: &str) -> Vec<Value> {
    let snapshot = app.snapshot();
    snapshot.rows("events").iter().filter(|row| row["kind"] == kind).cloned().collect()
}

fn sec_r02_what_is_missing_or_doubled_gets_a_page_or_goes_to_the_client(setup: Setup) {
    let app = setup.start();
    let rp = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(rp.authorization_url_with(&[("redirect_uri", "")]));
    browser.expect_error("redirect_uri_missing", 400);
    browser.open(format!("{}&redirect_uri=http://localhost:5173/callback", rp.authorization_url()));
    browser.expect_error("parameter_repeated", 400);
    browser.open(format!("{}&client_id=spa", rp.authorization_url()));
    browser.expect_error("parameter_repeated", 400);
    browser.open(rp.authorization_url_with(&[("client_id", "nobody")]));
    browser.expect_error("client_unknown", 400);
    for doubled in ["scope=openid", "response_type=code", "nonce=x", "code_challenge=y"] {
        browser.open(format!("{}&{doubled}", rp.authorization_url()));
        assert_eq!(rp.error(browser.location()), "invalid_request", "{doubled}");
    }
    let thousand: Vec<String> = (0..1000).map(|n| format!("s{n}")).collect();
    browser.open(rp.authorization_url_with(&[("scope", &thousand.join(" "))]));
    let error = rp.error(browser.location());
    assert!(matches!(error.as_str(), "invalid_scope" | "invalid_request"), "{error}");
}

const DISGUISED: [&str; 24] = [
    "//evil.test",
    "///evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "\\/evil.test",
    "/%09/evil.test",
    "/\t/evil.test",
    "/%0a//evil",
    "/%0d%0aLocation:%20https://evil.test",
    "/%2f%2fevil.test",
    "/%252f%252fevil.test",
    "/%5cevil.test",
    "/..//evil.test",
    "/.//evil.test",
    "https:evil.test",
    "https:/evil.test",
    "https://evil.test",
    "https://id.example.org.evil.test",
    "https://id.example.org@evil.test",
    "https://evil.test\\@id.example.org",
    "https://evilapp.test",
    "https%3A%2F%2Fevil.test",
    "javascript:alert('evil')",
    "data:text/html,evil",
];

fn sec_r06_a_return_url_in_disguise_is_not_stored_and_not_shown(setup: Setup) {
    let app = setup.production().set("return_urls.allowed", "https://app.test").start();
    let who = ann(&app);
    let mut signed_in = app.browser();
    signed_in.open("/login").sign_in(&who);
    let mut refused = 0;
    for url in DISGUISED {
        let query = encoded(&[("return_to", url)]);
        for page in ["/login", "/registration", "/recovery", "/verification"] {
            let mut browser = app.browser();
            browser.open(format!("{page}?{query}")).expect_error("return_to", 400);
            assert!(!browser.page().html.contains("evil"), "{page} {url:?}");
            refused += 1;
            let facts = of_kind(&app, "return_to.rejected");
            assert_eq!(facts.len(), refused, "{page} {url:?} left no fact");
            assert!(facts.iter().all(|fact| fact["origin"] == "self_service" && fact["peer"] != Value::Null));
            // The default is where one goes on.
            browser.click("Continue");
            assert!(!browser.page().html.contains("evil"), "{page} {url:?}");
        }
        // Pages that take none do nothing with it, whoever looks at them.
        for page in
            ["/settings", "/account", "/account/profile", "/account/password", "/logout", "/logout/done"]
        {
            for mut browser in [app.browser(), signed_in.tab()] {
                browser.open(format!("{page}?{query}"));
                assert!(!browser.page().html.contains("evil"), "{page} {url:?}");
                assert!(browser.try_location().is_none() && browser.page().status == 200, "{page} {url:?}");
                let later = browser.chain.iter().skip(1);
                assert!(later.clone().all(|hop| !hop.target.contains("evil")), "{page} {:?}", browser.chain);
            }
        }
    }
    assert!(!app.snapshot().text().contains("evil"), "it was stored");
    signed_in.open(format!("/logout?{}", encoded(&[("return_to", "//evil.test")]))).press("Sign out");
    signed_in.expect_path("/logout/done");
}

/// There are no other clients: nobody registers one by themselves.
fn sec_r08_a_client_of_the_operator_hears_of_its_mistakes_by_a_redirect(setup: Setup) {
    let app = setup.start();
    let rp = app.relying_party("spa");
    let mut browser = app.browser();
    for (given, error) in [
        (("scope", "bad"), "invalid_scope"),
        (("prompt", "none"), "login_required"),
        (("prompt", "bad"), "invalid_request"),
    ] {
        browser.open(rp.authorization_url_with(&[given]));
        assert_eq!(rp.error(browser.location()), error, "{given:?}");
        assert_eq!(browser.chain.len(), 1, "{given:?}: {:?}", browser.chain);
    }
    let metadata = app.ask(&Ask::get("/.well-known/openid-configuration")).expect(200).json();
    assert!(metadata.get("registration_endpoint").is_none(), "clients that nobody vouches for need pages");
    for path in ["/oauth2/register", "/connect/register", "/clients"] {
        assert_eq!(app.ask(&Ask::json("POST", path, &serde_json::json!({}))).status, 404, "{path}");
    }
}

fn sec_r09_after_a_form_there_is_no_redirect_but_303(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("spa"));
    let mut browser = app.browser();
    browser.open(rp.authorization_url());
    browser.sign_in_with("ann@example.org", "not the password of ann");
    browser.sign_in(&who);
    browser.press("Allow");
    // The harness refuses 301, 302, 307 and 308 from every answer; here the forms really were answered by 303.
    assert!(browser.chain.first().is_some_and(|hop| hop.method == "POST" && hop.status == 303));
    let _tokens = rp.redeem(browser.location());
}

// sec_s07
fn sec_r11_a_flow_of_another_browser_gives_nothing_away(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("spa"));
    let mut eve = app.browser();
    eve.open(rp.authorization_url_with(&[("login_hint", "eve@example.org")]));
    let flow = eve.page().target.clone();
    let mut ann = app.browser();
    ann.open(&flow).expect_heading("login.title");
    let page = ann.page();
    assert!(!page.html.contains("Acme Notes") && !page.html.contains("eve@example.org"));
    ann.sign_in(&who).expect_path("/account");
    // The request waits for the browser that brought it, and for no other.
    let challenge = eve.chain.iter().find_map(|hop| hop.target.split_once("login_challenge=")).unwrap().1;
    for page in ["/consent", "/login", "/login/choice", "/registration"] {
        ann.open(format!("{page}?login_challenge={challenge}"));
        assert!(ann.try_location().is_none(), "{page}: a code left by another browser");
    }
    let _location = arrive(&mut ann, &rp, &who, &[]);
}
