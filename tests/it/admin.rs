//! The administration: its keys, what it shows and hides, and what it ends.

mod access;
mod invitations;
mod patch;
mod people;
mod people_at_once;
mod schemas;
mod search;

use serde_json::{Value, json};
use wayhome::crypto::{PlainToken, TokenKind};
use wayhome::model::{ApiKeyId, Instant};
use wayhome::random::{Random as _, SystemRandom};
use wayhome::store;
use wayhome::store::api_keys::{self, ApiKey};

use crate::app::{CLIENT_SECRET, Setup, TestApp, on_both};
use crate::http::{self, Answer, Ask};
use crate::people::{OTHER_PASSWORD, PASSWORD, Person};

/// An API key of this server.
pub fn key(app: &TestApp, expires_at: Option<Instant>) -> (ApiKeyId, String) {
    let secret = PlainToken::generate(TokenKind::ApiKey, &SystemRandom);
    let (digest, text) = (secret.digest(), secret.expose().to_owned());
    let id = ApiKeyId::from_uuid(SystemRandom.uuid());
    app.write(move |cx| {
        let key = ApiKey {
            id,
            name: "tests".to_owned(),
            created_at: cx.now,
            expires_at,
            revoked_at: None,
            last_used_at: None,
        };
        Ok(api_keys::insert(cx.db, &key, &digest)?)
    });
    (id, text)
}

#[track_caller]
fn get(app: &TestApp, target: &str) -> Value {
    app.ask_admin(&Ask::get(target)).expect(200).json()
}

#[track_caller]
fn post(app: &TestApp, target: &str, body: &Value) -> Answer {
    app.ask_admin(&Ask::json("POST", target, body))
}

#[track_caller]
fn put(app: &TestApp, person: &Person, body: &Value) -> Answer {
    app.ask_admin(&Ask::json("PUT", &format!("/admin/identities/{}", person.id), body))
}

#[track_caller]
fn refused(answer: &Answer, status: u16, id: &str) {
    assert_eq!(
        (answer.status, answer.json()["error"]["id"].as_str()),
        (status, Some(id)),
        "{}",
        answer.text()
    );
}

fn texts(list: &Value, member: &str) -> Vec<String> {
    let rows = list.as_array().map(Vec::as_slice).unwrap_or_default();
    rows.iter().filter_map(|row| row[member].as_str().map(str::to_owned)).collect()
}

/// A recovery by an administrator: link and code.
#[track_caller]
fn recovery(app: &TestApp, person: &Person, return_to: Option<&str>) -> (String, String) {
    let mut body = json!({"identity_id": person.id, "expires_in": "1h"});
    if let Some(url) = return_to {
        body["return_to"] = json!(url);
    }
    let made = post(app, "/admin/recovery/code", &body).expect(201).json();
    let text = |name: &str| made[name].as_str().unwrap_or_default().to_owned();
    (text("recovery_link"), text("recovery_code"))
}
