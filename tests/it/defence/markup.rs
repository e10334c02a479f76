//! Markup from outside is text on every page (group X).

use crate::app::{Setup, on_both};
use crate::people::PASSWORD;

on_both![sec_x01_what_people_and_clients_say_is_text_on_every_page];

const PAYLOADS: [&str; 6] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'-alert(1)-'",
    "</title><svg onload=alert(1)>",
    "{{7*7}}${7*7}",
    "<a href=\"javascript:alert(1)\">x</a>",
];

fn sec_x01_what_people_and_clients_say_is_text_on_every_page(setup: Setup) {
    let named = PAYLOADS[1].replace('\\', "").replace('"', "\\\"");
    let app = setup
        .clients(&format!(
            "\n[[client]]\nid = \"hostile\"\nname = \"{named}\"\ntype = \"spa\"\n\
             redirect_uris = [\"http://localhost:5199/callback\"]\n"
        ))
        .start();
    let rp = app.relying_party("hostile");
    for payload in PAYLOADS {
        let email = format!("p{}@example.org", payload.len());
        let ann = app.identity(&email).named(payload).with_password(PASSWORD);
        let mut browser = app.browser().named(payload);
        let mut seen = Vec::new();
        browser.open(rp.authorization_url_with(&[("login_hint", payload)]));
        seen.push(browser.page().html.clone());
        browser.sign_in_with(payload, "wrong");
        seen.push(browser.page().html.clone());
        browser.click("Create an account");
        browser.submit([("traits.email", payload), ("traits.name", payload), ("password", payload)]);
        seen.push(browser.page().html.clone());
        browser.open(rp.authorization_url()).sign_in(&ann);
        seen.push(browser.page().html.clone());
        for page in [
            "/account",
            "/account/profile",
            "/account/sessions",
            "/account/password",
            "/logout",
            "/dev/inbox",
        ] {
            browser.open(page);
            seen.push(browser.page().html.clone());
        }
        for query in ["error", "error_description", "state", "client_id", "redirect_uri"] {
            browser.open(format!(
                "/oauth2/auth?client_id=hostile&{}",
                crate::http::encoded(&[(query, payload)])
            ));
            if browser.try_location().is_none() {
                seen.push(browser.page().html.clone());
            }
        }
        for html in seen {
            assert!(!html.contains("<script>alert") && !html.contains("<img src=x"), "{payload}");
            assert!(!html.contains("<svg onload") && !html.contains("href=\"javascript:"), "{payload}");
            assert!(!html.contains(" onerror=alert(1)>") || html.contains("&#62;"), "{payload}");
        }
    }
}
