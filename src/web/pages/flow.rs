//! What the pages of all flows share: how they begin, and what they show around their own.

use crate::cx::{Cx, Result};
use crate::journey::{self, Begun, Origin, Renewable, Shown, Step};
use crate::model::{
    AuthorizationRequestId, Flow, FlowId, FlowKind, FlowState, Notice, Recovery, RecoveryStage,
    ReturnUrlRefusal, ReturnUrlRule, TokenDigest, Verification,
};
use crate::store;
use crate::web::csrf::Provenance;
use crate::web::failure::{self, Failure};
use crate::web::reply::Reply;
use crate::web::visit::Visit;
use crate::web::{page, path};

use actix_web::http::StatusCode;

/// Fields of forms that must not stand in a query: whoever sends them there has sent a form by GET (S22, S23).
const FIELDS: [&str; 6] = ["csrf_token", "identifier", "password", "email", "code", "traits.email"];

/// Begins a flow of this kind for whoever comes without one, and takes the person there.
pub(super) async fn begin(visit: &Visit, kind: FlowKind) -> Result<Reply> {
    if visit.query().iter().any(|(name, _)| FIELDS.contains(&name.as_str())) {
        return again(visit, kind).await;
    }
    if let Err(wait) = visit.site().flows.take(visit.peer(), visit.work().now()) {
        return failure::too_many_flows(visit, wait.as_secs());
    }
    let visitor = visit.visitor();
    let schema_id = visit.query_value("identity_schema").map(str::to_owned);
    let origin = match (visit.id("login_challenge"), visit.id("after")) {
        (Some(request), _) => Origin::Request(request),
        (None, Some(flow)) => Origin::After(flow),
        (None, None) => Origin::Alone(visit.query_value("return_to").map(str::to_owned)),
    };
    let begun = visit
        .work()
        .write(move |cx| {
            if let (Origin::Request(request), true) = (&origin, kind != FlowKind::Recovery) {
                // What the request lacks decides, not the address that was opened.
                if let Some((step, _)) = journey::enter(cx, *request, &visitor)? {
                    return Ok(Begun::Step(step));
                }
            }
            let begun = journey::begin(cx, kind, origin, &visitor)?;
            if let (Begun::Step(Step::Flow(FlowKind::Registration, id)), Some(schema_id)) =
                (&begun, schema_id)
            {
                crate::identity::registration::choose_schema(cx, *id, &schema_id)?;
            }
            Ok(begun)
        })
        .await?;
    begun_reply(visit, begun)
}

fn begun_reply(visit: &Visit, begun: Begun) -> Result<Reply> {
    match begun {
        Begun::Step(step) => visit.go(&step),
        Begun::ReturnRefused { received, refusal } => {
            let settings = visit.settings();
            let mut failure =
                Failure::new("return_to", StatusCode::BAD_REQUEST).or("go.continue", visit.path());
            if settings.is_development() {
                let shown: String = received.chars().filter(|c| !c.is_control()).take(500).collect();
                let rules: Vec<&str> = settings.return_urls.iter().map(|rule| rule.as_str()).collect();
                failure = failure
                    .tell_developer("return_to", shown.as_str())
                    .tell_developer("Why", format!("{refusal:?}"))
                    .tell_developer("Allowed", rules.join(", "));
                if let Some(line) = line_to_add(refusal, &shown, &rules) {
                    failure = failure.tell_developer("To allow it, in wayhome.toml", line);
                }
            }
            failure.show(visit)
        }
    }
}

/// What stands in `wayhome.toml` if this URL is to be allowed, beside what is allowed already; `None` if no rule allows
/// it ever.
fn line_to_add(refusal: ReturnUrlRefusal, received: &str, rules: &[&str]) -> Option<String> {
    if refusal != ReturnUrlRefusal::NotAllowed {
        return None;
    }
    let rule = received.split(['?', '#']).next().filter(|rule| ReturnUrlRule::parse(rule).is_some())?;
    let all: Vec<String> = rules.iter().chain([&rule]).map(|rule| format!("\"{rule}\"")).collect();
    Some(format!("[return_urls] allowed = [{}]", all.join(", ")))
}

/// A fresh flow of the same kind for a form that was sent by GET: the way back is kept, and nothing that stood in the
/// query is used.
pub(super) async fn again(visit: &Visit, kind: FlowKind) -> Result<Reply> {
    if let Err(wait) = visit.site().flows.take(visit.peer(), visit.work().now()) {
        return failure::too_many_flows(visit, wait.as_secs());
    }
    let visitor = visit.visitor();
    let flow: Option<FlowId> = visit.id("flow");
    let origin = flow.map_or(Origin::Alone(None), Origin::After);
    let begun = visit
        .work()
        .write(move |cx| {
            let begun = journey::begin(cx, kind, origin, &visitor)?;
            if let Begun::Step(Step::Flow(kind, id)) = &begun {
                let notice = Notice::info("flow.get_submit");
                store::flows::set_notices(cx.db, *kind, *id, &[notice])?;
            }
            Ok(begun)
        })
        .await?;
    begun_reply(visit, begun)
}

/// The same page again for a form that was sent by GET, where a fresh one would lose what was proven or typed.
pub(super) async fn same_again<S: Renewable>(visit: &Visit, id: FlowId, page: &'static str) -> Result<Reply> {
    let visitor = visit.visitor();
    let elsewhere = visit
        .work()
        .write(move |cx| {
            Ok(match journey::show::<S>(cx, id, &visitor)? {
                Shown::Page(flow) => {
                    let notice = Notice::info("flow.get_submit");
                    store::flows::set_notices(cx.db, S::KIND, flow.id, &[notice])?;
                    None
                }
                Shown::Step(step) => Some(step),
            })
        })
        .await?;
    match elsewhere {
        Some(step) => visit.go(&step),
        None => Ok(Reply::see_other(&path::of_flow(page, id))),
    }
}

