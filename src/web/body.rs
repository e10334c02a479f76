//! The bodies of requests: how much is read, and what a form holds.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{HttpMessage as _, HttpRequest};
use futures_util::StreamExt as _;

use super::Face;

/// The largest body on the public listener, in bytes; on the admin listener 16 times that.
const BODY: usize = 64 * 1024;

/// The most parameters of a query or a form.
const PARAMETERS: usize = 1000;

/// What is wrong with a body before anybody looks at what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyProblem {
    /// Too many bytes, or parameters.
    TooLarge,
    /// Its type is not what this address takes.
    WrongType,
    /// The connection broke.
    Broken,
}

/// A body that nobody will read to its end. As long as it is held, the server knows that the connection is of no more
/// use and closes it; once it is dropped, a body without an end would be read for ever.
pub(super) struct Unread(#[expect(dead_code, reason = "it is held, not read")] pub Payload);

/// Reads the body of a request, which must come within `patience`. One that is not read to its end is put aside for the gate.
pub(super) async fn read(
    request: &HttpRequest,
    mut payload: Payload,
    face: Face,
    patience: Duration,
) -> (Vec<u8>, Option<BodyProblem>) {
    if matches!(payload, Payload::None) {
        return (Vec::new(), None);
    }
    let limit = if face == Face::Admin { BODY * 16 } else { BODY };
    let read = tokio::time::timeout(patience, read_up_to(request, &mut payload, limit)).await;
    let (body, problem) = read.unwrap_or((Vec::new(), Some(BodyProblem::Broken)));
    if problem.is_some() {
        request.extensions_mut().insert(Unread(payload));
    }
    (body, problem)
}

/// Reads at most `limit` bytes. What is announced as larger is not read at all.
async fn read_up_to(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
) -> (Vec<u8>, Option<BodyProblem>) {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if announced.and_then(|text| text.parse::<usize>().ok()).is_some_and(|length| length > limit) {
        return (Vec::new(), Some(BodyProblem::TooLarge));
    }
    let encoded = request.headers().get(header::CONTENT_ENCODING).is_some_and(|value| value != "identity");
    if encoded {
        return (Vec::new(), Some(BodyProblem::WrongType));
    }
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let Ok(chunk) = chunk else { return (Vec::new(), Some(BodyProblem::Broken)) };
        if body.len() + chunk.len() > limit {
            return (Vec::new(), Some(BodyProblem::TooLarge));
        }
        body.extend_from_slice(&chunk);
    }
    (body, None)
}

/// Decodes a query or a form; an excess of parameters is cut, and answered as too large where it matters.
pub(super) fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(bytes)
        .take(PARAMETERS + 1)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// A value that came once; `None` if it is empty, absent, or came twice.
pub(super) fn once<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut found = pairs.iter().filter(|(key, _)| key == name);
    let (_, value) = found.next()?;
    (found.next().is_none() && !value.is_empty()).then_some(value.as_str())
}

/// The fields of a form, in their order.
#[derive(Debug, Clone)]
pub struct FormFields(pub Vec<(String, String)>);

impl FormFields {
    /// Reads a form.
    pub(super) fn read(content_type: &str, body: &[u8]) -> Result<Self, BodyProblem> {
        let is_form = content_type
            .split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
        if !is_form && !body.is_empty() {
            return Err(BodyProblem::WrongType);
        }
        let fields = pairs(body);
        if fields.len() > PARAMETERS {
            return Err(BodyProblem::TooLarge);
        }
        // No database keeps this character, and no person types it.
        if fields.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
            return Err(BodyProblem::Broken);
        }
        Ok(Self(fields))
    }

    /// A field; empty if it did not come, or came more than once (Z7: one of two is not guessed).
    pub fn get(&self, name: &str) -> &str {
        once(&self.0, name).unwrap_or_default()
    }

    /// Whether a field came more than once.
    pub fn repeats(&self, name: &str) -> bool {
        self.0.iter().filter(|(key, _)| key == name).count() > 1
    }

    /// The fields whose name begins like this.
    pub fn beginning(&self, prefix: &str) -> BTreeMap<String, String> {
        self.0.iter().filter(|(name, _)| name.starts_with(prefix)).cloned().collect()
    }
}
