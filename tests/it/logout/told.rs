//! Back-channel logout: who is told, and what exactly (OIDC Back-Channel Logout 1.0).

use serde_json::json;
use wayhome::model::{IdentityId, SessionId};
use wayhome::notifier::Notifier;
use wayhome::oauth2::{grants, subject};
use wayhome::random::{Random as _, SystemRandom};

use super::{end_session, listening, tokens, with_listener};
use crate::app::{Setup, on_both};
use crate::http::Ask;
use crate::logout_sink::{LogoutSink, Treatment};
use crate::people::PASSWORD;

on_both![
    prov_7_every_client_of_the_session_is_told_and_no_other,
    prov_7_a_logout_token_has_exactly_its_claims,
    prov_7_a_pairwise_client_is_told_its_own_name_of_the_person,
    prov_7_the_notifier_tells_while_the_person_goes_home,
    prov_7_the_commit_of_a_sign_out_wakes_the_notifier_at_once,
    sec_j10_a_logout_token_is_no_other_token_and_no_other_is_one,
    sec_j12_a_logout_token_is_signed_as_the_client_wants_its_id_tokens,
    journey_j19_the_page_that_asks_names_the_clients_of_the_session,
    who_gets_tokens_after_the_end_of_a_session_takes_no_part_in_it,
];

fn prov_7_every_client_of_the_session_is_told_and_no_other(setup: Setup) {
    let [one, two, absent] = [(); 3].map(|()| LogoutSink::start());
    let app = setup
        .clients(&listening("one", &one, ""))
        .clients(&listening("two", &two, ""))
        .clients(&listening("absent", &absent, ""))
        .start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    let first = tokens(&mut browser, &app.relying_party("one"), &ada, "openid");
    // Twice in the same session is one part in it; an offline grant is one, too; a client without a channel is none.
    tokens(&mut browser, &app.relying_party("one"), &ada, "openid");
    let second = tokens(&mut browser, &app.relying_party("two"), &ada, "openid offline_access");
    tokens(&mut browser, &app.relying_party("spa"), &ada, "openid");
    // Another session of the same person.
    let mut phone = app.browser();
    tokens(&mut phone, &app.relying_party("absent"), &ada, "openid");
    assert_eq!(first.claims["sid"], second.claims["sid"]);

    browser.open("/logout").press("Sign out");
    assert_eq!(app.tell(), 2);
    for (sink, id, known) in [(&one, "one", &first), (&two, "two", &second)] {
        let (_, claims) = sink.only().parts();
        assert_eq!((&claims["sid"], &claims["sub"]), (&known.claims["sid"], &known.claims["sub"]));
        assert_eq!(claims["aud"], id);
    }
    assert!(absent.posted().is_empty());
    assert_eq!((app.tell(), app.waiting()), (0, 0), "each is told once");
    let told: Vec<_> = app.facts().into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(told, ["logout.notified", "logout.notified"]);
    // The grant that is not bound to the session lives on.
    app.relying_party("two").refresh(&second);
}

