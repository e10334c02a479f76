//! Mailed codes: eight digits, ten minutes, five tries, and never more mails than a mailbox can bear.
//!
//! A code is bound to its purpose, flow, identity and address by its MAC. For an address that nobody has, the same rows
//! are written and the same work is done, and nobody is told.

use std::time::Duration;

use super::guessing::alarm::{self, Alarm};
use super::{sessions, traits};
use crate::crypto::{MacPurpose, OneTimeCode, PlainToken, TokenKind};
use crate::cx::{Cx, Result};
use crate::model::{Event, FlowId, IdentityId, Instant, Mail, Notice, OneTimeCodeId};
use crate::store;
use crate::store::one_time_codes::MailedCode;

/// How long a mailed code works.
pub const CODE_MINUTES: u64 = 10;

/// How often a code may be tried.
const TRIES: i64 = 5;

/// How often while codes are guessed all over.
const FEWER_TRIES: i64 = 2;

/// Between two codes that are asked for on one page.
const BETWEEN: Duration = Duration::from_secs(30);

/// The most codes for one address in a short and in a long time.
const SHORT: (usize, Duration) = (3, Duration::from_secs(15 * 60));
const LONG: (usize, Duration) = (10, Duration::from_secs(24 * 3_600));

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// An address is proven.
    Verification,
    /// Somebody signs in with it.
    SignIn,
    /// The way to a new password is opened.
    Recovery,
    /// The same, with a code that an administrator hands over.
    AdministeredRecovery,
}

impl Purpose {
    /// The name in the database.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Verification => "verification",
            Self::SignIn => "sign_in",
            Self::Recovery => "recovery",
            Self::AdministeredRecovery => "administered_recovery",
        }
    }

    fn link(self) -> TokenKind {
        match self {
            // No mail has the link of a sign-in: an act in one browser gives no session to another (decision 13).
            Self::Verification | Self::SignIn => TokenKind::VerificationLink,
            Self::Recovery | Self::AdministeredRecovery => TokenKind::RecoveryLink,
        }
    }
}

/// For which page a code is.
#[derive(Debug, Clone, Copy)]
pub(super) struct For<'a> {
    /// What it is for.
    pub(super) purpose: Purpose,
    /// The flow whose page asks for it.
    pub(super) flow: FlowId,
    /// The client on whose way the person is.
    pub(super) client_id: Option<&'a str>,
    /// The canonical address.
    pub(super) address: &'a str,
}

/// Who is told.
#[derive(Debug, Clone)]
pub(super) enum Recipient {
    /// The mailbox at this stored address gets the code, for this identity if there is one already.
    Mailbox(String, Option<IdentityId>),
    /// The owner of this stored address hears that somebody wanted to register with it; the code is told to nobody.
    Owner(String, IdentityId),
    /// Nobody: the same rows and work for nothing.
    Nobody,
}

/// Makes a code that takes the place of all earlier ones for the address, and mails it. Beyond what a mailbox can bear,
/// nothing happens: what was mailed before stays good.
pub(super) fn send(cx: &mut Cx<'_>, page: For<'_>, to: &Recipient) -> Result<()> {
    if quota(cx, page.address)?.is_some() {
        cx.record(Event::new("message.suppressed").with("purpose", page.purpose.name()))?;
        return Ok(());
    }
    store::one_time_codes::supersede(cx.db, page.purpose.name(), page.address, cx.now)?;
    let lifetime = Duration::from_secs(CODE_MINUTES * 60);
    let identity = match to {
        Recipient::Mailbox(_, identity) => *identity,
        Recipient::Owner(..) | Recipient::Nobody => None,
    };
    let (code, link) = make(cx, page, identity, matches!(to, Recipient::Mailbox(..)), lifetime)?;
    let client_name = page.client_id.and_then(|id| cx.clients().find(id)).map(|client| client.name.clone());
    let (code, link) = (code.expose(), link.expose().to_owned());
    let mail = match page.purpose {
        Purpose::Verification => Mail::VerificationCode { code, link, client_name },
        Purpose::SignIn => Mail::SignInCode { code, client_name },
        Purpose::Recovery | Purpose::AdministeredRecovery => Mail::RecoveryCode { code, link, client_name },
    };
    match to {
        Recipient::Mailbox(address, _) => {
            cx.queue_mail(address, identity, mail, lifetime)?;
        }
        Recipient::Owner(address, owner) => {
            cx.queue_notice(address, *owner, Mail::AccountExists)?;
        }
        Recipient::Nobody => {
            let id = cx.queue_mail(page.address, None, mail, lifetime)?;
            store::messages::withdraw(cx.db, id)?;
        }
    }
    Ok(())
}

