//! The device asks again and again (RFC 8628 3.5).

use std::sync::Barrier;
use std::thread;

use wayhome::crypto::{PlainToken, TokenKind};
use wayhome::cx::Cx;
use wayhome::model::{GrantId, TokenDigest};
use wayhome::store;

use super::{DEVICE_CODE, Device, ada, refused, signed_in, start};
use crate::app::{Setup, TestApp, on_both};
use crate::http::{Answer, Ask, send};

on_both![
    a_device_waits_until_its_person_has_answered_and_then_acts_for_them,
    a_person_who_refuses_is_heard,
    a_code_that_ran_out_says_so,
    sec_n07_a_device_that_asks_too_fast_slows_down_each_time,
    sec_n07_a_device_code_gives_tokens_once_at_two_servers,
    sec_n07_of_many_that_take_a_device_code_at_once_one_gets_it,
    sec_n07_of_many_that_answer_at_once_the_first_is_heard,
    sec_n07_a_device_code_is_its_clients_alone,
    access_that_is_not_offline_ends_with_the_session,
    opaque_tokens_and_refreshes_work_as_everywhere,
];

fn a_device_waits_until_its_person_has_answered_and_then_acts_for_them(setup: Setup) {
    let app = start(setup);
    let who = ada(&app);
    let device = Device::asks(&app, "tv");
    device.hears("authorization_pending");
    let mut browser = signed_in(&app, &who);
    let signed_in_at = app.now().seconds();
    app.advance(60);
    browser.open("/device").submit([("user_code", &device.user_code.to_lowercase().replace('-', " "))]);
    browser.expect_path("/device/confirm");
    device.hears("authorization_pending");
    browser.press("Connect").expect_heading("device.done_title");
    let tokens = device.is_connected();
    tokens.expect_subject(&who.subject());
    assert!(
        tokens.claims["auth_time"].as_i64().is_some_and(|at| (signed_in_at - 2..=signed_in_at).contains(&at))
    );
    assert_eq!(tokens.claims["amr"], serde_json::json!(["pwd"]));
    assert_eq!(tokens.answer["scope"], "openid profile offline_access");
    let person = device.rp.userinfo(&tokens.access).expect(200).json();
    assert_eq!((&person["sub"], &person["name"]), (&who.subject().into(), &"Ada".into()));
    // The code is spent, and what it gave stays.
    for _ in 0..2 {
        device.hears("invalid_grant");
    }
    let next = device.rp.refresh(&tokens);
    assert!(device.rp.is_alive(&next.access));
}

fn a_person_who_refuses_is_heard(setup: Setup) {
    let app = start(setup);
    let device = Device::asks(&app, "tv");
    let mut browser = signed_in(&app, &ada(&app));
    device.answered_in(&mut browser, "Don't connect");
    browser.expect_heading("device.nothing_title");
    for _ in 0..2 {
        device.hears("access_denied");
    }
    assert!(app.snapshot().rows("grants").is_empty());
}

fn a_code_that_ran_out_says_so(setup: Setup) {
    let app = start(setup);
    let (device, late) = (Device::asks(&app, "tv"), Device::asks(&app, "tv"));
    let mut browser = signed_in(&app, &ada(&app));
    late.answered_in(&mut browser, "Connect");
    browser.open(&device.complete).expect_heading_with("device.confirm_title", &[("client", "Acme TV")]);
    app.advance(601);
    // Whoever answers now answers nothing.
    browser.press("Connect").expect_heading("device.over_title");
    device.hears("expired_token");
    late.hears("expired_token");
    browser.open("/device").submit([("user_code", &device.user_code)]).expect_heading("device.over_title");
    browser.click("Enter another code").expect_path("/device");
}

fn sec_n07_a_device_that_asks_too_fast_slows_down_each_time(setup: Setup) {
    let app = start(setup);
    let device = Device::asks(&app, "tv");
    refused(&device.polls_at_once(&[]), "authorization_pending");
    // 5, 10 and 15 seconds: each haste costs five more, for all that follows.
    refused(&device.polls_at_once(&[]), "slow_down");
    app.advance(5);
    refused(&device.polls_at_once(&[]), "slow_down");
    app.advance(14);
    refused(&device.polls_at_once(&[]), "slow_down");
    app.advance(20);
    refused(&device.polls_at_once(&[]), "authorization_pending");
    let rows = app.snapshot();
    assert_eq!(rows.rows("device_codes")[0]["interval_seconds"], 20);
    // An answer does not make haste good, and haste does not spoil the answer.
    device.answered_in(&mut signed_in(&app, &ada(&app)), "Connect");
    refused(&device.polls_at_once(&[]), "slow_down");
    app.advance(25);
    let _tokens = device.polls_at_once(&[]).expect(200);
    // A question that came too early is no fact.
    assert!(!app.snapshot().text().contains("slow_down"));
    assert!(!app.snapshot().text().contains("authorization_pending"));
}

