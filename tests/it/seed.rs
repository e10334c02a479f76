//! What the seed asks for: each row by its id.

mod evidence;
mod get_submit;
mod json_errors;
mod lifetimes;
mod redirect_uri;
mod return_to;
mod secrets;
mod spa;
