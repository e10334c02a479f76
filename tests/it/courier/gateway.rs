//! Messages that a gateway takes over HTTP.

use serde_json::{Value, json};
use wayhome::courier::{self, Resent, TYPES};
use wayhome::model::{Mail, Message, MessageId, MessageStatus};
use wayhome::store;

use super::{SEED, channel};
use crate::app::{Setup, TestApp, on_both};
use crate::http::Ask;
use crate::logout_sink::{LogoutSink, Treatment};
use crate::people::PASSWORD;

on_both![
    seed_s4_the_template_of_the_seed_makes_the_whole_name_of_nested_traits,
    seed_s3_the_context_tells_whom_a_message_is_about,
    seed_s3_somebody_who_registers_is_told_by_their_traits,
    seed_s6_headers_and_authentication_come_from_the_settings,
    sec_f15_a_gateway_that_fails_is_asked_again_under_the_same_key,
    sec_f15_a_refusal_is_a_dead_letter_with_its_reason_and_can_be_sent_again,
    sec_f15_a_slow_domain_delays_no_other,
    sec_f15_a_flood_of_an_answer_is_not_read,
    a_dead_letter_goes_to_another_address_as_another_message,
    a_text_message_goes_its_own_way,
    sec_i03_what_a_person_wrote_is_no_template,
];

/// A schema with a name in two parts.
const NESTED: &str = r#"{"type": "object", "properties": {
    "email": {"type": "string", "format": "email", "wayhome": {"identifier": true, "verify": true, "recover": true}},
    "name": {"type": "object", "properties": {"first": {"type": "string"}, "last": {"type": "string"}}}
}, "required": ["email"]}"#;

fn message(app: &TestApp, id: MessageId) -> Message {
    app.write(move |cx| Ok(store::messages::find(cx.db, id)?)).expect("the message")
}

fn seed_s4_the_template_of_the_seed_makes_the_whole_name_of_nested_traits(setup: Setup) {
    let sink = LogoutSink::start();
    let setup =
        setup.schema(NESTED).file(&channel(&sink, "body = \"mail.jsonnet\"")).beside("mail.jsonnet", SEED);
    let app = setup.start();
    let traits = json!({"name": {"last": "Lovelace", "first": "Ada"}, "email": "ada@example.org"});
    let ada = app.identity("ada@example.org").traits(traits).with_password(PASSWORD);
    let mut browser = app.browser();
    browser.open("/recovery");
    browser.submit([("email", "ada@example.org")]);
    assert_eq!(app.hand_over(), 1);
    let posted = sink.only();
    assert_eq!(posted.line, "POST /mail");
    assert_eq!(posted.header("content-type").as_deref(), Some("application/json"));
    let code = app.mailbox().code_for("ada@example.org");
    let body = posted.json();
    assert_eq!(body["name"], "Ada Lovelace");
    assert_eq!(body["recipient"], "ada@example.org");
    assert_eq!(body["to"], "ada@example.org");
    assert_eq!(body["template_type"], "recovery_code_valid");
    assert_eq!(body["recovery_code"], code.as_str());
    assert_eq!(body["verification_code"], Value::Null);
    assert_eq!(body["recovery_url"], app.mailbox().link_for("ada@example.org").as_str());
    assert_eq!(body.as_object().unwrap().len(), 8, "what the template names and nothing else");
    assert_eq!(ada.email, "ada@example.org");
}

