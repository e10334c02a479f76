//! Tries the operator's templates before somebody waits for a message that they should make.

use serde_json::json;

use crate::config::{Fault, Faults, Settings};
use crate::courier::{Evaluator, Unevaluated, Wrong, check_mail_templates, lint, sample_identity};
use crate::model::Channel;

/// What the templates of the settings do with samples. A body that can never be made is an error, and so is whatever is
/// wrong with a mail; what a body drops is a warning.
pub async fn check_templates(settings: &Settings, evaluator: &Evaluator) -> Faults {
    let mut faults = Faults::default();
    for Wrong { place, problem } in check_mail_templates(settings, evaluator).await {
        faults.add(Fault::error(place, format!("courier.templates: {problem}")));
    }
    let identity = sample_identity(settings);
    for channel in &settings.courier.channels {
        let Some(file) = &channel.body else { continue };
        let to = match channel.channel {
            Channel::Email => "ada@example.org",
            Channel::Sms => "+491701234567",
        };
        let found = lint(evaluator, settings, file, to, &identity).await;
        let key = format!("courier.channel.body ({})", channel.channel.name());
        if let (true, Some((_, why))) = (found.is_hopeless(), found.broken.first()) {
            faults.add(Fault::error(&file.name, format!("{key}: {why}")));
        } else {
            for sentence in found.sentences() {
                faults.add(Fault::warning(&file.name, format!("{key}: {sentence}")));
            }
        }
    }
    for hook in &settings.webhooks {
        let Some(file) = &hook.body else { continue };
        let payload = json!({
            "id": "00000000-0000-4000-8000-000000000002",
            "type": "identity.created",
            "timestamp": "2026-01-01T00:00:00.000000Z",
            "origin": "admin",
            "data": {
                "identity_id": identity["id"],
                "session_id": null,
                "client_id": null,
                "request_id": null,
                "identity": identity,
                "details": {},
            },
        });
        if let Err(Unevaluated::Failed(why) | Unevaluated::Ended(why)) =
            evaluator.evaluate(file, &payload).await
        {
            let problem =
                format!("webhook.body ({}): a sample of identity.created cannot be told: {why}", hook.id);
            faults.add(Fault::warning(&file.name, problem));
        }
    }
    faults
}
