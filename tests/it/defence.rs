//! The server against those who send what no browser sends: forged, foreign, huge, malformed, stale.

mod alike;
mod every_form;
mod form_tokens;
mod forms;
mod host;
mod looking;
mod markup;
mod secrets;
mod sessions;
mod sizes;
