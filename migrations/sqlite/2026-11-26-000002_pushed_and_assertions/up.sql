-- Authorization requests that clients pushed (RFC 9126), and assertions of clients that were used (RFC 7523). The PostgreSQL
-- twin differs in BLOB/BYTEA only (a test compares them).

CREATE TABLE pushed_requests (
    digest BLOB NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL,
    parameters TEXT NOT NULL,
    request_id TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX pushed_requests_by_expiry ON pushed_requests (expires_at);

CREATE TABLE client_assertions (
    digest BLOB NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX client_assertions_by_expiry ON client_assertions (expires_at);
