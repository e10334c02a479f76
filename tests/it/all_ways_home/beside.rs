//! The pages that no waiting request leads to, each with its way forward; and the proof that nothing was forgotten.

use std::collections::BTreeSet;

use crate::app::{Setup, TestApp, on_both};
use crate::browser::Browser;
use crate::http::Ask;
use crate::people::PASSWORD;

/// What stands beside the walk.
enum Beside {
    /// A page of somebody who is signed in; the words of a link or button that leads on.
    Account(&'static str),
    /// A page of anybody.
    Page(&'static str),
    /// It only redirects, to this path.
    Redirect(&'static str),
    /// It answers programs and scripts, and is no page.
    Machine,
}

use Beside::{Account, Machine, Page, Redirect};

/// Every route that is not walked.
const BESIDE: [(&str, Beside); 39] = [
    ("/", Redirect("/account")),
    ("/settings", Redirect("/account")),
    ("/.well-known/change-password", Redirect("/account/password")),
    ("/account", Account("Change your password")),
    ("/account/profile", Account("Save changes")),
    ("/account/password", Account("Change password")),
    ("/account/passkeys", Account("Add a passkey")),
    ("/account/passkeys/options", Machine),
    ("/login/passkey/options", Machine),
    ("/registration/passkey/options", Machine),
    ("/recovery/passkey/options", Machine),
    // With a passkey in place of a password, it is seen in `passkeys`.
    ("/recovery/backup-codes", Redirect("/account")),
    // With a security key, they are seen in `passkeys`.
    ("/login/security-key", Page("Sign in")),
    ("/recovery/security-key", Page("Continue")),
    ("/recovery/security-key/options", Machine),
    // What leads on from here is walked in `factors::account`.
    ("/account/two-step", Account("Set up an authenticator app")),
    ("/account/two-step/app", Redirect("/login?return_to=%2Faccount%2Ftwo-step%2Fapp")),
    ("/account/two-step/codes", Redirect("/login?return_to=%2Faccount%2Ftwo-step%2Fcodes")),
    ("/account/two-step/codes.txt", Redirect("/login?return_to=%2Faccount%2Ftwo-step%2Fcodes.txt")),
    ("/account/sessions", Account("Overview")),
    ("/account/apps", Account("Overview")),
    ("/account/activity", Account("This wasn't me")),
    ("/account/data", Account("Delete my account")),
    ("/account/data/download", Redirect("/account/data")),
    // With the link of a mail, it is seen in `journeys::undo`.
    ("/account/undo", Page("Sign in")),
    ("/account/verify", Redirect("/account")),
    // With a change that waits, it is seen in `journeys::parked`.
    ("/account/confirmed", Redirect("/account")),
    // The way through the question itself is walked in `device::pages`.
    ("/device", Page("Continue")),
    ("/device/confirm", Redirect("/device")),
    ("/logout", Account("Stay signed in")),
    ("/logout/done", Page("Sign in again")),
    ("/oauth2/sessions/logout", Page("Sign in again")),
    ("/oauth2/check_session", Machine),
    ("/error", Page("Go to your account")),
    ("/dev/inbox", Page("Look again")),
    ("/dev/inbox.json", Machine),
    ("/verification/status", Machine),
    ("/recovery/status", Machine),
    ("/static/{name}", Machine),
];

/// Every template of a page, with a path where it is shown.
const TEMPLATES: [(&str, &str); 33] = [
    ("account.html", "/account"),
    ("activity.html", "/account/activity"),
    ("add_app.html", "/account/two-step/app"),
    ("apps.html", "/account/apps"),
    ("backup_codes.html", "/account/two-step/codes"),
    ("check_session.html", "/oauth2/check_session"),
    ("chooser.html", "/login/choice"),
    ("code.html", "/verification"),
    ("confirmed.html", "/account/confirmed"),
    ("consent.html", "/consent"),
    ("data.html", "/account/data"),
    ("device.html", "/device"),
    ("device_confirm.html", "/device/confirm"),
    ("device_done.html", "/device/confirm"),
    ("error.html", "/error"),
    ("form_post.html", "/oauth2/auth"),
    ("inbox.html", "/dev/inbox"),
    ("link.html", "/verification/link"),
    ("login.html", "/login"),
    ("logout.html", "/logout"),
    ("new_codes.html", "/registration/backup-codes"),
    ("new_password.html", "/recovery/password"),
    ("passkeys.html", "/account/passkeys"),
    ("password.html", "/account/password"),
    ("profile.html", "/account/profile"),
    ("recovery.html", "/recovery"),
    ("registration.html", "/registration"),
    ("second_factor.html", "/login/second-factor"),
    ("sessions.html", "/account/sessions"),
    ("signed_out.html", "/logout/done"),
    ("signing_out.html", "/oauth2/sessions/logout"),
    ("two_step.html", "/account/two-step"),
    ("undo.html", "/account/undo"),
];

on_both![walk_what_stands_beside_the_walk_leads_on, seed_s24_every_error_page_says_what_and_leads_on];

/// Fails if there is a route that was neither walked nor is listed: whoever adds a page adds it to the walk.
pub fn everything_is_walked_or_listed(trodden: &BTreeSet<String>) {
    let listed: BTreeSet<&str> = BESIDE.iter().map(|(path, _)| *path).collect();
    for route in routes() {
        let is_health = route.starts_with("/health/");
        assert!(
            trodden.contains(&route) || listed.contains(route.as_str()) || is_health,
            "{route} is neither walked nor listed with its way forward: {trodden:#?}"
        );
    }
    for template in templates() {
        let shown = TEMPLATES.iter().find(|(name, _)| *name == template).map(|(_, path)| *path);
        let shown = shown.unwrap_or_else(|| panic!("nobody knows where {template} is shown"));
        assert!(trodden.contains(shown) || listed.contains(shown), "{template} is not seen at {shown}");
    }
    for path in trodden {
        assert!(!listed.contains(path.as_str()), "{path} is walked, and need not be listed");
    }
}

/// The templates of pages, without those that stand around others.
fn templates() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    let entries = std::fs::read_dir(folder).expect("the templates");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let pages =
        names.filter(|name| name.ends_with(".html") && name != "frame.html" && name != "console.html");
    pages.collect()
}

/// The routes of pages, as the source names them.
pub fn routes() -> Vec<String> {
    let (routes, paths) =
        (include_str!("../../../src/web/routes.rs"), include_str!("../../../src/web/path.rs"));
    let constant = |name: &str| {
        let line = paths.lines().find_map(|line| line.strip_prefix(&format!("pub const {name}: &str = \"")));
        line.unwrap_or_else(|| panic!("no path is called {name}")).trim_end_matches("\";").to_owned()
    };
    let mut found: Vec<String> = routes
        .split("page(")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter_map(|argument| {
            let argument = argument.trim();
            let literal = argument.strip_prefix('"').map(|text| text.trim_end_matches('"').to_owned());
            literal.or_else(|| argument.strip_prefix("path::").map(constant))
        })
        .collect();
    assert!(found.len() > 30, "the routes are written in another way now: {found:?}");
    let constants = paths.lines().filter_map(|line| line.strip_prefix("pub const ")?.split(": &str").next());
    found.extend(constants.map(constant));
    found.sort();
    found.dedup();
    found
}

fn leads_on(browser: &Browser<'_>, words: &str) -> bool {
    let page = browser.page();
    page.button(words).is_some() || page.links.iter().any(|link| link.text == words)
}

fn signed_in(app: &TestApp) -> Browser<'_> {
    let mut browser = app.browser();
    browser.open("/login").sign_in_with("ada@example.org", PASSWORD);
    browser
}

fn walk_what_stands_beside_the_walk_leads_on(setup: Setup) {
    let app = setup.start();
    let _ada = app.identity("ada@example.org").with_password(PASSWORD);
    for (path, beside) in &BESIDE {
        match beside {
            Account(words) => {
                let mut browser = signed_in(&app);
                browser.open(path).expect_path(path);
                assert!(leads_on(&browser, words), "{path}: {}", browser.page().text);
            }
            Page(words) => {
                let mut browser = app.browser();
                browser.open(path);
                assert!(leads_on(&browser, words), "{path}: {}", browser.page().text);
            }
            Redirect(to) => {
                let answer = app.ask(&Ask::get(path)).expect(303);
                assert_eq!(answer.header("location"), Some(*to), "{path}");
            }
            Machine => {
                let answer = app.ask(&Ask::get(&path.replace("{name}", "nothing")));
                assert!(answer.status < 500, "{path}: {}", answer.status);
            }
        }
    }
}

/// S24: what happened, an id, what to do, and the request id; never a page without a way out.
fn seed_s24_every_error_page_says_what_and_leads_on(setup: Setup) {
    let app = setup.start();
    let spa = app.relying_party("spa");
    let unknown = spa.authorization_url_with(&[("client_id", "nobody")]);
    let unregistered = spa.authorization_url_with(&[("redirect_uri", "http://localhost:5173/other")]);
    let repeated = format!("{}&client_id=spa", spa.authorization_url());
    let cases = [
        (unknown.as_str(), "client_unknown", 400, "Go to your account"),
        (&unregistered, "redirect_uri_mismatch", 400, "Back to Acme Notes"),
        (&repeated, "parameter_repeated", 400, "Go to your account"),
        ("/nowhere", "not_found", 404, "Go to your account"),
        ("/verification?link=wh_vl_nonsense", "link_unknown", 404, "Sign in"),
        ("/recovery?link=wh_rl_nonsense", "link_unknown", 404, "Reset your password"),
        ("/login?return_to=https%3A%2F%2Fevil.example%2F", "return_to", 400, "Continue"),
    ];
    for (url, id, status, way) in cases {
        let mut browser = app.browser();
        browser.open(url).expect_error(id, status);
        let page = browser.page();
        assert_eq!(page.first("#error-title").as_deref(), Some(page.heading.as_str()), "decision 7");
        assert!(page.request_id().is_some_and(|request| request.len() == 36), "{}", page.text);
        assert!(leads_on(&browser, way), "{id}: {:#?}", page.links);
    }
}
