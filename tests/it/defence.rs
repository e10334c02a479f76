//! The server against those who send what no browser sends: forged, foreign, huge, malformed, stale.

mod forms;
mod host;
mod markup;
mod secrets;
mod sessions;
mod sizes;
