//! The whole server as a person, as a client, and as somebody with bad intent. One binary; no test shares a server,
//! sleeps, or depends on another.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "what cannot go on in a test is a failure, and says where"
)]

mod account;
mod admin;
mod admin_docs;
// Its two walks take longest, and tests begin in the order of their names.
mod all_ways_home;
mod answer_rules;
mod app;
mod browser;
mod cli;
mod courier;
mod crash;
mod decisions;
mod defence;
mod device;
mod docs;
mod factors;
mod harness;
mod http;
mod journeys;
mod keys;
mod kratos;
mod languages;
mod libraries;
mod logout;
mod logout_sink;
mod mailbox;
mod metadata;
mod openid;
mod page;
mod passkeys;
mod people;
mod protocol;
mod relying_party;
mod seed;
#[allow(dead_code, reason = "the tests of the verifier use the rest of it")]
mod signing;
#[allow(dead_code, reason = "the tests of the courier use the rest of it")]
mod smtp_sink;
mod steps;
mod whoami;
