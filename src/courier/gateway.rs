//! Messages that go to a gateway over HTTP, with a body that the operator's template makes.

use serde_json::Value;

use super::evaluator::{Evaluator, Unevaluated};
use super::samples::Sample;
use crate::config::{HttpChannel, HttpTarget, JsonnetFile};
use crate::model::SecretText;
use crate::outbound::{Delivery, IDEMPOTENCY_KEY, Outbound};
use crate::outbox::Outcome;

/// A request as it goes to a gateway.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// The method.
    pub method: String,
    /// Where to.
    pub url: String,
    /// Its headers; those of the operator may be secrets.
    pub headers: Vec<(String, SecretText)>,
    /// Its body.
    pub body: String,
}

/// The request that tells this context. `key` names the message: it is the same at every attempt.
pub(super) async fn request(
    evaluator: &Evaluator,
    target: &HttpTarget,
    body: Option<&JsonnetFile>,
    context: Value,
    key: &str,
) -> Result<HttpRequest, Unevaluated> {
    let body = match body {
        None => context.to_string(),
        Some(file) => evaluator.evaluate(file, &context).await?,
    };
    let mut headers = target.headers.clone();
    headers.push((IDEMPOTENCY_KEY.to_owned(), SecretText::new(key)));
    Ok(HttpRequest { method: target.method.clone(), url: target.url.clone(), headers, body })
}

/// The request of a sample on a channel.
///
/// # Errors
///
/// Why the channel's template makes no body.
pub async fn request_of(
    evaluator: &Evaluator,
    channel: &HttpChannel,
    sample: &Sample,
) -> Result<HttpRequest, Unevaluated> {
    let key = sample.message.id.to_string();
    request(evaluator, &channel.target, channel.body.as_ref(), sample.context.clone(), &key).await
}

/// Sends a request, and gives the status of the answer, or why there is none.
pub(super) async fn send(outbound: &Outbound, request: &HttpRequest) -> Result<u16, String> {
    let headers: Vec<(&str, &str)> =
        request.headers.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
    let delivery = Delivery {
        method: &request.method,
        url: &request.url,
        headers: &headers,
        body: request.body.as_bytes(),
    };
    outbound.deliver(&delivery).await.map_err(|failure| failure.reason())
}

/// What the answer of a gateway means for a message.
pub(super) fn meaning(answer: Result<u16, String>) -> Outcome {
    match answer {
        Ok(200..=299) => Outcome::Done,
        Ok(status @ (408 | 425 | 429 | 500..)) => Outcome::Failed(format!("the gateway answers {status}")),
        Ok(status @ 300..=399) => {
            Outcome::Hopeless(format!("the gateway redirects ({status}), which is not followed"))
        }
        Ok(status) => Outcome::Hopeless(format!("the gateway refuses: status {status}")),
        Err(why) => Outcome::Failed(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_f15_what_may_pass_is_tried_again_and_a_refusal_is_final() {
        for status in [200, 201, 202, 204] {
            assert_eq!(meaning(Ok(status)), Outcome::Done, "{status}");
        }
        for status in [408, 425, 429, 500, 502, 503, 504, 599] {
            assert!(matches!(meaning(Ok(status)), Outcome::Failed(_)), "{status}");
        }
        for status in [301, 302, 307, 308, 400, 401, 403, 404, 410, 413, 422] {
            assert!(matches!(meaning(Ok(status)), Outcome::Hopeless(_)), "{status}");
        }
        assert!(matches!(meaning(Err("it took too long".to_owned())), Outcome::Failed(_)));
    }
}
