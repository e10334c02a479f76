//! Webhooks: who is told what, once, in which order, and what becomes of a target that misbehaves.

use serde_json::{Value, json};
use wayhome::courier::{Redelivery, redeliver};
use wayhome::crypto::hmac_sha256;
use wayhome::cx::Caller;
use wayhome::identity::administration;
use wayhome::journey;
use wayhome::model::{DeliveryStatus, Event, IdentityId, IdentityState, WebhookDelivery};
use wayhome::store;
use wayhome::store::webhook_deliveries::Wanted;

use crate::app::{Setup, TestApp, on_both};
use crate::http::Ask;
use crate::logout_sink::{LogoutSink, Posted, Treatment};
use crate::people::PASSWORD;

on_both![
    seed_s15_every_origin_is_told_and_named,
    seed_s15_what_is_rolled_back_is_not_told,
    seed_s15_a_webhook_is_told_what_it_asked_for_and_nothing_else,
    seed_s15_a_template_makes_the_body_and_can_say_that_nothing_is_sent,
    seed_s15_the_events_of_one_identity_arrive_in_their_order,
    sec_f15_a_target_that_hangs_redirects_or_floods_has_an_answer_and_nothing_is_lost,
    sec_f15_a_target_that_stays_away_is_given_up_and_can_be_told_again,
    sec_f15_a_broken_target_delays_no_other,
    sec_f16_two_processes_tell_each_event_once,
    sec_i07_a_delivery_is_signed_with_every_secret,
    sec_p01_what_waits_is_sealed,
];

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn hook(id: &str, sink: &LogoutSink, events: &str, more: &str) -> String {
    format!(
        "[[webhook]]\nid = \"{id}\"\nurl = \"{}{id}\"\nevents = {events}\nsecret = {{ env = \"HOOK_SECRET\" }}\n{more}\n",
        sink.url()
    )
}

fn hooked(setup: Setup, toml: &str) -> TestApp {
    setup.file(toml).variable("HOOK_SECRET", SECRET).start()
}

fn deliveries(app: &TestApp) -> Vec<WebhookDelivery> {
    app.write(|cx| Ok(store::webhook_deliveries::list(cx.db, &Wanted::default(), None, 100)?))
}

fn kinds(posted: &[Posted]) -> Vec<String> {
    posted.iter().map(|one| one.json()["type"].as_str().unwrap().to_owned()).collect()
}

/// Tells whatever is due, turn after turn, because what is about one identity goes one after the other.
fn tell_all(app: &TestApp) -> usize {
    std::iter::from_fn(|| Some(app.tell_webhooks()).filter(|told| *told > 0)).sum()
}

fn seed_s15_every_origin_is_told_and_named(setup: Setup) {
    let sink = LogoutSink::start();
    let app = hooked(setup, &hook("users", &sink, "[\"identity.*\"]", ""));
    // A person, on the pages.
    let mut browser = app.browser();
    browser.open("/registration");
    browser.submit([("traits.email", "ada@example.org"), ("traits.name", "Ada"), ("password", PASSWORD)]);
    let code = app.mailbox().code_for("ada@example.org");
    browser.submit([("code", &code)]);
    // An administrator, through the API.
    let body = json!({"schema_id": "default", "traits": {"email": "ben@example.org"}});
    let made = app.ask_admin(&Ask::json("POST", "/admin/identities", &body)).expect(201).json();
    let ben: IdentityId = made["id"].as_str().unwrap().parse().unwrap();
    // An operator, on the command line.
    let work = app.work().on_behalf_of(Caller::command_line());
    app.wait(work.write(move |cx| journey::set_state(cx, ben, IdentityState::Inactive))).unwrap();
    app.advance(1);
    app.wait(work.write(move |cx| journey::delete_identity(cx, ben))).unwrap();
    assert_eq!(tell_all(&app), 4);
    let told: Vec<(String, String, Value)> = sink
        .posted()
        .iter()
        .map(|posted| {
            let body = posted.json();
            let text = |key: &str| body[key].as_str().unwrap().to_owned();
            (text("type"), text("origin"), body["data"]["identity"]["traits"]["email"].clone())
        })
        .collect();
    for expected in [
        ("identity.created", "self_service", json!("ada@example.org")),
        ("identity.created", "admin", json!("ben@example.org")),
        ("identity.deactivated", "command_line", json!("ben@example.org")),
        ("identity.deleted", "command_line", Value::Null),
    ] {
        let expected = (expected.0.to_owned(), expected.1.to_owned(), expected.2);
        assert!(told.contains(&expected), "{expected:?} is not in {told:?}");
    }
    let deleted = sink.posted().into_iter().find(|one| one.json()["type"] == "identity.deleted").unwrap();
    assert_eq!(deleted.json()["data"]["identity_id"], ben.to_string());
    // What is told is in the log, under the same id.
    let events =
        app.write(|cx| Ok(store::events::list(cx.db, &store::events::Wanted::default(), None, 100)?));
    for posted in sink.posted() {
        let id = posted.json()["id"].as_str().unwrap().to_owned();
        assert!(events.iter().any(|event| event.id.to_string() == id), "{id}");
    }
}

