//! A client's server that is down, slow, wrong, or told by several processes (F15).

use std::time::Duration;

use wayhome::model::{LogoutNotice, LogoutNoticeId, SessionId};
use wayhome::notifier::Notifier;
use wayhome::random::{Random as _, SystemRandom};
use wayhome::store;
use wayhome::store::lots::Lot;

use super::{tokens, with_listener};
use crate::app::{Setup, TestApp, on_both};
use crate::logout_sink::{LogoutSink, Treatment};
use crate::people::{PASSWORD, Person};

on_both![
    sec_f15_a_client_that_was_down_is_told_when_it_is_back,
    sec_f15_a_refusal_is_final_and_everything_else_is_not,
    sec_f15_a_client_that_stays_down_is_given_up_within_a_day,
    sec_f15_what_a_dead_process_left_behind_is_told_by_the_next,
    sec_f15_two_processes_tell_each_client_once,
    sec_f15_a_slow_client_delays_no_other,
    sec_f15_who_is_registered_no_more_is_not_told,
    sec_q05_an_address_inside_the_network_is_never_asked,
];

/// Signs in at the client, and out.
fn signed_out(app: &TestApp) -> Person {
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    tokens(&mut browser, &app.relying_party("told"), &ada, "openid");
    browser.open("/logout").press("Sign out");
    ada
}

fn sec_f15_a_client_that_was_down_is_told_when_it_is_back(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    signed_out(&app);
    sink.next(&[Treatment::Drop, Treatment::Answer(503), Treatment::Answer(204)]);
    assert_eq!(app.tell(), 1);
    assert_eq!(app.tell(), 0, "not again at once");
    app.advance(7);
    assert_eq!(app.tell(), 1);
    app.advance(7);
    assert_eq!(app.tell(), 0, "the second wait is longer");
    app.advance(15);
    assert_eq!(app.tell(), 1);
    assert_eq!(app.waiting(), 0);
    let facts = app.facts();
    assert_eq!(facts.len(), 1);
    assert_eq!(facts[0].0, "logout.notified");
    assert!(facts[0].1["data"].to_string().contains("attempts"), "{facts:?}");
    // Every attempt has a token of its own, of its own time.
    let claims: Vec<_> = sink.posted().iter().map(|posted| posted.parts().1).collect();
    assert_eq!(claims.len(), 3);
    for pair in claims.windows(2) {
        assert_ne!(pair[0]["jti"], pair[1]["jti"]);
        assert!(pair[0]["exp"].as_i64() < pair[1]["exp"].as_i64());
        assert_eq!(pair[0]["sid"], pair[1]["sid"]);
    }
    // They are known by one key, though.
    let keys: Vec<_> = sink.posted().iter().map(|posted| posted.header("idempotency-key")).collect();
    assert!(keys[0].as_ref().is_some_and(|key| key.len() == 36), "{keys:?}");
    assert!(keys.windows(2).all(|pair| pair[0] == pair[1]), "{keys:?}");
}

fn sec_f15_a_refusal_is_final_and_everything_else_is_not(setup: Setup) {
    for (treatment, kept) in [
        (Treatment::Answer(400), false),
        (Treatment::Answer(200), false),
        (Treatment::Answer(204), false),
        (Treatment::Answer(201), true),
        (Treatment::Answer(401), true),
        (Treatment::Answer(404), true),
        (Treatment::Answer(500), true),
        (Treatment::Redirect, true),
        (Treatment::Drop, true),
    ] {
        let sink = LogoutSink::start();
        let app = with_listener(setup.clone(), &sink);
        signed_out(&app);
        sink.next(&[treatment]);
        app.tell();
        assert_eq!(app.waiting() == 1, kept, "{treatment:?}");
        assert!(sink.only().line.starts_with("POST /signed-out"), "no redirect is followed");
        let facts: Vec<String> = app.facts().into_iter().map(|(kind, _)| kind).collect();
        let wanted = match treatment {
            Treatment::Answer(400) => vec!["logout.abandoned"],
            _ if kept => vec![],
            _ => vec!["logout.notified"],
        };
        assert_eq!(facts, wanted, "{treatment:?}");
    }
}

fn sec_f15_a_client_that_stays_down_is_given_up_within_a_day(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    signed_out(&app);
    sink.next(&[Treatment::Answer(500); 20]);
    let mut hours = 0;
    while app.waiting() > 0 {
        // Whatever is due, round after round.
        while app.tell() > 0 {}
        app.advance(3_600);
        hours += 1;
        assert!(hours < 30, "it is never given up");
    }
    assert!((2..=10).contains(&sink.posted().len()), "{}", sink.posted().len());
    let facts = app.facts();
    assert_eq!(facts.len(), 1);
    assert_eq!(facts[0].0, "logout.abandoned");
    assert!(facts[0].1["data"].to_string().contains("status 500"), "{facts:?}");
}

