//! Who has an account here? Nobody hears it: the answers are the same to the last byte, and so is the work (group E).

use std::collections::BTreeMap;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use wayhome::crypto::{HashError, PasswordHash, PlainPassword};

use crate::app::{Setup, TestApp, on_both};
use crate::browser::{Browser, From};
use crate::http::{Answer, Ask};
use crate::people::{OTHER_PASSWORD, PASSWORD};

on_both![
    sec_e01_a_sign_in_that_fails_looks_the_same_whoever_it_was,
    sec_e02_sec_u01_every_sign_in_costs_one_hash_and_an_endless_password_none,
    sec_e03_sec_v12_a_recovery_looks_the_same_whoever_asks_for_it,
    sec_e04_a_registration_looks_the_same_whoever_has_the_address,
    sec_e06_somebody_unknown_is_slowed_down_like_somebody_known,
];

/// Addresses of one length, so that not even that differs.
const ADDRESSES: [&str; 5] =
    ["annon@example.org", "annof@example.org", "annba@example.org", "annfr@example.org", "annno@example.org"];

fn people(app: &TestApp) {
    let [known, off, bare, fresh, _nobody] = ADDRESSES;
    let _known = app.identity(known).with_password(PASSWORD);
    let _off = app.identity(off).inactive().with_password(PASSWORD);
    let _bare = app.identity(bare).without_password();
    let _fresh = app.identity(fresh).unverified().with_password(PASSWORD);
}

/// An answer without what is new in each: ids, tokens, times, and the address that was typed.
fn masked(answer: &Answer, address: &str) -> String {
    let encoded = address.replace('@', "&#64;");
    let mut text = format!("{}\n", answer.status);
    for (name, value) in answer.headers.iter().filter(|(name, _)| name != "date") {
        text.push_str(&format!("{name}: {value}\n"));
    }
    text.push_str(&answer.text());
    let text = text.replace(address, "ADDRESS").replace(&encoded, "ADDRESS");
    let mut out = String::new();
    for word in text.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')) {
        let bare = word.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
        let is_id = bare.len() == 36 && bare.matches('-').count() == 4;
        let is_new = is_id || bare.len() >= 40 && !bare.starts_with("max-age");
        out.push_str(if is_new { "NEW " } else { word });
    }
    out
}

/// Sends the main form of the present page, follows, and tells everything that was answered.
#[track_caller]
fn conversation(browser: &mut Browser<'_>, values: &[(&str, &str)], address: &str) -> Vec<String> {
    let ask = browser.prepared(browser.page(), values);
    let mut said = Vec::new();
    let answer = browser.send_prepared(&ask);
    said.push(masked(&answer, address));
    let Some(next) = answer.header("location") else { return said };
    let next = next.to_owned();
    let page = browser.send(Ask::get(&next), From::OurPage);
    said.push(masked(&page, address));
    browser.open(next);
    said
}

#[track_caller]
fn all_alike(said: &BTreeMap<&str, Vec<String>>) {
    let reference = &said[ADDRESSES[0]];
    for (address, answers) in said {
        assert_eq!(answers.len(), reference.len(), "{address}");
        for (one, other) in answers.iter().zip(reference) {
            assert_eq!(one, other, "{address} is answered in another way");
        }
    }
}

fn sec_e01_a_sign_in_that_fails_looks_the_same_whoever_it_was(setup: Setup) {
    let app = setup.start();
    people(&app);
    let rp = app.relying_party("spa");
    let mut said = BTreeMap::new();
    for address in ADDRESSES {
        let mut browser = app.browser();
        let mut answers = Vec::new();
        browser.open(rp.authorization_url_with(&[("state", "same"), ("nonce", "same")]));
        // Missed once, twice, and until it is slowed down.
        for _ in 0..7 {
            let typed = [("identifier", address), ("password", OTHER_PASSWORD)];
            answers.extend(conversation(&mut browser, &typed, address));
        }
        assert!(!browser.has_session());
        said.insert(address, answers);
    }
    all_alike(&said);
    assert!(said[ADDRESSES[0]].iter().any(|answer| answer.starts_with("429")), "nobody was slowed down");
}

fn sec_e03_sec_v12_a_recovery_looks_the_same_whoever_asks_for_it(setup: Setup) {
    let app = setup.start();
    people(&app);
    let mut said = BTreeMap::new();
    let mut rows = BTreeMap::new();
    for address in ADDRESSES {
        let mut browser = app.browser();
        browser.open("/recovery");
        let before = counts(&app);
        let mut answers = conversation(&mut browser, &[("email", address)], address);
        rows.insert(address, added(&before, &counts(&app)));
        for code in ["0000 0000", "", "1", "0000 0001"] {
            answers.extend(conversation(&mut browser, &[("code", code)], address));
        }
        app.advance(31);
        browser.reload().press("Send a new code");
        let page = browser.page();
        answers.push(masked(
            &Answer { status: page.status, headers: Vec::new(), body: page.html.clone().into_bytes() },
            address,
        ));
        said.insert(address, answers);
    }
    all_alike(&said);
    for address in ADDRESSES {
        assert_eq!(rows[address], rows[ADDRESSES[0]], "{address} costs other rows");
    }
    app.deliver();
    let sent: Vec<usize> = ADDRESSES.iter().map(|to| letters(&app, to)).collect();
    assert_eq!(sent, [2, 0, 2, 2, 0], "who may not recover gets no mail");
}

