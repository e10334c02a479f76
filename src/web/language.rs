//! Which language a page speaks: what the application asked for (`ui_locales`, OIDC Core 3.1.2.1), what the person's
//! profile says (`locale`), what the browser accepts, what the settings say. The first that is spoken here.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderMap};

use super::visit::Visit;
use super::{Face, path};
use crate::config::Settings;
use crate::cx::{Cx, Result};
use crate::journey::Visitor;
use crate::model::{AuthorizationRequestId, FlowId};
use crate::store;
use crate::text::{Catalogue, accepted};

/// Where a request of an application and a person's wish may stand.
struct Traces {
    flow: Option<FlowId>,
    request: Option<AuthorizationRequestId>,
    visitor: Option<Visitor>,
}

/// Finds the language of this visit, before its page is made. A database that cannot be asked now has no say.
pub(super) async fn settle(visit: &Visit) {
    let settings = visit.settings();
    let asked = visit.query_value("ui_locales").map(str::to_owned);
    let traces = Traces {
        flow: visit.id("flow").or_else(|| visit.id("after")),
        request: visit.id("login_challenge"),
        // Asking for the visitor of a browser without a cookie would give it one.
        visitor: (visit.has_browser() && settings.identity.has_locale()).then(|| visit.visitor()),
    };
    let nowhere = traces.flow.is_none() && traces.request.is_none() && traces.visitor.is_none();
    let known = match asked {
        None if nowhere => Vec::new(),
        Some(asked) if nowhere => vec![asked],
        asked => {
            let found = visit.read_here(visit.site().work(), move |cx| wishes(cx, &traces)).await;
            asked.into_iter().chain(found.unwrap_or_default()).collect()
        }
    };
    let known = known.iter().flat_map(|wishes| wishes.split_ascii_whitespace());
    let wanted = settings.languages.choose(known);
    let wanted = wanted.unwrap_or_else(|| of_browser(settings, visit.headers()));
    visit.speak(readable(settings, visit.path(), wanted));
}

/// What is stored: `ui_locales` of the request on whose way the page stands, then the `locale` of whoever is signed in.
fn wishes(cx: &mut Cx<'_>, traces: &Traces) -> Result<Vec<String>> {
    let request = match (traces.request, traces.flow) {
        (Some(request), _) => Some(request),
        (None, Some(flow)) => store::flows::request_of(cx.db, flow)?,
        (None, None) => None,
    };
    let mut wishes = Vec::new();
    if let Some(request) = request {
        wishes.extend(store::authorization_requests::ui_locales(cx.db, request)?);
    }
    if let Some(visitor) = &traces.visitor
        && let Some(session) = visitor.session(cx)?
        && let Some(person) = store::identities::find(cx.db, session.identity)?
    {
        wishes.extend(person.text_trait("locale").map(str::to_owned));
    }
    Ok(wishes)
}

/// What the browser accepts, else what the settings say.
pub(super) fn of_browser(settings: &Settings, headers: &HeaderMap) -> Arc<Catalogue> {
    let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let languages = &settings.languages;
    languages.choose(accepted(header.unwrap_or_default())).unwrap_or_else(|| languages.default())
}

/// The language of a listener's answers where nothing else was found out. Those who run the service read English.
pub(super) fn of_face(settings: &Settings, face: Face, headers: &HeaderMap) -> Arc<Catalogue> {
    match face {
        Face::Public => of_browser(settings, headers),
        Face::Admin => settings.languages.english(),
    }
}

/// A language in which this part of the pages is not written at all gives way: one language is read better than two.
fn readable(settings: &Settings, at: &str, wanted: Arc<Catalogue>) -> Arc<Catalogue> {
    let sign = if at.starts_with(path::ACCOUNT) {
        "account.nav"
    } else if at.starts_with(path::DEVICE) {
        "device.title"
    } else if at.starts_with(path::INBOX) {
        "inbox.title"
    } else {
        "login.title"
    };
    if wanted.speaks(sign) { wanted } else { settings.languages.english() }
}
