//! Two-step verification in the account. Whoever opens it has shown lately who they are, with the second factor if they
//! have one.

use super::account::{fits, own_form, session, shown_first, signed_in_first};
use super::people::Person;
use super::said::Said;
use crate::cx::{Fault, Result};
use crate::identity::factors::{self, Added};
use crate::identity::sessions as devices;
use crate::journey;
use crate::model::{Notice, Session, TrustedDeviceId};
use crate::web::page::{AddAppPage, BackupCodesPage, Moment, TrustedRow, TwoStepPage};
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};
use crate::web::{path, qr};

/// What the person has.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(signed_in_first(&visit)) };
    if let Some(first) = shown_first(&visit, &session, visit.here()).await? {
        return Ok(first);
    }
    let id = session.identity;
    let (factors, trusted) =
        visit.work().read(move |cx| Ok((factors::of(cx, id)?, factors::trusted(cx, id)?))).await?;
    let row = |device: crate::model::TrustedDevice| TrustedRow {
        id: device.id.to_string(),
        device: devices::device(&device.user_agent),
        until: Moment { iso: device.expires_at.rfc3339(), shown: device.expires_at.for_people() },
    };
    Reply::own_page(&TwoStepPage {
        frame: visit.frame(),
        notices: Said::read(&visit, &session).notices,
        app: factors.totp,
        codes_left: factors.backup_codes,
        devices: trusted.into_iter().map(row).collect(),
        form: own_form(&visit, path::TWO_STEP, &session),
        logout_form: own_form(&visit, path::LOGOUT, &session),
    })
}

/// Begins an app, removes it, makes new codes, or ends the trust in a device.
pub(in crate::web) async fn change(visit: Visit, fields: FormFields) -> Result<Reply> {
    let session = match ready(&visit, &fields).await? {
        Ok(session) => session,
        Err(reply) => return Ok(reply),
    };
    let of = session.clone();
    let device: Option<TrustedDeviceId> = fields.get("device").parse().ok();
    if let Some(device) = device {
        visit.work().write(move |cx| factors::untrust(cx, of.identity, device)).await?;
        return Said::success("two_step.untrusted").again(&visit, &session);
    }
    match fields.get("change") {
        "add" => {
            visit.work().write(move |cx| factors::begin_app(cx, &of)).await?;
            Ok(Reply::see_other(path::ADD_APP))
        }
        "codes" => {
            let make = move |cx: &mut crate::cx::Cx<'_>| match factors::is_any(cx, of.identity)? {
                true => factors::make_backup_codes(cx, &of),
                false => Ok(()),
            };
            visit.work().write(make).await?;
            Ok(Reply::see_other(path::BACKUP_CODES))
        }
        "remove" => {
            visit.work().write(move |cx| factors::remove_app(cx, &of)).await?;
            Said::success("two_step.removed").again(&visit, &session)
        }
        _ => Ok(Reply::see_other(path::TWO_STEP)),
    }
}

/// The session of a form that may be acted on; otherwise where the person goes first.
async fn ready(visit: &Visit, fields: &FormFields) -> Result<std::result::Result<Session, Reply>> {
    let overview = || Reply::see_other(path::TWO_STEP);
    let Some(session) = session(visit).await? else { return Ok(Err(overview())) };
    if !fits(visit, fields, &session) {
        return Ok(Err(overview()));
    }
    Ok(match shown_first(visit, &session, path::TWO_STEP.to_owned()).await? {
        Some(first) => Err(first),
        None => Ok(session),
    })
}

