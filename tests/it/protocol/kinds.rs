//! Every kind of token at every door (T10, T11, T13).

use wayhome::config::Clients;
use wayhome::model::Client;

use super::{ann, arrive};
use crate::app::{CLIENT_SECRET, Setup, TestApp, on_both};
use crate::browser::Browser;
use crate::http::{Ask, encoded};
use crate::relying_party::RelyingParty;

on_both![
    sec_t10_of_every_kind_at_every_door_only_the_right_one_opens,
    sec_t11_a_token_that_was_changed_anywhere_is_no_token,
    sec_t13_a_clients_own_token_is_no_persons,
];

/// A client whose access tokens are random texts.
const PLAIN: &str = r#"
[[client]]
id = "plain"
name = "Plain"
type = "spa"
redirect_uris = ["http://localhost:5180/callback"]
scopes = ["openid", "offline_access"]
skip_consent = true
access_token_format = "opaque"
"#;

/// The scopes that all clients here may have.
const GIVEN: [(&str, &str); 1] = [("scope", "openid offline_access")];

/// Whether a text opens a door.
struct Doors<'a> {
    app: &'a TestApp,
    rp: &'a RelyingParty<'a>,
    browser_cookie: &'a str,
}

impl Doors<'_> {
    fn bearer(&self, text: &str) -> bool {
        self.app.ask(&Ask::get("/userinfo").bearer(text)).status == 200
    }

    fn code(&self, text: &str) -> bool {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", text),
            ("redirect_uri", self.rp.redirect_uri()),
            ("code_verifier", &"v".repeat(43)),
        ];
        self.rp.token(&fields).status == 200
    }

    fn refresh(&self, text: &str) -> bool {
        self.rp.refresh_answer(text).status == 200
    }

    fn session(&self, text: &str) -> bool {
        let cookies = format!("wayhome_browser={}; wayhome_session={text}", self.browser_cookie);
        self.app.ask(&Ask::get("/account").with("Cookie", &cookies)).status == 200
    }

    fn link(&self, page: &str, text: &str) -> bool {
        let target = format!("{page}?{}", encoded(&[("link", text)]));
        self.app.ask(&Ask::get(&target)).status != 404
    }

    fn introspected(&self, text: &str) -> bool {
        let form = Ask::form("/admin/oauth2/introspect", &[("token", text)]);
        self.app.ask_admin(&form).expect(200).json()["active"] == true
    }
}

fn link_of(app: &TestApp, address: &str) -> String {
    app.mailbox().link_for(address).rsplit_once("link=").expect("a link").1.to_owned()
}

fn flow_of(browser: &Browser<'_>) -> String {
    browser.page().query("flow").expect("a flow")
}

fn sec_t10_of_every_kind_at_every_door_only_the_right_one_opens(setup: Setup) {
    let app = setup.clients(PLAIN).start();
    let who = ann(&app);
    let mut browser = app.browser();
    let plain = app.relying_party("plain");
    let opaque = plain.redeem(&arrive(&mut browser, &plain, &who, &GIVEN));
    let rp = app.relying_party("house");
    let waiting = rp.code(&arrive(&mut browser, &rp, &who, &GIVEN));
    let tokens = rp.redeem(&arrive(&mut browser, &rp, &who, &GIVEN));
    let mut stranger = app.browser();
    stranger.open("/recovery").submit([("email", who.email.as_str())]);
    let recovery_flow = flow_of(&stranger);
    let form_token = stranger.page().attribute("input[name=csrf_token]", "value").expect("a form's token");
    let recovery_link = link_of(&app, &who.email);
    let recovery_code = app.mailbox().code_for(&who.email);
    stranger.open("/registration").register("new@example.org", crate::people::OTHER_PASSWORD);
    let verification_link = link_of(&app, "new@example.org");
    let (_, key) = crate::admin::key(&app, None);
    let cookie = |name: &str| browser.cookie(name).expect("a cookie");
    let (session, browser_cookie) = (cookie("wayhome_session"), cookie("wayhome_browser"));
    let kinds = [
        ("access", tokens.access.clone()),
        ("opaque access", opaque.access.clone()),
        ("id", tokens.id.clone().expect("an ID token")),
        ("refresh", tokens.refresh().to_owned()),
        ("code", waiting),
        ("session", session),
        ("browser", browser_cookie.clone()),
        ("recovery link", recovery_link),
        ("verification link", verification_link),
        ("recovery code", recovery_code),
        ("flow", recovery_flow),
        ("form token", form_token),
        ("API key", key),
        ("client secret", CLIENT_SECRET.to_owned()),
        ("identity", who.subject()),
        ("client", "house".to_owned()),
    ];
    let doors = Doors { app: &app, rp: &rp, browser_cookie: &browser_cookie };
    for (kind, text) in &kinds {
        assert_eq!(
            doors.bearer(text),
            matches!(*kind, "access" | "opaque access"),
            "{kind} as a bearer token"
        );
        assert_eq!(doors.session(text), *kind == "session", "{kind} as a session");
        assert_eq!(doors.link("/recovery", text), *kind == "recovery link", "{kind} as a link of a recovery");
        assert_eq!(
            doors.link("/verification", text),
            *kind == "verification link",
            "{kind} as a link of a verification"
        );
        assert_eq!(
            doors.introspected(text),
            matches!(*kind, "access" | "opaque access" | "refresh"),
            "{kind} at the introspection"
        );
        // The code's verifier is wrong here, so that no kind is spent before all doors were tried.
        assert!(!doors.code(text), "{kind} as a code");
        if *kind != "refresh" {
            assert!(!doors.refresh(text), "{kind} as a refresh token");
            rp.revoke(text);
        }
    }
    // What has its door still opens it, save what was revoked by its own client.
    assert!(!doors.bearer(&tokens.access) && doors.bearer(&opaque.access));
    assert!(doors.refresh(tokens.refresh()));
}