fn seed_s15_what_is_rolled_back_is_not_told(setup: Setup) {
    let sink = LogoutSink::start();
    let app = hooked(setup, &hook("all", &sink, "[\"*\"]", ""));
    let refused: wayhome::cx::Result<()> = app.wait(app.work().write(|cx| {
        cx.record(Event::new("identity.created"))?;
        Err(wayhome::cx::Fault::Internal("no".to_owned()))
    }));
    assert!(refused.is_err());
    assert_eq!((deliveries(&app).len(), app.tell_webhooks()), (0, 0));
}

fn seed_s15_a_webhook_is_told_what_it_asked_for_and_nothing_else(setup: Setup) {
    let [one, two] = [(); 2].map(|()| LogoutSink::start());
    let toml = hook("one", &one, "[\"credential.changed\", \"session.*\"]", "")
        + &hook("two", &two, "[\"*.created\"]", "");
    let app = hooked(setup, &toml);
    app.write(|cx| {
        for kind in
            ["credential.changed", "session.started", "login.failed", "identity.created", "api_key.created"]
        {
            cx.record(Event::new(kind).with("why", "a test"))?;
        }
        Ok(())
    });
    assert_eq!(tell_all(&app), 4);
    let sorted = |sink: &LogoutSink| {
        let mut kinds = kinds(&sink.posted());
        kinds.sort();
        kinds
    };
    assert_eq!(sorted(&one), ["credential.changed", "session.started"]);
    assert_eq!(sorted(&two), ["api_key.created", "identity.created"]);
    assert_eq!(one.posted()[0].json()["data"]["details"], json!({"why": "a test"}));
    assert_eq!(one.posted()[0].line, "POST /one");
    let listed = app.ask_admin(&Ask::get("/admin/webhook-deliveries?webhook=two")).expect(200).json();
    let rows = listed.as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row["status"] == "delivered" && row["attempts"] == 1), "{listed}");
    app.ask_admin(&Ask::get("/admin/webhook-deliveries?status=lost")).expect(400);
}

fn seed_s15_a_template_makes_the_body_and_can_say_that_nothing_is_sent(setup: Setup) {
    let sink = LogoutSink::start();
    let template = "function(ctx) if ctx.type == 'login.failed' then error 'cancel' else { what: ctx.type, who: ctx.origin, }";
    let toml = hook("hook", &sink, "[\"*\"]", "body = \"hook.jsonnet\"");
    let app = hooked(setup.beside("hook.jsonnet", template), &toml);
    app.write(|cx| {
        cx.record(Event::new("login.failed"))?;
        cx.record(Event::new("login.succeeded"))
    });
    assert_eq!(tell_all(&app), 2);
    assert_eq!(sink.only().json(), json!({"what": "login.succeeded", "who": "system"}));
    let mut statuses: Vec<&str> = deliveries(&app).iter().map(|one| one.status.name()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, ["delivered", "skipped"]);
}

