//! `wayhome courier`, `wayhome webhooks` and `wayhome events`.

use serde_json::Value;

use super::command::{Folder, PRODUCTION};
use crate::logout_sink::{LogoutSink, Treatment};

/// The template of the seed, as it came.
const SEED: &str = include_str!("../courier/seed.jsonnet");

const NESTED: &str = r#"{"type": "object", "properties": {
    "email": {"type": "string", "format": "email", "wayhome": {"identifier": true, "verify": true, "recover": true}},
    "name": {"type": "object", "properties": {"first": {"type": "string"}, "last": {"type": "string"}}}
}, "required": ["email"]}"#;

#[test]
fn seed_s6_render_prints_the_request_and_warns_of_what_is_dropped() {
    let folder = Folder::new();
    folder.write("mail.jsonnet", SEED);
    folder.write("person.json", NESTED);
    let settings = "[identity]\nschema = \"person.json\"\n\
        [[courier.channel]]\nid = \"email\"\nurl = \"https://mail.example.org/email\"\nbody = \"mail.jsonnet\"\n\
        headers = { \"X-API-KEY\" = { env = \"MAIL_KEY\" } }\n";
    folder.write("wayhome.toml", settings);
    let environment = [PRODUCTION, &[("MAIL_KEY", "the-secret-key")]].concat();
    let done = folder.run(&["courier", "render", "--template", "recovery_code_valid"], &environment);
    assert_eq!(done.code, 0, "{}", done.err);
    let (head, body) = done.out.split_once("\n\n").unwrap();
    assert!(head.starts_with("POST https://mail.example.org/email\n"), "{head}");
    assert!(head.contains("X-API-KEY: [redacted]") && !done.out.contains("the-secret-key"), "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["name"], "sample first sample last");
    assert_eq!(body["recovery_code"], "12345678");
    for dropped in ["login_code", "registration_code", "subject", "body"] {
        assert!(done.err.contains(dropped), "{dropped} is not named: {}", done.err);
    }
    for useless in ["login_code_valid", "registration_code_valid"] {
        assert!(done.err.contains(&format!("{useless} would be sent without its code")), "{}", done.err);
    }
    for whole in ["recovery_code_valid would", "verification_code_valid would", "recovery_valid would"] {
        assert!(!done.err.contains(whole), "{}", done.err);
    }
    // The same is said of the configuration.
    let checked = folder.run(&["config", "check"], &environment);
    assert_eq!(checked.code, 0, "{}", checked.err);
    assert!(
        checked.err.contains("warning: mail.jsonnet: courier.channel.body (email): login_code_valid would"),
        "{}",
        checked.err
    );
}

#[test]
fn sec_i04_a_template_that_makes_nothing_is_a_fault_of_the_configuration() {
    let folder = Folder::new();
    let settings = "[[courier.channel]]\nid = \"email\"\nurl = \"https://mail.example.org/email\"\nbody = \"mail.jsonnet\"\n";
    folder.write("wayhome.toml", settings);
    for (template, reason) in
        [("function(ctx) {", "syntax error"), ("function(ctx) ctx.nothing", "no such field")]
    {
        folder.write("mail.jsonnet", template);
        let done = folder.run(&["config", "check"], PRODUCTION);
        assert_eq!(done.code, 78, "{}", done.err);
        assert!(done.err.starts_with("error: mail.jsonnet: courier.channel.body (email): "), "{}", done.err);
        assert!(done.err.contains(reason), "{}", done.err);
        let served = folder.run(&["serve"], PRODUCTION);
        assert_eq!(served.code, 78, "{}", served.err);
    }
}

#[test]
fn seed_s6_render_shows_a_real_person_in_every_form() {
    for folder in Folder::with_each_database() {
        let made =
            folder.run(&["identities", "create", "--email", "ada@example.org", "--name", "Ada"], PRODUCTION);
        let id = made.out.trim().to_owned();
        let render = |more: &[&str]| {
            let words = [&["courier", "render", "--identity", &id, "--template"], more].concat();
            folder.run(&words, PRODUCTION)
        };
        let context = render(&["password_changed", "--as", "context"]);
        let context: Value = serde_json::from_str(&context.out).unwrap();
        assert_eq!(context["recipient"], "ada@example.org");
        assert_eq!(context["template_data"]["identity"]["id"], id.as_str());
        assert_eq!(context["template_data"]["identity"]["traits"]["name"], "Ada");
        let text = render(&["recovery_code", "--as", "text"]);
        assert!(
            text.out.starts_with("Subject: 12345678 is your") && text.out.contains("\n12345678\n"),
            "{}",
            text.out
        );
        let page = render(&["verification_code_valid", "--as", "html"]);
        assert!(
            page.out.starts_with("<!doctype html>") || page.out.starts_with("<!DOCTYPE html>"),
            "{}",
            page.out
        );
        folder.write(
            "t.jsonnet",
            "function(ctx) { text: ctx.subject, to: ctx.template_data.identity.traits.email }",
        );
        let request = render(&["recovery_code_valid", "--jsonnet", "t.jsonnet"]);
        assert!(request.out.contains("\"to\":\"ada@example.org\""), "{}{}", request.out, request.err);
        let foreign = render(&["recovery_valid", "--as", "html"]);
        assert_eq!((foreign.code, foreign.out.as_str()), (1, ""));
        assert_eq!(render(&["no_such_type"]).code, 2);
    }
}

#[test]
fn seed_s5_the_schema_and_the_types_tell_every_field() {
    let folder = Folder::new();
    let schema = folder.run(&["courier", "schema"], &[]);
    let schema: Value = serde_json::from_str(&schema.out).unwrap();
    let names = |of: &Value| of.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let above = names(&schema["properties"]);
    for name in [
        "recipient",
        "subject",
        "body",
        "html_body",
        "template_type",
        "template_data",
        "message_type",
        "request_headers",
    ] {
        assert!(above.iter().any(|known| known == name), "{name}");
    }
    let data = names(&schema["properties"]["template_data"]["properties"]);
    let identity = names(&schema["$defs"]["identity"]["properties"]);
    let kinds = schema["properties"]["template_type"]["enum"].as_array().unwrap();
    for lang in ["go", "ts"] {
        let types = folder.run(&["courier", "schema", "--lang", lang], &[]).out;
        for field in above.iter().chain(&data).chain(&identity) {
            let told = match lang {
                "go" => {
                    types.contains(&format!("`json:\"{field}\"`"))
                        || types.contains(&format!("`json:\"{field},omitempty\"`"))
                }
                _ => types.contains(&format!(" {field}: ")) || types.contains(&format!(" {field}?: ")),
            };
            assert!(told, "{lang} has no {field}:\n{types}");
        }
        for kind in kinds {
            assert!(types.contains(&kind.to_string()), "{lang} has no {kind}");
        }
    }
}

#[test]
fn sec_f15_dead_letters_are_listed_and_sent_again_by_command() {
    for folder in Folder::with_each_database() {
        let sink = LogoutSink::start();
        let settings = format!("[[courier.channel]]\nid = \"email\"\nurl = \"{}\"\n", sink.url());
        folder.write("wayhome.toml", &settings);
        let sent = folder.run(&["courier", "test", "ada@example.org"], PRODUCTION);
        assert_eq!(sent.code, 0, "{}", sent.err);
        let told: Vec<&str> = sent.out.lines().collect();
        assert!(told[0].starts_with(&format!("request    POST {}, ", sink.url())), "{}", sent.out);
        assert_eq!(told[1..], ["answer     200", "It was taken."]);
        let body = sink.only().json();
        assert_eq!(
            (&body["recipient"], &body["template_type"]),
            (&"ada@example.org".into(), &"verification_code_valid".into())
        );
        sink.next(&[Treatment::Answer(401)]);
        let refused =
            folder.run(&["courier", "test", "--template", "login_code_valid", "ada@example.org"], PRODUCTION);
        assert_eq!(refused.code, 1);
        assert!(refused.err.contains("the gateway refuses: status 401"), "{}", refused.err);
        let listed = folder.run(&["courier", "list", "--status", "abandoned"], PRODUCTION);
        assert!(listed.out.starts_with("ID ") && listed.out.lines().count() == 1, "{}", listed.out);
        assert_eq!(folder.run(&["courier", "list", "--status", "lost"], PRODUCTION).code, 2);
        let unknown = folder.run(&["courier", "retry", "00000000-0000-4000-8000-000000000000"], PRODUCTION);
        assert!(unknown.code == 1 && unknown.err.contains("there is no message"), "{}", unknown.err);
    }
}

#[test]
fn seed_s15_what_a_command_does_is_an_event_and_waits_for_its_webhook() {
    for folder in Folder::with_each_database() {
        let settings = "[[webhook]]\nid = \"users\"\nurl = \"https://hooks.example.org/\"\nevents = [\"identity.*\"]\n\
            secret = { env = \"HOOK_SECRET\" }\n";
        folder.write("wayhome.toml", settings);
        let environment = [PRODUCTION, &[("HOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]].concat();
        let made = folder.run(&["identities", "create", "--email", "ada@example.org"], &environment);
        let id = made.out.trim().to_owned();
        let events =
            folder.run(&["events", "list", "--identity", &id, "--kind", "identity.created"], &environment);
        assert_eq!(events.out.lines().count(), 2, "{}", events.out);
        assert!(events.out.contains("identity.created  command_line  "), "{}", events.out);
        let waiting = folder.run(&["webhooks", "list", "--status", "queued"], &environment);
        let row = waiting.out.lines().nth(1).unwrap_or_default();
        assert!(
            row.contains("users") && row.contains("identity.created") && row.contains(&id),
            "{}",
            waiting.out
        );
        let delivery = row.split_whitespace().next().unwrap();
        let open = folder.run(&["webhooks", "redeliver", delivery], &environment);
        assert!(open.code == 1 && open.err.contains("already"), "{}", open.err);
        assert_eq!(folder.run(&["webhooks", "redeliver", &id], &environment).code, 1);
        assert_eq!(folder.run(&["events", "list", "--since", "yesterday"], &environment).code, 2);
    }
}

#[test]
fn seed_s15_faults_of_channels_and_webhooks_are_told_with_their_places() {
    let folder = Folder::new();
    let settings = "[[courier.channel]]\nid = \"pigeon\"\nurl = \"ftp://example.org\"\n\
        [[courier.channel]]\nid = \"email\"\nurl = \"https://a:b@example.org\"\nhedders = {}\n\
        [[courier.channel]]\nid = \"sms\"\nurl = \"https://sms.example.org\"\nheaders = { Host = \"x\" }\nbody = \"none.jsonnet\"\n\
        [[webhook]]\nid = \"A hook\"\nurl = \"https://hooks.example.org\"\nevents = [\"Nothing\"]\nsecret = \"plain\"\n\
        [webhooks]\n";
    folder.write("wayhome.toml", settings);
    let done = folder.run(&["config", "check"], PRODUCTION);
    assert_eq!(done.code, 78);
    for expected in [
        "wayhome.toml:2:6: courier.channel.id: write \"email\" or \"sms\"",
        "wayhome.toml:3:7: courier.channel.url: it is no http or https URL",
        "wayhome.toml:6:7: courier.channel.url: it holds a password; use auth",
        "wayhome.toml:7:1: there is no key `hedders` in [[courier.channel]]\n  did you mean `headers`?",
        "wayhome.toml:11:11: courier.channel.headers: `Host` is no header that can be set",
        "wayhome.toml:12:8: courier.channel.body: the file none.jsonnet cannot be read",
        "wayhome.toml:14:6: webhook.id: write 1 to 64 small letters",
        "wayhome.toml:16:10: webhook.events: `Nothing` is no filter",
        "wayhome.toml:17:10: webhook.secret: secrets do not stand in this file",
        "there is no section [webhooks]",
    ] {
        assert!(done.err.contains(expected), "{expected}\n--\n{}", done.err);
    }
    assert!(!done.err.contains("plain\""), "{}", done.err);
}
