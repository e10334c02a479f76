//! A database that goes away, takes no writes, or makes everybody wait: 503 with a time, what needs no database goes on,
//! and all is well by itself once it is back (sections 5.1 and 5.3).

use wayhome::store::Engine;

use crate::app::{Setup, TestApp, postgres_server, run_sql};
use crate::http::Ask;
use crate::people::PASSWORD;

/// Statements of the administrator of the PostgreSQL server, with the name of this test's database.
fn administer(app: &TestApp, sql: &str) {
    app.wait(run_sql(&postgres_server(), &sql.replace("DATABASE_NAME", &app.database_name())));
}

const END_CONNECTIONS: &str =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'DATABASE_NAME'";

/// The first answers after a connection broke may say so; soon all are well.
#[track_caller]
fn recovers(app: &TestApp, ask: &Ask, status: u16) {
    let statuses: Vec<u16> = (0..40).map(|_| app.ask(ask).status).collect();
    assert!(statuses.iter().all(|seen| *seen == status || *seen == 503), "{statuses:?}");
    assert_eq!(statuses.last(), Some(&status), "it does not recover: {statuses:?}");
}

#[track_caller]
fn refuses_kindly(app: &TestApp, ask: &Ask) {
    let answer = app.ask(ask);
    assert_eq!(answer.status, 503, "{}\n{}", ask.target, answer.text());
    assert!(answer.header("retry-after").is_some(), "{}", ask.target);
    let text = answer.text().to_lowercase();
    for inside in ["postgres", "sql", "database", "127.0.0.1", "wayhome_it"] {
        assert!(!text.contains(inside), "{} tells of {inside}: {text}", ask.target);
    }
    assert!(answer.header("x-request-id").is_some());
}

fn goes_on(app: &TestApp) {
    for path in ["/.well-known/jwks.json", "/.well-known/openid-configuration", "/health/alive"] {
        assert_eq!(app.ask(&Ask::get(path)).status, 200, "{path}");
    }
    // A token that a client gets for itself stands nowhere.
    assert_eq!(app.ask(&token()).status, 200);
}

fn token() -> Ask {
    let fields = [("grant_type", "client_credentials"), ("scope", "reports:read")];
    Ask::form("/oauth2/token", &fields).basic("robot", crate::app::CLIENT_SECRET)
}

#[test]
fn sec_f09_postgresql_that_goes_away_is_told_kindly_and_comes_back_by_itself() {
    let app = Setup::on(Engine::Postgres).start();
    let ann = app.identity("ann@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/login").sign_in(&ann).expect_path("/account");
    let cookie = |name: &str| format!("{name}={}", browser.cookie(name).expect("a cookie"));
    let with = format!("{}; {}", cookie("wayhome_browser"), cookie("wayhome_session"));
    let account = Ask::get("/account").with("Cookie", &with);
    for _ in 0..3 {
        // Broken connections alone.
        administer(&app, END_CONNECTIONS);
        recovers(&app, &Ask::get("/login"), 303);
        recovers(&app, &account, 200);
        // Nobody answers for a while.
        administer(&app, "ALTER DATABASE DATABASE_NAME ALLOW_CONNECTIONS false");
        administer(&app, END_CONNECTIONS);
        for _ in 0..3 {
            refuses_kindly(&app, &Ask::get("/login"));
            refuses_kindly(&app, &account);
        }
        goes_on(&app);
        assert_eq!(app.ask(&Ask::get("/health/ready")).status, 503);
        administer(&app, "ALTER DATABASE DATABASE_NAME ALLOW_CONNECTIONS true");
        recovers(&app, &account, 200);
        recovers(&app, &Ask::get("/login"), 303);
        recovers(&app, &Ask::get("/health/ready"), 200);
    }
    browser.open("/account").expect_path("/account");
}

#[test]
fn sec_f06_postgresql_that_only_reads_serves_what_reads_and_refuses_what_writes() {
    let app = Setup::on(Engine::Postgres).start();
    administer(&app, "ALTER DATABASE DATABASE_NAME SET default_transaction_read_only = on");
    administer(&app, END_CONNECTIONS);
    let login = Ask::get("/login");
    let statuses: Vec<u16> = (0..8).map(|_| app.ask(&login).status).collect();
    assert!(statuses.iter().all(|status| *status == 503), "{statuses:?}");
    refuses_kindly(&app, &login);
    goes_on(&app);
    administer(&app, "ALTER DATABASE DATABASE_NAME SET default_transaction_read_only = off");
    administer(&app, END_CONNECTIONS);
    recovers(&app, &login, 303);
}

/// Somebody holds a lock for ever: whoever waits for it is told to come back, and is not told of a fault.
#[test]
fn sec_f12_a_lock_that_nobody_gives_back_is_a_503_and_no_fault() {
    let app = Setup::on(Engine::Postgres).start();
    let (release, held) = app.hold_lock("LOCK TABLE flows IN ACCESS EXCLUSIVE MODE");
    refuses_kindly(&app, &Ask::get("/login"));
    goes_on(&app);
    release.send(()).expect("the lock is held");
    app.wait(held).expect("it is given back");
    recovers(&app, &Ask::get("/login"), 303);
}
