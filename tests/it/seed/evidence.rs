//! S39, S20: what the log says, and what it never says.

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use wayhome::crypto::{PlainToken, TokenKind};

use crate::app::{CLIENT_SECRET, Setup, on_both};
use crate::http::{Ask, encoded};
use crate::people::PASSWORD;

on_both![
    seed_s39_no_secret_is_ever_logged,
    seed_s39_sessions_and_tokens_are_marks_by_which_lines_can_be_compared,
    seed_s39_the_flag_shows_queries_and_addresses_for_an_hour_and_no_secret,
    seed_s39_an_error_page_names_the_line_of_the_log,
    seed_s20_a_refused_form_is_one_short_line,
];

/// All lines of all servers of this process, from the moment at which somebody wants to read them.
static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Lines;

impl Lines {
    /// Begins to listen.
    fn listen() -> Self {
        static STARTED: Once = Once::new();
        STARTED.call_once(|| {
            tracing_subscriber::fmt()
                .json()
                .with_env_filter(EnvFilter::new("debug,wayhome=trace"))
                .with_writer(Sink)
                .init();
        });
        Self
    }

    fn lock() -> MutexGuard<'static, Vec<u8>> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lines that hold this text.
    fn with(&self, text: &str) -> Vec<String> {
        let lines = String::from_utf8_lossy(&Self::lock()).into_owned();
        lines.lines().filter(|line| line.contains(text)).map(str::to_owned).collect()
    }
}

#[derive(Clone, Copy)]
struct Sink;

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Lines::lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Sink {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}

// sec_p02
fn seed_s39_no_secret_is_ever_logged(setup: Setup) {
    let lines = Lines::listen();
    let app = setup.start();
    let mut secrets: Vec<(&str, String)> = vec![
        ("a password", "only-this-test-knows-it 1".to_owned()),
        ("a password that was refused", "only-this-test-knows-it 2".to_owned()),
        ("a new password", "only-this-test-knows-it 3".to_owned()),
        ("a password in an address", "only-this-test-knows-it 4".to_owned()),
        ("the client's secret", CLIENT_SECRET.to_owned()),
    ];
    let address = format!("secret-{}@example.org", app.public.port());
    let _ada = app.identity(&address).with_password(&secrets[0].1);
    let (spa, shop) = (app.relying_party("spa"), app.relying_party("shop"));
    let mut browser = app.browser();

    browser.open(spa.authorization_url());
    secrets
        .extend(browser.page().attribute("[name=csrf_token]", "value").map(|token| ("a form token", token)));
    browser.sign_in_with(&address, &secrets[1].1).sign_in_with(&address, &secrets[0].1).press("Allow");
    secrets.push(("a code", spa.code(browser.location())));
    let tokens = spa.redeem(browser.location());
    let next = spa.refresh(&tokens);
    for tokens in [&tokens, &next] {
        secrets.push(("an access token", tokens.access.clone()));
        secrets.extend(tokens.refresh.clone().map(|token| ("a refresh token", token)));
        secrets.extend(tokens.id.clone().map(|token| ("an ID token", token)));
    }
    let _info = spa.userinfo(&next.access).expect(200);
    let _active = shop.introspect(&next.access);
    spa.revoke(next.refresh());
    secrets.extend(browser.cookie("wayhome_session").map(|cookie| ("a session", cookie)));
    secrets.extend(browser.cookie("wayhome_browser").map(|cookie| ("a browser", cookie)));

    let mut browser = app.browser();
    browser.open(spa.authorization_url()).click("Forgot your password?").submit([("email", &address)]);
    let letter = app.mailbox().newest(&address).mail;
    secrets.extend(letter.code.map(|code| ("a mailed code", code)));
    let link = letter.link.expect("a link");
    secrets.extend(link.split_once("link=").map(|(_, token)| ("a mailed link", token.to_owned())));
    let mut device = app.browser();
    device.open(&link);
    browser.enter_code_of(&app, &address).submit([("password", &secrets[2].1)]);
    app.deliver();

    // What stands in an address that was sent by mistake.
    let query = encoded(&[("csrf_token", "x"), ("email", &address), ("password", &secrets[3].1)]);
    app.browser().open(format!("/recovery?{query}"));
    secrets.push(("an address in a query", encoded(&[("", &address)])[1..].to_owned()));
    let _none = app.ask(&Ask::get("/userinfo").bearer("wh_at_nonsense-of-this-very-test"));
    secrets.push(("a token that is none", "wh_at_nonsense-of-this-very-test".to_owned()));

    assert!(lines.with("\"/recovery\"").len() > 1, "the log is heard at all");
    for (what, secret) in &secrets {
        assert!(secret.len() >= 8, "{what} is too short to be looked for: {secret}");
        let found = lines.with(secret);
        assert!(found.is_empty(), "{what} is logged: {found:#?}");
    }
}