/// Makes a code and a link that are handed over by other means than mail, for the flow of an administrator.
pub(super) fn hand_over(
    cx: &mut Cx<'_>,
    flow: FlowId,
    identity: IdentityId,
    lifetime: Duration,
) -> Result<(OneTimeCode, PlainToken)> {
    let page = For { purpose: Purpose::AdministeredRecovery, flow, client_id: None, address: "" };
    make(cx, page, Some(identity), true, lifetime)
}

/// The flows of the codes that were handed over for an identity and still work.
pub(super) fn handed_over(cx: &mut Cx<'_>, identity: IdentityId) -> Result<Vec<FlowId>> {
    let purpose = Purpose::AdministeredRecovery.name();
    Ok(store::one_time_codes::flows_of_identity(cx.db, purpose, identity, cx.now)?)
}

/// Codes that were handed over for an identity are void; answers the flows of those that worked until now.
pub(super) fn supersede_handed_over(cx: &mut Cx<'_>, identity: IdentityId) -> Result<Vec<FlowId>> {
    let flows = handed_over(cx, identity)?;
    let purpose = Purpose::AdministeredRecovery.name();
    store::one_time_codes::supersede_of_identity(cx.db, purpose, identity, cx.now)?;
    Ok(flows)
}

fn make(
    cx: &mut Cx<'_>,
    page: For<'_>,
    identity: Option<IdentityId>,
    is_told: bool,
    lifetime: Duration,
) -> Result<(OneTimeCode, PlainToken)> {
    let code = OneTimeCode::generate(cx.random());
    let link = PlainToken::generate(page.purpose.link(), cx.random());
    let digest = cx.env.secrets.mac(
        MacPurpose::OneTimeCode,
        &parts(
            page.purpose.name(),
            &page.flow.to_string(),
            &identity.map(|id| id.to_string()).unwrap_or_default(),
            page.address,
            &code.expose(),
        ),
    );
    let by_chance = cx.random().bytes32();
    let row = MailedCode {
        id: OneTimeCodeId::from_uuid(cx.row_key()),
        flow: page.flow,
        purpose: page.purpose.name().to_owned(),
        identity,
        address: page.address.to_owned(),
        // A code that nobody is told has no digest that any code could have.
        digest: if is_told { digest } else { by_chance }.to_vec(),
        link_digest: link.digest(),
        tries: 0,
        asked_from: asked_from(cx),
        created_at: cx.now,
        expires_at: cx.now + lifetime,
        used_at: None,
        superseded_at: None,
        disowned_at: None,
    };
    store::one_time_codes::insert(cx.db, &row)?;
    Ok((code, link))
}

fn parts<'a>(
    purpose: &'a str,
    flow: &'a str,
    identity: &'a str,
    address: &'a str,
    code: &'a str,
) -> [&'a [u8]; 5] {
    [purpose.as_bytes(), flow.as_bytes(), identity.as_bytes(), address.as_bytes(), code.as_bytes()]
}

fn asked_from(cx: &Cx<'_>) -> String {
    let device = sessions::device(&cx.caller.user_agent);
    if cx.caller.peer.is_empty() { device } else { format!("{device}, {}", cx.caller.peer) }
}

/// What a typed code comes to.
pub(super) enum Checked {
    /// It is the code; the caller has used it, and nobody else can.
    Right(MailedCode),
    /// It was used before, by its link.
    Used,
    /// It is not, or it is dead: why.
    Refused(Notice),
}

