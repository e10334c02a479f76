//! Signing out: on one's own, or because a client asks (OIDC RP-Initiated Logout 1.0).

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};

use super::people::Person;
use crate::cx::Result;
use crate::journey;
use crate::model::{Client, SessionId};
use crate::oauth2::end_session::{After, EndSession, decide};
use crate::oauth2::front_channel;
use crate::store;
use crate::web::page::{CheckSessionPage, LogoutPage, SignedOutPage, SigningOutPage};
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};
use crate::web::{failure, path};

/// For so long a reload of the page after a sign-out tells applications in this browser again.
const JUST_NOW: Duration = Duration::from_secs(300);

/// Asks first.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    let client = visit.query_value("client_id").and_then(|id| visit.env().clients.get().find(id));
    ask(&visit, client).await
}

async fn ask(visit: &Visit, client: Option<Arc<Client>>) -> Result<Reply> {
    let visitor = visit.visitor();
    let found = visit
        .work()
        .read(move |cx| {
            let Some(session) = visitor.claimed(cx)? else { return Ok(None) };
            let person = Person::find(cx, session.identity)?;
            let clients = store::session_clients::list(cx.db, session.id)?;
            Ok(Some((session, person, clients)))
        })
        .await?;
    // Nobody is signed in: nothing to ask.
    let Some((session, person, clients)) = found else {
        return signed_out(visit, client.as_ref(), Vec::new(), None);
    };
    let registered = visit.env().clients.get();
    let names = clients.iter().filter_map(|id| registered.find(id)).map(|client| client.name.clone());
    let query = client.as_ref().map(|client| client_query(client)).unwrap_or_default();
    Reply::page(&LogoutPage {
        frame: visit.frame(),
        form: visit.form_for(path::LOGOUT, &session.id.to_string(), &query),
        signed_in_as: Some(person.shown()),
        stay_link: client
            .and_then(|client| client.client_uri.clone())
            .unwrap_or_else(|| path::ACCOUNT.to_owned()),
        applications: names.collect(),
    })
}

fn client_query(client: &Client) -> String {
    let id: String = url::form_urlencoded::byte_serialize(client.id.as_bytes()).collect();
    format!("client_id={id}")
}

/// Signs this browser out, and ends on our own page (decision 22).
pub(in crate::web) async fn sign_out(visit: Visit, fields: FormFields) -> Result<Reply> {
    let client = visit.query_value("client_id").and_then(|id| visit.env().clients.get().find(id));
    let query = client.map(|client| client_query(&client)).unwrap_or_default();
    let visitor = visit.visitor();
    let Some(session) = visit.work().read(move |cx| visitor.claimed(cx)).await? else {
        return Ok(without_session(&visit, Reply::see_other(&at(path::SIGNED_OUT, &[&query]))));
    };
    if !visit.token_fits(&fields, &session.id.to_string())(&session.browser) {
        return Ok(Reply::see_other(&at(path::LOGOUT, &[&query])));
    }
    visit.work().write(move |cx| journey::sign_out(cx, &visitor)).await?;
    let ended = format!("ended={}", session.id);
    Ok(without_session(&visit, Reply::see_other(&at(path::SIGNED_OUT, &[&query, &ended]))))
}

