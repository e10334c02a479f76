//! Passwords that others know: looked up between two transactions, as they are hashed.

use crate::crypto::PlainPassword;
use crate::cx::{Breach, Result};
use crate::identity::passwords;
use crate::model::Event;
use crate::web::visit::Visit;

/// Whether a password stands in a list of a data leak. One that nobody could look up passes, and a fact says so.
pub(super) async fn is_breached(visit: &Visit, password: &PlainPassword) -> Result<bool> {
    match visit.env().look_up_breach(password).await {
        Breach::Known => Ok(true),
        Breach::Unknown => Ok(false),
        Breach::Unread(why) => {
            let event = Event::new("password.unchecked").with("reason", why);
            visit.work().write(move |cx| cx.record(event)).await?;
            Ok(false)
        }
    }
}

/// Where a password stands that somebody signs in with: among the common ones, or in a list.
pub(super) async fn source(visit: &Visit, password: &PlainPassword) -> Result<Option<&'static str>> {
    if passwords::is_widespread(password) {
        return Ok(Some("common"));
    }
    Ok(is_breached(visit, password).await?.then_some("breached"))
}
