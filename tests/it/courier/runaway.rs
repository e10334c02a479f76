//! Templates that loop, grow, reach out or are wrong (I04): the message waits and says why, and nothing else notices.

use wayhome::config::JsonnetFile;
use wayhome::courier::Unevaluated;
use wayhome::model::MessageStatus;
use wayhome::store;

use super::{SEED, channel, evaluator};
use crate::app::{Setup, on_both};
use crate::http::Ask;
use crate::logout_sink::LogoutSink;

on_both![sec_i04_a_template_that_runs_away_keeps_its_message_and_delays_no_webhook_or_page];

fn evaluated(code: &str) -> Result<String, Unevaluated> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let file = JsonnetFile { name: "t.jsonnet".to_owned(), code: code.to_owned() };
    runtime
        .block_on(evaluator().evaluate(&file, &serde_json::json!({"a": "ä\"\u{1f600}", "b": [1, 2.5, null]})))
}

#[track_caller]
fn fails(code: &str) -> String {
    match evaluated(code) {
        Err(Unevaluated::Failed(why) | Unevaluated::Ended(why)) => why,
        other => panic!("{code} gives {other:?}"),
    }
}

#[test]
fn seed_s6_the_file_of_the_seed_evaluates_unchanged() {
    let context = serde_json::json!({
        "recipient": "ada@example.org",
        "template_type": "recovery_code_valid",
        "template_data": {
            "to": "ada@example.org", "recovery_code": "12345678",
            "identity": {"traits": {"name": {"last": "Lovelace", "first": "Ada"}}},
        },
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let file = JsonnetFile { name: "seed.jsonnet".to_owned(), code: SEED.to_owned() };
    let body = runtime.block_on(evaluator().evaluate(&file, &context)).unwrap();
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["name"], "Ada Lovelace");
    assert_eq!(body["recovery_code"], "12345678");
}

#[test]
fn a_context_comes_through_unharmed() {
    let body = evaluated("function(ctx) ctx").unwrap();
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body, serde_json::json!({"a": "ä\"\u{1f600}", "b": [1, 2.5, null]}));
}

#[test]
fn sec_i04_a_loop_is_ended_by_its_time() {
    let why = fails("function(ctx) std.foldl(function(a, b) a + b, std.range(1, 1000000000), 0)");
    assert!(why.contains("more than"), "{why}");
    let why = fails(
        "local f(x) = if x == 0 then 0 else f(x - 1) tailstrict; function(ctx) [f(100000000), f(100000000)]",
    );
    assert!(why.starts_with("the template t.jsonnet failed: "), "{why}");
}

#[test]
fn sec_i04_what_grows_without_end_is_ended_by_its_memory() {
    for code in [
        "function(ctx) std.length(std.makeArray(1000000000, function(i) i))",
        "function(ctx) std.length(std.repeat('ab', 4000000000))",
    ] {
        let why = fails(code);
        assert!(
            why.contains("it wanted more than 512 MiB") || why.contains("it took more than"),
            "{code}: {why}"
        );
    }
    // Here the interpreter may give up first.
    let why = fails("local d(s, n) = if n == 0 then s else d(s + s, n - 1); function(ctx) d('abcdefgh', 60)");
    assert!(why.starts_with("the template t.jsonnet failed: "), "{why}");
    let why = fails("function(ctx) std.repeat('x', 3000000)");
    assert!(why.contains("1024 KiB"), "{why}");
}

#[test]
fn sec_i04_a_template_reaches_nothing_outside() {
    for code in [
        "function(ctx) import '/etc/hostname'",
        "function(ctx) importstr '/etc/passwd'",
        "function(ctx) importbin '/etc/passwd'",
        "function(ctx) std.extVar('PATH')",
        "local f(x) = f(x + 1) + 1; function(ctx) f(0)",
        "function(ctx) ctx.nothing",
        "function(ctx) {",
        "function(ctx) error 'no'",
        "{ a: 1 }.b",
        "function() 1",
        "function(a, b) a",
    ] {
        let why = fails(code);
        assert!(!why.contains("root:"), "{why}");
    }
    assert_eq!(evaluated("function(ctx) error 'cancel'"), Err(Unevaluated::Cancelled));
}

fn sec_i04_a_template_that_runs_away_keeps_its_message_and_delays_no_webhook_or_page(setup: Setup) {
    let sink = LogoutSink::start();
    let endless = "function(ctx) std.length(std.makeArray(1000000000, function(i) i))";
    let app = setup.file(&channel(&sink, "body = \"m.jsonnet\"")).beside("m.jsonnet", endless).start();
    let id = app.queue_code("ada@example.org", None);
    assert_eq!(app.hand_over(), 1);
    let message = app.write(move |cx| Ok(store::messages::find(cx.db, id)?)).unwrap();
    assert_eq!((message.status, message.attempts), (MessageStatus::Queued, 1));
    let why = message.last_error.unwrap();
    assert!(why.contains("the template m.jsonnet failed") && !why.contains("12345678"), "{why}");
    assert!(sink.posted().is_empty());
    app.ask(&Ask::get("/health/alive")).expect(200);
}
