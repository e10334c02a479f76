//! The account: what a person sees and changes about themselves.

use std::collections::BTreeMap;

use super::flow;
use super::people::Person;
use super::said::Said;
use crate::cx::Result;
use crate::identity::settings::{self, PasswordPrepared, Saved};
use crate::identity::{factors, passwords, sessions as devices, verification};
use crate::journey::{self, Step};
use crate::model::{Assurance, Birth, Continuation, FlowKind, Instant, Notice, Session, SessionId};
use crate::store;
use crate::web::page::{AccountPage, Form, Moment, PasswordPage, ProfilePage, SessionRow, SessionsPage};
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

pub(super) fn signed_in_first(visit: &Visit) -> Reply {
    let back: String = url::form_urlencoded::byte_serialize(visit.path().as_bytes()).collect();
    Reply::see_other(&format!("{}?return_to={back}", path::LOGIN))
}

pub(super) fn own_form(visit: &Visit, action: &str, session: &Session) -> Form {
    visit.form_for(action, &session.id.to_string(), "")
}

/// Whether a form of the account was made for this session.
pub(super) fn fits(visit: &Visit, fields: &FormFields, session: &Session) -> bool {
    visit.token_fits(fields, &session.id.to_string())(&session.browser)
}

/// Who is signed in, and is seen by this.
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
                && devices::is_due(session, cx.now)
            {
                devices::touch(cx, session)?;
            }
            Ok(session)
        })
        .await
}

/// The overview.
pub(in crate::web) async fn overview(visit: Visit) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(signed_in_first(&visit)) };
    let id = session.identity;
    let person = visit.work().read(move |cx| Person::find(cx, id)).await?;
    let unproven = person.address.is_some() && !person.verified;
    Reply::own_page(&AccountPage {
        frame: visit.frame(),
        notices: Said::read(&visit, &session).notices,
        name: person.name,
        address: person.address,
        verified: person.verified,
        verify_form: unproven.then(|| own_form(&visit, path::ACCOUNT_VERIFY, &session)),
        logout_form: own_form(&visit, path::LOGOUT, &session),
    })
}

/// Sends a code for the person's address.
pub(in crate::web) async fn verify(visit: Visit, fields: FormFields) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(Reply::see_other(path::ACCOUNT)) };
    if !fits(&visit, &fields, &session) {
        return Ok(Reply::see_other(path::ACCOUNT));
    }
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

/// The person's data, for somebody who has shown lately that they are that person.
pub(in crate::web) async fn profile(visit: Visit) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(signed_in_first(&visit)) };
    if let Some(first) = shown_first(&visit, &session, visit.here()).await? {
        return Ok(first);
    }
    let id = session.identity;
    let mut values = visit.work().read(move |cx| settings::values(cx, id)).await?;
    let said = Said::read(&visit, &session);
    values.extend(said.values);
    profile_page(&visit, &session, &values, said.notices)
}

fn profile_page(
    visit: &Visit,
    session: &Session,
    values: &BTreeMap<String, String>,
    notices: Vec<Notice>,
) -> Result<Reply> {
    let hint = visit.frame().text.say("profile.email_hint", &[]);
    let mut fields = flow::fields(visit, values);
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

fn is_recent(visit: &Visit, session: &Session) -> bool {
    visit.work().now().since(session.authenticated_at) <= visit.settings().session.recent
}

async fn confirm(visit: &Visit, session: Session, back: String) -> Result<Reply> {
    let step = visit
        .work()
        .write(move |cx| {
            let back = journey::own_url(cx, &back)?;
            journey::begin_confirmation(cx, &session, back)
        })
        .await?;
    visit.go(&step)
}

/// What somebody must show before they see or change what is sensitive: that they have signed in lately, and a second
/// factor if they have one. `None` is nothing.
pub(super) async fn shown_first(visit: &Visit, session: &Session, back: String) -> Result<Option<Reply>> {
    if !is_recent(visit, session) {
        return confirm(visit, session.clone(), back).await.map(Some);
    }
    second_first(visit, session, back).await
}

/// The second factor of whoever has one and was spared it at the sign-in (A01, A06).
async fn second_first(visit: &Visit, session: &Session, back: String) -> Result<Option<Reply>> {
    let of = session.clone();
    if session.assurance == Assurance::Aal2
        || !visit.work().read(move |cx| factors::is_any(cx, of.identity)).await?
    {
        return Ok(None);
    }
    let of = session.clone();
    let step = visit
        .work()
        .write(move |cx| {
            let back = journey::own_url(cx, &back)?;
            journey::begin_second_step(cx, &of, back)
        })
        .await?;
    visit.go(&step).map(Some)
}

/// Other data. A new address counts only when it is proven.
pub(in crate::web) async fn save_profile(visit: Visit, fields: FormFields) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(Reply::see_other(path::PROFILE)) };
    if !fits(&visit, &fields, &session) {
        return Ok(Reply::see_other(path::PROFILE));
    }
    let values = fields.beginning("traits.");
    // What was typed waits behind the confirmation.
    let back = Said { values: values.clone(), ..Said::default() }.at(visit.env(), &session, path::PROFILE)?;
    if let Some(first) = shown_first(&visit, &session, back).await? {
        return Ok(first);
    }
    let (identity, browser) = (session.identity, session.browser);
    let of = session.clone();
    let saved = visit
        .work()
        .write(move |cx| {
            Ok(match settings::save_profile(cx, identity, values)? {
                Saved::Stay(notices, values) => Err((notices, values)),
                Saved::Done { pending_address: None } => Ok(None),
                Saved::Done { pending_address: Some((name, address)) } => {
                    let said = Said::success("profile.saved").at(cx.env, &of, path::PROFILE)?;
                    let back = journey::own_url(cx, &said)?;
                    let birth = Birth {
                        browser: Some(browser),
                        continuation: Continuation::Return(back),
                        client_id: None,
                    };
                    let id = verification::begin_for_change(cx, birth, identity, &name, &address)?;
                    Ok(Some(Step::Flow(FlowKind::Verification, id)))
                }
            })
        })
        .await?;
    match saved {
        Ok(Some(step)) => visit.go(&step),
        Ok(None) => Said::success("profile.saved").again(&visit, &session),
        Err((notices, values)) => Said { notices, values }.again(&visit, &session),
    }
}

