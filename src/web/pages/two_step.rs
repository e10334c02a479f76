//! Two-step verification in the account. Anybody who is signed in sees what there is; whoever changes it has shown lately
//! who they are, with the second factor if there is one.

use super::account::sensitive::Change;
use super::account::{fits, moment, own_form, session, signed_in_first};
use super::people::Person;
use super::said::Said;
use crate::cx::{Cx, Fault, Result};
use crate::identity::factors::{self, Added};
use crate::journey;
use crate::model::{Notice, TrustedDeviceId};
use crate::web::page::{AddAppPage, BackupCodesPage, TrustedRow, TwoStepPage};
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};
use crate::web::{path, qr};

/// What the person has.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(signed_in_first(&visit)) };
    let id = session.identity;
    let (factors, trusted) =
        visit.work().read(move |cx| Ok((factors::of(cx, id)?, factors::trusted(cx, id)?))).await?;
    let frame = visit.frame();
    let row = |device: crate::model::TrustedDevice| TrustedRow {
        id: device.id.to_string(),
        device: frame.text.device(&device.user_agent),
        until: moment(&frame.text, device.expires_at),
    };
    let devices = trusted.into_iter().map(row).collect();
    Reply::own_page(&TwoStepPage {
        frame,
        notices: Said::read(&visit, &session).notices,
        app: factors.totp,
        webauthn: factors.webauthn,
        codes_left: factors.backup_codes,
        devices,
        form: own_form(&visit, path::TWO_STEP, &session),
        logout_form: own_form(&visit, path::LOGOUT, &session),
    })
}

/// Begins an app, removes it, makes new codes, or ends the trust in a device.
pub(super) async fn change(change: Change) -> Result<Reply> {
    let (work, of) = (change.visit.work(), change.session.clone());
    let device: Option<TrustedDeviceId> = change.fields.get("device").parse().ok();
    if let Some(device) = device {
        work.write(move |cx| factors::untrust(cx, of.identity, device)).await?;
        return change.says(Said::success("two_step.untrusted"));
    }
    match change.fields.get("change") {
        "add" => {
            work.write(move |cx| factors::begin_app(cx, &of)).await?;
            Ok(Reply::see_other(path::ADD_APP))
        }
        "codes" => {
            let make = move |cx: &mut Cx<'_>| match factors::is_any(cx, of.identity)? {
                true => factors::make_backup_codes(cx, &of),
                false => Ok(()),
            };
            work.write(make).await?;
            Ok(Reply::see_other(path::BACKUP_CODES))
        }
        "remove" => {
            let remove = move |cx: &mut Cx<'_>| {
                factors::remove_app(cx, of.identity)?;
                factors::is_any(cx, of.identity)
            };
            let said = if work.write(remove).await? { "two_step.app_removed" } else { "two_step.removed" };
            change.says(Said::success(said))
        }
        _ => Ok(Reply::see_other(path::TWO_STEP)),
    }
}

/// The secret of an app that is being set up, until its first code has come.
pub(in crate::web) async fn add_app(visit: Visit) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(signed_in_first(&visit)) };
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
pub(super) async fn confirm_app(change: Change) -> Result<Reply> {
    let (of, code) = (change.session.clone(), change.fields.get("code").to_owned());
    let work = change.visit.work();
    let (added, signed_in) = work.write(move |cx| journey::add_app(cx, &of, &code)).await?;
    match (added, signed_in) {
        (Added::Stay(notice), _) => change.refused(vec![notice]),
        (Added::Done { .. }, Some(raised)) => {
            let onward = change.says_at(Said::success("two_step.added"), path::BACKUP_CODES)?;
            Ok(change.visit.signed_in(onward, &raised))
        }
        (Added::Done { .. } | Added::Gone, _) => {
            let said = Said { notices: vec![Notice::info("add_app.over")], ..Said::default() };
            change.says_at(said, path::TWO_STEP)
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
