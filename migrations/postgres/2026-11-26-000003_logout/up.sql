-- Sign-out that ends everything: which clients take part in a session, and what they are still to be told of its end.

CREATE TABLE session_clients (
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    PRIMARY KEY (session_id, client_id)
);

-- No reference to identity or session: the news of an end outlives both.
CREATE TABLE logout_notices (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL,
    identity_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    last_error TEXT,
    due_at BIGINT NOT NULL,
    lease_owner TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX logout_notices_due ON logout_notices (due_at);
CREATE INDEX logout_notices_by_expiry ON logout_notices (expires_at);
