//! Where a change goes on that waited for its person. Usually it is made in the very answer to the confirmation, and this
//! page is never seen: it is for whoever has shown who they are in another tab, or comes back.

use super::{confirm, own_form, sender, sensitive, session};
use crate::cx::Result;
use crate::identity::parked::{self, Standing};
use crate::model::{Notice, ParkedChangeId};
use crate::web::page::ConfirmedPage;
use crate::web::pages::said::Said;
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

fn named(visit: &Visit) -> Option<ParkedChangeId> {
    visit.id("change")
}

/// The page, or where the change belongs to. Looking makes no change.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    let (Some(id), Some(session)) = (named(&visit), session(&visit).await?) else {
        return Ok(Reply::see_other(path::ACCOUNT));
    };
    let browser = session.browser;
    match visit.work().read(move |cx| parked::stand(cx, id, &browser)).await? {
        Standing::Ready(of, change) if of.id == session.id => {
            let form = own_form(&visit, path::CONFIRMED, &session);
            Reply::own_page(&ConfirmedPage {
                frame: visit.frame(),
                form: crate::web::page::Form { action: path::of_change(id), ..form },
                leave_link: change.path,
            })
        }
        Standing::Stale(of) if of.id == session.id => confirm(&visit, session, path::of_change(id)).await,
        Standing::Over(of, change) if of.id == session.id => {
            if change.used_at.is_some() {
                return Ok(Reply::see_other(&change.path));
            }
            let said = Said { notices: vec![Notice::info("change.over")], ..Said::default() };
            Ok(Reply::see_other(&said.at(visit.env(), &session, &change.path)?))
        }
        _ => Ok(Reply::see_other(path::ACCOUNT)),
    }
}

/// The button: the change is made, if that is still possible; else the page says why not.
pub(in crate::web) async fn go_on(visit: Visit, fields: FormFields) -> Result<Reply> {
    let Some(id) = named(&visit) else { return Ok(Reply::see_other(path::ACCOUNT)) };
    if sender(&visit, &fields).await?.is_ok()
        && let Some(done) = sensitive::unpark(&visit, id).await?
    {
        return Ok(done);
    }
    Ok(Reply::see_other(&path::of_change(id)))
}
