//! What the database must not hold in the clear (group P).

use wayhome::store::Engine;

use crate::app::Setup;
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

fn find(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
