//! The backup codes that come with a passkey on the way: shown once, and then the journey goes on.

use super::account::session;
use super::flow;
use super::said::Said;
use crate::cx::Result;
use crate::identity::factors;
use crate::journey::{self, Step};
use crate::model::{FlowId, Notice, Session};
use crate::store;
use crate::web::csrf::Provenance;
use crate::web::page::NewCodesPage;
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

/// The page.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    let (Some(id), Some(session)) = (visit.id::<FlowId>("flow"), session(&visit).await?) else {
        return Ok(Reply::see_other(path::ACCOUNT));
    };
    let (of, visitor) = (session.clone(), visit.visitor());
    let found = visit
        .work()
        .read(move |cx| {
            let flow = store::flows::find_parent(cx.db, id)?;
            let flow = flow.filter(|flow| flow.birth.browser == Some(visitor.browser));
            let request = flow.and_then(|flow| flow.birth.continuation.authorization());
            let client = match request {
                Some(request) => flow::client_of(cx, request)?,
                None => None,
            };
            Ok((factors::new_backup_codes(cx, &of)?, request, client))
        })
        .await?;
    let (Some(codes), request, client_name) = found else { return go_on(&visit, id).await };
    Reply::page(&NewCodesPage {
        frame: flow::on_the_way(&visit, request, client_name.as_deref()),
        client_name,
        notices: Said::read(&visit, &session).notices,
        codes,
        file_link: path::BACKUP_CODES_FILE.to_owned(),
        form: visit.flow_form(visit.path(), id),
    })
}

/// The person has kept the codes, and goes on.
pub(in crate::web) async fn keep(visit: Visit, fields: FormFields) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else { return Ok(Reply::see_other(path::ACCOUNT)) };
    let Some(session) = session(&visit).await? else { return bound_again(&visit, &fields, id).await };
    let fits = visit.token_fits(&fields, &id.to_string())(&visit.visitor().browser);
    if !fits || fields.get("saved") != "true" {
        return again(&visit, id, &session, fits);
    }
    visit.work().write(move |cx| factors::keep_backup_codes(cx, &session)).await?;
    go_on(&visit, id).await
}

fn again(visit: &Visit, id: FlowId, session: &Session, fits: bool) -> Result<Reply> {
    let notice = match fits {
        true => Notice::error("codes.not_saved").on("saved"),
        false => Notice::info("flow.reopened"),
    };
    let said = Said { notices: vec![notice], ..Said::default() };
    let page = said.at(visit.env(), session, visit.path())?;
    Ok(Reply::see_other(&format!("{page}&flow={id}")))
}

/// Nobody is signed in any more: the journey goes on by signing in, also in a browser that has lost its cookies, which the
/// form shows to be the one that was here (decision 11).
async fn bound_again(visit: &Visit, fields: &FormFields, id: FlowId) -> Result<Reply> {
    let (visitor, own) = (visit.visitor(), visit.provenance() == Provenance::Own);
    let fits = visit.token_fits(fields, &id.to_string());
    let request = visit
        .work()
        .write(move |cx| {
            let flow = store::flows::find_parent(cx.db, id)?;
            let Some(request) = flow.and_then(|flow| flow.birth.continuation.authorization()) else {
                return Ok(None);
            };
            journey::reclaim(cx, request, &visitor, fits, own)?;
            Ok(Some(request))
        })
        .await?;
    let sign_in = request.map(|request| path::of_request(path::LOGIN, request));
    Ok(Reply::see_other(sign_in.as_deref().unwrap_or(path::ACCOUNT)))
}

async fn go_on(visit: &Visit, id: FlowId) -> Result<Reply> {
    let visitor = visit.visitor();
    let step = visit.work().write(move |cx| journey::go_on(cx, id, &visitor)).await?;
    visit.go(&step.unwrap_or(Step::Account))
}
