//! The account: what a person sees and changes about themselves. What its pages share stands here: whose they are, and
//! their forms. What must not be changed by whoever merely finds a signed-in browser passes [`sensitive`].

mod activity;
mod apps;
mod confirmed;
mod data;
mod devices;
mod overview;
pub(super) mod passkeys;
mod password;
mod profile;
pub(super) mod sensitive;
mod undo;

pub(in crate::web) use activity::{disown as disown_activity, show as activity};
pub(in crate::web) use apps::{change as change_app, show as apps};
pub(in crate::web) use confirmed::{go_on, show as confirmed};
pub(in crate::web) use data::{download as download_data, show as data};
pub(in crate::web) use devices::{end as end_sessions, show as sessions};
pub(in crate::web) use overview::{show as overview, verify};
pub(in crate::web) use password::{save as save_password, show as password};
pub(in crate::web) use profile::show as profile;
pub(in crate::web) use undo::{show as undo, take_back};

use crate::cx::Result;
use crate::identity::{factors, sessions as devices_of};
use crate::journey;
use crate::model::{Instant, Session};
use crate::text::Catalogue;
use crate::web::page::{Form, Moment};
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

/// Whoever is not signed in signs in, and comes back to this page.
pub(super) fn signed_in_first(visit: &Visit) -> Reply {
    let back: String = url::form_urlencoded::byte_serialize(visit.path().as_bytes()).collect();
    Reply::see_other(&format!("{}?return_to={back}", path::LOGIN))
}

/// A form of a page of the account, made for this session.
pub(super) fn own_form(visit: &Visit, action: &str, session: &Session) -> Form {
    visit.form_for(action, &session.id.to_string(), "")
}

/// Whether a form of the account was made for this session.
pub(super) fn fits(visit: &Visit, fields: &FormFields, session: &Session) -> bool {
    visit.token_fits(fields, &session.id.to_string())(&session.browser)
}

/// The session of this browser, which is used by this.
pub(super) async fn session(visit: &Visit) -> Result<Option<Session>> {
    let visitor = visit.visitor();
    if visitor.session.is_none() {
        return Ok(None);
    }
    visit
        .work()
        .write(move |cx| {
            let session = visitor.session(cx)?;
            if let Some(session) = &session
                && devices_of::is_due(session, cx.now)
            {
                devices_of::touch(cx, session)?;
            }
            Ok(session)
        })
        .await
}

/// The session of this browser, if this form was made for it; else the page itself says what is missing.
pub(super) async fn sender(
    visit: &Visit,
    fields: &FormFields,
) -> Result<std::result::Result<Session, Reply>> {
    let session = session(visit).await?.filter(|session| fits(visit, fields, session));
    Ok(session.ok_or_else(|| Reply::see_other(visit.path())))
}

/// Whether this session has shown lately enough who it is for a sensitive change.
pub(super) fn is_recent(visit: &Visit, session: &Session) -> bool {
    devices_of::is_recent(visit.settings(), session, visit.work().now())
}

/// Whether this session may make a sensitive change: it has shown lately who it is, with the second factor of whoever has
/// one, even in a browser that is spared it at the sign-in (A06).
pub(super) async fn may_change(visit: &Visit, session: &Session) -> Result<bool> {
    let of = session.clone();
    Ok(is_recent(visit, session) && visit.work().read(move |cx| factors::is_shown(cx, &of)).await?)
}

/// Shows "Confirm it's you"; then the journey goes on at `back`, a path of ours.
pub(super) async fn confirm(visit: &Visit, session: Session, back: String) -> Result<Reply> {
    let step = visit
        .work()
        .write(move |cx| {
            let back = journey::own_url(cx, &back)?;
            journey::begin_confirmation(cx, &session, back)
        })
        .await?;
    visit.go(&step)
}

pub(super) fn moment(text: &Catalogue, at: Instant) -> Moment {
    Moment { iso: at.rfc3339(), shown: text.date(at) }
}
