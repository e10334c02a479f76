//! Webhooks: which facts are told to whom, and what became of it.

use serde_json::Value;

use super::{EventId, IdentityId, Instant, WebhookDeliveryId};

/// Which kinds of events are meant: a name like `identity.created`, where `*` stands for any letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFilter(String);

impl EventFilter {
    /// Reads a filter; `None` for what no kind can be called.
    pub fn parse(text: &str) -> Option<Self> {
        let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'*');
        (!text.is_empty() && text.len() <= 100 && text.bytes().all(letter)).then(|| Self(text.to_owned()))
    }

    /// Whether it means this kind.
    pub fn matches(&self, kind: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(mut rest) = kind.strip_prefix(parts.next().unwrap_or_default()) else { return false };
        let parts: Vec<&str> = parts.collect();
        let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
        for part in between {
            let Some(at) = rest.find(part) else { return false };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(last)
    }
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// It waits for its next attempt.
    Queued,
    /// Somebody delivers it now.
    Processing,
    /// The target took it.
    Delivered,
    /// Its template decided that nothing is sent.
    Skipped,
    /// It was given up.
    Abandoned,
}

impl DeliveryStatus {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Queued, Self::Processing, Self::Delivered, Self::Skipped, Self::Abandoned];

    /// The name in the database and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Processing => "processing",
            Self::Delivered => "delivered",
            Self::Skipped => "skipped",
            Self::Abandoned => "abandoned",
        }
    }

    /// Reads the name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// One event on its way to one webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookDelivery {
    /// Its id, and `webhook-id` at every attempt.
    pub id: WebhookDeliveryId,
    /// The webhook, by its id in the settings.
    pub hook: String,
    /// The event.
    pub event: EventId,
    /// The kind of the event.
    pub kind: String,
    /// Whose event: those of one identity arrive one after the other.
    pub identity: Option<IdentityId>,
    /// Its place among the events of the identity.
    pub position: i64,
    /// The sealed payload.
    pub sealed: String,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// How often it was tried.
    pub attempts: i64,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it may be tried (again).
    pub due_at: Instant,
    /// When the event happened.
    pub created_at: Instant,
    /// When its status last changed.
    pub updated_at: Instant,
    /// After this it is given up.
    pub expires_at: Instant,
}

impl WebhookDelivery {
    /// The place that its payload is sealed for.
    pub fn place(id: WebhookDeliveryId) -> String {
        format!("webhook_deliveries.data.{id}")
    }
}

/// An event as the log keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedEvent {
    /// Its id.
    pub id: EventId,
    /// When it happened.
    pub at: Instant,
    /// The stable name.
    pub kind: String,
    /// Who brought it about.
    pub origin: String,
    /// Whose identity.
    pub identity: Option<IdentityId>,
    /// Which session.
    pub session: Option<String>,
    /// Which client.
    pub client_id: Option<String>,
    /// Which HTTP request.
    pub request: Option<String>,
    /// The address of whoever asked.
    pub peer: Option<String>,
    /// What else is known.
    pub data: Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_s15_a_filter_means_what_it_names() {
        for (filter, kind, means) in [
            ("identity.created", "identity.created", true),
            ("identity.created", "identity.created2", false),
            ("identity.*", "identity.deleted", true),
            ("identity.*", "session.started", false),
            ("*", "anything.at_all", true),
            ("*.created", "api_key.created", true),
            ("*.created", "created", false),
            ("a*b*c", "a_b_b_c", true),
            ("a*b*c", "a_c", false),
            ("identity*created", "identity.created", true),
        ] {
            assert_eq!(EventFilter::parse(filter).unwrap().matches(kind), means, "{filter} {kind}");
        }
        for text in ["", "Identity", "identity created", "{identity}"] {
            assert_eq!(EventFilter::parse(text), None, "{text}");
        }
    }
}
