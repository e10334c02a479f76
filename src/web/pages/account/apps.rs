//! The applications that may use the account.

use super::{moment, own_form, sender, session, signed_in_first};
use crate::cx::Result;
use crate::journey;
use crate::model::Notice;
use crate::oauth2::{connected, consent};
use crate::web::page::{AppRow, AppsPage};
use crate::web::pages::consent::permissions;
use crate::web::pages::said::Said;
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

/// The page.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(signed_in_first(&visit)) };
    let id = session.identity;
    let found = visit.work().read(move |cx| connected::list(cx, id)).await?;
    let frame = visit.frame();
    let apps = found
        .into_iter()
        .map(|app| AppRow {
            // That it keeps its access is said by a sentence of its own.
            permissions: permissions(&frame, &app.scope.without(&["offline_access"])),
            id: app.client_id,
            name: app.name,
            first: moment(&frame.text, app.first_at),
            last: moment(&frame.text, app.last_at),
            offline: app.offline,
            remembered: app.remembered,
        })
        .collect();
    Reply::own_page(&AppsPage {
        frame,
        notices: Said::read(&visit, &session).notices,
        apps,
        form: own_form(&visit, path::APPS, &session),
        logout_form: own_form(&visit, path::LOGOUT, &session),
    })
}

/// Takes one's access away, or lets it ask again. Of an application that has none, nothing is said.
pub(in crate::web) async fn change(visit: Visit, fields: FormFields) -> Result<Reply> {
    let session = match sender(&visit, &fields).await? {
        Ok(session) => session,
        Err(reply) => return Ok(reply),
    };
    let (remove, ask) = (fields.get("remove").to_owned(), fields.get("ask").to_owned());
    let id = session.identity;
    let notice = visit
        .work()
        .write(move |cx| {
            let named = if remove.is_empty() { &ask } else { &remove };
            let found = connected::list(cx, id)?.into_iter().find(|app| app.client_id == *named);
            let Some(app) = found else { return Ok(None) };
            let said = if remove.is_empty() {
                consent::ask_again(cx, id, &app.client_id)?;
                "apps.asks"
            } else {
                journey::remove_access(cx, id, &app.client_id)?;
                "apps.removed"
            };
            Ok(Some(Notice::success(said).with("client", app.name)))
        })
        .await?;
    Said { notices: notice.into_iter().collect(), ..Said::default() }.again(&visit, &session)
}
