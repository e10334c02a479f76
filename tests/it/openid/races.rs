//! Many at once, at two servers of one PostgreSQL: one question has one answer, and one hybrid code gives tokens once.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use super::{Delivered, ann, answer, of_type, old, old_house};
use crate::app::{Setup, TestApp, on_both};
use crate::browser::From;
use crate::http::{Answer, Ask, send};
use crate::relying_party::RelyingParty;

on_both![
    sec_c09_of_a_hundred_redemptions_of_a_hybrid_code_one_succeeds,
    sec_t02_fifty_refreshes_of_a_client_with_opaque_tokens_have_one_successor,
    sec_n02_a_question_that_is_answered_many_times_at_once_gives_one_code,
];

/// Sends the same request many times at once, to each server in turn.
#[track_caller]
fn at_once(count: usize, servers: &[&TestApp], ask: &Ask) -> Vec<Answer> {
    let host = servers[0].host();
    let addresses: Vec<_> = servers.iter().map(|server| server.public).collect();
    let start = Barrier::new(count);
    thread::scope(|scope| {
        let all: Vec<_> = (0..count)
            .map(|n| {
                let (start, address) = (&start, addresses[n % addresses.len()]);
                scope.spawn(move || {
                    start.wait();
                    send(address, host, ask)
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().expect("an answer")).collect()
    })
}

/// The redemption of a code, with the client's secret.
#[track_caller]
fn redemption(rp: &RelyingParty<'_>, got: &Delivered) -> Ask {
    rp.redemption(&got.as_code(rp.redirect_uri())).basic(&rp.client.id, crate::app::CLIENT_SECRET)
}

fn sec_c09_of_a_hundred_redemptions_of_a_hybrid_code_one_succeeds(setup: Setup) {
    let app = setup.clients(&old_house("old", "")).start();
    let twin = app.twin();
    let there = twin.as_ref().unwrap_or(&app);
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let mut browser = app.browser();
    for kind in ["code", "code id_token", "code id_token token"] {
        let got = answer(&mut browser, &rp, &who, &of_type(kind, &[]));
        let answers = at_once(100, &[&app, there], &redemption(&rp, &got));
        let good: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(good.len(), 1, "{kind}: one code gave tokens more or less than once");
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!((answer.status, &answer.json()["error"]), (400, &"invalid_grant".into()));
        }
        let access = good[0].json()["access_token"].as_str().map(str::to_owned).expect("an access token");
        assert!(rp.is_alive(&access));
        // What came through the browser is a grant of its own.
        assert!(got.get("access_token").is_none_or(|access| rp.is_alive(access)));
    }
}

fn sec_t02_fifty_refreshes_of_a_client_with_opaque_tokens_have_one_successor(setup: Setup) {
    let app = setup.clients(&old_house("old", "access_token_format = \"opaque\"\n")).start();
    let twin = app.twin();
    let there = twin.as_ref().unwrap_or(&app);
    let (who, rp) = (ann(&app), app.relying_party("old"));
    let got = answer(&mut app.browser(), &rp, &who, &of_type("code", &[("scope", "openid offline_access")]));
    let mut present = got.redeem(&rp, rp.redirect_uri()).refresh().to_owned();
    for _ in 0..4 {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", present.as_str())];
        let ask = Ask::form("/oauth2/token", &fields).basic("old", crate::app::CLIENT_SECRET);
        let successors: BTreeSet<String> = at_once(50, &[&app, there], &ask)
            .into_iter()
            .map(|answer| answer.expect(200).json()["refresh_token"].as_str().expect("a token").to_owned())
            .collect();
        assert_eq!(successors.len(), 1, "the family has forked");
        present = successors.into_iter().next().expect("a token");
    }
    rp.refresh_answer(&present).expect(200);
}

fn sec_n02_a_question_that_is_answered_many_times_at_once_gives_one_code(setup: Setup) {
    let app = setup.clients(&old("asks", "")).start();
    let twin = app.twin();
    let there = twin.as_ref().unwrap_or(&app);
    let (who, rp) = (ann(&app), app.relying_party("asks"));
    let mut browser = app.browser();
    browser.open("/login").sign_in(&who);
    for kind in ["code", "code id_token token"] {
        browser
            .open(rp.authorization_url_with(&of_type(kind, &[("prompt", "consent")])))
            .expect_path("/consent");
        let page = browser.page().clone();
        let (form, button) = page.button("Allow").expect("the question");
        let pairs = form.pairs(Some(button));
        let borrowed: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let ask = browser.dressed(Ask::form(&form.action, &borrowed), From::OurPage, true);
        let mut codes = BTreeSet::new();
        for answer in at_once(20, &[&app, there], &ask) {
            let location = answer.clone().expect(303).header("location").expect("a way").to_owned();
            let rest = location.strip_prefix(rp.redirect_uri()).unwrap_or_else(|| panic!("{location}"));
            let mut pairs = url::form_urlencoded::parse(rest.trim_start_matches(['?', '#']).as_bytes());
            codes.insert(pairs.find(|(name, _)| name == "code").expect("a code").1.into_owned());
        }
        assert_eq!(codes.len(), 1, "{kind}: {codes:?}");
        assert_eq!(
            app.count("SELECT count(*) AS n FROM authorization_codes WHERE used_at IS NULL"),
            1,
            "{kind}"
        );
        let code = codes.into_iter().next().expect("a code");
        let got = Delivered {
            mode: "query",
            pairs: vec![
                ("code".to_owned(), code),
                ("state".to_owned(), super::STATE.to_owned()),
                ("iss".to_owned(), app.issuer.clone()),
            ],
        };
        got.redeem(&rp, rp.redirect_uri()).expect_subject(&who.subject());
    }
}
