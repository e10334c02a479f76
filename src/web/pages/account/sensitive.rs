//! Sensitive changes of the account: whoever sends one must have shown within the last ten minutes who they are
//! (`session.recent`). If not, what was sent is parked, "Confirm it's you" is shown, and then it is done as it was sent.
//! Nobody is told to try again (pages 1.4.6, security A06).
//!
//! A page takes part with two lines. Its handler is a function of a [`Change`], which stands in [`CHANGES`] with its path:
//!
//! ```text
//! (path::TWO_STEP_OFF, |change| Box::pin(two_step::turn_off(change))),
//! ```
//!
//! and its route is `page(path::TWO_STEP_OFF).route(sending(pages::sensitive))`, with a `looking` for whoever comes by
//! GET. The handler is called with a session that may do what it asks for, in the request that brought the form or in
//! the one that confirmed. So it asks `change.session` who it is for, and never the cookies of `change.visit`; and it
//! answers with [`Change::said`] or with a step. What was typed to say whose account it is counts for nothing: that is
//! the session's.

use std::future::Future;
use std::pin::Pin;

use super::{may_change, profile, sender};
use crate::cx::Result;
use crate::identity::parked;
use crate::journey;
use crate::model::{Notice, ParkedChangeId, Session};
use crate::web::pages::said::Said;
use crate::web::pages::two_step;
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

/// A change that may be made now.
pub(in crate::web::pages) struct Change {
    /// The request that brought it, or that confirmed it.
    pub visit: Visit,
    /// Who makes it: they have shown lately who they are.
    pub session: Session,
    /// What was typed.
    pub fields: FormFields,
    /// The path that the form was sent to.
    pub path: &'static str,
}

impl Change {
    /// The page of this change again, with what is wrong and what was typed, or with what was done.
    pub fn says(&self, said: Said) -> Result<Reply> {
        self.says_at(said, self.path)
    }

    /// The same on another page of the account.
    pub fn says_at(&self, said: Said, path: &str) -> Result<Reply> {
        Ok(Reply::see_other(&said.at(self.visit.env(), &self.session, path)?))
    }

    /// The page again, with what is wrong.
    pub fn refused(&self, notices: Vec<Notice>) -> Result<Reply> {
        self.says(Said { notices, ..Said::default() })
    }
}

type Making = Pin<Box<dyn Future<Output = Result<Reply>>>>;

/// What a sensitive form does.
type Make = fn(Change) -> Making;

/// What each sensitive form does, by the path that it is sent to.
const CHANGES: &[(&str, Make)] = &[
    (path::PROFILE, |change| Box::pin(profile::save(change))),
    (path::PASSWORD, |change| Box::pin(super::password::change(change))),
    (path::PASSKEYS, |change| Box::pin(super::passkeys::change(change))),
    (path::TWO_STEP, |change| Box::pin(two_step::change(change))),
    (path::ADD_APP, |change| Box::pin(two_step::confirm_app(change))),
    (path::DATA, |change| Box::pin(super::data::delete(change))),
];

fn make(path: &str, visit: Visit, session: Session, fields: FormFields) -> Option<Making> {
    let (path, making) = CHANGES.iter().find(|(known, _)| *known == path)?;
    Some(making(Change { visit, session, fields, path }))
}

/// The handler of every sensitive form.
pub(in crate::web) async fn sensitive(visit: Visit, fields: FormFields) -> Result<Reply> {
    let session = match sender(&visit, &fields).await? {
        Ok(session) => session,
        Err(reply) => return Ok(reply),
    };
    if !may_change(&visit, &session).await? {
        return park(&visit, session, fields).await;
    }
    at_once(visit, session, fields).await
}

/// Makes a change without asking how long ago its person signed in: the form has other evidence.
pub(super) async fn at_once(visit: Visit, session: Session, fields: FormFields) -> Result<Reply> {
    let path = visit.path().to_owned();
    match make(&path, visit, session, fields) {
        Some(making) => making.await,
        None => Ok(Reply::see_other(path::ACCOUNT)),
    }
}

async fn park(visit: &Visit, session: Session, fields: FormFields) -> Result<Reply> {
    let to = visit.path().to_owned();
    let step = visit
        .work()
        .write(move |cx| {
            let typed = fields.0.into_iter().filter(|(name, _)| name != "csrf_token").collect();
            journey::park_change(cx, &session, &to, &typed, path::of_change)
        })
        .await?;
    visit.go(&step)
}

/// Makes the change that was parked, once; `None` if it may not be made here and now.
pub(super) async fn unpark(visit: &Visit, id: ParkedChangeId) -> Result<Option<Reply>> {
    let browser = visit.visitor().browser;
    let Some(taken) = visit.work().write(move |cx| parked::take(cx, id, &browser)).await? else {
        return Ok(None);
    };
    match make(&taken.path, visit.clone(), taken.session, FormFields(taken.fields)) {
        Some(making) => making.await.map(Some),
        None => Ok(None),
    }
}

/// The end of every form: if its person has just shown who they are, and it leads to a change that waited for that, the
/// change is made now, in the same answer.
pub(in crate::web) async fn go_on(visit: &Visit, answer: Result<Reply>) -> Result<Reply> {
    let reply = answer?;
    let leads_to = reply.leads_to().filter(|_| reply.signs_in());
    let waits = leads_to.and_then(|to| path::change_at(&visit.settings().issuer, to));
    let Some(id) = waits else { return Ok(reply) };
    Ok(match unpark(visit, id).await? {
        Some(done) => done.in_place_of(reply),
        None => reply,
    })
}
