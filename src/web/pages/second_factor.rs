//! The second step of a sign-in, and the second factor on the way to a new password.

use super::flow;
use super::form::Led;
use crate::cx::{Cx, Result};
use crate::identity::factors::{self, Typed};
use crate::identity::{Progress, login, passkeys, recovery};
use crate::journey::{self, Opened, Renewable, Shown, Step, Visitor};
use crate::model::{Assurance, Factors, Flow, FlowId, FlowKind, Login, Notice, Recovery, RecoveryStage};
use crate::web::csrf::Provenance;
use crate::web::page::{PasskeyForm, SecondFactorPage};
use crate::web::path;
use crate::web::reply::{Class, Reply};
use crate::web::visit::{FormFields, Visit};

use actix_web::http::StatusCode;

/// Flows that ask for a second factor.
trait Asks: Renewable {
    /// The page of this kind.
    fn path(kind: Typed) -> &'static str;

    /// The form of a passkey or a security key, and where its options come from.
    const KEY: (&'static str, &'static str);

    /// The page of this kind for a flow.
    fn step(kind: Typed, flow: FlowId) -> Step;

    /// Where else a flow stands, if it does not ask.
    fn elsewhere(cx: &mut Cx<'_>, flow: &Flow<Self>, visitor: &Visitor) -> Result<Option<Step>>;

    /// Takes what was typed: where that leads, or the flow that stays.
    fn submit(
        cx: &mut Cx<'_>,
        flow: Flow<Self>,
        typed: &Filled,
        visitor: &Visitor,
    ) -> Result<std::result::Result<Led, Flow<Self>>>;
}

/// A form as it was sent.
struct Filled {
    kind: Typed,
    code: String,
    trust: bool,
}

impl Asks for Login {
    const KEY: (&'static str, &'static str) = (path::SECOND_KEY, path::LOGIN_PASSKEY_OPTIONS);

    fn path(kind: Typed) -> &'static str {
        match kind {
            Typed::Totp => path::SECOND_FACTOR,
            Typed::BackupCode => path::BACKUP_CODE,
        }
    }

    fn step(kind: Typed, flow: FlowId) -> Step {
        match kind {
            Typed::Totp => Step::SecondFactor(flow),
            Typed::BackupCode => Step::BackupCode(flow),
        }
    }

    fn elsewhere(cx: &mut Cx<'_>, flow: &Flow<Self>, visitor: &Visitor) -> Result<Option<Step>> {
        let session = visitor.session(cx)?;
        if !login::is_second_due(flow, session.as_ref(), cx.now) {
            return Ok(Some(Step::Flow(FlowKind::Login, flow.id)));
        }
        let first = flow.state.first.as_ref();
        // They have shown it in another tab: there is nothing to ask.
        let done = session.zip(first).is_some_and(|(session, first)| {
            session.identity == first.identity
                && session.assurance == Assurance::Aal2
                && (first.raises == Some(session.id) || session.authenticated_at.micros() > first.at)
        });
        if done { journey::lead_on(cx, flow, visitor).map(Some) } else { Ok(None) }
    }

    fn submit(
        cx: &mut Cx<'_>,
        flow: Flow<Self>,
        typed: &Filled,
        visitor: &Visitor,
    ) -> Result<std::result::Result<Led, Flow<Self>>> {
        let previous = visitor.session(cx)?;
        let previous = previous.as_ref();
        Ok(match login::submit_second(cx, flow, typed.kind, &typed.code, typed.trust, previous)? {
            Progress::Stay(flow) => Err(flow),
            Progress::Done(done, signed_in) => {
                Ok((journey::resume(cx, done, signed_in.as_ref(), visitor)?, signed_in))
            }
        })
    }
}

impl Asks for Recovery {
    const KEY: (&'static str, &'static str) = (path::RECOVERY_KEY, path::RECOVERY_KEY_OPTIONS);

    fn path(kind: Typed) -> &'static str {
        match kind {
            Typed::Totp => path::RECOVERY_FACTOR,
            Typed::BackupCode => path::RECOVERY_BACKUP_CODE,
        }
    }

    fn step(kind: Typed, flow: FlowId) -> Step {
        match kind {
            Typed::Totp => Step::RecoveryFactor(flow),
            Typed::BackupCode => Step::RecoveryBackupCode(flow),
        }
    }

    fn elsewhere(_cx: &mut Cx<'_>, flow: &Flow<Self>, _visitor: &Visitor) -> Result<Option<Step>> {
        Ok((flow.state.stage != RecoveryStage::SecondFactor).then(|| flow::standing(flow)))
    }

    fn submit(
        cx: &mut Cx<'_>,
        flow: Flow<Self>,
        typed: &Filled,
        _visitor: &Visitor,
    ) -> Result<std::result::Result<Led, Flow<Self>>> {
        let flow = recovery::submit_second(cx, flow, typed.kind, &typed.code)?;
        Ok(match flow.state.stage {
            RecoveryStage::SecondFactor => Err(flow),
            _ => Ok((flow::standing(&flow), None)),
        })
    }
}

/// The code of an app, to sign in.
pub(in crate::web) async fn second_factor(visit: Visit) -> Result<Reply> {
    show::<Login>(&visit, Typed::Totp).await
}

/// A backup code, to sign in.
pub(in crate::web) async fn backup_code(visit: Visit) -> Result<Reply> {
    show::<Login>(&visit, Typed::BackupCode).await
}

/// The code of an app, to recover.
pub(in crate::web) async fn recovery_factor(visit: Visit) -> Result<Reply> {
    show::<Recovery>(&visit, Typed::Totp).await
}

