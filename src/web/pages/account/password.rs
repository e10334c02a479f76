//! The password. Whoever has not shown lately who they are is asked for the current one.

use super::sensitive::{self, Change};
use super::{is_recent, own_form, sender, session, signed_in_first};
use crate::cx::{Cx, Result};
use crate::identity::settings::{self, PasswordPrepared};
use crate::identity::{factors, passwords};
use crate::journey;
use crate::web::page::PasswordPage;
use crate::web::pages::breached;
use crate::web::pages::people::Person;
use crate::web::pages::said::Said;
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

const CURRENT: &str = "current_password";

/// The page.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(signed_in_first(&visit)) };
    let id = session.identity;
    let (person, password_min, is_set) = visit
        .work()
        .read(move |cx| Ok((Person::find(cx, id)?, passwords::least(cx, id)?, passwords::is_set(cx, id)?)))
        .await?;
    Reply::own_page(&PasswordPage {
        frame: visit.frame(),
        notices: Said::read(&visit, &session).notices,
        form: own_form(&visit, path::PASSWORD, &session),
        identifier: person.shown(),
        password_min,
        ask_current: is_set && !is_recent(&visit, &session),
        logout_form: own_form(&visit, path::LOGOUT, &session),
    })
}

/// Another password. A form that asked for the current one has its own evidence; one that did not is a sensitive change
/// like any other, also if it lay open until the sign-in had become too old; so is one of a browser that was spared the
/// second factor, for which the current password does not stand in; and so is that of somebody who has no password yet.
pub(in crate::web) async fn save(visit: Visit, fields: FormFields) -> Result<Reply> {
    if !fields.0.iter().any(|(name, _)| name == CURRENT) {
        return sensitive::sensitive(visit, fields).await;
    }
    match sender(&visit, &fields).await? {
        Ok(session) => {
            let of = session.clone();
            let is_evidence =
                move |cx: &mut Cx<'_>| Ok(factors::is_shown(cx, &of)? && passwords::is_set(cx, of.identity)?);
            match visit.work().read(is_evidence).await? {
                true => sensitive::at_once(visit, session, fields).await,
                false => sensitive::sensitive(visit, fields).await,
            }
        }
        Err(reply) => Ok(reply),
    }
}

/// Comparing and hashing happen between two transactions.
pub(super) async fn change(change: Change) -> Result<Reply> {
    let (visit, fields) = (&change.visit, &change.fields);
    let current = fields.get(CURRENT).to_owned();
    let (new, end_others) = (fields.get("password").to_owned(), fields.get("end_others") == "yes");
    let of = change.session.clone();
    let prepared = visit
        .work()
        .write(move |cx| {
            let current = (!current.is_empty()).then_some(current.as_str());
            settings::prepare_password(cx, &of, current, &new)
        })
        .await?;
    let work = match prepared {
        PasswordPrepared::Stay(notices) => return change.refused(notices),
        PasswordPrepared::Work(work) => work,
    };
    let env = visit.env();
    let compared = match work.compare {
        Some((typed, hash)) => Some(env.passwords.verify(typed, hash).await?),
        None => None,
    };
    let same = match work.same {
        Some((new, hash)) => Some(env.passwords.verify(new, Some(hash)).await?),
        None => None,
    };
    let of = change.session.clone();
    let notices = visit.work().write(move |cx| settings::judge(cx, &of, compared, same)).await?;
    if !notices.is_empty() {
        return change.refused(notices);
    }
    if breached::is_breached(visit, &work.new).await? {
        return change.refused(vec![passwords::breached()]);
    }
    let hash = env.passwords.hash(work.new).await?;
    let of = change.session.clone();
    let signed_in = visit.work().write(move |cx| journey::change_password(cx, &of, hash, end_others)).await?;
    let done = change.says(Said::success("password.changed"))?;
    Ok(visit.signed_in(done, &signed_in))
}