fn sec_f15_what_a_dead_process_left_behind_is_told_by_the_next(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    signed_out(&app);
    // A process takes the notice, and dies before it says what became of it.
    let claimed = app.write(|cx| {
        let until = cx.now + Duration::from_secs(60);
        Ok(store::logout_notices::claim_due(cx.db, cx.now, &Lot::of("the dead one", until, 16))?)
    });
    assert_eq!((claimed.len(), claimed[0].attempts), (1, 1));
    assert_eq!(app.tell(), 0, "its lease holds");
    app.advance(61);
    assert_eq!(app.tell(), 1);
    assert_eq!((sink.posted().len(), app.waiting()), (1, 0));
    // Should the dead one have been slow only, it changes nothing any more.
    let id = claimed[0].id;
    let late = app.write(move |cx| {
        Ok((
            store::logout_notices::put_off(cx.db, id, "the dead one", cx.now, "late")?,
            store::logout_notices::delete(cx.db, id)?,
        ))
    });
    assert_eq!(late, (false, false));
}

fn sec_f15_two_processes_tell_each_client_once(setup: Setup) {
    const NOTICES: usize = 40;
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    let twin = app.twin();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    app.write(move |cx| {
        for _ in 0..NOTICES {
            let notice = LogoutNotice {
                id: LogoutNoticeId::from_uuid(SystemRandom.uuid()),
                client_id: "told".to_owned(),
                identity: ada.id,
                session: SessionId::from_uuid(SystemRandom.uuid()),
                attempts: 0,
                created_at: cx.now,
                expires_at: cx.now + Duration::from_secs(3_600),
            };
            store::logout_notices::insert(cx.db, &notice)?;
        }
        Ok(())
    });
    let here = Notifier::new(app.work().clone());
    let there = Notifier::new(twin.as_ref().unwrap_or(&app).work().clone());
    let (one, two) = app.wait(async { tokio::join!(here.tell_due(), there.tell_due()) });
    assert_eq!(one.unwrap() + two.unwrap(), NOTICES);
    let mut sessions: Vec<String> =
        sink.posted().iter().map(|posted| posted.parts().1["sid"].to_string()).collect();
    sessions.sort();
    sessions.dedup();
    assert_eq!((sessions.len(), sink.posted().len(), app.waiting()), (NOTICES, NOTICES, 0));
    drop(twin);
}

fn sec_f15_a_slow_client_delays_no_other(setup: Setup) {
    let [slow, quick] = [(); 2].map(|()| LogoutSink::start());
    let app = setup
        .clients(&super::listening("slow", &slow, ""))
        .clients(&super::listening("quick", &quick, ""))
        .start();
    let ada = app.identity("ada@example.org").with_password(PASSWORD);
    let mut browser = app.browser();
    tokens(&mut browser, &app.relying_party("slow"), &ada, "openid");
    tokens(&mut browser, &app.relying_party("quick"), &ada, "openid");
    browser.open("/logout").press("Sign out");
    slow.next(&[Treatment::Hang]);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let running = app.spawn(Notifier::new(app.work().clone()).run(stopped));
    quick.wait_for(1);
    slow.wait_for(1);
    // Who stops waits for what is under way, for as long as an answer is waited for.
    stop.send(true).unwrap();
    app.wait(running).unwrap();
    assert_eq!(app.waiting(), 1, "the slow one is told again later");
    assert_eq!((slow.posted().len(), quick.posted().len()), (1, 1));
}

fn sec_f15_who_is_registered_no_more_is_not_told(setup: Setup) {
    let sink = LogoutSink::start();
    let app = with_listener(setup, &sink);
    signed_out(&app);
    let without = app.clients_text().replace("id = \"told\"", "id = \"renamed\"");
    app.load_clients(&without);
    assert_eq!(app.tell(), 1);
    assert!(sink.posted().is_empty());
    assert_eq!((app.facts()[0].0.as_str(), app.waiting()), ("logout.abandoned", 0));
}

fn sec_q05_an_address_inside_the_network_is_never_asked(setup: Setup) {
    // A server in use does not ask its own machine, whatever a client has registered.
    let sink = LogoutSink::start();
    let app = with_listener(setup.production(), &sink);
    signed_out(&app);
    assert_eq!(app.tell(), 1);
    assert!(sink.posted().is_empty());
    assert_eq!(app.facts()[0].0, "logout.abandoned");
}
