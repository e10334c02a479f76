//! The whole server as a person, as a client, and as somebody with bad intent. One binary; no test shares a server,
//! sleeps, or depends on another.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "what cannot go on in a test is a failure, and says where"
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
mod harness;
mod http;
mod mailbox;
mod page;
mod people;
mod relying_party;
#[allow(dead_code, reason = "the tests of the courier use the rest of it")]
mod smtp_sink;
mod steps;

mod decisions;
mod journeys;
mod seed;
mod walk;
