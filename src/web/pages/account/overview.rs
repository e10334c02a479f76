//! The overview of the account.

use super::{moment, own_form, sender, session, signed_in_first};
use crate::cx::Result;
use crate::identity::{security_check, verification};
use crate::journey::{self, Step};
use crate::model::{Birth, Continuation, FlowKind};
use crate::web::page::{AccountPage, StrangeRow};
use crate::web::pages::people::Person;
use crate::web::pages::said::Said;
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

/// The page.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(signed_in_first(&visit)) };
    let id = session.identity;
    let of = session.clone();
    let (person, check) =
        visit.work().read(move |cx| Ok((Person::find(cx, id)?, security_check::look(cx, &of)?))).await?;
    let frame = visit.frame();
    let strange = check.strange.iter().map(|sign_in| StrangeRow {
        device: frame.text.device(&sign_in.user_agent),
        at: moment(&frame.text, sign_in.at),
        place: sign_in.peer.clone(),
    });
    let strange = strange.collect();
    let unproven = person.address.is_some() && !person.verified;
    Reply::own_page(&AccountPage {
        frame,
        notices: Said::read(&visit, &session).notices,
        name: person.name,
        address: person.address,
        verified: person.verified,
        verify_form: unproven.then(|| own_form(&visit, path::ACCOUNT_VERIFY, &session)),
        lacks_second_factor: check.lacks_second_factor,
        few_codes: check.few_codes,
        strange,
        disown_form: own_form(&visit, path::ACTIVITY, &session),
        logout_form: own_form(&visit, path::LOGOUT, &session),
    })
}

/// Sends a code for the person's address.
pub(in crate::web) async fn verify(visit: Visit, fields: FormFields) -> Result<Reply> {
    let Ok(session) = sender(&visit, &fields).await? else { return Ok(Reply::see_other(path::ACCOUNT)) };
    let step = visit
        .work()
        .write(move |cx| {
            let Some(address) = verification::unproven_address(cx, session.identity)? else {
                return Ok(Step::Account);
            };
            let said = Said::success("address.verified").at(cx.env, &session, path::ACCOUNT)?;
            let back = journey::own_url(cx, &said)?;
            let birth = Birth {
                browser: Some(session.browser),
                continuation: Continuation::Return(back),
                client_id: None,
            };
            let id = verification::begin_for_address(cx, birth, session.identity, &address)?;
            Ok(Step::Flow(FlowKind::Verification, id))
        })
        .await?;
    visit.go(&step)
}