fn seed_s15_the_events_of_one_identity_arrive_in_their_order(setup: Setup) {
    let sink = LogoutSink::start();
    let app = hooked(setup, &hook("hook", &sink, "[\"identity.*\", \"t.*\"]", ""));
    let ada = app.identity("ada@example.org").with_password(PASSWORD).id;
    let ben = app.identity("ben@example.org").with_password(PASSWORD).id;
    tell_all(&app);
    let before = sink.posted().len();
    app.write(move |cx| {
        for kind in ["t.one", "t.two", "t.three"] {
            cx.record(Event::new(kind).of(ada))?;
        }
        Ok(())
    });
    app.advance(1);
    app.write(move |cx| {
        cx.record(Event::new("t.four").of(ada))?;
        cx.record(Event::new("t.of_ben").of(ben))
    });
    // The first of Ada's fails: the others of hers wait for it, and Ben's does not.
    sink.next(&[Treatment::Answer(500)]);
    while kinds(&sink.posted()[before..]).len() < 2 {
        app.tell_webhooks();
    }
    let mut first: Vec<String> = kinds(&sink.posted()[before..]);
    first.sort();
    let of_ada = first.contains(&"t.one".to_owned());
    assert!(first.contains(&"t.of_ben".to_owned()) && (of_ada || first.len() == 2), "{first:?}");
    app.advance(10);
    tell_all(&app);
    let all = kinds(&sink.posted()[before..]);
    let mut of_ada: Vec<&str> = all.iter().map(String::as_str).filter(|kind| *kind != "t.of_ben").collect();
    of_ada.dedup();
    assert_eq!(of_ada, ["t.one", "t.two", "t.three", "t.four"]);
}

fn sec_f15_a_target_that_hangs_redirects_or_floods_has_an_answer_and_nothing_is_lost(setup: Setup) {
    for (treatment, reason) in [
        (Treatment::Redirect, "the receiver redirects (307), which is not followed"),
        (Treatment::FloodOfHeaders, "the answer is too large"),
        (Treatment::Drop, "the connection broke"),
        (Treatment::Answer(404), "the receiver answers 404"),
        (Treatment::Answer(503), "the receiver answers 503"),
        (Treatment::Hang, "it took too long"),
    ] {
        let sink = LogoutSink::start();
        let app = hooked(setup.clone(), &hook("hook", &sink, "[\"t.*\"]", ""));
        app.write(|cx| cx.record(Event::new("t.one")));
        sink.next(&[treatment]);
        assert_eq!(app.tell_webhooks(), 1);
        let [waiting] = deliveries(&app).try_into().unwrap();
        assert_eq!(waiting.status, DeliveryStatus::Queued, "{treatment:?}");
        assert!(waiting.last_error.as_deref().unwrap().starts_with(reason), "{:?}", waiting.last_error);
        app.advance(7);
        assert_eq!(app.tell_webhooks(), 1);
        assert_eq!(deliveries(&app)[0].status, DeliveryStatus::Delivered);
        let [first, second] = sink.posted().try_into().unwrap();
        assert_eq!((&first.body, first.header("webhook-id")), (&second.body, second.header("webhook-id")));
        assert_eq!(first.header("webhook-id"), first.header("idempotency-key"));
        assert_ne!(first.header("webhook-timestamp"), second.header("webhook-timestamp"));
    }
    // A gigabyte after the status is nobody's business.
    let sink = LogoutSink::start();
    let app = hooked(setup, &hook("hook", &sink, "[\"t.*\"]", ""));
    app.write(|cx| cx.record(Event::new("t.one")));
    sink.next(&[Treatment::Flood]);
    app.tell_webhooks();
    assert_eq!(deliveries(&app)[0].status, DeliveryStatus::Delivered);
}

fn sec_f15_a_target_that_stays_away_is_given_up_and_can_be_told_again(setup: Setup) {
    let sink = LogoutSink::start();
    let app = hooked(setup, &hook("hook", &sink, "[\"*\"]", ""));
    app.write(|cx| cx.record(Event::new("t.one")));
    sink.next(&[Treatment::Answer(500); 13]);
    let mut hours = 0;
    while deliveries(&app)[0].status != DeliveryStatus::Abandoned {
        tell_all(&app);
        app.advance(3_600);
        hours += 1;
        assert!(hours < 80, "it is never given up");
    }
    assert_eq!(sink.posted().len(), 13);
    // That it was given up is a fact, and no news for the webhook that was.
    let [dead] = deliveries(&app).try_into().unwrap();
    let facts = app.write(|cx| Ok(store::events::list(cx.db, &store::events::Wanted::default(), None, 10)?));
    assert!(facts.iter().any(|fact| fact.kind == "webhook.abandoned" && fact.data["hook"] == "hook"));
    // It is told again under its old id, with all its attempts before it.
    let id = dead.id;
    assert_eq!(app.write(move |cx| redeliver(cx, id)), Redelivery::Queued);
    assert_eq!(app.write(move |cx| redeliver(cx, id)), Redelivery::Open);
    assert!(tell_all(&app) > 0);
    let told = deliveries(&app).into_iter().find(|one| one.id == id).unwrap();
    assert_eq!((told.status, told.attempts), (DeliveryStatus::Delivered, 1));
    let of_it = |one: &&Posted| one.header("webhook-id") == Some(id.to_string());
    assert_eq!(sink.posted().iter().filter(of_it).count(), 14);
}