fn seed_s3_the_context_tells_whom_a_message_is_about(setup: Setup) {
    let sink = LogoutSink::start();
    // Without a template, the context is the body.
    let app = setup.file(&channel(&sink, "")).start();
    let ada = app.identity("ada@example.org").named("Ada").with_password(PASSWORD);
    let id = ada.id;
    let useful = std::time::Duration::from_secs(600);
    let (code, link) = ("12345678".to_owned(), "token".to_owned());
    let mails = [
        Mail::VerificationCode { code: code.clone(), link: link.clone(), client_name: None },
        Mail::RecoveryCode { code, link, client_name: Some("Shop".to_owned()) },
        Mail::AccountExists,
        Mail::PasswordChanged,
        Mail::RecoveryCompleted,
        Mail::RefreshTokenReused { client_name: "Shop".to_owned() },
    ];
    for mail in mails {
        app.write(move |cx| cx.queue_mail("ada@example.org", Some(id), mail, useful));
    }
    assert_eq!(app.hand_over(), 6);
    let identity = json!({
        "id": id.to_string(),
        "schema_id": "default",
        "traits": {"email": "ada@example.org", "name": "Ada"},
        "metadata_public": null,
    });
    let schema = jsonschema::validator_for(&courier::json_schema()).unwrap();
    for posted in sink.posted() {
        let body = posted.json();
        let kind = body["template_type"].as_str().unwrap().to_owned();
        assert_eq!(body["template_data"]["identity"], identity, "{kind}");
        assert!(schema.is_valid(&body), "{kind}: {body:#}");
        for key in ["recipient", "subject", "body", "html_body", "message_type", "request_headers"] {
            assert!(body.get(key).is_some(), "{kind} has no {key}");
        }
        for key in ["to", "request_url", "transient_payload"] {
            assert!(body["template_data"].get(key).is_some(), "{kind} has no {key}");
        }
        if kind.ends_with("_code_valid") {
            let stem = kind.trim_end_matches("_code_valid");
            let data = &body["template_data"];
            assert_eq!(data[format!("{stem}_code")], "12345678", "{kind}");
            assert!(data[format!("{stem}_url")].as_str().unwrap().starts_with("http"), "{kind}");
            assert_eq!(data["expires_in_minutes"], 10, "{kind}");
        }
    }
    // Kratos' twelve types all have their place in the table.
    let kratos = [
        "recovery_valid",
        "recovery_invalid",
        "recovery_code_valid",
        "recovery_code_invalid",
        "verification_valid",
        "verification_invalid",
        "verification_code_valid",
        "verification_code_invalid",
        "login_code_valid",
        "registration_code_valid",
        "verifiable_address_changed",
        "authenticator_key_added",
    ];
    for name in kratos {
        let of =
            TYPES.iter().find(|of| of.name == name).unwrap_or_else(|| panic!("{name} is not in the table"));
        assert_eq!(of.about == courier::About::Nobody, name.ends_with("_invalid"), "{name}");
        let sample =
            courier::sample(&app.work().env().settings, of, "ada@example.org", &identity, None, app.now())
                .unwrap();
        let data = &sample.context["template_data"];
        assert_eq!(data.get("identity").is_some(), !name.ends_with("_invalid"), "{name}");
        assert_eq!(data.get("traits").is_some(), name == "registration_code_valid", "{name}");
        assert_eq!(sample.context["template_type"], name);
        assert!(schema.is_valid(&sample.context), "{name}: {:#}", sample.context);
    }
}

fn seed_s3_somebody_who_registers_is_told_by_their_traits(setup: Setup) {
    let sink = LogoutSink::start();
    let app = setup.file(&channel(&sink, "")).start();
    let mut browser = app.browser();
    browser.open("/registration");
    browser.submit([("traits.email", "new@example.org"), ("traits.name", "Nova"), ("password", PASSWORD)]);
    assert_eq!(app.hand_over(), 1);
    let body = sink.only().json();
    assert_eq!(body["template_type"], "verification_code_valid");
    let identity = &body["template_data"]["identity"];
    assert_eq!(identity["id"], Value::Null);
    assert_eq!(identity["traits"], json!({"email": "new@example.org", "name": "Nova"}));
    assert!(body["request_headers"].is_object());
}