/// Compares what was typed with the newest code of a flow. The try is counted first.
pub(super) fn check(cx: &mut Cx<'_>, flow: FlowId, typed: &str) -> Result<Checked> {
    let refuse = |id: &str| Checked::Refused(Notice::error(id).on("code"));
    let Some(row) = store::one_time_codes::newest_of(cx.db, flow)? else {
        return Ok(refuse("code.expired"));
    };
    if row.used_at.is_some() {
        return Ok(Checked::Used);
    }
    if let Some(notice) = dead(&row, cx.now) {
        return Ok(Checked::Refused(notice.on("code")));
    }
    let tries = if alarm::is_on(cx, Alarm::Codes)? { FEWER_TRIES } else { TRIES };
    let code = match OneTimeCode::parse(typed) {
        Ok(code) => code,
        Err(0) if typed.trim().is_empty() => {
            let notice = Notice::error("field.empty").with("field", "code");
            return Ok(Checked::Refused(notice.on("code")));
        }
        Err(n) => {
            let id = if n < OneTimeCode::DIGITS { "code.short" } else { "code.long" };
            return Ok(Checked::Refused(Notice::error(id).with("n", n).on("code")));
        }
    };
    if !store::one_time_codes::count_try(cx.db, row.id, tries, cx.now)? {
        return Ok(refuse("code.too_many"));
    }
    let identity = row.identity.map(|id| id.to_string()).unwrap_or_default();
    let (flow, code) = (row.flow.to_string(), code.expose());
    let parts = parts(&row.purpose, &flow, &identity, &row.address, &code);
    if !cx.env.secrets.mac_is(MacPurpose::OneTimeCode, &parts, &row.digest) {
        let event = Event::new("code.mismatch").with("purpose", row.purpose.as_str());
        cx.record(match row.identity {
            Some(identity) => event.of(identity),
            None => event,
        })?;
        alarm::count(cx, Alarm::Codes)?;
        return Ok(refuse(if row.tries + 1 < tries { "code.mismatch" } else { "code.too_many" }));
    }
    if !store::one_time_codes::consume(cx.db, row.id, cx.now)? {
        return Ok(refuse("code.expired"));
    }
    Ok(Checked::Right(row))
}

/// Why a code that was not used can be used no more.
fn dead(row: &MailedCode, now: Instant) -> Option<Notice> {
    if let Some(at) = row.superseded_at {
        // It was superseded at the very moment at which the newer one was mailed.
        return Some(Notice::error("code.newer").with("time", at.date_time().format("%H:%M UTC")));
    }
    if row.disowned_at.is_some() || row.expires_at <= now {
        return Some(Notice::error("code.expired"));
    }
    (row.tries >= TRIES).then(|| Notice::error("code.too_many"))
}

/// Why the link of a code leads nowhere any more.
pub(super) fn dead_link(row: &MailedCode, now: Instant) -> Option<Notice> {
    if row.disowned_at.is_some() {
        return Some(Notice::info("address.disowned"));
    }
    if row.used_at.is_some() {
        return Some(Notice::error("link.used"));
    }
    dead(row, now).map(|_| Notice::error("link.expired"))
}

/// Uses a code by its link, once: `false` if it is dead.
pub(super) fn consume_link(cx: &mut Cx<'_>, row: &MailedCode) -> Result<bool> {
    Ok(dead_link(row, cx.now).is_none() && store::one_time_codes::consume(cx.db, row.id, cx.now)?)
}

/// Why no new code is sent on request now.
pub(super) fn resend_refusal(cx: &mut Cx<'_>, address: &str) -> Result<Option<Notice>> {
    if let Some(seconds) = resend_wait(cx, address)? {
        return Ok(Some(Notice::error("code.wait").with("seconds", seconds)));
    }
    Ok(quota(cx, address)?.map(|wait| match wait {
        Some(wait) => {
            let minutes = wait.as_secs().div_ceil(60).max(1);
            Notice::error("code.wait_minutes").with("minutes", minutes)
        }
        None => Notice::error("code.limit"),
    }))
}

/// In how many seconds a new code for this address may be asked for; `None` is at once.
pub(super) fn resend_wait(cx: &mut Cx<'_>, address: &str) -> Result<Option<u64>> {
    let address = traits::canonical_email(address).unwrap_or_else(|| address.to_owned());
    let since = cx.now - BETWEEN;
    let newest = store::one_time_codes::mailed_since(cx.db, &address, since, 1)?.into_iter().next();
    Ok(newest
        .map(|at| u64::try_from((at + BETWEEN).since(cx.now).as_millis().div_ceil(1000)).unwrap_or(1).max(1)))
}

/// Whether the mailbox has had its fill, and when there is room again if that is today.
fn quota(cx: &mut Cx<'_>, address: &str) -> Result<Option<Option<Duration>>> {
    let limit = i64::try_from(LONG.0).unwrap_or(i64::MAX);
    let times = store::one_time_codes::mailed_since(cx.db, address, cx.now - LONG.1, limit)?;
    if times.len() >= LONG.0 {
        return Ok(Some(None));
    }
    let oldest = times.get(SHORT.0 - 1).copied();
    Ok(oldest.map(|at| at + SHORT.1).filter(|until| *until > cx.now).map(|until| Some(until.since(cx.now))))
}
