//! The link of a mail that takes something back. Opening it changes nothing, its button does (decision 14); it works for
//! whoever is signed in, and for whoever is not.

use super::super::link;
use crate::crypto::{PlainToken, TokenKind, base64url};
use crate::cx::Result;
use crate::identity::undo;
use crate::journey::{self, Undone};
use crate::model::{Notice, TokenDigest, Undo, Undoing};
use crate::web::page::UndoPage;
use crate::web::pages::said::Said;
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

/// What the form of the page speaks of.
const SUBJECT: &str = "undo";

/// Whom a sealed value in the address of this page is for.
pub(super) fn whom(visit: &Visit) -> String {
    base64url(visit.visitor().browser.as_bytes())
}

fn place(visit: &Visit) -> String {
    format!("undo.{}", whom(visit))
}

/// The page of an opened link. The token does not stay in the address.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    if let Some(text) = visit.query_value("link") {
        let Some(token) = PlainToken::parse(TokenKind::UndoLink, text) else { return link::dead(&visit) };
        let digest = token.digest();
        if visit.work().read(move |cx| undo::find(cx, &digest)).await?.is_none() {
            return link::dead(&visit);
        }
        let env = visit.env();
        let sealed = env.secrets.seal(env.random.as_ref(), &place(&visit), digest.as_bytes())?;
        return Ok(Reply::see_other(&path::opened_undo(&sealed)));
    }
    let said = Said::read_for(&visit, &whom(&visit));
    if !said.notices.is_empty() {
        return done(&visit, said.notices);
    }
    let Some(digest) = opened(&visit) else { return link::dead(&visit) };
    match visit.work().read(move |cx| undo::find(cx, &digest)).await? {
        Some(undo) if undo.is_open(visit.work().now()) => question(&visit, &undo),
        _ => done(&visit, vec![Notice::info("undo.over")]),
    }
}

/// The link that this browser has opened.
fn opened(visit: &Visit) -> Option<TokenDigest> {
    let plain = visit.env().secrets.open(&place(visit), visit.query_value("opened")?).ok()?;
    TokenDigest::from_slice(&plain)
}

fn question(visit: &Visit, undo: &Undo) -> Result<Reply> {
    let frame = visit.frame();
    let (title, sentence, button) = match &undo.undoing {
        Undoing::Address { before, .. } => (
            "undo.title_address",
            frame.text.say("undo.sentence_address", &[("address", before)]),
            "undo.button_address",
        ),
        Undoing::Deletion => {
            ("undo.title_deletion", frame.text.say("undo.sentence_deletion", &[]), "undo.button_deletion")
        }
    };
    let query = visit.here().split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
    Reply::own_page(&UndoPage {
        frame,
        notices: Vec::new(),
        title,
        question: Some((sentence, visit.form_for(path::UNDO, SUBJECT, &query), button)),
        links: vec![("go.sign_in", path::LOGIN)],
    })
}

/// What has become of it, and where to go from there.
fn done(visit: &Visit, notices: Vec<Notice>) -> Result<Reply> {
    let mut links = vec![("go.sign_in", path::LOGIN)];
    let title = match notices.first().map(|notice| notice.id.as_str()) {
        Some("undo.address") => {
            if visit.settings().recovery {
                links.insert(0, ("go.recover", path::RECOVERY));
            }
            "undo.title_address_done"
        }
        Some("undo.deletion") => "undo.title_deletion_done",
        Some("delete.scheduled") => "delete.title_scheduled",
        _ => "undo.title_over",
    };
    Reply::own_page(&UndoPage { frame: visit.frame(), notices, title, question: None, links })
}

/// The button.
pub(in crate::web) async fn take_back(visit: Visit, fields: FormFields) -> Result<Reply> {
    let Some(digest) = opened(&visit) else { return Ok(Reply::see_other(path::UNDO)) };
    if !visit.token_fits(&fields, SUBJECT)(&visit.visitor().browser) {
        return Ok(Reply::see_other(&visit.here()));
    }
    let undone = visit
        .work()
        .write(move |cx| match undo::find(cx, &digest)? {
            Some(undo) => journey::take_back(cx, &undo),
            None => Ok(Undone::Over),
        })
        .await?;
    let notice = match undone {
        Undone::Address => Notice::success("undo.address"),
        Undone::Deletion => Notice::success("undo.deletion"),
        Undone::Taken => Notice::error("undo.taken"),
        Undone::Over => Notice::info("undo.over"),
    };
    let said = Said { notices: vec![notice], ..Said::default() };
    Ok(Reply::see_other(&said.at_for(visit.env(), &whom(&visit), path::UNDO)?))
}
