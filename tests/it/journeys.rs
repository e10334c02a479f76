//! The journeys that must end at the client (pages 2.6), without JavaScript.

mod accounts;
mod administrator;
mod at_once;
mod consent;
mod cookies;
mod parked;
mod prompts;
mod recovery;
mod registration;
mod sign_in;
mod sign_out;
mod tabs;
mod time;
