//! Wayhome: an OAuth2/OIDC provider with its login pages, identity store and courier in one process.
//!
//! The modules are layers; a module uses only modules of lower layers (`docs/architecture.md`), and
//! `tests/architecture.rs` checks it.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod courier;
pub mod crypto;
pub mod cx;
pub mod identity;
pub mod journey;
pub mod model;
pub mod notifier;
pub mod oauth2;
pub mod outbound;
pub mod outbox;
pub mod random;
pub mod store;
pub mod text;
pub mod web;
