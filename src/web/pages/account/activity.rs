//! What has happened to the account lately, in the words of people.

use std::time::Duration;

use super::{moment, own_form, sender, session, signed_in_first};
use crate::cx::Result;
use crate::journey;
use crate::model::{Notice, Session};
use crate::store;
use crate::store::events::Fact;
use crate::web::page::{ActivityPage, ActivityRow};
use crate::web::pages::said::Said;
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

/// How far back it goes.
const MONTH: Duration = Duration::from_secs(30 * 24 * 3_600);

/// The most facts that are read, and the most that are shown.
const READ: i64 = 500;
const SHOWN: usize = 100;

/// What a fact is called; what is no news for its person has no words.
fn words(fact: &Fact) -> Option<&'static str> {
    let by_administrator = matches!(fact.origin.as_str(), "admin" | "command_line");
    Some(match fact.kind.as_str() {
        "login.succeeded" => "activity.signed_in",
        "login.failed" => "activity.failed",
        "password.mismatch" => "activity.password_mismatch",
        "session.ended" => "activity.signed_out",
        "recovery.started" | "recovery.created" => "activity.recovery_asked",
        "recovery.completed" => "activity.recovered",
        "credential.changed" => "activity.credential_changed",
        "credential.added" => "activity.factor_added",
        "credential.removed" if fact.data["kind"] == "password" => "activity.password_removed",
        "credential.removed" => "activity.factor_removed",
        "second_factor.failed" => "activity.factor_failed",
        "backup_code.used" => "activity.backup_code_used",
        "backup_codes.removed" => "activity.backup_codes_removed",
        "passkey.added" => "activity.passkey_added",
        "passkey.removed" => "activity.passkey_removed",
        "address.changed" => "activity.address_changed",
        "address.restored" => "activity.address_restored",
        "identity.created" => "activity.created",
        "identity.updated" if by_administrator => "activity.changed_by_administrator",
        "identity.updated" => "activity.profile_changed",
        "consent.given" => "activity.allowed",
        "consent.withdrawn" => "activity.withdrawn",
        "device.allowed" => "activity.device_connected",
        "refresh.reuse_detected" => "activity.token_copied",
        "deletion.scheduled" => "activity.deletion_scheduled",
        "deletion.withdrawn" => "activity.deletion_withdrawn",
        _ => return None,
    })
}

/// The page.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(signed_in_first(&visit)) };
    let id = session.identity;
    let (facts, known, clients) = visit
        .work()
        .read(move |cx| {
            let facts = store::events::list_of(cx.db, id, cx.now - MONTH, READ)?;
            let known = store::sessions::list_of(cx.db, id, None, cx.now, None, READ)?;
            Ok((facts, known, cx.clients()))
        })
        .await?;
    let frame = visit.frame();
    let client = |fact: &Fact| {
        let id = fact.client_id.clone().unwrap_or_default();
        clients.find(&id).map_or(id, |client| client.name.clone())
    };
    let rows = facts.iter().filter_map(|fact| {
        Some(ActivityRow {
            what: frame.text.say(words(fact)?, &[("client", &client(fact))]),
            at: moment(&frame.text, fact.at),
            device: device(&known, fact).map(|agent| frame.text.device(agent)),
            place: fact.peer.clone().unwrap_or_default(),
        })
    });
    let rows = rows.take(SHOWN).collect();
    Reply::own_page(&ActivityPage {
        frame,
        notices: Said::read(&visit, &session).notices,
        rows,
        form: own_form(&visit, path::ACTIVITY, &session),
        logout_form: own_form(&visit, path::LOGOUT, &session),
    })
}

/// The device of the session in which a fact was, if the session is still known.
fn device<'a>(known: &'a [Session], fact: &Fact) -> Option<&'a str> {
    let session = known.iter().find(|session| Some(session.id) == fact.session)?;
    Some(&session.user_agent)
}

/// "This wasn't me": nobody is signed in any more but whoever said so, who chooses a new password.
pub(in crate::web) async fn disown(visit: Visit, fields: FormFields) -> Result<Reply> {
    let session = match sender(&visit, &fields).await? {
        Ok(session) => session,
        Err(reply) => return Ok(reply),
    };
    let of = session.clone();
    visit.work().write(move |cx| journey::disown_activity(cx, &of)).await?;
    let said = Said { notices: vec![Notice::info("activity.ended")], ..Said::default() };
    Ok(Reply::see_other(&said.at(visit.env(), &session, path::PASSWORD)?))
}
