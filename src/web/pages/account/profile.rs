//! The person's data. A new address counts only when it is proven.

use std::collections::BTreeMap;

use super::sensitive::Change;
use super::{own_form, session, signed_in_first};
use crate::cx::Result;
use crate::identity::settings::{self, Saved};
use crate::identity::verification;
use crate::journey::{self, Step};
use crate::model::{Birth, Continuation, FlowKind, Notice, Session};
use crate::web::page::ProfilePage;
use crate::web::pages::flow;
use crate::web::pages::said::Said;
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// The page.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(signed_in_first(&visit)) };
    let id = session.identity;
    let (schema_id, mut values) =
        visit.work().read(move |cx| Ok((settings::schema_id(cx, id)?, settings::values(cx, id)?))).await?;
    let said = Said::read(&visit, &session);
    values.extend(said.values);
    page(&visit, &session, &schema_id, &values, said.notices)
}

fn page(
    visit: &Visit,
    session: &Session,
    schema_id: &str,
    values: &BTreeMap<String, String>,
    notices: Vec<Notice>,
) -> Result<Reply> {
    let hint = visit.frame().text.say("profile.email_hint", &[]);
    let mut fields = flow::fields(visit, schema_id, values);
    for field in fields.iter_mut().filter(|field| field.hint.is_some()) {
        field.hint = Some(hint.clone());
    }
    Reply::own_page(&ProfilePage {
        frame: visit.frame(),
        notices,
        form: own_form(visit, path::PROFILE, session),
        fields,
        logout_form: own_form(visit, path::LOGOUT, session),
    })
}

/// Other data: all at once, but a new address, which is proven first.
pub(super) async fn save(change: Change) -> Result<Reply> {
    let values = change.fields.beginning("traits.");
    let of = change.session.clone();
    let saved = change
        .visit
        .work()
        .write(move |cx| {
            Ok(match settings::save_profile(cx, of.identity, values)? {
                Saved::Stay(notices, values) => Err((notices, values)),
                Saved::Done { pending_address: None } => Ok(None),
                Saved::Done { pending_address: Some((name, address)) } => {
                    let said = Said::success("profile.saved").at(cx.env, &of, path::PROFILE)?;
                    let birth = Birth {
                        browser: Some(of.browser),
                        continuation: Continuation::Return(journey::own_url(cx, &said)?),
                        client_id: None,
                    };
                    let id = verification::begin_for_change(cx, birth, of.identity, &name, &address)?;
                    Ok(Some(Step::Flow(FlowKind::Verification, id)))
                }
            })
        })
        .await?;
    match saved {
        Ok(Some(step)) => change.visit.go(&step),
        Ok(None) => change.says(Said::success("profile.saved")),
        Err((notices, values)) => change.says(Said { notices, values }),
    }
}