fn seed_s39_sessions_and_tokens_are_marks_by_which_lines_can_be_compared(setup: Setup) {
    let lines = Lines::listen();
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url()).sign_in(&ada);
    let tokens = house.redeem(browser.location());
    browser.open("/account").open("/account/sessions");
    let cookie = browser.cookie("wayhome_session").expect("a session");
    let session = PlainToken::parse(TokenKind::Session, &cookie).expect("a token of ours");
    let (of_session, of_token) =
        (app.work().env().mark(session.digest().as_bytes()), app.work().env().mark(tokens.access.as_bytes()));
    let _twice = [house.userinfo(&tokens.access).expect(200), house.userinfo(&tokens.access).expect(200)];
    assert_eq!(lines.with(&format!("\"session\":\"{of_session}\"")).len(), 2);
    assert_eq!(lines.with(&format!("\"bearer\":\"{of_token}\"")).len(), 2);
    assert_ne!(of_session, app.work().env().mark(cookie.as_bytes()), "the digest is marked, not the cookie");
}

fn seed_s39_the_flag_shows_queries_and_addresses_for_an_hour_and_no_secret(setup: Setup) {
    let lines = Lines::listen();
    let app = setup.set("log.reveal", "true").start();
    let [address, later] = ["shown", "later"].map(|name| format!("{name}-{}@example.org", app.public.port()));
    let ada = app.identity(&address).with_password("only-this-test-knows-it 5");
    let spa = app.relying_party("spa");
    let mut secrets = vec![ada.password.clone(), "only-this-test-knows-it 6".to_owned()];
    let mut browser = app.browser();
    let url = spa.authorization_url_with(&[("login_hint", &address), ("state", "only-this-test-knows-it-7")]);
    secrets.push("only-this-test-knows-it-7".to_owned());
    browser.open(&url);
    secrets.extend(browser.page().attribute("[name=csrf_token]", "value"));
    browser.sign_in(&ada).press("Allow");
    let code = spa.code(browser.location());
    // What a browser may bring back by mistake, and what somebody pastes into an address.
    let query = encoded(&[("code", &code), ("password", &secrets[1]), ("email", &address)]);
    app.browser().open(format!("/recovery?{query}"));
    let back =
        format!("/login?return_to={}", &encoded(&[("", &format!("https://a.example/?code={code}"))])[1..]);
    let _page = app.ask(&Ask::get(&back));
    secrets.push(code);
    let tokens = spa.redeem(browser.location());
    let _info = spa.userinfo(&tokens.access).expect(200);
    secrets.extend([tokens.access.clone(), tokens.refresh().to_owned()]);
    secrets.extend(browser.cookie("wayhome_session"));
    secrets.extend(browser.cookie("wayhome_browser"));
    app.deliver();

    let shown = encoded(&[("", &address)])[1..].to_owned();
    assert!(!lines.with(&format!("login_hint={shown}")).is_empty(), "the query is shown");
    assert!(!lines.with(&format!("email={shown}")).is_empty());
    for secret in &secrets {
        let found = lines.with(secret);
        assert!(secret.len() >= 8 && found.is_empty(), "{secret} is logged: {found:#?}");
    }
    let banner = [("time", "24 November 2026, 15:30 UTC")];
    browser.open("/account").expect_path("/account");
    assert!(browser.page().says("page.revealed", &banner), "every page says so");
    assert!(app.browser().open("/login").page().says("page.revealed", &banner));
    assert_eq!(app.count("SELECT COUNT(*) AS n FROM events WHERE kind = 'log.revealed'"), 1);
    app.advance(3_600);
    let mut after = app.browser();
    after.open(spa.authorization_url_with(&[("login_hint", &later)])).expect_path("/login");
    assert!(!after.page().says("page.revealed", &banner), "the hour is over");
    let later = encoded(&[("", &later)])[1..].to_owned();
    assert!(lines.with(&later).is_empty(), "queries are shown no more");
}

fn seed_s39_an_error_page_names_the_line_of_the_log(setup: Setup) {
    let lines = Lines::listen();
    let app = setup.start();
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url_with(&[("client_id", "nobody")])).expect_error("client_unknown", 400);
    let id = browser.page().request_id().expect("a request id");
    let told = lines.with(&id);
    assert!(told.iter().any(|line| line.contains("client_unknown")), "{told:#?}");
    let access: Vec<_> = told.iter().filter(|line| line.contains("wayhome::access")).collect();
    assert_eq!(access.len(), 1, "one line for a request: {told:#?}");
    for part in ["\"listener\":\"public\"", "\"route\":\"/oauth2/auth\"", "\"status\":400", "\"duration_ms\""]
    {
        assert!(access[0].contains(part), "{part}: {}", access[0]);
    }
    let body = app.ask(&Ask::form("/oauth2/token", &[])).expect(401).json();
    let id = body["request_id"].as_str().expect("a request id").to_owned();
    assert!(!lines.with(&id).is_empty(), "the body of an API names its line, too");
}

fn seed_s20_a_refused_form_is_one_short_line(setup: Setup) {
    let lines = Lines::listen();
    let app = setup.start();
    let mut browser = app.browser();
    browser.open("/recovery").submit([("email", "")]).expect_path("/recovery");
    let answer = browser.send(
        Ask::form(&format!("/recovery?flow={}", browser.page().query("flow").expect("a flow")), &[]),
        crate::browser::From::OurPage,
    );
    let id = answer.expect(303).header("x-request-id").map(str::to_owned).unwrap_or_default();
    let told: Vec<String> = lines.with(&id).into_iter().filter(|line| line.contains("\"INFO\"")).collect();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].len() <= 1024, "{}", told[0]);
}
