//! B06: passwords that others know, at the sign-in and wherever a new one is chosen.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::thread;

use wayhome::crypto::PasswordHash;
use wayhome::identity::administration::{self, NewIdentity};
use wayhome::model::IdentityState;
use wayhome::random::{Random as _, SystemRandom};

use crate::app::{Setup, TestApp, on_both};
use crate::factors::with_app;
use crate::people::{OTHER_PASSWORD, PASSWORD};

on_both![
    sec_b06_a_right_but_breached_password_is_changed_first_and_the_journey_comes_home,
    sec_b06_a_second_factor_is_asked_for_before_the_new_password,
    sec_b06_a_common_password_from_elsewhere_is_changed_at_the_first_sign_in,
    sec_b06_a_wrong_password_tells_nothing_of_a_list,
    page_n3_a_breached_password_is_refused_wherever_one_is_chosen,
    sec_b06_a_service_is_told_five_digits_and_one_that_is_away_keeps_nobody_out,
];

/// SHA-1 of [`PASSWORD`], as the lists have it: the range, and the rest.
const DIGEST: (&str, &str) = ("C3BF8", "94BAC8F4078CD8623662BA7CDB210106097");

/// `passwordpassword`, as a directory keeps it.
const COMMON: &str = "{SSHA}kq6Vp1xW8Juz4pec4L6AyBpUhGxzYWx0c2FsdHNhbHRzYWx0";

/// A folder with the list that has [`PASSWORD`]; it is gone when this is dropped.
struct Lists(PathBuf);

impl Lists {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("wayhome-lists-{}", SystemRandom.uuid()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let list = format!("00000000000000000000000000000000000:5\r\n{}:17\r\n", DIGEST.1);
        std::fs::write(folder.join(format!("{}.txt", DIGEST.0)), list).expect("a list");
        Self(folder)
    }

    fn of(&self, setup: Setup) -> TestApp {
        setup.set("password.breached_folder", &self.0.display().to_string()).start()
    }
}

impl Drop for Lists {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn events(app: &TestApp, kind: &str) -> i64 {
    app.count(&format!("SELECT COUNT(*) AS n FROM events WHERE kind = '{kind}'"))
}

fn sec_b06_a_right_but_breached_password_is_changed_first_and_the_journey_comes_home(setup: Setup) {
    let lists = Lists::new();
    let app = lists.of(setup);
    let ann = app.identity("ann@example.org").with_password(PASSWORD);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ann);
    browser.expect_path("/recovery/password").expect_says("pw.breached_sign_in");
    assert!(!browser.has_session(), "nobody is signed in yet");
    assert_eq!((events(&app, "password.breached"), events(&app, "login.succeeded")), (1, 0));
    let change = browser.page().clone();
    // Nothing of the account, and nothing of the client.
    browser.tab().open("/account").expect_path("/login");
    browser.tab().open(spa.authorization_url()).expect_path("/login");
    // A list says so, the common ones say so, and what is good leads on.
    browser.submit_on(&change, &[("password", PASSWORD)]).expect_path("/recovery/password");
    browser.expect_says("pw.breached").submit([("password", "passwordpassword")]).expect_says("pw.common");
    assert!(!browser.has_session());
    browser.submit([("password", OTHER_PASSWORD)]).expect_path("/consent").press("Allow");
    let tokens = spa.redeem(browser.location());
    tokens.expect_subject(&ann.subject());
    assert_eq!((&tokens.claims["acr"], &tokens.claims["amr"]), (&"aal1".into(), &serde_json::json!(["pwd"])));
    // They are told of a change, and not of a code from a mailbox that nobody has used.
    let letters = app.mailbox().letters(&ann.email);
    let told: Vec<&str> = letters.iter().map(|letter| letter.message.template_type.as_str()).collect();
    assert!(told.contains(&"password_changed") && !told.contains(&"recovery_completed"), "{told:?}");
    let mut again = app.browser();
    again.open("/login").sign_in(&ann).expect_path("/login").expect_says("login.mismatch");
    again.sign_in_with(&ann.email, OTHER_PASSWORD).expect_path("/account");
}

