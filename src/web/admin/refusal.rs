//! How the administration says no: a status, a stable id, and a reason that whoever calls can act on.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::cx::Fault;
use crate::identity::administration::{Misfit, Refusal};
use crate::store;
use crate::web::failure;
use crate::web::reply::Reply;
use crate::web::visit::{BodyProblem, Visit};

/// What a handler of the administration answers.
pub(super) type Answer<T = Reply> = std::result::Result<T, Stop>;

/// Why there is no answer of the usual kind.
#[derive(Debug)]
pub(super) enum Stop {
    /// The request asks for something that is not done.
    Refused(Box<Refused>),
    /// Something that nobody expected.
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        match fault {
            // Two writers wanted the same at the same moment.
            Fault::Store(store::Error::Duplicate(what)) if what.contains("external_id") => {
                Refused::external_id_taken().into()
            }
            Fault::Store(store::Error::Duplicate(_)) => Refused::address_taken().into(),
            other => Self::Fault(other),
        }
    }
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Self::Refused(Box::new(refused))
    }
}

const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");

/// A refusal.
#[derive(Debug)]
pub(super) struct Refused {
    status: StatusCode,
    id: &'static str,
    reason: String,
    details: Option<Value>,
    header: Option<(HeaderName, String)>,
}

impl Refused {
    fn new(status: StatusCode, id: &'static str, reason: impl Into<String>) -> Self {
        Self { status, id, reason: reason.into(), details: None, header: None }
    }

    /// The request itself is wrong.
    pub(super) fn bad_request(id: &'static str, reason: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, id, reason)
    }

    /// The member of the body at this JSON pointer is wrong.
    pub(super) fn at(mut self, pointer: &str) -> Self {
        self.details = Some(json!({"pointer": pointer}));
        self
    }

    /// With this detail.
    pub(super) fn with(mut self, name: &str, value: &impl serde::Serialize) -> Self {
        self.details = Some(json!({ name: value }));
        self
    }

    /// There is no such thing.
    pub(super) fn not_found(noun: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("There is no {noun} of this id."))
    }

    /// What is asked for does not go with the state that the thing is in.
    pub(super) fn conflict(id: &'static str, reason: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, id, reason)
    }

    /// Somebody else has this address.
    pub(super) fn address_taken() -> Self {
        Self::conflict("address_taken", "An address in the traits belongs to another identity.")
    }

    /// Somebody else is called like this elsewhere.
    fn external_id_taken() -> Self {
        Self::conflict("external_id_taken", "This external_id belongs to another identity.")
    }

    /// The index of the search is not complete.
    pub(super) fn indexing(seconds: u64) -> Self {
        let reason = "The search index is being written, because the schema marks other traits than before. Try again soon.";
        Self {
            header: Some((header::RETRY_AFTER, seconds.to_string())),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "search_not_ready", reason)
        }
    }

    pub(super) fn key_required() -> Self {
        let reason = "The administration asks for an API key: Authorization: Bearer wh_ak_… \
                      The command `wayhome api-keys create` makes one.";
        Self {
            header: Some((header::WWW_AUTHENTICATE, "Bearer realm=\"wayhome-admin\"".to_owned())),
            ..Self::new(StatusCode::UNAUTHORIZED, "api_key_required", reason)
        }
    }

    pub(super) fn key_invalid() -> Self {
        let challenge = "Bearer realm=\"wayhome-admin\", error=\"invalid_token\"";
        let reason = "This is no API key of this server, or it was revoked, or it has expired.";
        Self {
            header: Some((header::WWW_AUTHENTICATE, challenge.to_owned())),
            ..Self::new(StatusCode::UNAUTHORIZED, "api_key_invalid", reason)
        }
    }

    pub(super) fn no_such_endpoint() -> Self {
        let reason = "The administration has no such endpoint.";
        Self::new(StatusCode::NOT_FOUND, "no_such_endpoint", reason)
    }

    pub(super) fn method_not_allowed(allowed: &str) -> Self {
        let reason = format!("This endpoint takes {allowed}.");
        Self {
            header: Some((header::ALLOW, allowed.to_owned())),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", reason)
        }
    }

    /// The body cannot be read; `wanted` is the type that the endpoint takes.
    pub(super) fn body(problem: BodyProblem, wanted: &str) -> Self {
        match problem {
            BodyProblem::TooLarge => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                "The body is too large; it may have 1 MiB.",
            ),
            BodyProblem::WrongType => Self {
                // For a patch the types are what RFC 5789 2.2 asks to be named.
                header: wanted.contains("patch").then(|| (ACCEPT_PATCH, wanted.to_owned())),
                ..Self::new(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "unsupported_media_type",
                    format!("The body must be {wanted}, and not compressed."),
                )
            },
            BodyProblem::Broken => Self::bad_request("body_broken", "The body could not be read."),
        }
    }

    /// What an administrator wished for an identity was not done.
    pub(super) fn of_identity(refusal: Refusal, insisted: bool) -> Self {
        match refusal {
            Refusal::NotFound => Self::not_found("identity"),
            Refusal::AddressTaken(_) => Self::address_taken(),
            Refusal::ExternalIdTaken => Self::external_id_taken(),
            Refusal::IdTaken => Self::conflict("id_taken", "This id belongs to another identity."),
            Refusal::Conflict if insisted => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "identity_changed",
                "The identity is not the one of If-Match any more. Read it again.",
            ),
            Refusal::Conflict => {
                Self::conflict("identity_changed", "Somebody else has changed the identity just now.")
            }
            Refusal::Invalid(misfits) => Self::misfit(&misfits),
            Refusal::Patch(misfit) => Self::bad_patch(&misfit),
            Refusal::TestFailed(place) => {
                Self::conflict("patch_test_failed", "A test of the patch has failed; nothing was changed.")
                    .at(&place)
            }
        }
    }

    /// A patch names what it may not touch, or what is not there.
    pub(super) fn bad_patch(misfit: &Misfit) -> Self {
        let reason = format!("The patch cannot be applied. {}: {}", misfit.pointer, misfit.reason);
        Self::bad_request("invalid_patch", reason).at(&misfit.pointer)
    }

    fn misfit(misfits: &[Misfit]) -> Self {
        let told: Vec<String> =
            misfits.iter().map(|misfit| format!("{}: {}", misfit.pointer, misfit.reason)).collect();
        let faults: Vec<Value> = misfits
            .iter()
            .map(|misfit| json!({"pointer": misfit.pointer, "reason": misfit.reason}))
            .collect();
        let refused =
            Self::bad_request("invalid_identity", format!("The identity does not fit. {}", told.join("; ")));
        Self { details: Some(json!({"faults": faults})), ..refused }
    }

    #[cfg(test)]
    pub(super) fn id(&self) -> &'static str {
        self.id
    }

    #[cfg(test)]
    pub(super) fn reason(&self) -> &str {
        &self.reason
    }
}