/// A backup code, to recover.
pub(in crate::web) async fn recovery_backup_code(visit: Visit) -> Result<Reply> {
    show::<Recovery>(&visit, Typed::BackupCode).await
}

/// The code of an app was sent, to sign in.
pub(in crate::web) async fn submit_second_factor(visit: Visit, fields: FormFields) -> Result<Reply> {
    submit::<Login>(visit, fields, Typed::Totp).await
}

/// A backup code was sent, to sign in.
pub(in crate::web) async fn submit_backup_code(visit: Visit, fields: FormFields) -> Result<Reply> {
    submit::<Login>(visit, fields, Typed::BackupCode).await
}

/// The code of an app was sent, to recover.
pub(in crate::web) async fn submit_recovery_factor(visit: Visit, fields: FormFields) -> Result<Reply> {
    submit::<Recovery>(visit, fields, Typed::Totp).await
}

/// A backup code was sent, to recover.
pub(in crate::web) async fn submit_recovery_backup_code(visit: Visit, fields: FormFields) -> Result<Reply> {
    submit::<Recovery>(visit, fields, Typed::BackupCode).await
}

async fn show<S: Asks>(visit: &Visit, kind: Typed) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else { return flow::begin(visit, S::KIND).await };
    if ["csrf_token", "code"].iter().any(|name| visit.query_value(name).is_some()) {
        return flow::same_again::<S>(visit, id, S::path(kind)).await;
    }
    shown::<S>(visit, id, kind, StatusCode::OK).await
}

async fn shown<S: Asks>(visit: &Visit, id: FlowId, kind: Typed, status: StatusCode) -> Result<Reply> {
    let visitor = visit.visitor();
    let found = visit
        .work()
        .write(move |cx| {
            let flow = match journey::show::<S>(cx, id, &visitor)? {
                Shown::Step(step) => return Ok(Err(step)),
                Shown::Page(flow) => flow,
            };
            if let Some(step) = S::elsewhere(cx, &flow, &visitor)? {
                return Ok(Err(step));
            }
            let factors = match flow.identity {
                Some(identity) => factors::of(cx, identity)?,
                None => Factors::default(),
            };
            let client_name = flow::client_name(cx, &flow);
            Ok(Ok((flow, factors, client_name)))
        })
        .await?;
    match found {
        Ok((flow, factors, client_name)) => page(visit, *flow, kind, factors, client_name, status),
        Err(step) => visit.go(&step),
    }
}

fn page<S: Asks>(
    visit: &Visit,
    flow: Flow<S>,
    kind: Typed,
    factors: Factors,
    client_name: Option<String>,
    status: StatusCode,
) -> Result<Reply> {
    let (other, has_other) = match kind {
        Typed::Totp => (Typed::BackupCode, factors.backup_codes > 0),
        Typed::BackupCode => (Typed::Totp, factors.totp || factors.webauthn),
    };
    let signs_in = S::KIND == FlowKind::Login;
    let party = passkeys::relying_party(visit.settings()).filter(|_| factors.webauthn);
    let passkey = party.map(|_| PasskeyForm {
        form: visit.flow_form(S::KEY.0, flow.id),
        options: path::of_flow(S::KEY.1, flow.id),
        unknown: None,
    });
    let page = SecondFactorPage {
        frame: flow::frame(visit, &flow, client_name.as_deref()),
        client_name,
        kind,
        has_code: kind == Typed::BackupCode || factors.totp || passkey.is_none(),
        passkey,
        form: visit.flow_form(S::path(kind), flow.id),
        offer_trust: signs_in,
        other_link: has_other.then(|| path::of_flow(S::path(other), flow.id)),
        switch_link: signs_in.then(|| path::switch_after(flow.id)),
        login_link: if signs_in { None } else { flow::login_after(flow.id) },
        notices: flow.notices,
    };
    Reply::html(status, Class::FlowPage, &page)
}

/// How long somebody must wait who tried too often, in seconds.
fn wait_of(notices: &[Notice]) -> Option<u64> {
    let notice = notices.iter().find(|notice| notice.id == "factor.slow_down")?;
    notice.args.get("minutes")?.parse::<u64>().ok().map(|minutes| minutes * 60)
}

async fn submit<S: Asks>(visit: Visit, fields: FormFields, kind: Typed) -> Result<Reply> {
    let Some(id) = visit.id::<FlowId>("flow") else { return flow::begin(&visit, S::KIND).await };
    let visitor = visit.visitor();
    let (fits, own) = (visit.token_fits(&fields, &id.to_string()), visit.provenance() == Provenance::Own);
    let code = if fields.repeats("code") { String::new() } else { fields.get("code").to_owned() };
    let filled = Filled { kind, code, trust: fields.get("trust") == "true" };
    let (led, slow_down) = visit
        .work()
        .write(move |cx| {
            let flow = match journey::open::<S>(cx, id, &visitor, fits, own)? {
                Opened::Step(step) => return Ok(((step, None), None)),
                Opened::Rebound(id) => return Ok(((S::step(kind, id), None), None)),
                Opened::Ready(flow) => *flow,
            };
            Ok(match S::submit(cx, flow, &filled, &visitor)? {
                Ok(led) => (led, None),
                Err(flow) => ((S::step(kind, flow.id), None), wait_of(&flow.notices)),
            })
        })
        .await?;
    if let Some(seconds) = slow_down {
        // The form stays where it is; its status says how long to wait (decision 26).
        let page = shown::<S>(&visit, id, kind, StatusCode::TOO_MANY_REQUESTS).await?;
        return Ok(page.with_retry_after(seconds).with_error_id("factor.slow_down"));
    }
    visit.go_signed_in(&led.0, led.1.as_ref())
}
