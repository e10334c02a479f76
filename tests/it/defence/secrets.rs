//! What the database must not hold in the clear (group P).

use wayhome::store::Engine;

use crate::app::{CLIENT_SECRET, Setup, on_both};
use crate::people::{OTHER_PASSWORD, PASSWORD};

#[test]
fn sec_p01_the_files_of_the_database_hold_no_secret() {
    let app = Setup::on(Engine::Sqlite).start();
    let ann = app.identity("ann@example.org").with_password(PASSWORD);
    let rp = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(rp.authorization_url()).click("Forgot your password?");
    browser.submit([("email", "ann@example.org")]);
    let code = app.mailbox().code_for("ann@example.org");
    let link = app.mailbox().link_for("ann@example.org");
    browser.submit([("code", &code)]).submit([("password", OTHER_PASSWORD)]);
    let location = browser.location().to_owned();
    let tokens = rp.redeem(&location);
    let next = rp.refresh(&tokens);
    let secrets = [
        PASSWORD.to_owned(),
        OTHER_PASSWORD.to_owned(),
        code,
        link.split_once("link=").unwrap().1.to_owned(),
        rp.code(&location),
        tokens.refresh().to_owned(),
        next.refresh().to_owned(),
        tokens.access.clone(),
        tokens.id.clone().unwrap(),
        browser.cookie("wayhome_session").unwrap(),
        browser.cookie("wayhome_browser").unwrap(),
    ];
    let bytes = app.database_bytes();
    assert!(find(&bytes, ann.id.to_string().as_bytes()), "these are not the files of the database");
    for secret in &secrets {
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        for form in [secret.clone(), hex, wayhome::crypto::base64url(secret.as_bytes())] {
            assert!(
                !find(&bytes, form.as_bytes()),
                "a secret of {} characters is in the database",
                secret.len()
            );
        }
    }
}

on_both![sec_p01_no_row_of_any_table_holds_a_secret];

/// The same for whatever the tables hold, on both databases, and for more of the secrets.
fn sec_p01_no_row_of_any_table_holds_a_secret(setup: Setup) {
    let app = setup.start();
    let ann = app.identity("ann@example.org").with_password("only this test knows it 1");
    let (spa, shop) = (app.relying_party("spa"), app.relying_party("shop"));
    let mut secrets: Vec<(&str, String)> = vec![
        ("the password", ann.password.clone()),
        ("the client's secret", CLIENT_SECRET.to_owned()),
        ("the new password", "only this test knows it 2".to_owned()),
        ("a password that was refused", "only this test knows it 3".to_owned()),
        ("the password of a registration", "only this test knows it 4".to_owned()),
    ];
    let mut browser = app.browser();
    browser.open(spa.authorization_url()).sign_in_with(&ann.email, &secrets[3].1).sign_in(&ann);
    secrets.extend(browser.cookie("wayhome_session").map(|cookie| ("the first session", cookie)));
    browser.press("Allow");
    secrets.push(("a code", spa.code(browser.location())));
    let tokens = spa.redeem(browser.location());
    let next = spa.refresh(&tokens);
    let _active = shop.introspect(&next.access);
    let mut new = app.browser();
    new.open("/registration").register("new@example.org", &secrets[4].1.clone());
    let mut lost = app.browser();
    lost.open("/recovery").submit([("email", &ann.email)]);
    for address in ["new@example.org", ann.email.as_str()] {
        let mail = app.mailbox().newest(address).mail;
        secrets.extend(mail.code.map(|code| ("a mailed code", code)));
        secrets.extend(mail.link.map(|link| ("a link", link.split_once("link=").unwrap().1.to_owned())));
    }
    // Once while all of it waits, and once when it is done.
    let waiting = app.snapshot().text();
    lost.enter_code_of(&app, &ann.email).submit([("password", &secrets[2].1.clone())]);
    new.enter_code_of(&app, "new@example.org");
    app.deliver();
    for browser in [&browser, &new, &lost] {
        secrets.extend(browser.cookie("wayhome_session").map(|cookie| ("a session", cookie)));
        secrets.extend(browser.cookie("wayhome_browser").map(|cookie| ("a browser", cookie)));
    }
    for tokens in [&tokens, &next] {
        secrets.push(("an access token", tokens.access.clone()));
        secrets.extend(tokens.refresh.clone().map(|token| ("a refresh token", token)));
        secrets.extend(tokens.id.clone().map(|token| ("an ID token", token)));
    }
    let done = app.snapshot().text();
    for text in [waiting, done] {
        assert!(text.contains(&ann.id.to_string()), "these are not the tables");
        let lower = text.to_lowercase();
        for (what, secret) in &secrets {
            let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
            assert!(!text.contains(secret.as_str()), "{what} is in a table");
            assert!(!text.contains(&wayhome::crypto::base64url(secret.as_bytes())), "{what} is in a table");
            assert!(!lower.contains(&hex), "{what} is in a table, in hex");
            let digest: String =
                wayhome::crypto::sha256(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
            let short = secret.len() < 12;
            assert!(!short || !lower.contains(&digest), "{what} can be guessed from its digest");
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
