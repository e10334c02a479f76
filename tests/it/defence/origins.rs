//! Which pages of other sites may read what (group P), on every route that there is.

use crate::all_ways_home;
use crate::app::{Setup, on_both};
use crate::http::Ask;

on_both![
    sec_p08_every_route_tells_exactly_who_may_read_it,
    sec_p07_nothing_personal_hides_behind_a_static_name
];

/// Of a registered client that runs in browsers.
const KNOWN: &str = "http://localhost:5173";

const OTHERS: [&str; 10] = [
    "null",
    "https://evil.test",
    "http://localhost:5173.evil.test",
    "http://localhost:51730",
    "http://localhost",
    "https://localhost:5173",
    "http://LOCALHOST:5173",
    "http://localhost:5173/",
    "http://sub.localhost:5173",
    "https://shop.example.org",
];

const BY_CLIENTS: [&str; 6] = [
    "/oauth2/token",
    "/oauth2/par",
    "/oauth2/device/auth",
    "/oauth2/revoke",
    "/oauth2/introspect",
    "/userinfo",
];

const BY_ANYBODY: [&str; 3] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/.well-known/jwks.json",
];

fn sec_p08_every_route_tells_exactly_who_may_read_it(setup: Setup) {
    let app = setup.start();
    let mut routes: Vec<String> =
        all_ways_home::routes().iter().map(|path| path.replace("{name}", "x")).collect();
    routes.extend(BY_CLIENTS.into_iter().chain(BY_ANYBODY).map(str::to_owned));
    routes.extend(["/nowhere", "/admin/identities", "/oauth2/nowhere"].map(str::to_owned));
    for route in &routes {
        for origin in [KNOWN].into_iter().chain(OTHERS) {
            for method in ["OPTIONS", "GET", "POST"] {
                let ask = Ask::get(route)
                    .method(method)
                    .with("Origin", origin)
                    .with("Sec-Fetch-Site", "cross-site")
                    .with("Access-Control-Request-Method", "POST")
                    .with("Access-Control-Request-Headers", "authorization");
                let answer = app.ask(&ask);
                let allowed = answer.header("access-control-allow-origin");
                let wanted = match route.as_str() {
                    // Whoever asks in the wrong way hears so as a client, or not at all.
                    of if BY_ANYBODY.contains(&of) && method == "POST" => {
                        assert!(matches!(allowed, None | Some("*" | KNOWN)), "{method} {route} {origin}");
                        continue;
                    }
                    of if BY_ANYBODY.contains(&of) => Some("*"),
                    of if BY_CLIENTS.contains(&of) => (origin == KNOWN).then_some(KNOWN),
                    // Off by default, it is nowhere.
                    "/oauth2/nowhere" | "/oauth2/check_session" if origin == KNOWN => continue,
                    _ => None,
                };
                assert_eq!(allowed, wanted, "{method} {route} from {origin}");
                assert_eq!(answer.header("access-control-allow-credentials"), None, "{method} {route}");
            }
        }
    }
}

fn sec_p07_nothing_personal_hides_behind_a_static_name(setup: Setup) {
    let app = setup.start();
    let ann = app.identity("ann@example.org").with_password(crate::people::PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ann).expect_path("/account");
    for path in
        ["/account/x.css", "/account.css", "/account/profile/x.js", "/account%2fx.css", "/account/;x.css"]
    {
        let answer = browser.send(Ask::get(path), crate::browser::From::Nowhere).expect(404);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert!(!answer.text().contains("ann@example.org"), "{path}");
    }
}
