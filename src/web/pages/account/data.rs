//! The person's data as a file, and the end of their account.

use actix_web::http::StatusCode;
use actix_web::http::header;

use super::sensitive::Change;
use super::{confirm, may_change, own_form, session, signed_in_first, undo};
use crate::cx::Result;
use crate::identity::traits::canonical_email;
use crate::journey;
use crate::model::{Notice, UNDO};
use crate::web::page::DataPage;
use crate::web::pages::people::Person;
use crate::web::pages::said::Said;
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// The page.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(signed_in_first(&visit)) };
    let id = session.identity;
    let person = visit.work().read(move |cx| Person::find(cx, id)).await?.shown();
    let can_delete = visit.settings().deletion && !person.is_empty();
    Reply::own_page(&DataPage {
        frame: visit.frame(),
        notices: Said::read(&visit, &session).notices,
        download_link: path::DATA_FILE,
        person,
        delete_form: can_delete.then(|| own_form(&visit, path::DATA, &session)),
        logout_form: own_form(&visit, path::LOGOUT, &session),
    })
}

/// The file, for whoever has shown lately who they are; others do so first, and then find the page again.
pub(in crate::web) async fn download(visit: Visit) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(Reply::see_other(path::DATA)) };
    if !may_change(&visit, &session).await? {
        let back = Said::success("data.ready").at(visit.env(), &session, path::DATA)?;
        return confirm(&visit, session, back).await;
    }
    let id = session.identity;
    let data = visit.work().read(move |cx| journey::own_data(cx, id)).await?;
    Ok(Reply::json(StatusCode::OK, &data)?
        .with_text_header(header::CONTENT_DISPOSITION, "attachment; filename=\"account-data.json\""))
}

/// The end of the account, in a week, for whoever has typed whose it is. Nobody is signed in after that.
pub(super) async fn delete(change: Change) -> Result<Reply> {
    let visit = &change.visit;
    if !visit.settings().deletion {
        return change.says(Said::default());
    }
    let (id, typed) = (change.session.identity, change.fields.get("email").trim().to_owned());
    let due = visit
        .work()
        .write(move |cx| {
            let person = Person::find(cx, id)?.shown();
            let one = |text: &str| canonical_email(text).unwrap_or_else(|| text.to_lowercase());
            if person.is_empty() || one(&person) != one(&typed) {
                return Ok(None);
            }
            journey::schedule_deletion(cx, id)?;
            Ok(Some(cx.now + UNDO))
        })
        .await?;
    let Some(due) = due else {
        return change.refused(vec![Notice::error("delete.mismatch").on("email")]);
    };
    let notice = Notice::info("delete.scheduled").with("time", visit.language().date(due));
    let said = Said { notices: vec![notice], ..Said::default() };
    let farewell = said.at_for(visit.env(), &undo::whom(visit), path::UNDO)?;
    Ok(visit.signed_out(Reply::see_other(&farewell)))
}
