//! Signing out: on one's own, or because a client asks (OIDC RP-Initiated Logout 1.0).

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};

use super::people::Person;
use crate::cx::Result;
use crate::journey;
use crate::model::{Client, Session};
use crate::oauth2::end_session::{After, EndSession, decide};
use crate::store;
use crate::web::failure;
use crate::web::page::{LogoutPage, SignedOutPage};
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};
use crate::web::{cookies, path};

/// Asks first.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    let client = visit.query_value("client_id").and_then(|id| visit.env().clients.get().find(id));
    ask(&visit, client).await
}

async fn session(visit: &Visit) -> Result<Option<Session>> {
    let visitor = visit.visitor();
    visit.work().read(move |cx| visitor.session(cx)).await
}

async fn ask(visit: &Visit, client: Option<Arc<Client>>) -> Result<Reply> {
    let visitor = visit.visitor();
    let found = visit
        .work()
        .read(move |cx| {
            let Some(session) = visitor.session(cx)? else { return Ok(None) };
            let person = Person::find(cx, session.identity)?;
            let clients = store::session_clients::list(cx.db, session.id)?;
            Ok(Some((session, person, clients)))
        })
        .await?;
    // Nobody is signed in: nothing to ask.
    let Some((session, person, clients)) = found else {
        return signed_out(visit, client.as_ref(), None);
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
    let query = match visit.query_value("client_id").and_then(|id| visit.env().clients.get().find(id)) {
        Some(client) => format!("?{}", client_query(&client)),
        None => String::new(),
    };
    let done = format!("{}{query}", path::SIGNED_OUT);
    let Some(session) = session(&visit).await? else {
        return Ok(without_session(&visit, Reply::see_other(&done)));
    };
    if !visit.token_fits(&fields, &session.id.to_string())(&session.browser) {
        return Ok(Reply::see_other(&format!("{}{query}", path::LOGOUT)));
    }
    let visitor = visit.visitor();
    visit.work().write(move |cx| journey::sign_out(cx, &visitor)).await?;
    Ok(without_session(&visit, Reply::see_other(&done)))
}

/// After signing out.
pub(in crate::web) async fn done(visit: Visit) -> Result<Reply> {
    let client = visit.query_value("client_id").and_then(|id| visit.env().clients.get().find(id));
    signed_out(&visit, client.as_ref(), None)
}

fn signed_out(visit: &Visit, client: Option<&Arc<Client>>, reason: Option<&str>) -> Result<Reply> {
    let back = client
        .and_then(|client| Some((client.name.clone(), failure::start_of(client, &visit.settings().issuer)?)));
    let told = visit.settings().is_development() || client.is_some_and(|client| client.development);
    Reply::page(&SignedOutPage {
        frame: visit.frame(),
        login_link: path::LOGIN.to_owned(),
        back,
        developer: reason
            .filter(|_| told)
            .map(|reason| ("Why not back to the app".to_owned(), reason.to_owned()))
            .into_iter()
            .collect(),
    })
}

fn without_session(visit: &Visit, reply: Reply) -> Reply {
    reply
        .with_cookie(cookies::without_session(visit.settings()))
        .with_header(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""))
}

/// A client asks for the sign-out of this browser.
pub(in crate::web) async fn end_session(visit: Visit) -> Result<Reply> {
    let session = session(&visit).await?;
    let decided = decide(visit.env(), visit.query(), session.as_ref(), visit.work().now());
    match decided {
        EndSession::Ask { client, reason } => {
            tracing::info!(reason, request_id = %visit.request_id(), "a sign-out is asked about first");
            ask(&visit, client).await
        }
        EndSession::Now(after) => {
            let visitor = visit.visitor();
            visit.work().write(move |cx| journey::sign_out(cx, &visitor)).await?;
            let reply = match after {
                After::Client(url) => Reply::see_other(&url),
                After::Page { client, reason } => signed_out(&visit, client.as_ref(), Some(reason))?,
            };
            Ok(without_session(&visit, reply))
        }
    }
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