/// The mails that leave.
fn letters(app: &TestApp, to: &str) -> usize {
    app.mailbox().letters(to).iter().filter(|letter| letter.mail.code.is_some()).count()
}

/// How many rows there are. A mail for nobody is written, too, and taken back in the same transaction.
fn counts(app: &TestApp) -> BTreeMap<String, usize> {
    let all = app.snapshot().without(&["messages"]);
    all.counts().into_iter().map(|(table, n)| (table.to_owned(), n)).collect()
}

fn added(before: &BTreeMap<String, usize>, after: &BTreeMap<String, usize>) -> BTreeMap<String, usize> {
    let grown = after.iter().map(|(table, n)| (table.clone(), n - before[table].min(*n)));
    grown.filter(|(_, n)| *n > 0).collect()
}

fn sec_e04_a_registration_looks_the_same_whoever_has_the_address(setup: Setup) {
    let app = setup.start();
    people(&app);
    let mut said = BTreeMap::new();
    let mut rows = BTreeMap::new();
    for address in ADDRESSES {
        let mut browser = app.browser();
        browser.open("/registration");
        let before = counts(&app);
        let values = [("traits.email", address), ("traits.name", "Ada"), ("password", OTHER_PASSWORD)];
        let mut answers = conversation(&mut browser, &values, address);
        rows.insert(address, added(&before, &counts(&app)));
        answers.extend(conversation(&mut browser, &[("code", "0000 0000")], address));
        assert!(!browser.has_session(), "{address}");
        said.insert(address, answers);
    }
    all_alike(&said);
    for address in ADDRESSES {
        assert_eq!(rows[address], rows[ADDRESSES[0]], "{address} costs other rows");
    }
    // An owner hears of it, somebody new gets a code, and somebody who is switched off hears nothing.
    let [known, off, bare, fresh, nobody] = ADDRESSES.map(|address| app.mailbox().kinds(address));
    assert_eq!((nobody, off), (vec!["verification_code".to_owned()], Vec::new()));
    for kinds in [known, bare, fresh] {
        assert_eq!(kinds, ["account_exists"]);
    }
}

fn sec_e06_somebody_unknown_is_slowed_down_like_somebody_known(setup: Setup) {
    let app = setup.start();
    people(&app);
    let mut waits = Vec::new();
    for address in [ADDRESSES[0], ADDRESSES[4]] {
        let mut statuses = Vec::new();
        for _ in 0..8 {
            // Each time another browser: the count belongs to the address that is typed (B03).
            let mut browser = app.browser();
            browser.open("/login");
            let answer = browser.prepared(browser.page(), &[("identifier", address), ("password", "wrong")]);
            let answer = app.ask(&answer);
            statuses.push((answer.status, answer.header("retry-after").map(str::to_owned)));
        }
        waits.push(statuses);
    }
    assert_eq!(waits[0], waits[1]);
    assert_eq!(waits[0].last().map(|(status, _)| *status), Some(429));
}

// sec_u02
/// While the one worker is busy and its queue is full, whoever needs a hash is told so at once: that shows who does.
fn sec_e02_sec_u01_every_sign_in_costs_one_hash_and_an_endless_password_none(setup: Setup) {
    let app = setup.set("password.queue", "1").start();
    people(&app);
    let mut forms: Vec<(&str, &str, u16, Ask)> = Vec::new();
    let endless = "p".repeat(1025);
    for address in ADDRESSES {
        for (password, status) in [("wrong, all of it", 503), (endless.as_str(), 303)] {
            let mut browser = app.browser();
            browser.open("/login");
            let ask = browser.prepared(browser.page(), &[("identifier", address), ("password", password)]);
            forms.push((address, "signs in", status, ask));
        }
        for (password, status) in [(OTHER_PASSWORD, 503), (endless.as_str(), 303), ("short", 303)] {
            let mut browser = app.browser();
            browser.open("/registration");
            let values = [("traits.email", address), ("password", password)];
            let ask = browser.prepared(browser.page(), &values);
            forms.push((address, "registers", status, ask));
        }
    }
    keep_busy(&app);
    for (address, what, status, ask) in &forms {
        let answer = app.ask(ask);
        assert_eq!(answer.status, *status, "{address} {what} while no hash can be made");
        assert_eq!(answer.header("retry-after").is_some(), *status == 503, "{address} {what}");
    }
}

/// Fills the hasher: one job that takes long, and the one that may wait.
fn keep_busy(app: &TestApp) {
    const COSTLY: &str = "$argon2id$v=19$m=262144,t=10,p=1$c29tZXNhbHRzb21lc2FsdA$\
        AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let mut taken = 0;
    while taken < 2 {
        let env = Arc::clone(app.work().env());
        let (tell, told) = mpsc::channel();
        app.wait(async {
            tokio::spawn(async move {
                let password = PlainPassword::new("x").expect("a password");
                let hash = PasswordHash::import(COSTLY).expect("a hash that costs");
                let mut verdict = std::pin::pin!(env.passwords.verify(password, Some(hash)));
                match tokio::time::timeout(Duration::from_millis(50), verdict.as_mut()).await {
                    Ok(answer) => {
                        assert!(
                            matches!(answer, Err(HashError::Overloaded { .. })),
                            "it did not cost enough"
                        );
                        tell.send(false).expect("somebody listens");
                    }
                    Err(_waiting) => {
                        tell.send(true).expect("somebody listens");
                        let _whatever = verdict.await;
                    }
                }
            });
        });
        if told.recv().expect("an answer") {
            taken += 1;
        }
    }
}
