//! Refreshing, revoking, introspecting, and kinds of tokens (group T).

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use wayhome::model::IdentityState;

use super::{ann, arrive, facts};
use crate::app::{CLIENT_SECRET, Setup, on_both};
use crate::http::Ask;

on_both![
    sec_t01_a_refresh_token_that_comes_again_ends_its_family,
    sec_t02_fifty_refreshes_at_once_have_one_successor,
    sec_t04_a_refresh_token_belongs_to_its_client,
    sec_t05_nobody_gets_more_than_was_granted,
    sec_t06_what_ends_ends_its_tokens_at_once,
    sec_t07_no_refresh_moves_the_end,
    sec_t08_a_client_revokes_its_own_tokens_only,
    sec_t09_introspection_tells_only_whom_it_concerns,
    sec_t10_each_kind_of_token_opens_its_own_door,
];

fn sec_t01_a_refresh_token_that_comes_again_ends_its_family(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    let first = rp.redeem(&arrive(&mut browser, &rp, &who, &[]));
    let second = rp.refresh(&first);
    // Within the window the same token gets the same successor, until that one is used.
    assert_eq!(rp.refresh(&first).refresh, second.refresh);
    let third = rp.refresh(&second);
    assert_eq!(rp.refresh_answer(first.refresh()).expect(400).json()["error"], "invalid_grant");
    assert_eq!(rp.refresh_answer(third.refresh()).expect(400).json()["error"], "invalid_grant");
    assert!(!rp.is_alive(&third.access));
    assert_eq!(facts(&app, &who, "refresh.reuse_detected"), 1);
    // The person hears of it, once.
    assert_eq!(rp.refresh_answer(third.refresh()).status, 400);
    assert_eq!(app.mailbox().kinds("ann@example.org"), ["refresh_token_reused"]);
    let mail = app.mailbox().newest("ann@example.org").mail;
    assert!(mail.text.contains("House App") && mail.text.contains(&format!("{}/account", app.issuer)));
}

fn sec_t02_fifty_refreshes_at_once_have_one_successor(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    let tokens = rp.redeem(&arrive(&mut browser, &rp, &who, &[]));
    let fields =
        [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh()), ("client_id", "house")];
    let request = Ask::form("/oauth2/token", &fields);
    let start = Barrier::new(50);
    let successors: BTreeSet<String> = thread::scope(|scope| {
        let all: Vec<_> = (0..50)
            .map(|_| {
                let (start, request, address, host) = (&start, &request, app.public, app.host());
                scope.spawn(move || {
                    start.wait();
                    crate::http::send(address, host, request).expect(200).json()
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().unwrap()["refresh_token"].as_str().unwrap().to_owned()).collect()
    });
    assert_eq!(successors.len(), 1, "the family has forked");
    let next = successors.into_iter().next().unwrap();
    let _further = rp.refresh_answer(&next).expect(200);
}

fn sec_t04_a_refresh_token_belongs_to_its_client(setup: Setup) {
    let app = setup.start();
    let (who, house) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    let tokens = house.redeem(&arrive(&mut browser, &house, &who, &[]));
    for thief in ["spa", "shop"] {
        let answer = app.relying_party(thief).refresh_answer(tokens.refresh()).expect(400).json();
        assert_eq!(answer["error"], "invalid_grant", "{thief}");
    }
    let _next = house.refresh(&tokens);
}

fn sec_t05_nobody_gets_more_than_was_granted(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    let tokens = rp.redeem(&arrive(&mut browser, &rp, &who, &[("scope", "openid offline_access")]));
    let more = |extra: (&str, &str)| {
        rp.token(&[("grant_type", "refresh_token"), ("refresh_token", tokens.refresh()), extra]).expect(400)
    };
    assert_eq!(more(("scope", "openid email")).json()["error"], "invalid_scope");
    assert_eq!(more(("resource", "https://api.example.org")).json()["error"], "invalid_target");
    let narrow = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh()), ("scope", "openid")];
    assert_eq!(rp.token(&narrow).expect(200).json()["scope"], "openid");
    let robot = |scope: &str| {
        let fields = [("grant_type", "client_credentials"), ("scope", scope)];
        app.ask(&Ask::form("/oauth2/token", &fields).basic("robot", CLIENT_SECRET)).expect(400).json()
    };
    for scope in ["reports:write", "openid", "reports:read offline_access", "a\"b"] {
        assert_eq!(robot(scope)["error"], "invalid_scope", "{scope}");
    }
}