/// The secret of an app that is being set up, until its first code has come.
pub(in crate::web) async fn add_app(visit: Visit) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(signed_in_first(&visit)) };
    if let Some(first) = shown_first(&visit, &session, visit.here()).await? {
        return Ok(first);
    }
    let of = session.clone();
    let found = visit
        .work()
        .read(move |cx| {
            let person = Person::find(cx, of.identity)?;
            Ok(factors::app_being_added(cx, &of)?.map(|secret| (secret, person)))
        })
        .await?;
    let Some((secret, person)) = found else { return Ok(Reply::see_other(path::TWO_STEP)) };
    let account = person.shown();
    let qr = qr::code(&secret.uri(&visit.settings().name, &account));
    let key = secret.base32();
    let groups: Vec<&str> =
        (0..key.len()).step_by(4).filter_map(|n| key.get(n..(n + 4).min(key.len()))).collect();
    Reply::own_page(&AddAppPage {
        frame: visit.frame(),
        notices: Said::read(&visit, &session).notices,
        qr: qr.ok_or_else(|| Fault::Internal("a key for an app fits into no QR code".to_owned()))?,
        key: groups.join(" "),
        account,
        form: own_form(&visit, path::ADD_APP, &session),
        logout_form: own_form(&visit, path::LOGOUT, &session),
    })
}

/// The first code of an app.
pub(in crate::web) async fn confirm_app(visit: Visit, fields: FormFields) -> Result<Reply> {
    let session = match ready(&visit, &fields).await? {
        Ok(session) => session,
        Err(reply) => return Ok(reply),
    };
    let (of, code) = (session.clone(), fields.get("code").to_owned());
    let (added, signed_in) = visit.work().write(move |cx| journey::add_app(cx, &of, &code)).await?;
    match (added, signed_in) {
        (Added::Stay(notice), _) => Said { notices: vec![notice], ..Said::default() }.again(&visit, &session),
        (Added::Done { .. }, Some(raised)) => {
            let said = Said::success("two_step.added");
            let onward = said.at(visit.env(), &raised.session, path::BACKUP_CODES)?;
            Ok(visit.signed_in(Reply::see_other(&onward), &raised))
        }
        (Added::Done { .. } | Added::Gone, _) => {
            let said = Said { notices: vec![Notice::info("add_app.over")], ..Said::default() };
            Ok(Reply::see_other(&said.at(visit.env(), &session, path::TWO_STEP)?))
        }
    }
}

/// New codes, until they are kept.
pub(in crate::web) async fn backup_codes(visit: Visit) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(signed_in_first(&visit)) };
    let of = session.clone();
    let codes = visit.work().read(move |cx| factors::new_backup_codes(cx, &of)).await?;
    let Some(codes) = codes else { return Ok(Reply::see_other(path::TWO_STEP)) };
    Reply::own_page(&BackupCodesPage {
        frame: visit.frame(),
        notices: Said::read(&visit, &session).notices,
        codes,
        file_link: path::BACKUP_CODES_FILE.to_owned(),
        form: own_form(&visit, path::BACKUP_CODES, &session),
        logout_form: own_form(&visit, path::LOGOUT, &session),
    })
}

/// The same as a file.
pub(in crate::web) async fn backup_codes_file(visit: Visit) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(signed_in_first(&visit)) };
    let of = session.clone();
    let codes = visit.work().read(move |cx| factors::new_backup_codes(cx, &of)).await?;
    let Some(codes) = codes else { return Ok(Reply::see_other(path::TWO_STEP)) };
    let text = format!("{}\n\n{}\n", visit.settings().name, codes.join("\n"));
    Ok(Reply::text_file("backup-codes.txt", text))
}

/// The person has kept the codes: they are not shown again.
pub(in crate::web) async fn keep_backup_codes(visit: Visit, fields: FormFields) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(Reply::see_other(path::TWO_STEP)) };
    if !fits(&visit, &fields, &session) {
        return Ok(Reply::see_other(path::BACKUP_CODES));
    }
    if fields.get("saved") != "true" {
        let notices = vec![Notice::error("codes.not_saved").on("saved")];
        return Said { notices, ..Said::default() }.again(&visit, &session);
    }
    let of = session.clone();
    visit.work().write(move |cx| factors::keep_backup_codes(cx, &of)).await?;
    let said = Said::success("two_step.codes_kept");
    Ok(Reply::see_other(&said.at(visit.env(), &session, path::TWO_STEP)?))
}