fn seed_s6_headers_and_authentication_come_from_the_settings(setup: Setup) {
    let sink = LogoutSink::start();
    let more = "method = \"PUT\"\nheaders = { \"X-API-KEY\" = { env = \"GATEWAY_KEY\" }, \"X-From\" = \"wayhome\" }\n\
                auth = { type = \"basic\", user = \"mail\", password = { env = \"GATEWAY_PASSWORD\" } }";
    let app = setup
        .file(&channel(&sink, more))
        .variable("GATEWAY_KEY", "the key of the gateway")
        .variable("GATEWAY_PASSWORD", "secret")
        .start();
    let id = app.queue_code("ada@example.org", None);
    app.hand_over();
    let posted = sink.only();
    assert_eq!(posted.line, "PUT /mail");
    assert_eq!(posted.header("x-api-key").as_deref(), Some("the key of the gateway"));
    assert_eq!(posted.header("x-from").as_deref(), Some("wayhome"));
    assert_eq!(posted.header("authorization").as_deref(), Some("Basic bWFpbDpzZWNyZXQ="));
    assert_eq!(posted.header("idempotency-key"), Some(id.to_string()));
    assert_eq!(message(&app, id).status, MessageStatus::Sent);
}

fn sec_f15_a_gateway_that_fails_is_asked_again_under_the_same_key(setup: Setup) {
    let sink = LogoutSink::start();
    let app = setup.file(&channel(&sink, "body = \"m.jsonnet\"")).beside("m.jsonnet", SEED).start();
    let id = app.queue_code("ada@example.org", None);
    sink.next(&[Treatment::Answer(503), Treatment::Drop, Treatment::Answer(429), Treatment::Answer(201)]);
    for attempt in 1..=4 {
        assert_eq!(app.hand_over(), 1);
        let message = message(&app, id);
        assert_eq!((message.attempts, message.status == MessageStatus::Sent), (attempt, attempt == 4));
        app.clock.advance(message.next_attempt_at.since(app.now()));
    }
    let posted = sink.posted();
    assert_eq!(posted.len(), 4);
    assert!(posted.iter().all(|other| other.body == posted[0].body), "byte for byte");
    assert!(posted.iter().all(|other| other.header("idempotency-key") == Some(id.to_string())));
}

fn sec_f15_a_refusal_is_a_dead_letter_with_its_reason_and_can_be_sent_again(setup: Setup) {
    let sink = LogoutSink::start();
    let app = setup.production().file(&channel(&sink, "")).start();
    for treatment in [Treatment::Answer(422), Treatment::Redirect] {
        let before = sink.posted().len();
        sink.next(&[treatment]);
        let id = app.queue_code("ada@example.org", None);
        app.hand_over();
        let dead = message(&app, id);
        assert_eq!((dead.status, dead.attempts), (MessageStatus::Abandoned, 1), "{treatment:?}");
        let why = dead.last_error.unwrap();
        assert!(why.contains("422") || why.contains("redirects (307)"), "{why}");
        assert!(!dead.sealed.is_empty() && !dead.sealed.contains("12345678"), "it is kept, and sealed");
        assert_eq!(app.write(move |cx| courier::resend(cx, id, None)), Resent::Queued(id));
        assert_eq!(app.write(move |cx| courier::resend(cx, id, None)), Resent::Alive(MessageStatus::Queued));
        app.hand_over();
        let sent = message(&app, id);
        assert_eq!((sent.status, sent.sealed.as_str()), (MessageStatus::Sent, ""));
        let posted = &sink.posted()[before..];
        assert_eq!(posted.len(), 2, "no redirect is followed");
        assert_eq!(posted[0].header("idempotency-key"), posted[1].header("idempotency-key"));
    }
    // A code that is dead helps nobody.
    sink.next(&[Treatment::Answer(400)]);
    let id = app.queue_code("ada@example.org", None);
    app.hand_over();
    app.advance(601);
    assert_eq!(app.write(move |cx| courier::resend(cx, id, None)), Resent::TooLate);
}

fn a_dead_letter_goes_to_another_address_as_another_message(setup: Setup) {
    let sink = LogoutSink::start();
    let app = setup.file(&channel(&sink, "")).start();
    sink.next(&[Treatment::Answer(400)]);
    let id = app.queue_code("ada@exmaple.org", None);
    app.hand_over();
    let Resent::Queued(fresh) = app.write(move |cx| courier::resend(cx, id, Some("ada@example.org"))) else {
        panic!("it was not queued");
    };
    assert_ne!(fresh, id);
    app.hand_over();
    assert_eq!(
        (message(&app, id).status, message(&app, fresh).status),
        (MessageStatus::Abandoned, MessageStatus::Sent)
    );
    let [first, second] = sink.posted().try_into().unwrap();
    assert_eq!(
        (&first.json()["recipient"], &second.json()["recipient"]),
        (&json!("ada@exmaple.org"), &json!("ada@example.org"))
    );
    assert_ne!(first.header("idempotency-key"), second.header("idempotency-key"));
    assert_eq!(second.json()["template_data"]["recovery_code"], "12345678");
}

