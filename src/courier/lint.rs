//! What a template does with each type of message: fails, forgets what it is sent for, or drops what somebody may want.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::Value;

use super::evaluator::{Evaluator, Unevaluated};
use super::samples::sample;
use super::types::{TYPES, TemplateType};
use crate::config::{JsonnetFile, Settings};
use crate::model::Instant;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lint {
    /// The types that cannot be sent, and why.
    pub broken: Vec<(&'static str, String)>,
    /// The types that would be sent without their code and their link.
    pub useless: Vec<&'static str>,
    /// What is told to the template and never goes on.
    pub dropped: Vec<String>,
    /// How many of them the template itself refuses; others may have lacked time or memory.
    pub wrong: usize,
    /// How many types were tried.
    pub tried: usize,
}

impl Lint {
    /// Whether nothing can ever be sent.
    pub fn is_hopeless(&self) -> bool {
        self.tried > 0 && self.wrong == self.tried
    }

    /// What is to be said of it, in sentences.
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences: Vec<String> =
            self.broken.iter().map(|(name, why)| format!("{name} cannot be sent: {why}")).collect();
        if !self.dropped.is_empty() {
            sentences.push(format!("it drops {}", self.dropped.join(", ")));
        }
        sentences.extend(self.useless.iter().map(|name| format!("{name} would be sent without its code")));
        sentences
    }
}

/// Tries a template with every type of message, to this recipient and about this identity.
pub async fn lint(
    evaluator: &Evaluator,
    settings: &Settings,
    file: &JsonnetFile,
    recipient: &str,
    identity: &Value,
) -> Lint {
    let mut found = Lint { tried: TYPES.len(), ..Lint::default() };
    let mut told = Vec::new();
    for of in TYPES {
        match sample(settings, of, recipient, identity, None, Instant::from_seconds(0)) {
            Ok(sample) => told.push((of, sample.context)),
            Err(fault) => found.broken.push((of.name, fault.to_string())),
        }
    }
    let bodies = told.iter().map(|(_, context)| evaluator.evaluate(file, context));
    judge(&told, &join_all(bodies).await, &mut found);
    found
}

fn judge(told: &[(&'static TemplateType, Value)], bodies: &[Result<String, Unevaluated>], found: &mut Lint) {
    let (mut seen, mut missed) = (BTreeSet::new(), BTreeSet::new());
    for ((of, context), body) in told.iter().zip(bodies) {
        let body = match body {
            Ok(body) => body,
            Err(Unevaluated::Cancelled) => continue,
            Err(Unevaluated::Failed(why)) => {
                found.wrong += 1;
                found.broken.push((of.name, why.clone()));
                continue;
            }
            Err(Unevaluated::Ended(why)) => {
                found.broken.push((of.name, why.clone()));
                continue;
            }
        };
        let data = &context["template_data"];
        let goes_on = |value: &Value| {
            let text = value.to_string();
            body.contains(text.trim_matches('"'))
        };
        if !of.purpose.is_empty() && !of.purpose.iter().any(|key| goes_on(&data[*key])) {
            found.useless.push(of.name);
        }
        let above = ["subject", "body", "html_body"].into_iter().map(|key| (key, &context[key]));
        let below = of.purpose.iter().map(|key| (*key, &data[*key]));
        for (key, value) in above.chain(below).filter(|(_, value)| !value.is_null()) {
            if goes_on(value) {
                seen.insert(key)
            } else {
                missed.insert(key)
            };
        }
    }
    found.dropped = missed.difference(&seen).map(|key| (*key).to_owned()).collect();
}
