//! Allowing a client what it asks for.

use super::flow;
use super::people::Person;
use crate::cx::Result;
use crate::journey::{self, Waiting};
use crate::model::{AuthorizationRequestId, Client, Scope};
use crate::oauth2::authorize;
use crate::web::page::{ConsentPage, Frame, Permission};
use crate::web::path;
use crate::web::reply::Reply;
use crate::web::visit::{FormFields, Visit};

/// The scopes that have words of their own.
const KNOWN: [&str; 6] = ["openid", "profile", "email", "phone", "address", "offline_access"];

/// The page.
pub(in crate::web) async fn show(visit: Visit) -> Result<Reply> {
    let Some(id) = visit.id::<AuthorizationRequestId>("login_challenge") else {
        return Ok(Reply::see_other(path::ACCOUNT));
    };
    let visitor = visit.visitor();
    let found = visit
        .work()
        .write(move |cx| {
            let request = match journey::waiting(cx, id, &visitor)? {
                Waiting::Open(request) => request,
                Waiting::Over(step) => return Ok(Err(Some(step))),
                Waiting::Unknown => return Ok(Err(None)),
            };
            let session = visitor.session(cx)?;
            let client = cx.clients().find(&request.parameters.client_id);
            match (session, client) {
                (Some(session), Some(client)) => {
                    let person = Person::find(cx, session.identity)?;
                    Ok(Ok((request, client, person)))
                }
                // Whatever is missing now comes first.
                (session, _) => Ok(Err(Some(journey::advance(cx, id, session.as_ref())?))),
            }
        })
        .await?;
    let (request, client, person) = match found {
        Ok(found) => found,
        Err(Some(step)) => return visit.go(&step),
        Err(None) => return Ok(Reply::see_other(path::LOGIN)),
    };
    let frame = visit.frame();
    Reply::page(&ConsentPage {
        permissions: permissions(&frame, &authorize::to_consent(&request.parameters)),
        frame,
        form: visit.request_form(path::CONSENT, id),
        notices: Vec::new(),
        client_name: client.name.clone(),
        identifier: person.shown(),
        switch: Some(visit.request_form(path::CONSENT_SWITCH, id)),
        destination: destination(&visit, &request.parameters.redirect_uri),
        policy_uri: client.policy_uri.clone(),
        tos_uri: client.tos_uri.clone(),
        offer_remember: !Client::is_unverifiable(&client, &request.parameters.redirect_uri),
    })
}

/// What a client may do with these scopes, in words.
pub(super) fn permissions(frame: &Frame, scope: &Scope) -> Vec<Permission> {
    scope
        .iter()
        .map(|name| {
            let known = if KNOWN.contains(&name) { name } else { "other" };
            let say = |part: &str| frame.text.say(&format!("scope.{known}.{part}"), &[("scope", name)]);
            Permission { scope: name.to_owned(), title: say("title"), line: say("line") }
        })
        .collect()
}

/// Where the person goes, in words that they can check: a host, this computer, or a scheme.
fn destination(visit: &Visit, redirect_uri: &str) -> String {
    place(redirect_uri).unwrap_or_else(|| visit.frame().text.say("consent.this_computer", &[]))
}

/// `None` is this computer.
fn place(redirect_uri: &str) -> Option<String> {
    let Ok(url) = url::Url::parse(redirect_uri) else { return Some(redirect_uri.to_owned()) };
    Some(match (url.scheme(), url.host_str()) {
        ("http", Some("127.0.0.1" | "[::1]")) => return None,
        ("http" | "https", Some(host)) => match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        },
        (scheme, _) => format!("{scheme}:"),
    })
}

/// Allow, or do not.
pub(in crate::web) async fn answer(visit: Visit, fields: FormFields) -> Result<Reply> {
    let Some(id) = visit.id::<AuthorizationRequestId>("login_challenge") else {
        return Ok(Reply::see_other(path::ACCOUNT));
    };
    let visitor = visit.visitor();
    let fits = visit.token_fits(&fields, &id.to_string());
    if !fits(&visitor.browser) {
        return flow::request_again(&visit, id, fits, path::CONSENT).await;
    }
    let remember = fields.get("remember") == "yes";
    let answer = fields.get("answer").to_owned();
    let step = visit
        .work()
        .write(move |cx| match answer.as_str() {
            "allow" => journey::allow(cx, id, remember, &visitor),
            "deny" => journey::deny(cx, id, &visitor),
            _ => Ok(Some(journey::Step::Consent(id))),
        })
        .await?;
    match step {
        Some(step) => visit.go(&step),
        None => Ok(Reply::see_other(path::LOGIN)),
    }
}

/// Another account than the one that is asked.
pub(in crate::web) async fn switch(visit: Visit, fields: FormFields) -> Result<Reply> {
    let Some(id) = visit.id::<AuthorizationRequestId>("login_challenge") else {
        return Ok(Reply::see_other(path::ACCOUNT));
    };
    let visitor = visit.visitor();
    let fits = visit.token_fits(&fields, &id.to_string());
    if !fits(&visitor.browser) {
        return flow::request_again(&visit, id, fits, path::CONSENT).await;
    }
    match visit.work().write(move |cx| journey::switch_account(cx, id, &visitor)).await? {
        Some(step) => visit.go(&step),
        None => Ok(Reply::see_other(path::LOGIN)),
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn page_1_4_7_a_person_reads_where_they_go() {
        for (uri, shown) in [
            ("https://notes.acme.example/callback?x=1", "notes.acme.example"),
            ("http://localhost:4446/callback", "localhost:4446"),
            ("http://127.0.0.1:49152/cb", "this computer"),
            ("com.example.app:/cb", "com.example.app:"),
        ] {
            assert_eq!(place(uri).as_deref().unwrap_or("this computer"), shown);
        }
    }
}