/// A path with these parts of a query.
fn at(path: &str, parts: &[&str]) -> String {
    let query: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// After signing out: the pages of applications that are told in this browser are framed.
pub(in crate::web) async fn done(visit: Visit) -> Result<Reply> {
    let client = visit.query_value("client_id").and_then(|id| visit.env().clients.get().find(id));
    let frames = match visit.id("ended") {
        Some(id) => frames_of(&visit, id).await?,
        None => Vec::new(),
    };
    signed_out(&visit, client.as_ref(), frames, None)
}

/// The frames of a session that was ended in this browser just now.
async fn frames_of(visit: &Visit, id: SessionId) -> Result<Vec<String>> {
    let browser = visit.visitor().browser;
    visit
        .work()
        .read(move |cx| {
            let found = store::sessions::find(cx.db, id)?;
            let ended = found.filter(|session| session.browser == browser).and_then(|found| found.ended_at);
            match ended {
                Some(at) if cx.now.since(at) < JUST_NOW => front_channel::addresses(cx, id),
                _ => Ok(Vec::new()),
            }
        })
        .await
}

fn signed_out(
    visit: &Visit,
    client: Option<&Arc<Client>>,
    frames: Vec<String>,
    reason: Option<&str>,
) -> Result<Reply> {
    let back = client
        .and_then(|client| Some((client.name.clone(), failure::start_of(client, &visit.settings().issuer)?)));
    let told = visit.settings().is_development() || client.is_some_and(|client| client.development);
    let origins = origins(&frames);
    let page = SignedOutPage {
        frame: visit.frame(),
        login_link: path::LOGIN.to_owned(),
        back,
        frames,
        developer: reason
            .filter(|_| told)
            .map(|reason| ("Why not back to the app".to_owned(), reason.to_owned()))
            .into_iter()
            .collect(),
    };
    Reply::page_with_frames(&page, &origins)
}

/// Where the frames come from, each once.
fn origins(frames: &[String]) -> Vec<String> {
    let mut origins: Vec<String> = frames
        .iter()
        .filter_map(|frame| Some(url::Url::parse(frame).ok()?.origin().ascii_serialization()))
        .collect();
    origins.sort();
    origins.dedup();
    origins
}

fn without_session(visit: &Visit, reply: Reply) -> Reply {
    visit
        .signed_out(reply)
        .with_header(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""))
}

/// A client asks for the sign-out of this browser.
pub(in crate::web) async fn end_session(visit: Visit) -> Result<Reply> {
    let visitor = visit.visitor();
    let asked = visit.query().to_vec();
    let decided = visit
        .work()
        .read(move |cx| {
            let session = visitor.claimed(cx)?;
            decide(cx, &asked, session.as_ref())
        })
        .await?;
    let after = match decided {
        EndSession::Ask { client, reason } => {
            tracing::info!(reason, request_id = %visit.request_id(), "a sign-out is asked about first");
            return ask(&visit, client).await;
        }
        EndSession::Now(after) => after,
    };
    let frames = visit
        .work()
        .write(move |cx| match journey::sign_out(cx, &visitor)? {
            Some(ended) => front_channel::addresses(cx, ended.id),
            None => Ok(Vec::new()),
        })
        .await?;
    let reply = match after {
        After::Client(_, url) if frames.is_empty() => Reply::see_other(&url),
        After::Client(client, url) => {
            let origins = origins(&frames);
            let onward = (client.name.clone(), url);
            Reply::page_with_frames(&SigningOutPage { frame: visit.frame(), frames, onward }, &origins)?
        }
        After::Page { client, reason } => signed_out(&visit, client.as_ref(), frames, Some(reason))?,
    };
    Ok(without_session(&visit, reply))
}

/// The same by POST, which comes from another site and so without our cookies: the browser follows it by GET.
pub(in crate::web) async fn end_session_by_form(visit: Visit) -> Result<Reply> {
    debug_assert_eq!(visit.method(), Method::POST);
    let FormFields(fields) = match visit.form() {
        Ok(fields) => fields,
        Err(problem) => return failure::body(&visit, problem),
    };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    Ok(Reply::see_other(&format!("{}?{}", visit.path(), query.finish())))
}

/// The page that pages of clients frame to learn whether the session is still the same (OIDC Session Management 3.2).
/// It says nothing of anybody: what it needs is in a cookie that its script reads.
pub(in crate::web) async fn check_session(visit: Visit) -> Result<Reply> {
    if !visit.settings().session.management {
        return crate::web::pages::not_found(visit).await;
    }
    Reply::framed_page(&CheckSessionPage { frame: visit.frame() })
}