/// The password.
pub(in crate::web) async fn password(visit: Visit) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(signed_in_first(&visit)) };
    if let Some(first) = second_first(&visit, &session, path::PASSWORD.to_owned()).await? {
        return Ok(first);
    }
    let id = session.identity;
    let (person, password_min) =
        visit.work().read(move |cx| Ok((Person::find(cx, id)?, passwords::least(cx, id)?))).await?;
    Reply::own_page(&PasswordPage {
        frame: visit.frame(),
        notices: Said::read(&visit, &session).notices,
        form: own_form(&visit, path::PASSWORD, &session),
        identifier: person.shown(),
        password_min,
        ask_current: !is_recent(&visit, &session),
        logout_form: own_form(&visit, path::LOGOUT, &session),
    })
}

/// Another password. Comparing and hashing happen between two transactions.
pub(in crate::web) async fn save_password(visit: Visit, fields: FormFields) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(Reply::see_other(path::PASSWORD)) };
    if !fits(&visit, &fields, &session) {
        return Ok(Reply::see_other(path::PASSWORD));
    }
    if let Some(first) = second_first(&visit, &session, path::PASSWORD.to_owned()).await? {
        return Ok(first);
    }
    let current = fields.get("current_password").to_owned();
    let (new, end_others) = (fields.get("password").to_owned(), fields.get("end_others") == "yes");
    let of = session.clone();
    let prepared = visit
        .work()
        .write(move |cx| {
            let current = (!current.is_empty()).then_some(current.as_str());
            settings::prepare_password(cx, &of, current, &new)
        })
        .await?;
    let work = match prepared {
        PasswordPrepared::Stay(notices) => {
            return Said { notices, ..Said::default() }.again(&visit, &session);
        }
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
    let of = session.clone();
    let notices = visit.work().write(move |cx| settings::judge(cx, &of, compared, same)).await?;
    if !notices.is_empty() {
        return Said { notices, ..Said::default() }.again(&visit, &session);
    }
    let hash = env.passwords.hash(work.new).await?;
    let of = session.clone();
    let signed_in = visit.work().write(move |cx| journey::change_password(cx, &of, hash, end_others)).await?;
    let done = Said::success("password.changed").again(&visit, &signed_in.session)?;
    Ok(visit.signed_in(done, &signed_in))
}

/// The devices.
pub(in crate::web) async fn sessions(visit: Visit) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(signed_in_first(&visit)) };
    let id = session.identity;
    let alive = visit.work().read(move |cx| devices::list(cx, id)).await?;
    let moment = |at: Instant| Moment { iso: at.rfc3339(), shown: at.for_people() };
    let rows = alive
        .into_iter()
        .map(|row| SessionRow {
            id: row.id.to_string(),
            device: devices::device(&row.user_agent),
            place: row.peer,
            signed_in: moment(row.authenticated_at),
            last_seen: moment(row.last_seen_at),
            current: row.id == session.id,
        })
        .collect();
    Reply::own_page(&SessionsPage {
        frame: visit.frame(),
        notices: Said::read(&visit, &session).notices,
        sessions: rows,
        form: own_form(&visit, path::SESSIONS, &session),
        logout_form: own_form(&visit, path::LOGOUT, &session),
    })
}

/// Signs out one other device, or all others. A session of somebody else is not found (S15).
pub(in crate::web) async fn end_sessions(visit: Visit, fields: FormFields) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(Reply::see_other(path::SESSIONS)) };
    if !fits(&visit, &fields, &session) {
        return Ok(Reply::see_other(path::SESSIONS));
    }
    let one: Option<SessionId> = fields.get("session").parse().ok();
    let current = session.clone();
    let notice = visit
        .work()
        .write(move |cx| {
            let Some(one) = one else {
                let ended = journey::end_other_sessions(cx, &current, "signed_out_elsewhere")?;
                return Ok(Notice::success("sessions.ended").with("n", ended));
            };
            let found = store::sessions::find(cx.db, one)?;
            if let Some(other) =
                found.filter(|other| other.identity == current.identity && other.id != current.id)
            {
                journey::end_session(cx, &other, "signed_out_elsewhere")?;
            }
            Ok(Notice::success("session.ended"))
        })
        .await?;
    Said { notices: vec![notice], ..Said::default() }.again(&visit, &session)
}