fn prov_7_a_logout_token_has_exactly_its_claims(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let rp = app.relying_party("told");
    let mut browser = app.browser();
    let known = tokens(&mut browser, &rp, &ada, "openid");
    let hint = known.id.clone().unwrap();
    browser.open(end_session(&[
        ("id_token_hint", &hint),
        ("post_logout_redirect_uri", "http://localhost:6001/"),
        ("state", "s"),
    ]));
    assert_eq!(browser.location(), "http://localhost:6001/?state=s");
    let now = app.now().seconds();
    assert_eq!(app.tell(), 1);
    let posted = sink.only();
    assert_eq!(posted.line, "POST /signed-out?tenant=1");
    let head = posted.head.to_ascii_lowercase();
    assert!(head.contains("content-type: application/x-www-form-urlencoded"), "{head}");
    let claims = rp.verified(posted.token(), "logout+jwt");
    let (iat, jti) = (claims["iat"].as_i64().unwrap(), claims["jti"].as_str().unwrap());
    assert!((now..=now + 1).contains(&iat));
    assert!(jti.len() >= 32);
    let expected = json!({
        "iss": app.issuer,
        "aud": "told",
        "iat": iat,
        "exp": iat + 120,
        "jti": jti,
        "sub": ada.subject(),
        "sid": known.claims["sid"],
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    assert_eq!(claims, expected);
}

fn prov_7_a_pairwise_client_is_told_its_own_name_of_the_person(setup: Setup) {
    let sink = LogoutSink::start();
    let app = setup.clients(&listening("told", &sink, "subject_type = \"pairwise\"")).start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let rp = app.relying_party("told");
    let mut browser = app.browser();
    tokens(&mut browser, &rp, &ada, "openid");
    let (client, id): (_, IdentityId) = (rp.client.clone(), ada.id);
    let name = app.write(move |cx| subject::of(cx, &client, id));
    // Nobody is left whom the name could be looked up with.
    app.write(move |cx| wayhome::journey::delete_identity(cx, id));
    app.tell();
    let (_, claims) = sink.only().parts();
    assert_eq!(claims["sub"], name.as_str());
    assert_ne!(name, ada.subject());
}

fn prov_7_the_notifier_tells_while_the_person_goes_home(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let rp = app.relying_party("told");
    let mut browser = app.browser();
    let known = tokens(&mut browser, &rp, &ada, "openid");
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let running = app.spawn(Notifier::new(app.work().clone()).run(stopped));
    // The client answers after its person has gone home, or never.
    sink.next(&[Treatment::Hang]);
    browser.open(end_session(&[
        ("id_token_hint", known.id.as_deref().unwrap()),
        ("post_logout_redirect_uri", "http://localhost:6001/"),
    ]));
    assert_eq!(browser.location(), "http://localhost:6001/");
    assert_eq!(sink.wait_for(1).len(), 1);
    stop.send(true).unwrap();
    app.wait(running).unwrap();
}

fn sec_j10_a_logout_token_is_no_other_token_and_no_other_is_one(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let rp = app.relying_party("told");
    let mut browser = app.browser();
    tokens(&mut browser, &rp, &ada, "openid");
    browser.open("/logout").press("Sign out");
    app.tell();
    let logout_token = sink.only().token().to_owned();
    // As an access token.
    rp.userinfo(&logout_token).expect(401);
    assert!(!rp.is_alive(&logout_token));
    // As an ID token: somebody else is signed in, and stays so.
    let known = tokens(&mut browser, &rp, &ada, "openid");
    browser.open(end_session(&[("id_token_hint", &logout_token)])).expect_heading("logout.title");
    assert!(browser.has_session());
    let url = rp.authorization_url_with(&[("id_token_hint", &logout_token), ("prompt", "none")]);
    browser.open(url);
    assert_eq!(rp.error(browser.location()), "invalid_request");
    // As a code and as a refresh token.
    for (grant, field) in [("authorization_code", "code"), ("refresh_token", "refresh_token")] {
        rp.token(&[("grant_type", grant), (field, &logout_token)]).expect(400);
    }
    // Neither of the others says that it is one.
    for (token, typ) in [(known.id.unwrap(), "JWT"), (known.access, "at+jwt")] {
        let claims = rp.verified(&token, typ);
        assert!(claims.get("events").is_none(), "{claims}");
    }
}

fn sec_j12_a_logout_token_is_signed_as_the_client_wants_its_id_tokens(setup: Setup) {
    for alg in ["RS256", "ES256"] {
        let sink = LogoutSink::start();
        let more = format!("id_token_alg = \"{alg}\"");
        let app = setup.clone().clients(&listening("told", &sink, &more)).start();
        let ada = app.identity("ada@example.org").with_password(PASSWORD);
        let rp = app.relying_party("told");
        let mut browser = app.browser();
        tokens(&mut browser, &rp, &ada, "openid");
        browser.open("/logout").press("Sign out");
        app.tell();
        let (header, _) = sink.only().parts();
        assert_eq!(header["alg"], alg);
        rp.verified(sink.only().token(), "logout+jwt");
    }
    let app = setup.start();
    let metadata = app.ask(&Ask::get("/.well-known/openid-configuration")).expect(200).json();
    for channel in ["backchannel", "frontchannel"] {
        assert_eq!(metadata[format!("{channel}_logout_supported")], true);
        assert_eq!(metadata[format!("{channel}_logout_session_supported")], true);
    }
}

fn journey_j19_the_page_that_asks_names_the_clients_of_the_session(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    tokens(&mut browser, &app.relying_party("told"), &ada, "openid offline_access");
    let mut other = app.browser();
    tokens(&mut other, &app.relying_party("board"), &ada, "openid");
    let text = browser.open("/logout").page().text.clone();
    assert!(text.contains("Client told") && !text.contains("Beta Board"), "{text}");
}

fn who_gets_tokens_after_the_end_of_a_session_takes_no_part_in_it(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    let known = tokens(&mut browser, &app.relying_party("told"), &ada, "openid");
    let sid: SessionId = known.claims["sid"].as_str().unwrap().parse().unwrap();
    let parts = || app.snapshot().rows("session_clients").len();
    let take_part = |session: SessionId, client: &'static str| {
        app.write(move |cx| grants::take_part(cx, session, client));
        parts()
    };
    assert_eq!((parts(), take_part(sid, "told"), take_part(sid, "late")), (1, 1, 2));
    browser.open("/logout").press("Sign out");
    assert_eq!(take_part(sid, "later"), 2, "it has ended");
    let unknown = SessionId::from_uuid(SystemRandom.uuid());
    assert_eq!(take_part(unknown, "told"), 2, "it is gone");
}

fn prov_7_the_commit_of_a_sign_out_wakes_the_notifier_at_once(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    tokens(&mut browser, &app.relying_party("told"), &ada, "openid");
    let env = std::sync::Arc::clone(app.work().env());
    browser.open("/logout").press("Sign out");
    // The bell has rung already, or it never does.
    let rung =
        async { tokio::time::timeout(std::time::Duration::ZERO, env.sign_outs.notified()).await.is_ok() };
    assert!(app.wait(rung));
    let silent =
        async { tokio::time::timeout(std::time::Duration::ZERO, env.sign_outs.notified()).await.is_err() };
    assert!(app.wait(silent), "once");
}
