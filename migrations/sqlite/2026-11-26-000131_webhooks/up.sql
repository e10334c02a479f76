-- Events on their way to webhooks, and what became of them. No reference to identity or event: the news outlives both.

CREATE TABLE webhook_deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    hook TEXT NOT NULL,
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    identity_id TEXT,
    position BIGINT NOT NULL,
    data TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    last_error TEXT,
    due_at BIGINT NOT NULL,
    lease_owner TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (status, due_at);
CREATE INDEX webhook_deliveries_order ON webhook_deliveries (hook, identity_id, position);
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at, id);
CREATE INDEX webhook_deliveries_by_expiry ON webhook_deliveries (expires_at);

CREATE INDEX events_by_kind ON events (kind, at);