fn sec_n07_a_device_code_gives_tokens_once_at_two_servers(setup: Setup) {
    const ASKERS: usize = 50;
    let app = start(setup);
    let twin = app.twin();
    let there = twin.as_ref().unwrap_or(&app);
    let who = ada(&app);
    let mut browser = signed_in(&app, &who);
    for round in 1..=4 {
        let device = Device::asks(&app, "tv");
        device.answered_in(&mut browser, "Connect");
        app.advance(5);
        let fields = [("grant_type", DEVICE_CODE), ("client_id", "tv"), ("device_code", &device.code)];
        let (ask, begin) = (Ask::form("/oauth2/token", &fields), Barrier::new(ASKERS));
        let answers: Vec<Answer> = thread::scope(|scope| {
            let all: Vec<_> = (0..ASKERS)
                .map(|n| {
                    let (ask, begin, host) = (&ask, &begin, app.host());
                    let address = [app.public, there.public][n % 2];
                    scope.spawn(move || {
                        begin.wait();
                        send(address, host, ask)
                    })
                })
                .collect();
            all.into_iter().map(|one| one.join().expect("an answer")).collect()
        });
        let good = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(good, 1, "one code gave tokens more or less than once");
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            let error = answer.clone().expect(400).json()["error"].as_str().map(str::to_owned);
            assert!(matches!(error.as_deref(), Some("slow_down" | "invalid_grant")), "{error:?}");
        }
        assert_eq!(app.snapshot().rows("grants").len(), round);
        app.advance(60);
        device.hears("invalid_grant");
    }
}

/// Runs the same use case many times at once, at each server in turn; how often it was the one.
fn winners(
    servers: [&TestApp; 2],
    act: impl Fn(usize, &mut Cx<'_>) -> wayhome::cx::Result<bool> + Send + Sync + Clone + 'static,
) -> usize {
    let begin = Barrier::new(20);
    thread::scope(|scope| {
        let all: Vec<_> = (0..20)
            .map(|n| {
                let (begin, server, act) = (&begin, servers[n % 2], act.clone());
                scope.spawn(move || {
                    begin.wait();
                    server.write(move |cx| act(n, cx))
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().expect("it works")).filter(|won| *won).count()
    })
}

fn digest_of(device: &Device<'_>) -> TokenDigest {
    PlainToken::parse(TokenKind::DeviceCode, &device.code).expect("a device code").digest()
}

/// The pace of the questions lets one through at a time; this looks behind it.
fn sec_n07_of_many_that_take_a_device_code_at_once_one_gets_it(setup: Setup) {
    let app = start(setup);
    let twin = app.twin();
    let servers = [&app, twin.as_ref().unwrap_or(&app)];
    let device = Device::asks(&app, "tv");
    let digest = digest_of(&device);
    let take = move |_: usize, cx: &mut Cx<'_>| {
        let grant = GrantId::from_uuid(cx.random().uuid());
        Ok(store::device_codes::consume(cx.db, &digest, grant, cx.now)?)
    };
    assert_eq!(winners(servers, take), 0, "nobody has allowed it");
    device.answered_in(&mut signed_in(&app, &ada(&app)), "Connect");
    assert_eq!(winners(servers, take), 1);
    assert_eq!(winners(servers, take), 0);
}

fn sec_n07_of_many_that_answer_at_once_the_first_is_heard(setup: Setup) {
    let app = start(setup);
    let twin = app.twin();
    let servers = [&app, twin.as_ref().unwrap_or(&app)];
    let who = ada(&app);
    let _browser = signed_in(&app, &who);
    let device = Device::asks(&app, "tv");
    let digest = digest_of(&device);
    let say = move |n: usize, cx: &mut Cx<'_>| {
        let sessions = wayhome::identity::sessions::list(cx, who.id)?;
        let code = store::device_codes::find(cx.db, &digest)?.expect("the code");
        wayhome::oauth2::device::answer(cx, &code, &sessions[0], n % 2 == 0)
    };
    assert_eq!(winners(servers, say), 1);
    let rows = app.snapshot();
    let said = rows
        .rows("events")
        .iter()
        .filter(|event| event["kind"] == "device.allowed" || event["kind"] == "device.denied");
    assert_eq!(said.count(), 1);
}

fn sec_n07_a_device_code_is_its_clients_alone(setup: Setup) {
    let app = start(setup);
    let device = Device::asks_for(&app, "tv", "openid");
    device.answered_in(&mut signed_in(&app, &ada(&app)), "Connect");
    let fields = [("grant_type", DEVICE_CODE), ("device_code", device.code.as_str())];
    for other in ["radio", "kiosk"] {
        refused(&app.relying_party(other).token(&fields), "invalid_grant");
    }
    // It was neither spent nor slowed down.
    let _tokens = device.polls_at_once(&[]).expect(200);
    let events = app.snapshot();
    let mismatches = events.rows("events").iter().filter(|event| event["kind"] == "device.client_mismatch");
    assert_eq!(mismatches.count(), 2);
}

fn access_that_is_not_offline_ends_with_the_session(setup: Setup) {
    let app = start(setup);
    let who = ada(&app);
    let mut browser = signed_in(&app, &who);
    let (before, after) = (Device::asks_for(&app, "tv", "openid"), Device::asks_for(&app, "tv", "openid"));
    let offline = Device::asks(&app, "tv");
    for device in [&before, &after, &offline] {
        device.answered_in(&mut browser, "Connect");
    }
    let tokens = before.is_connected();
    assert!(tokens.refresh.is_none() && before.rp.is_alive(&tokens.access));
    browser.open("/logout").press("Sign out");
    assert!(!before.rp.is_alive(&tokens.access));
    after.hears("access_denied");
    let kept = offline.is_connected();
    assert!(offline.rp.is_alive(&kept.access));
}

fn opaque_tokens_and_refreshes_work_as_everywhere(setup: Setup) {
    let app = start(setup);
    let who = ada(&app);
    let device = Device::asks_for(&app, "radio", "openid films:read");
    device.answered_in(&mut signed_in(&app, &who), "Connect");
    let tokens = device.is_connected();
    tokens.expect_subject(&who.subject());
    assert!(tokens.refresh.is_none(), "nobody asked for offline_access");
    device.rp.revoke(&tokens.access);
    assert!(!device.rp.is_alive(&tokens.access));
}