fn sec_t11_a_token_that_was_changed_anywhere_is_no_token(setup: Setup) {
    let app = setup.clients(PLAIN).start();
    let (who, rp) = (ann(&app), app.relying_party("plain"));
    let mut browser = app.browser();
    let tokens = rp.redeem(&arrive(&mut browser, &rp, &who, &GIVEN));
    let session = browser.cookie("wayhome_session").expect("a session");
    let browser_cookie = browser.cookie("wayhome_browser").expect("a browser");
    let doors = Doors { app: &app, rp: &rp, browser_cookie: &browser_cookie };
    for changed in changes(&tokens.access) {
        assert!(!doors.bearer(&changed), "{changed}");
        assert!(!doors.introspected(&changed), "{changed}");
    }
    for changed in changes(tokens.refresh()) {
        assert!(!doors.refresh(&changed), "{changed}");
        rp.revoke(&changed);
    }
    for changed in changes(&session) {
        assert!(!doors.session(&changed), "{changed}");
    }
    let location = arrive(&mut browser, &rp, &who, &GIVEN);
    let code = rp.code(&location);
    let redemption = rp.redemption(&location);
    let body = String::from_utf8(redemption.body.clone()).expect("a form");
    for changed in changes(&code) {
        let mut ask = redemption.clone();
        ask.body = body.replace(&code, &encoded(&[("", &changed)])[1..]).into_bytes();
        assert_eq!(app.ask(&ask).expect(400).json()["error"], "invalid_grant", "{changed}");
    }
    // As they were given, all of them are good.
    assert!(doors.bearer(&tokens.access) && doors.session(&session) && doors.refresh(tokens.refresh()));
    let _tokens = rp.redeem(&location);
}

/// A token cut, lengthened, in the other case, and with each of some characters changed.
fn changes(token: &str) -> Vec<String> {
    let mut all: Vec<String> = [1, 2, 6, 7, token.len() - 7, token.len() - 1]
        .into_iter()
        .map(|cut| token[..token.len() - cut].to_owned())
        .collect();
    all.extend([
        format!("{token}A"),
        format!("{token}="),
        format!("{token}{token}"),
        token[1..].to_owned(),
        token.to_uppercase(),
        token.to_lowercase(),
    ]);
    for at in (0..token.len()).step_by(5) {
        let mut bytes = token.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
        all.push(String::from_utf8(bytes).expect("ASCII"));
    }
    all
}

fn sec_t13_a_clients_own_token_is_no_persons(setup: Setup) {
    let app = setup.set("admin.require_key", "true").start();
    // A client with such a name as people have.
    let name = "0b0e7d1c-3c1e-4a53-9a53-3d8f5b0f2a11".to_owned();
    let named = Client { id: name.clone(), ..(*app.relying_party("robot").client).clone() };
    app.work().env().clients.replace(Clients::new([named]));
    let fields = [("grant_type", "client_credentials")];
    let answer = app.ask(&Ask::form("/oauth2/token", &fields).basic(&name, CLIENT_SECRET));
    let access = answer.expect(200).json()["access_token"].as_str().map(str::to_owned).expect("a token");
    assert_eq!(app.ask(&Ask::get("/userinfo").bearer(&access)).status, 401);
    let admin = app.ask_admin(&Ask::get("/admin/identities").bearer(&access));
    assert_eq!(admin.expect(401).json()["error"]["code"], 401);
    let account = Ask::get("/account").with("Cookie", &format!("wayhome_session={access}"));
    assert_ne!(app.ask(&account).status, 200);
    let hint = format!("/oauth2/sessions/logout?{}", encoded(&[("id_token_hint", access.as_str())]));
    assert_ne!(app.ask(&Ask::get(&hint)).header("location"), Some("/logout/done"));
}
