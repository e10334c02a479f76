//! The whole server as a person, as a client, and as somebody with bad intent. One binary; no test shares a server,
//! sleeps, or depends on another.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "this is how a test fails")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod admin;
mod admin_docs;
mod answer_rules;
mod app;
mod browser;
mod cli;
mod crash;
mod docs;
mod http;
mod mailbox;
mod page;
mod people;
mod relying_party;
#[allow(dead_code, reason = "the tests of the courier use the rest of it")]
mod smtp_sink;
mod steps;

mod journeys;
mod seed;
mod walk;
