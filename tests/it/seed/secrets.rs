//! S37: the data secret is replaced under load, nobody is signed out, and all that was sealed before still opens.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{PoisonError, RwLock};
use std::thread;

use serde_json::Value;
use wayhome::app::data_secret::{SecretsFile, Stand, Watched, census, drop_key, reseal};
use wayhome::app::tend_keys;
use wayhome::crypto::key_id_of;
use wayhome::model::SecretText;
use wayhome::random::{Random as _, SystemRandom};

use crate::app::{SECRET, Setup, TestApp, on_both};
use crate::factors::with_app;
use crate::http::{self, Ask};
use crate::logout_sink::LogoutSink;
use crate::people::PASSWORD;

on_both![seed_s37_sec_p05_a_rotation_under_load_signs_nobody_out_and_loses_nothing];

/// A file of data secrets, in a folder that is gone when this is dropped.
struct Vault(PathBuf);

impl Vault {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("wayhome-vault-{}", SystemRandom.uuid()));
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("secrets"), format!("{SECRET}\n")).expect("a file");
        Self(folder)
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// What the load works with.
struct Load<'a> {
    servers: &'a [SocketAddr],
    host: &'a str,
    /// Held while a client waits for both answers to one token: time does not pass meanwhile.
    still: &'a RwLock<()>,
    over: &'a AtomicBool,
}

impl Load<'_> {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// Refreshes again and again, each token twice, as two tabs do, and each time at another server.
    fn refreshes(&self, first: &str, told: &Sender<()>) {
        let mut token = first.to_owned();
        for n in 0.. {
            if self.is_over() {
                break;
            }
            let _still = self.still.read().unwrap_or_else(PoisonError::into_inner);
            let fields = [("client_id", "house"), ("grant_type", "refresh_token"), ("refresh_token", &token)];
            let ask = Ask::form("/oauth2/token", &fields);
            let next = [0, 1].map(|tab| {
                let server = self.servers[(n + tab) % self.servers.len()];
                let answer: Value = http::send(server, self.host, &ask).expect(200).json();
                answer["refresh_token"].as_str().expect("a refresh token").to_owned()
            });
            assert_eq!(next[0], next[1], "one successor");
            token.clone_from(&next[0]);
            let _over = told.send(());
        }
    }

    /// Looks at the account again and again.
    fn looks(&self, cookies: &str, told: &Sender<()>) {
        for n in 0.. {
            if self.is_over() {
                break;
            }
            let ask = Ask::get("/account").with("Cookie", cookies);
            let page = http::send(self.servers[n % self.servers.len()], self.host, &ask).expect(200);
            assert!(page.text().contains("ann@example.org"));
            let _over = told.send(());
        }
    }
}

/// Waits until every part of the load has gone on.
fn go_on(loads: &[Receiver<()>]) {
    for load in loads {
        load.try_iter().for_each(drop);
        assert_eq!(load.iter().take(4).count(), 4, "a part of the load has failed");
    }
}