fn sec_f15_a_broken_target_delays_no_other(setup: Setup) {
    let [broken, good] = [(); 2].map(|()| LogoutSink::start());
    let app =
        hooked(setup, &(hook("broken", &broken, "[\"t.*\"]", "") + &hook("good", &good, "[\"t.*\"]", "")));
    app.write(|cx| (0..40).try_for_each(|_| cx.record(Event::new("t.one"))));
    broken.next(&[Treatment::Hang; 40]);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let webhooks = wayhome::courier::Webhooks::new(app.work().clone(), super::evaluator());
    let running = app.spawn(webhooks.run(stopped));
    good.wait_for(40);
    assert!(broken.posted().len() < 10, "no more than its share is under way");
    running.abort();
    drop(stop);
}

fn sec_f16_two_processes_tell_each_event_once(setup: Setup) {
    let sink = LogoutSink::start();
    let app = hooked(setup, &hook("hook", &sink, "[\"t.*\"]", ""));
    let twin = app.twin();
    app.write(|cx| (0..40).try_for_each(|_| cx.record(Event::new("t.one"))));
    let over = |app: &TestApp| wayhome::courier::Webhooks::new(app.work().clone(), super::evaluator());
    let (here, there) = (over(&app), over(twin.as_ref().unwrap_or(&app)));
    app.wait(async {
        let (one, two) = tokio::join!(here.deliver_due(), there.deliver_due());
        one.unwrap();
        two.unwrap();
    });
    tell_all(&app);
    let mut ids: Vec<_> = sink.posted().iter().filter_map(|one| one.header("webhook-id")).collect();
    assert_eq!(ids.len(), 40);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 40);
    drop(twin);
}

fn sec_i07_a_delivery_is_signed_with_every_secret(setup: Setup) {
    use base64::Engine as _;
    let sink = LogoutSink::start();
    let other = "another secret, as it is, of forty letters";
    let toml = hook("hook", &sink, "[\"t.*\"]", "").replace(
        "secret = { env = \"HOOK_SECRET\" }",
        "secret = [{ env = \"HOOK_SECRET\" }, { file = \"other.secret\" }]",
    );
    let app = hooked(setup.beside("other.secret", &format!("{other}\n")), &toml);
    app.write(|cx| cx.record(Event::new("t.one")));
    app.tell_webhooks();
    let posted = sink.only();
    let header = |name: &str| posted.header(name).unwrap();
    assert_eq!(header("webhook-timestamp"), app.now().seconds().to_string());
    let content = format!("{}.{}.{}", header("webhook-id"), header("webhook-timestamp"), posted.body);
    let base64 = base64::engine::general_purpose::STANDARD;
    let key = base64.decode(SECRET.trim_start_matches("whsec_")).unwrap();
    let expected = [key.as_slice(), other.as_bytes()]
        .map(|key| format!("v1,{}", base64.encode(hmac_sha256(key, content.as_bytes()))));
    assert_eq!(header("webhook-signature"), expected.join(" "));
    // Whoever changes the body, the time or the id, changes the signature.
    for altered in [content.replace("t.one", "t.two"), format!("x{content}"), content.replacen('.', ".1", 1)]
    {
        let signature = format!("v1,{}", base64.encode(hmac_sha256(&key, altered.as_bytes())));
        assert!(!header("webhook-signature").contains(&signature));
    }
}

fn sec_p01_what_waits_is_sealed(setup: Setup) {
    let sink = LogoutSink::start();
    let app = hooked(setup, &hook("hook", &sink, "[\"identity.*\"]", ""));
    app.identity("somebody@example.org").named("Unmistakable").with_password(PASSWORD);
    let rows = app.snapshot().rows("webhook_deliveries").to_vec();
    assert_eq!(rows.len(), 1, "{rows:?}");
    let text = rows[0].to_string();
    assert!(
        !text.contains("Unmistakable") && !text.contains("somebody@") && !text.contains(SECRET),
        "{text}"
    );
    let (listed, _) = (deliveries(&app), administration::list);
    assert_eq!(listed[0].kind, "identity.created");
}
