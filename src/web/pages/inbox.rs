//! The inbox of a development server. It does not exist in `serve`.

use actix_web::http::StatusCode;
use serde_json::json;

use super::other;
use crate::courier;
use crate::cx::Result;
use crate::store;
use crate::web::page::{InboxMessage, InboxPage, Moment};
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// The most messages that are shown.
const MOST: i64 = 100;

async fn messages(visit: &Visit, to: Option<String>) -> Result<Vec<InboxMessage>> {
    let found = visit
        .work()
        .read(move |cx| Ok(store::messages::list(cx.db, None, MOST, None, to.as_deref())?))
        .await?;
    found
        .into_iter()
        .map(|message| {
            let rendered = courier::render(visit.env(), &message)?;
            Ok(InboxMessage {
                id: message.id.to_string(),
                to: message.recipient.clone(),
                subject: rendered.subject,
                at: Moment {
                    iso: message.created_at.rfc3339(),
                    shown: visit.language().date(message.created_at),
                },
                text: rendered.text,
                code: rendered.code,
                link: rendered.link,
                status: message.status.name().to_owned(),
            })
        })
        .collect()
}

/// The page.
pub(in crate::web) async fn inbox(visit: Visit) -> Result<Reply> {
    if !visit.settings().is_development() {
        return other::not_found(visit).await;
    }
    Reply::page(&InboxPage { frame: visit.frame(), messages: messages(&visit, None).await? })
}

/// The same for programs: newest first, those to one address if `to` names it.
pub(in crate::web) async fn inbox_json(visit: Visit) -> Result<Reply> {
    if !visit.settings().is_development() {
        return other::not_found(visit).await;
    }
    let to = visit.query_value("to").map(str::to_owned);
    // PostgreSQL cannot even be asked for an address with this character; nobody has one.
    let found = match to {
        Some(to) if to.contains('\0') => Vec::new(),
        to => messages(&visit, to).await?,
    };
    let messages: Vec<_> = found
        .into_iter()
        .map(|message| {
            json!({
                "id": message.id,
                "to": message.to,
                "subject": message.subject,
                "at": message.at.iso,
                "text": message.text,
                "code": message.code,
                "link": message.link,
                "status": message.status,
            })
        })
        .collect();
    Reply::json(StatusCode::OK, &messages)
}