fn seed_s37_sec_p05_a_rotation_under_load_signs_nobody_out_and_loses_nothing(setup: Setup) {
    let (sink, vault) = (LogoutSink::start(), Vault::new());
    let path = vault.0.join("secrets").display().to_string();
    let hook = format!(
        "[[webhook]]\nid = \"users\"\nurl = \"{}users\"\nevents = [\"login.*\"]\nsecret = {{ env = \"HOOK_SECRET\" }}\n",
        sink.url()
    );
    let app = setup
        .set("secrets.data", "")
        .set("secrets.file", &path)
        .file(&hook)
        .variable("HOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        .start();
    let twin = app.twin();
    let apps: Vec<&TestApp> = std::iter::once(&app).chain(&twin).collect();
    let file = SecretsFile::of(&app.work().env().settings).expect("the file of the settings");
    // What is sealed: a password, an app's secret, backup codes, keys, mails, an account that waits, a webhook's news.
    let ann = app.identity("ann@example.org").with_password(PASSWORD);
    let phone = with_app(&app, &ann);
    let house = app.relying_party("house");
    let mut browser = app.browser();
    browser.open(house.authorization_url()).sign_in(&ann).submit([("code", &phone.next_code(&app))]);
    let tokens = house.redeem(browser.location());
    let mut new = app.browser();
    new.open("/registration").register("new@example.org", PASSWORD).expect_path("/verification");
    let mut lost = app.browser();
    lost.open("/recovery").submit([("email", "ann@example.org")]);
    let cookies: Vec<String> = ["wayhome_session", "wayhome_browser"]
        .map(|name| format!("{name}={}", browser.cookie(name).expect("a cookie")))
        .to_vec();

    let servers: Vec<SocketAddr> = apps.iter().map(|app| app.public).collect();
    let (still, over) = (RwLock::new(()), AtomicBool::new(false));
    let load = &Load { servers: &servers, host: app.host(), still: &still, over: &over };
    let (first, cookies) = (tokens.refresh(), cookies.join("; "));
    let cookies = cookies.as_str();
    let mut watched: Vec<Watched> = apps.iter().map(|app| Watched::new(app.work())).collect();
    let mut look = |n: usize| app.wait(watched[n].look(apps[n].work(), false)).expect("it looks");
    let all = 0..apps.len();
    let pass = |seconds| {
        let _nobody_waits = still.write().unwrap_or_else(PoisonError::into_inner);
        app.advance(seconds);
    };
    thread::scope(|scope| {
        let (told_refresh, refreshes) = channel();
        let (told_look, looks) = channel();
        let loads = [refreshes, looks];
        scope.spawn(move || load.refreshes(first, &told_refresh));
        scope.spawn(move || load.looks(cookies, &told_look));
        go_on(&loads);
        for _ in 0..2 {
            file.add(Stand::First, &SystemRandom).expect("a new secret");
            for n in all.clone() {
                look(n);
                go_on(&loads);
            }
            pass(11);
            // One server seals with the new one while the other does not yet.
            for n in all.clone() {
                look(n);
                go_on(&loads);
            }
            let resealed = app.wait(reseal(app.work(), |_, _| {})).expect("it reseals");
            assert!(resealed > 10, "{resealed}");
            go_on(&loads);
        }
        // Nobody waits for a mail that does not come.
        new.enter_code_of(&app, "new@example.org").expect_path("/account");
        lost.enter_code_of(&app, "ann@example.org").expect_path("/recovery/second-factor");
        for _ in 0..16 {
            pass(60);
            all.clone().for_each(&mut look);
        }
        let ids = app.work().env().secrets.key_ids();
        assert_eq!((ids.len(), &ids[2]), (3, &key_id_of(&SecretText::new(SECRET)).expect("an id")));
        app.wait(reseal(app.work(), |_, _| {})).expect("it reseals");
        for id in &ids[1..] {
            app.wait(drop_key(app.work(), id)).expect("it looks").expect("nothing needs it");
            file.remove(id).expect("it is taken away");
        }
        all.clone().for_each(&mut look);
        go_on(&loads);
        over.store(true, Ordering::Relaxed);
    });
    for app in &apps {
        assert_eq!(app.work().env().secrets.key_ids().len(), 1);
    }
    let newest = app.work().env().secrets.active_key_id();
    assert_eq!(
        app.wait(census(app.work())).expect("it counts").into_keys().collect::<Vec<_>>(),
        std::slice::from_ref(&newest)
    );
    for text in app.snapshot().text().split("v1.").skip(1) {
        assert!(text.starts_with(&newest), "sealed by another key: {}", text.get(..20).unwrap_or(text));
    }
    // With the newest secret alone, everything opens.
    app.wait(tend_keys(app.work())).expect("the signing keys open");
    assert!(app.mailbox().count("ann@example.org") > 0);
    while app.tell_webhooks() > 0 {}
    assert!(!sink.posted().is_empty(), "webhooks are told");
    let mut again = app.browser();
    again.open("/login").sign_in(&ann).submit([("code", &phone.next_code(&app))]).expect_path("/account");
    let mut on_paper = app.browser();
    on_paper.open("/login").sign_in(&ann).click("Use a backup code");
    on_paper.submit([("code", &phone.paper[0])]).expect_path("/account");
}
