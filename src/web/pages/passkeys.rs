//! The passkeys and security keys of an account.

use actix_web::http::StatusCode;

use super::account::{confirm, fits, is_recent, own_form, session, signed_in_first};
use super::said::Said;
use crate::cx::Result;
use crate::identity::passkeys::{self, Removed};
use crate::model::{Instant, Notice, Passkey, PasskeyId, PasskeyKind};
use crate::web::page::{Moment, PasskeyRow, PasskeysPage};
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

/// The list.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(signed_in_first(&visit)) };
    if !is_recent(&visit, &session) {
        return confirm(&visit, session, visit.here()).await;
    }
    let id = session.identity;
    let (all, signals) =
        visit.work().read(move |cx| Ok((passkeys::list(cx, id)?, passkeys::signals(cx, id)?))).await?;
    Reply::own_page(&PasskeysPage {
        frame: visit.frame(),
        notices: Said::read(&visit, &session).notices,
        passkeys: all.into_iter().map(row).collect(),
        form: own_form(&visit, path::PASSKEYS, &session),
        signals: signals.map(|signals| signals.to_string()),
        logout_form: own_form(&visit, path::LOGOUT, &session),
    })
}

fn row(passkey: Passkey) -> PasskeyRow {
    let moment = |at: Instant| Moment { iso: at.rfc3339(), shown: at.for_people() };
    PasskeyRow {
        id: passkey.id.to_string(),
        provider: passkeys::provider(passkey.aaguid).map(str::to_owned),
        is_key: passkey.kind == PasskeyKind::SecurityKey,
        created: moment(passkey.created_at),
        last_used: passkey.last_used_at.map(moment),
        name: passkey.name,
    }
}

/// What one is to be made by, for somebody who has shown lately who they are; else `null`.
pub(in crate::web) async fn options(visit: Visit, fields: FormFields) -> Result<Reply> {
    let session = session(&visit).await?.filter(|session| is_recent(&visit, session));
    let (Some(session), Some(kind)) = (session, PasskeyKind::parse(fields.get("kind"))) else {
        return Reply::json(StatusCode::OK, &());
    };
    let options = visit.work().write(move |cx| passkeys::creation_options(cx, &session, kind)).await?;
    Reply::json(StatusCode::OK, &options)
}

/// One is added, named or removed.
pub(in crate::web) async fn change(visit: Visit, fields: FormFields) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(Reply::see_other(path::PASSKEYS)) };
    if !fits(&visit, &fields, &session) {
        return Ok(Reply::see_other(path::PASSKEYS));
    }
    if !is_recent(&visit, &session) {
        return confirm(&visit, session, path::PASSKEYS.to_owned()).await;
    }
    let of = session.clone();
    let id = |name| fields.get(name).parse::<PasskeyId>().ok();
    let notice = match (PasskeyKind::parse(fields.get("kind")), id("rename"), id("remove")) {
        (Some(kind), _, _) => {
            // What the authenticator made is read before the transaction.
            let new = passkeys::read_new(visit.settings(), fields.get("credential"), kind);
            let added = visit.work().write(move |cx| passkeys::add(cx, &of, kind, new)).await?;
            added.map_or_else(|refused| refused, |_| Notice::success("passkey.added"))
        }
        (None, Some(id), _) => {
            let name = fields.get("name").to_owned();
            visit.work().write(move |cx| passkeys::rename(cx, &of, id, &name)).await?
        }
        (None, None, Some(id)) => match visit.work().write(move |cx| passkeys::remove(cx, &of, id)).await? {
            Removed::Done => Notice::success("passkey.removed"),
            Removed::Last => Notice::error("passkey.last"),
        },
        (None, None, None) => return Ok(Reply::see_other(path::PASSKEYS)),
    };
    Said { notices: vec![notice], ..Said::default() }.again(&visit, &session)
}