impl Stop {
    #[cfg(test)]
    pub(super) fn refused(self) -> Refused {
        match self {
            Self::Refused(refused) => *refused,
            Self::Fault(fault) => panic!("{fault}"),
        }
    }

    /// As a part of an answer about several things: Ory's error, without the members around it.
    pub(super) fn into_part(self, visit: &Visit) -> Value {
        let refused = match self {
            Self::Refused(refused) => *refused,
            Self::Fault(fault) => {
                failure::log(&fault, visit.request_id());
                let (status, id, reason, _) = of_fault(&fault);
                Refused::new(status, id, reason)
            }
        };
        let mut body = failure::ory(refused.status, refused.id, &refused.reason, visit.request_id());
        let mut error = body["error"].take();
        if let Some(details) = refused.details {
            error["details"] = details;
        }
        error
    }

    /// As the caller reads it. A fault is written to the log, and to nowhere else.
    pub(super) fn told(self, visit: &Visit) -> Reply {
        match self {
            Self::Refused(refused) => tell(visit, *refused),
            Self::Fault(fault) => {
                failure::log(&fault, visit.request_id());
                let (status, id, reason, wait) = of_fault(&fault);
                let reply = tell(visit, Refused::new(status, id, reason));
                match wait {
                    Some(seconds) => reply.with_retry_after(seconds),
                    None => reply,
                }
            }
        }
    }
}

const BUSY: &str = "The server cannot do that now. Try again soon.";
const FAULT: &str = "The server met a fault. The request id finds it in the log.";

/// Status, id, reason, and how many seconds to wait.
fn of_fault(fault: &Fault) -> (StatusCode, &'static str, &'static str, Option<u64>) {
    match fault {
        Fault::Overloaded(wait) => {
            (StatusCode::SERVICE_UNAVAILABLE, "overloaded", BUSY, Some(wait.as_secs()))
        }
        passing if passing.is_passing() => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", BUSY, Some(5)),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "server_problem", FAULT, None),
    }
}

fn tell(visit: &Visit, refused: Refused) -> Reply {
    let mut body = failure::ory(refused.status, refused.id, &refused.reason, visit.request_id());
    if let Some(details) = refused.details {
        body["error"]["details"] = details;
    }
    let reply = Reply::json(refused.status, &body)
        .unwrap_or_else(|_| Reply::empty(refused.status))
        .with_error_id(refused.id);
    match refused.header.map(|(name, value)| (name, HeaderValue::try_from(value))) {
        Some((name, Ok(value))) => reply.with_header(name, value),
        _ => reply,
    }
}