fn sec_b06_a_second_factor_is_asked_for_before_the_new_password(setup: Setup) {
    let lists = Lists::new();
    let app = lists.of(setup);
    let ann = app.identity("ann@example.org").with_password(PASSWORD);
    let phone = with_app(&app, &ann);
    let spa = app.relying_party("spa");
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in(&ann).expect_path("/recovery/second-factor");
    let flow = browser.page().main_form().expect("a form").action.clone();
    let flow = flow.split_once("flow=").expect("a flow").1.to_owned();
    browser.tab().open(format!("/recovery/password?flow={flow}")).expect_path("/recovery/second-factor");
    browser.submit([("code", &phone.next_code(&app))]).expect_path("/recovery/password");
    browser.submit([("password", OTHER_PASSWORD)]).expect_path("/consent").press("Allow");
    let tokens = spa.redeem(browser.location());
    tokens.expect_subject(&ann.subject());
    assert_eq!(tokens.claims["acr"], "aal2");
}

fn sec_b06_a_common_password_from_elsewhere_is_changed_at_the_first_sign_in(setup: Setup) {
    let app = setup.start();
    let new = NewIdentity {
        schema_id: app.work().env().settings.identity.schema_id.clone(),
        traits: serde_json::json!({"email": "bea@example.org"}),
        state: IdentityState::Active,
        metadata_public: None,
        metadata_admin: None,
        password: Some(PasswordHash::from_phc(COMMON)),
        verified: true,
    };
    let made = app.write(move |cx| administration::create(cx, new));
    let bea = made.unwrap_or_else(|why| panic!("{why:?}")).id.to_string();
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url()).sign_in_with("bea@example.org", "passwordpassword");
    browser.expect_path("/recovery/password").expect_says("pw.breached_sign_in");
    browser.submit([("password", PASSWORD)]);
    house.redeem(browser.location()).expect_subject(&bea);
    assert_eq!(events(&app, "password.breached"), 1);
}

fn sec_b06_a_wrong_password_tells_nothing_of_a_list(setup: Setup) {
    let lists = Lists::new();
    let app = lists.of(setup);
    let _ann = app.identity("ann@example.org").with_password(OTHER_PASSWORD);
    for address in ["ann@example.org", "nobody@example.org"] {
        let mut browser = app.browser();
        browser.open("/login").sign_in_with(address, PASSWORD).expect_path("/login");
        browser.expect_says("login.mismatch");
    }
    assert_eq!(events(&app, "password.breached"), 0);
}

fn page_n3_a_breached_password_is_refused_wherever_one_is_chosen(setup: Setup) {
    let lists = Lists::new();
    let app = lists.of(setup);
    let mut new = app.browser();
    new.open("/registration").register("new@example.org", PASSWORD).expect_path("/registration");
    new.expect_says("pw.breached").register("new@example.org", OTHER_PASSWORD).expect_path("/verification");
    let ann = app.identity("ann@example.org").with_password(OTHER_PASSWORD);
    let mut lost = app.browser();
    lost.open("/recovery").submit([("email", &ann.email)]).enter_code_of(&app, &ann.email);
    lost.submit([("password", PASSWORD)]).expect_path("/recovery/password").expect_says("pw.breached");
    let mut inside = app.browser();
    inside.open("/login").sign_in(&ann).open("/account/password").submit([("password", PASSWORD)]);
    inside.expect_path("/account/password").expect_says("pw.breached");
    inside.submit([("password", "nine patient otters by the weir")]).expect_says("password.changed");
}

/// A service that answers one question; what it was asked.
fn service() -> (String, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}/range/", listener.local_addr().expect("a bound port"));
    let asked = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let lines = BufReader::new(&stream).lines().map(|line| line.expect("a line"));
        let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
        let list = format!("0000000000000000000000000000000000A:0\r\n{}:2", DIGEST.1);
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n{list}",
            list.len()
        );
        stream.write_all(answer.as_bytes()).expect("it is heard");
        head
    });
    (url, asked)
}

fn sec_b06_a_service_is_told_five_digits_and_one_that_is_away_keeps_nobody_out(setup: Setup) {
    let (url, asked) = service();
    let app = setup.set("password.breached_service", &url).start();
    let ann = app.identity("ann@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ann).expect_path("/recovery/password");
    let asked = asked.join().expect("it was asked");
    assert_eq!(asked[0], "GET /range/C3BF8 HTTP/1.1");
    assert!(asked.iter().any(|line| line.eq_ignore_ascii_case("add-padding: true")), "{asked:?}");
    assert!(!asked.iter().any(|line| line.contains(&DIGEST.1[..6])), "{asked:?}");
    assert_eq!(events(&app, "password.unchecked"), 0);
    // Nobody listens there any more.
    let mut later = app.browser();
    later.open("/login").sign_in(&ann).expect_path("/account");
    assert_eq!((events(&app, "password.unchecked"), events(&app, "password.breached")), (1, 1));
}
