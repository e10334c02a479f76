//! The keys that tokens are signed with: their algorithms, their life, and that nobody ever fails for them.

mod algorithms;
mod kept_secret;
mod life;
mod on_demand;

use std::time::Duration;

use serde_json::Value;
use wayhome::app::tend_keys;
use wayhome::crypto::{Expected, PublicKeys};

use crate::app::{CLIENT_SECRET, TestApp};
use crate::http::Ask;

/// Lets a server do what it does twice a minute.
#[track_caller]
fn tend(app: &TestApp) {
    app.wait(tend_keys(app.work())).expect("the keys are tended");
}

/// A machine client whose access tokens are signed with this algorithm.
fn machine(id: &str, algorithm: &str) -> String {
    format!(
        "\n[[client]]\nid = \"{id}\"\ntype = \"machine\"\nsecret = {{ env = \"SECRET\" }}\nscopes = [\"jobs\"]\n\
         access_token_alg = \"{algorithm}\"\n"
    )
}

/// An access token of a machine client.
#[track_caller]
fn token(app: &TestApp, client: &str) -> String {
    let fields = [("grant_type", "client_credentials")];
    let answer = app.ask(&Ask::form("/oauth2/token", &fields).basic(client, CLIENT_SECRET)).expect(200);
    answer.json()["access_token"].as_str().map(str::to_owned).expect("an access token")
}

/// The key that a token names.
#[track_caller]
fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).expect("a JWT").kid.expect("a key id")
}

/// What is published.
#[track_caller]
fn published(app: &TestApp) -> Vec<Value> {
    let set = app.ask(&Ask::get("/.well-known/jwks.json")).expect(200).json();
    set["keys"].as_array().cloned().expect("a list of keys")
}

/// The ids of the keys of an algorithm that are published, those that sign first.
#[track_caller]
fn kids(app: &TestApp, algorithm: &str) -> Vec<String> {
    let of = published(app).into_iter().filter(|key| key["alg"] == algorithm);
    of.filter_map(|key| key["kid"].as_str().map(str::to_owned)).collect()
}

/// Whether a token is worth something at a server.
#[track_caller]
fn is_active(app: &TestApp, token: &str) -> bool {
    let answer = app.ask_admin(&Ask::form("/admin/oauth2/introspect", &[("token", token)])).expect(200);
    answer.json()["active"].as_bool().expect("an answer")
}

/// Whether these keys, and nothing else, verify an access token.
fn verifies(keys: &PublicKeys, app: &TestApp, token: &str) -> bool {
    let expected = Expected { typ: "at+jwt", issuer: &app.issuer, now: app.now(), expired_is_fine: false };
    keys.verify(token, expected).is_ok()
}

/// The keys as an API fetches them.
#[track_caller]
fn fetched(app: &TestApp) -> PublicKeys {
    let answer = app.ask(&Ask::get("/.well-known/jwks.json")).expect(200);
    PublicKeys::from_jwks(&answer.body).expect("a key set")
}

/// What the database keeps of the keys of an algorithm, in a state.
#[track_caller]
fn stored(app: &TestApp, algorithm: &str, state: &str) -> Vec<Value> {
    let snapshot = app.snapshot();
    let rows = snapshot.rows("signing_keys").iter();
    rows.filter(|row| row["algorithm"] == algorithm && row["state"] == state).cloned().collect()
}

/// How many facts of this kind are written about keys of an algorithm.
#[track_caller]
fn facts(app: &TestApp, algorithm: &str, kind: &str) -> usize {
    let snapshot = app.snapshot();
    let about = |event: &&Value| {
        event["kind"] == kind && event["data"].as_str().is_some_and(|data| data.contains(algorithm))
    };
    snapshot.rows("events").iter().filter(about).count()
}

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

/// How long an access token lives here.
const LIFE: Duration = Duration::from_secs(600);
