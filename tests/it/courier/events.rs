//! The log of events, as administrators read it.

use serde_json::Value;
use wayhome::model::Event;

use crate::app::{Setup, TestApp, on_both};
use crate::http::Ask;
use crate::people::PASSWORD;

on_both![
    seed_s15_the_log_tells_what_happened_and_who_brought_it_about,
    sec_i01_the_log_comes_in_pages_that_nobody_can_forge,
];

fn listed(app: &TestApp, query: &str) -> Vec<Value> {
    let answer = app.ask_admin(&Ask::get(&format!("/admin/events{query}"))).expect(200);
    answer.json().as_array().unwrap().clone()
}

fn seed_s15_the_log_tells_what_happened_and_who_brought_it_about(setup: Setup) {
    let app = setup.start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let since = app.now();
    app.advance(1);
    let mut browser = app.browser();
    browser.open("/login");
    browser.sign_in(&ada);
    let all = listed(&app, "");
    assert!(all.windows(2).all(|pair| pair[0]["at"].as_str() >= pair[1]["at"].as_str()), "the newest first");
    let of_ada = listed(&app, &format!("?identity_id={}&kind=login.succeeded&kind=session.started", ada.id));
    let mut kinds: Vec<&str> = of_ada.iter().map(|event| event["type"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["login.succeeded", "session.started"]);
    for event in &of_ada {
        assert_eq!(
            (&event["origin"], &event["identity_id"]),
            (&"self_service".into(), &ada.id.to_string().into())
        );
        assert_eq!(event["peer"], "127.0.0.1");
        assert!(event["request_id"].is_string() && event["details"].is_object(), "{event}");
    }
    let before = listed(&app, &format!("?until={}", since.rfc3339()));
    let after = listed(&app, &format!("?since={}", since.rfc3339()));
    assert_eq!(before.len() + after.len(), listed(&app, "").len());
    assert!(after.iter().any(|event| event["type"] == "login.succeeded"));
    assert!(before.iter().all(|event| event["type"] != "login.succeeded"));
    assert!(listed(&app, "?kind=no.such_kind").is_empty());
}

fn sec_i01_the_log_comes_in_pages_that_nobody_can_forge(setup: Setup) {
    let app = setup.start();
    app.write(|cx| (0..7).try_for_each(|n| cx.record(Event::new("t.one").with("n", n))));
    app.advance(1);
    app.write(|cx| (7..9).try_for_each(|n| cx.record(Event::new("t.one").with("n", n))));
    let mut seen = Vec::new();
    let mut next = Some("/admin/events?kind=t.one&page_size=2".to_owned());
    while let Some(target) = next {
        let answer = app.ask_admin(&Ask::get(&target)).expect(200);
        seen.extend(
            answer.json().as_array().unwrap().iter().map(|event| event["details"]["n"].as_i64().unwrap()),
        );
        let link = answer.header("link").unwrap().to_owned();
        next = link
            .split(',')
            .find(|part| part.contains("rel=\"next\""))
            .map(|part| part.trim().trim_start_matches('<').split('>').next().unwrap().to_owned());
    }
    assert_eq!(seen.len(), 9);
    assert!(seen[..2].iter().all(|n| *n >= 7), "{seen:?}");
    seen.sort_unstable();
    assert_eq!(seen, (0..9).collect::<Vec<_>>());
    for bad in [
        "?page_token=forged",
        "?page_size=0",
        "?page_size=1001",
        "?since=yesterday",
        "?identity_id=ada",
        "?sort=at",
        "?until=2026-11-26",
        "?identity_id=' or 1=1",
    ] {
        app.ask_admin(&Ask::get(&format!("/admin/events{}", bad.replace(' ', "%20")))).expect(400);
    }
}
