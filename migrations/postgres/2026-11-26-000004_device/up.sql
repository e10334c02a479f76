-- Devices that ask for access (RFC 8628): digests of their codes, and what a person said to them.

CREATE TABLE device_codes (
    digest BYTEA NOT NULL PRIMARY KEY,
    user_code BYTEA NOT NULL,
    client_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    audience TEXT NOT NULL,
    asked_from TEXT NOT NULL,
    interval_seconds BIGINT NOT NULL,
    polled_at BIGINT,
    answer TEXT,
    identity_id TEXT REFERENCES identities (id) ON DELETE CASCADE,
    session_id TEXT,
    auth_time BIGINT,
    acr TEXT,
    amr TEXT,
    answered_at BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    grant_id TEXT
);
CREATE UNIQUE INDEX device_codes_user_code ON device_codes (user_code);
CREATE INDEX device_codes_by_identity ON device_codes (identity_id);
CREATE INDEX device_codes_by_session ON device_codes (session_id);
CREATE INDEX device_codes_by_expiry ON device_codes (expires_at);
