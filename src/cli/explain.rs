//! `wayhome explain`: what holds, and where it is set.

use std::io::Write as _;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::clients::find;
use super::{Done, Place, table};
use crate::app::Loaded;
use crate::config::{ClientKey, client_keys, duration_text};
use crate::identity::CODE_MINUTES;
use crate::model::{
    Client, ClientType, GrantType, PUSHED_REQUEST, TOUCHED_FLOW, TOUCHED_REQUEST, UNTOUCHED_FLOW,
    UNTOUCHED_REQUEST,
};
use crate::oauth2::{ID_TOKEN_SECONDS, authorize::CODE_LIFETIME, token::SUCCESSOR_WINDOW};

/// What can be explained.
#[derive(Debug, Subcommand)]
pub(super) enum Explain {
    /// How long everything lives on the way to a client and at it, and where that is set
    Lifetimes(Lifetimes),
}

/// Of which client.
#[derive(Debug, Args)]
pub(super) struct Lifetimes {
    /// The client
    #[arg(long, value_name = "ID")]
    client: String,
    #[command(flatten)]
    place: Place,
}

impl Explain {
    pub(super) fn run(self) -> Done {
        match self {
            Self::Lifetimes(lifetimes) => lifetimes.run(),
        }
    }
}

/// What lives, for how long, and where that is set.
type Row = (&'static str, String, String);

impl Lifetimes {
    fn run(self) -> Done {
        let loaded = self.place.load()?;
        let client = find(loaded.clients.clone(), &self.client)?;
        let mut rows = vec![["WHAT", "LIVES", "SET BY"].map(str::to_owned).to_vec()];
        for (what, lives, from) in on_the_way(&loaded).into_iter().chain(at_the_client(&loaded, &client)) {
            rows.push(vec![what.to_owned(), lives, from]);
        }
        table::write(&mut std::io::stdout(), &rows)?;
        Ok(writeln!(std::io::stderr(), "{}", how_they_end(&client))?)
    }
}

fn fixed(what: &'static str, lives: Duration) -> Row {
    (what, duration_text(lives), "fixed".to_owned())
}

/// What lives in the browser.
fn on_the_way(loaded: &Loaded) -> Vec<Row> {
    let set = |what, lives, key: &str| {
        let from = loaded.places.get(key).map_or("default", String::as_str);
        (what, duration_text(lives), format!("{key}, {from}"))
    };
    let session = loaded.settings.session;
    vec![
        fixed("a request, before its first form", UNTOUCHED_REQUEST),
        fixed("a request, after a form", TOUCHED_REQUEST),
        fixed("a page on the way, before its first form", UNTOUCHED_FLOW),
        fixed("a page on the way, after a form", TOUCHED_FLOW),
        fixed("a mailed code", Duration::from_secs(CODE_MINUTES * 60)),
        set("a session, unused", session.idle, "session.idle"),
        set("a session, at most", session.absolute, "session.absolute"),
        set("a recent sign-in", session.recent, "session.recent"),
        ("a remembered consent", "until it is withdrawn".to_owned(), "fixed".to_owned()),
    ]
}

/// What lives at the client.
fn at_the_client(loaded: &Loaded, client: &Client) -> Vec<Row> {
    let text = loaded.clients_file.read().ok().flatten().unwrap_or_default();
    let keys = client_keys(&loaded.clients_file.path().display().to_string(), &text, client);
    let set = |what, name: &str| {
        let ClientKey { value, place, .. } = keys.iter().find(|key| key.name == name)?.clone();
        let from = place.unwrap_or_else(|| format!("preset of {}", client.kind.name()));
        Some((what, value.trim_matches('"').to_owned(), format!("{name}, {from}")))
    };
    let has = |grant| client.grant_types.contains(&grant);
    let mut rows = Vec::new();
    if has(GrantType::AuthorizationCode) {
        rows.push(fixed("a pushed request", PUSHED_REQUEST));
        rows.push(fixed("a code", CODE_LIFETIME));
    }
    rows.extend(set("an access token", "access_token_lifetime"));
    if acts_for_people(client) {
        rows.push(fixed("an ID token", Duration::from_secs(ID_TOKEN_SECONDS.unsigned_abs())));
    }
    if has(GrantType::RefreshToken) {
        rows.extend(set("a refresh token, unused", "refresh_token_idle"));
        rows.extend(set("a refresh token with all that follow it", "refresh_token_absolute"));
        rows.push(fixed("a used refresh token, for the same answer again", SUCCESSOR_WINDOW));
    }
    rows
}

fn how_they_end(client: &Client) -> &'static str {
    if !acts_for_people(client) {
        return "It acts for itself: its tokens end with their time, or when they are revoked.";
    }
    if client.grant_types.contains(&GrantType::RefreshToken) {
        return "With offline_access there is a refresh token, and what is granted outlives the session. Without it there is \
                none, and the tokens end with the session.";
    }
    "There is no refresh token, and the tokens end with the session."
}

fn acts_for_people(client: &Client) -> bool {
    client.kind != ClientType::Machine
}