fn sec_t06_what_ends_ends_its_tokens_at_once(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    // Signing out ends what is not offline.
    let online = rp.redeem(&arrive(&mut browser, &rp, &who, &[("scope", "openid email")]));
    let offline = rp.redeem(&arrive(&mut browser, &rp, &who, &[]));
    browser.open("/logout").press("Sign out");
    assert!(!rp.is_alive(&online.access) && rp.is_alive(&offline.access));
    // Switching the person off ends everything, and switching them on again brings nothing back.
    let id = who.id;
    app.write(move |cx| wayhome::journey::set_state(cx, id, IdentityState::Inactive));
    assert!(!rp.is_alive(&offline.access));
    assert_eq!(rp.introspect(&offline.access)["active"], false);
    assert_eq!(rp.refresh_answer(offline.refresh()).expect(400).json()["error"], "invalid_grant");
    app.write(move |cx| wayhome::journey::set_state(cx, id, IdentityState::Active));
    assert!(!rp.is_alive(&offline.access));
    assert_eq!(rp.refresh_answer(offline.refresh()).expect(400).json()["error"], "invalid_grant");
    // Deleting the person, too.
    let tokens = rp.redeem(&arrive(&mut browser, &rp, &who, &[]));
    app.write(move |cx| wayhome::journey::delete_identity(cx, id));
    assert!(!rp.is_alive(&tokens.access));
    assert_eq!(rp.refresh_answer(tokens.refresh()).expect(400).json()["error"], "invalid_grant");
}

fn sec_t07_no_refresh_moves_the_end(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    let mut tokens = rp.redeem(&arrive(&mut browser, &rp, &who, &[]));
    for _ in 0..23 {
        app.advance(3600);
        tokens = rp.refresh(&tokens);
    }
    app.advance(3600);
    assert_eq!(rp.refresh_answer(tokens.refresh()).expect(400).json()["error"], "invalid_grant");
}

fn sec_t08_a_client_revokes_its_own_tokens_only(setup: Setup) {
    let app = setup.start();
    let (who, house, shop) = (ann(&app), app.relying_party("house"), app.relying_party("shop"));
    let mut browser = app.browser();
    let tokens = house.redeem(&arrive(&mut browser, &house, &who, &[]));
    for token in [tokens.refresh(), tokens.access.as_str(), "unknown", "wh_rt_x"] {
        shop.revoke(token);
    }
    assert!(house.is_alive(&tokens.access));
    house.revoke(&tokens.access);
    assert!(!house.is_alive(&tokens.access));
    let next = house.refresh(&tokens);
    house.revoke(next.refresh());
    assert!(!house.is_alive(&next.access));
    assert_eq!(house.refresh_answer(next.refresh()).expect(400).json()["error"], "invalid_grant");
}

fn sec_t09_introspection_tells_only_whom_it_concerns(setup: Setup) {
    let app = setup.start();
    let (who, house) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    let tokens = house.redeem(&arrive(&mut browser, &house, &who, &[]));
    let ask = Ask::form("/oauth2/introspect", &[("token", tokens.access.as_str())]);
    assert_eq!(app.ask(&ask).status, 401);
    // `shop` is no audience of the token: it hears no more than of any text.
    let foreign = app.ask(&ask.clone().basic("shop", CLIENT_SECRET)).expect(200).json();
    assert_eq!(foreign, serde_json::json!({"active": false}));
    let refresh = Ask::form("/oauth2/introspect", &[("token", tokens.refresh())]);
    assert_eq!(app.ask(&refresh.basic("shop", CLIENT_SECRET)).expect(200).json()["active"], false);
    let own = {
        let shop = app.relying_party("shop");
        let tokens = shop.redeem(&arrive(&mut browser, &shop, &who, &[]));
        shop.introspect(&tokens.access)
    };
    assert_eq!((&own["active"], &own["client_id"]), (&true.into(), &"shop".into()));
    app.advance(601);
    assert_eq!(house.introspect(&tokens.access)["active"], false);
}

fn sec_t10_each_kind_of_token_opens_its_own_door(setup: Setup) {
    let app = setup.start();
    let (who, rp) = (ann(&app), app.relying_party("house"));
    let mut browser = app.browser();
    let location = arrive(&mut browser, &rp, &who, &[]);
    let code = rp.code(&location);
    let tokens = rp.redeem(&location);
    let id = tokens.id.clone().unwrap();
    let session = browser.cookie("wayhome_session").unwrap();
    let cookie = browser.cookie("wayhome_browser").unwrap();
    let kinds = [
        ("access", tokens.access.as_str()),
        ("refresh", tokens.refresh()),
        ("id", id.as_str()),
        ("code", code.as_str()),
        ("session", session.as_str()),
        ("browser", cookie.as_str()),
    ];
    for (kind, value) in kinds {
        assert_eq!(rp.userinfo(value).status == 200, kind == "access", "{kind} as a bearer token");
        if kind != "refresh" {
            assert_eq!(rp.refresh_answer(value).status, 400, "{kind} as a refresh token");
        }
        let with = format!("wayhome_browser={cookie}; wayhome_session={value}");
        let account = app.ask(&Ask::get("/account").with("cookie", &with));
        assert_eq!(account.status == 200, kind == "session", "{kind} as a session");
        let hint = Ask::get(&format!(
            "/oauth2/sessions/logout?{}",
            crate::http::encoded(&[("id_token_hint", value)])
        ));
        let asks = app.ask(&hint.with("cookie", &with)).text();
        if kind != "id" && kind != "session" {
            assert!(!asks.contains("signed in as"), "{kind} as a hint");
        }
    }
    assert!(rp.is_alive(&tokens.access));
}