/// The page of a waiting request again, for a form that cannot be acted on; a browser that had lost its cookie is bound
/// to the request again.
pub(super) async fn request_again(
    visit: &Visit,
    id: AuthorizationRequestId,
    form_token_fits: impl Fn(&TokenDigest) -> bool + Send + 'static,
    page: &str,
) -> Result<Reply> {
    let (visitor, own) = (visit.visitor(), visit.provenance() == Provenance::Own);
    visit.work().write(move |cx| journey::reclaim(cx, id, &visitor, form_token_fits, own)).await?;
    Ok(Reply::see_other(&path::of_request(page, id)))
}

/// For addresses that only take forms of this kind of flow.
pub(in crate::web) async fn sent_by_get(visit: Visit, kind: FlowKind) -> Result<Reply> {
    match (kind, visit.id("flow")) {
        (FlowKind::Verification, Some(id)) => {
            same_again::<Verification>(&visit, id, path::VERIFICATION).await
        }
        _ => again(&visit, kind).await,
    }
}

/// The name of the client on whose way a flow is.
pub(super) fn client_name<S: FlowState>(cx: &Cx<'_>, flow: &Flow<S>) -> Option<String> {
    let client = flow.client_id.as_deref().and_then(|id| cx.clients().find(id))?;
    flow.continuation().authorization().map(|_| client.name.clone())
}

/// The name of the client of a request.
pub(super) fn client_of(cx: &mut Cx<'_>, request: AuthorizationRequestId) -> Result<Option<String>> {
    let request = store::authorization_requests::find(cx.db, request)?;
    let client = request.and_then(|request| cx.clients().find(&request.parameters.client_id));
    Ok(client.map(|client| client.name.clone()))
}

/// What stands around a page of a flow: on the way to a client, with the way back to it.
pub(super) fn frame<S: FlowState>(visit: &Visit, flow: &Flow<S>, client_name: Option<&str>) -> page::Frame {
    on_the_way(visit, flow.continuation().authorization(), client_name)
}

/// The same for the page of a request.
pub(super) fn on_the_way(
    visit: &Visit,
    request: Option<AuthorizationRequestId>,
    client_name: Option<&str>,
) -> page::Frame {
    let leave = request.zip(client_name).map(|(request, client)| page::Leave {
        client: client.to_owned(),
        form: visit.request_form(path::CONSENT, request),
    });
    page::Frame { leave, ..visit.frame() }
}

/// Whether a new account may be made on the way of a flow.
pub(super) fn registration_is_open<S: FlowState>(cx: &Cx<'_>, flow: &Flow<S>) -> bool {
    let client = flow.client_id.as_deref().and_then(|id| cx.clients().find(id));
    cx.settings().registration && client.is_none_or(|client| client.allow_registration)
}

/// How long somebody must wait who tried too often, in seconds.
pub(super) fn wait_of(notices: &[Notice]) -> Option<u64> {
    let notice = notices.iter().find(|notice| notice.id.ends_with(".slow_down"))?;
    notice.args.get("minutes")?.parse::<u64>().ok().map(|minutes| minutes * 60)
}

/// The page on which a recovery stands.
pub(super) fn standing(flow: &Flow<Recovery>) -> Step {
    match flow.state.stage {
        RecoveryStage::Password => Step::NewPassword(flow.id),
        RecoveryStage::SecondFactor => Step::RecoveryFactor(flow.id),
        RecoveryStage::Address | RecoveryStage::Code | RecoveryStage::Link(_) => {
            Step::Flow(FlowKind::Recovery, flow.id)
        }
    }
}

/// A link that begins the sign-in after a flow.
pub(super) fn login_after(flow: FlowId) -> Option<String> {
    Some(path::after(path::LOGIN, flow))
}

/// What stood in a form's fields for a person, as fields of a page again.
pub(super) fn fields(
    visit: &Visit,
    schema_id: &str,
    values: &std::collections::BTreeMap<String, String>,
) -> Vec<page::Field> {
    use page::{Field, FieldKind};
    let frame = visit.frame();
    crate::identity::traits::fields(crate::identity::traits::schema(visit.settings(), schema_id))
        .into_iter()
        .map(|of| {
            let name = format!("traits.{}", of.name);
            let kind = match (of.format.as_str(), of.kind.as_str()) {
                ("email", _) => FieldKind::Email,
                ("uri", _) => FieldKind::Url,
                (_, "boolean") => FieldKind::Checkbox,
                (_, "number" | "integer") => FieldKind::Number,
                _ if of.name.contains("phone") => FieldKind::Tel,
                _ => FieldKind::Text,
            };
            let autocomplete = match (kind, of.name.as_str()) {
                (FieldKind::Email, _) if of.identifier => "username",
                (FieldKind::Email, _) => "email",
                (FieldKind::Tel, _) => "tel",
                (FieldKind::Url, _) => "url",
                (FieldKind::Text, "name") => "name",
                (FieldKind::Text, "given_name") => "given-name",
                (FieldKind::Text, "family_name") => "family-name",
                _ => "",
            };
            let hint = (kind == FieldKind::Email && of.identifier).then(|| frame.text.say("email.hint", &[]));
            Field {
                value: values.get(&name).cloned().unwrap_or_default(),
                id: of.name.replace(['.', '_'], "-"),
                name,
                label: frame.text.field(&of.name, &of.title),
                kind,
                autocomplete: autocomplete.to_owned(),
                hint,
                optional: of.optional,
            }
        })
        .collect()
}
