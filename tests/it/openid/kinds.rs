//! The kinds of tokens that came with OpenID Connect, at every door (T10, J10).

use serde_json::json;
use wayhome::notifier::Notifier;

use super::{Delivered, ann, answer, of_type, old_house};
use crate::app::{Setup, TestApp, on_both};
use crate::browser::Browser;
use crate::http::{Ask, encoded};
use crate::logout_sink::LogoutSink;
use crate::relying_party::RelyingParty;
use crate::signing::{ClientSigner, by_value, claims, own_token, registration};

on_both![sec_t10_what_came_with_openid_opens_its_own_door_and_no_other];

/// The doors, and who stands before them: somebody who is signed in, and clients that may do everything here.
struct Doors<'a> {
    app: &'a TestApp,
    old: &'a RelyingParty<'a>,
    browser: Browser<'a>,
}

impl Doors<'_> {
    /// Whether this door opens for a text. Nothing is spent by trying.
    #[track_caller]
    fn opens(&mut self, door: &str, text: &str) -> bool {
        let (app, old) = (self.app, self.old);
        let error = |fields: &[(&str, &str)]| -> String {
            let answer = old.token(fields).expect(400).json();
            answer["error"].as_str().unwrap_or_default().to_owned()
        };
        match door {
            "bearer" => app.ask(&Ask::get("/userinfo").bearer(text)).status == 200,
            "introspection" => {
                let form = Ask::form("/admin/oauth2/introspect", &[("token", text)]);
                app.ask_admin(&form).expect(200).json()["active"] == true
            }
            "session" => {
                let browser = self.browser.cookie("wayhome_browser").expect("a cookie");
                let cookies = format!("wayhome_browser={browser}; wayhome_session={text}");
                app.ask(&Ask::get("/account").with("Cookie", &cookies)).status == 200
            }
            "device code" => {
                let grant = "urn:ietf:params:oauth:grant-type:device_code";
                // It asks no faster than it may.
                app.advance(5);
                let answer = app.relying_party("tv").token(&[("grant_type", grant), ("device_code", text)]);
                answer.expect(400).json()["error"] == "authorization_pending"
            }
            // The scope is too wide for a refresh, and the code has another verifier.
            "refresh" => {
                let fields =
                    [("grant_type", "refresh_token"), ("refresh_token", text), ("scope", "unheard-of")];
                error(&fields) != "invalid_grant"
            }
            "assertion" => app.ask(&own_token(text)).status == 200,
            "hint" => {
                let given = [("prompt", "none"), ("id_token_hint", text), ("scope", "openid")];
                self.browser.open(old.authorization_url_with(&of_type("id_token", &given)));
                Delivered::at(&self.browser, old.redirect_uri()).get("error").is_none()
            }
            "hint of a sign-out" => {
                self.browser.open(format!("/oauth2/sessions/logout?{}", encoded(&[("id_token_hint", text)])));
                !self.browser.has_session()
            }
            "request" => self.asks("signer", &[("response_type", "code"), ("request", text)]),
            "request_uri" => self.asks("old", &[("request_uri", text)]),
            other => panic!("{other}"),
        }
    }

    /// Whether a request that is made of this gives a code.
    #[track_caller]
    fn asks(&mut self, client: &str, given: &[(&str, &str)]) -> bool {
        let uri = format!("https://{client}.example.org/callback");
        let all =
            [&[("client_id", client), ("scope", "openid"), ("redirect_uri", uri.as_str())], given].concat();
        self.browser.open(format!("/oauth2/auth?{}", encoded(&all)));
        self.browser.try_location().is_some_and(|location| location.contains("code="))
    }
}

fn sec_t10_what_came_with_openid_opens_its_own_door_and_no_other(setup: Setup) {
    let sink = LogoutSink::start();
    let signer = ClientSigner::new("ES256", "1");
    let more =
        format!("userinfo_signed_response_alg = \"RS256\"\nbackchannel_logout_uri = \"{}\"\n", sink.uri());
    let tv = "\n[[client]]\nid = \"tv\"\nname = \"TV\"\ntype = \"device\"\n".to_owned();
    let app =
        setup.clients(&[old_house("old", &more), registration(&by_value(&[&signer])), tv].concat()).start();
    let (who, old) = (ann(&app), app.relying_party("old"));
    let scope = ("scope", "openid offline_access");

    // A session that is over gives a logout token.
    let mut gone = app.browser();
    answer(&mut gone, &old, &who, &of_type("code", &[scope])).redeem(&old, old.redirect_uri());
    gone.open("/logout").press("Sign out");
    assert_eq!(app.wait(Notifier::new(app.work().clone()).tell_due()).expect("the notifier works"), 1);
    let logout = sink.only().token().to_owned();

    let mut browser = app.browser();
    let waiting = answer(&mut browser, &old, &who, &of_type("code", &[scope, ("state", "waits")]));
    let got = answer(&mut browser, &old, &who, &of_type("code id_token token", &[scope]));
    let tokens = got.redeem(&old, old.redirect_uri());
    let pushed = old.parameters(&of_type("code", &[("state", "pushed")]));
    let pushed: Vec<(&str, &str)> = pushed.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let urn = old.call("/oauth2/par", &pushed).expect(201).json()["request_uri"].clone();
    let tv = app.relying_party("tv").call("/oauth2/device/auth", &[("scope", "openid")]).expect(200).json();
    let mut request = claims(&app, json!({ "sub": null, "jti": null }));
    for (name, value) in app.relying_party("signer").parameters(&[]) {
        request[name] = json!(value);
    }
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let kinds = [
        ("access token", tokens.access.clone()),
        ("access token of the browser", got.the("access_token").to_owned()),
        ("refresh token", tokens.refresh().to_owned()),
        ("ID token", tokens.id.clone().expect("an ID token")),
        ("ID token of the browser", got.the("id_token").to_owned()),
        ("userinfo", old.userinfo(&tokens.access).expect(200).text()),
        ("logout token", logout),
        ("code", waiting.the("code").to_owned()),
        ("device code", text(&tv["device_code"])),
        ("user code", text(&tv["user_code"])),
        ("pushed request", text(&urn)),
        ("request object", signer.sign(&request)),
        ("client assertion", signer.sign(&claims(&app, json!({})))),
        ("session", browser.cookie("wayhome_session").expect("a cookie")),
    ];
    let doors = [
        ("bearer", &["access token", "access token of the browser"][..]),
        ("introspection", &["access token", "access token of the browser", "refresh token"]),
        ("session", &["session"]),
        ("refresh", &["refresh token"]),
        ("hint", &["ID token", "ID token of the browser"]),
        ("request", &["request object"]),
        ("request_uri", &["pushed request"]),
        ("assertion", &["client assertion"]),
        // Others do not live as long as this takes.
        ("device code", &["device code"]),
        ("hint of a sign-out", &["ID token"]),
    ];
    let mut before = Doors { app: &app, old: &old, browser };
    for (door, keys) in doors {
        for (kind, text) in &kinds {
            if door == "hint of a sign-out" && kind.starts_with("ID token") {
                continue;
            }
            assert_eq!(before.opens(door, text), keys.contains(kind), "{kind} as {door}");
        }
    }
    let id = tokens.id.as_deref().expect("an ID token");
    assert!(before.opens("hint of a sign-out", id));
}
