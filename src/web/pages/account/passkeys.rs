//! The passkeys and security keys of an account.

use actix_web::http::StatusCode;

use super::sensitive::Change;
use super::{is_recent, moment, own_form, session, signed_in_first};
use crate::cx::Result;
use crate::identity::passkeys::{self, Removed};
use crate::identity::{SignedIn, factors};
use crate::journey;
use crate::model::{Notice, Passkey, PasskeyId, PasskeyKind};
use crate::text::Catalogue;
use crate::web::page::{PasskeyRow, PasskeysPage};
use crate::web::pages::said::Said;
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

/// The list.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    let Some(session) = session(&visit).await? else { return Ok(signed_in_first(&visit)) };
    let id = session.identity;
    let (all, signals) =
        visit.work().read(move |cx| Ok((passkeys::list(cx, id)?, passkeys::signals(cx, id)?))).await?;
    let frame = visit.frame();
    Reply::own_page(&PasskeysPage {
        notices: Said::read(&visit, &session).notices,
        passkeys: all.into_iter().map(|passkey| row(&frame.text, passkey)).collect(),
        frame,
        form: own_form(&visit, path::PASSKEYS, &session),
        signals: signals.map(|signals| signals.to_string()),
        recent: is_recent(&visit, &session),
        logout_form: own_form(&visit, path::LOGOUT, &session),
    })
}

fn row(text: &Catalogue, passkey: Passkey) -> PasskeyRow {
    PasskeyRow {
        id: passkey.id.to_string(),
        provider: passkeys::provider(passkey.aaguid).map(str::to_owned),
        is_key: passkey.kind == PasskeyKind::SecurityKey,
        created: moment(text, passkey.created_at),
        last_used: passkey.last_used_at.map(|at| moment(text, at)),
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

/// It is added. Backup codes that were made with it are shown at once, so that its loss is no loss of the account.
async fn welcome(change: &Change, raised: &SignedIn) -> Result<Reply> {
    let of = change.session.clone();
    let has_codes = change.visit.work().read(move |cx| factors::new_backup_codes(cx, &of)).await?.is_some();
    let to = if has_codes { path::BACKUP_CODES } else { path::PASSKEYS };
    let onward = change.says_at(Said::success("passkey.added"), to)?;
    Ok(change.visit.signed_in(onward, raised))
}

/// One is added, named or removed.
pub(super) async fn change(change: Change) -> Result<Reply> {
    let (visit, fields, of) = (&change.visit, &change.fields, change.session.clone());
    let id = |name| fields.get(name).parse::<PasskeyId>().ok();
    let notice = match (PasskeyKind::parse(fields.get("kind")), id("rename"), id("remove")) {
        // It was asked for before there was a recent sign-in; the page can make it now.
        (Some(_), _, _) if fields.get("credential").is_empty() => Notice::info("passkeys.ready"),
        (Some(kind), _, _) => {
            // What the authenticator made is read before the transaction.
            let new = passkeys::read_new(visit.settings(), fields.get("credential"), kind);
            let added = visit.work().write(move |cx| journey::add_passkey(cx, &of, kind, new)).await?;
            match added {
                (Ok(_), Some(raised)) => return welcome(&change, &raised).await,
                (Ok(_), None) => Notice::success("passkey.added"),
                (Err(refused), _) => refused,
            }
        }
        (None, Some(id), _) => {
            let name = fields.get("name").to_owned();
            visit.work().write(move |cx| passkeys::rename(cx, &of, id, &name)).await?
        }
        (None, None, Some(id)) => match visit.work().write(move |cx| passkeys::remove(cx, &of, id)).await? {
            Removed::Done => Notice::success("passkey.removed"),
            Removed::Last => Notice::error("passkey.last"),
        },
        (None, None, None) => return change.says(Said::default()),
    };
    change.says(Said { notices: vec![notice], ..Said::default() })
}