fn sec_f15_a_slow_domain_delays_no_other(setup: Setup) {
    let sink = LogoutSink::start();
    let app = setup.file(&channel(&sink, "")).start();
    // More of them than all that is under way at the same time.
    for n in 0..30 {
        app.queue_code(&format!("reader{n}@slow.example"), None);
    }
    sink.next(&[Treatment::Hang; 4]);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let courier = wayhome::courier::Courier::evaluating_with(
        app.work().clone(),
        wayhome::courier::Transport::Inbox,
        super::evaluator(),
    );
    let running = app.spawn(courier.run(stopped));
    sink.wait_for(4);
    let id = app.queue_code("ada@quick.example", None);
    // Nobody of the others goes before somebody of theirs has ended.
    let posted = sink.wait_for(5);
    assert_eq!(posted[4].json()["recipient"], "ada@quick.example");
    assert!(
        posted[..4].iter().all(|one| one.json()["recipient"].as_str().unwrap().ends_with("@slow.example"))
    );
    running.abort();
    drop(stop);
    assert!(message(&app, id).attempts == 1);
}

fn sec_f15_a_flood_of_an_answer_is_not_read(setup: Setup) {
    let sink = LogoutSink::start();
    let app = setup.file(&channel(&sink, "")).start();
    sink.next(&[Treatment::Flood, Treatment::FloodOfHeaders]);
    let taken = app.queue_code("ada@example.org", None);
    app.hand_over();
    assert_eq!(message(&app, taken).status, MessageStatus::Sent, "the status is all that counts");
    let refused = app.queue_code("ada@example.org", None);
    app.hand_over();
    let refused = message(&app, refused);
    assert_eq!(refused.status, MessageStatus::Queued);
    assert_eq!(refused.last_error.as_deref(), Some("the answer is too large"));
}

fn a_text_message_goes_its_own_way(setup: Setup) {
    let [mails, texts] = [(); 2].map(|()| LogoutSink::start());
    let sms = format!("[[courier.channel]]\nid = \"sms\"\nurl = \"{}sms\"\n", texts.url());
    let app = setup.file(&channel(&mails, "")).file(&sms).start();
    let id = app.queue_code("+491701234567", None);
    app.hand_over();
    let body = texts.only().json();
    assert_eq!(body["message_type"], "sms");
    assert_eq!(body["recipient"], "+491701234567");
    assert!(body.get("html_body").is_none(), "{body}");
    let text = body["body"].as_str().unwrap();
    assert!(
        text.starts_with("12345678 is your") && text.ends_with(&format!("@{} #12345678", app.host())),
        "{text}"
    );
    assert!(mails.posted().is_empty());
    let shown = app.ask_admin(&Ask::get(&format!("/admin/courier/messages/{id}"))).expect(200).json();
    assert_eq!((&shown["type"], &shown["channel"]), (&json!("phone"), &json!("sms")));
    assert_eq!(shown["template_type"], "recovery_code_valid");
}

fn sec_i03_what_a_person_wrote_is_no_template(setup: Setup) {
    let sink = LogoutSink::start();
    let app = setup
        .file(&channel(&sink, "body = \"m.jsonnet\""))
        .beside("m.jsonnet", "function(ctx) { n: ctx.template_data.identity.traits.name }")
        .start();
    let name = "\" + std.extVar('x') + (import '/etc/passwd') + \"{{7*7}} <b>${env.X}</b>";
    let ada = app.identity("ada@example.org").named(name).with_password(PASSWORD);
    app.queue_code("ada@example.org", Some(ada.id));
    app.hand_over();
    assert_eq!(sink.only().json(), json!({"n": name}));
}
