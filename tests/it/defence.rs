//! The server against those who send what no browser sends: forged, foreign, huge, malformed, stale.

mod alike;
mod breached;
mod every_form;
mod faults;
mod form_tokens;
mod forms;
mod guessing;
mod host;
mod ignored;
mod looking;
mod markup;
mod origins;
mod out_of_order;
mod secrets;
mod sessions;
mod sizes;
mod slow;
mod tls;
mod unlike;
mod wire;
