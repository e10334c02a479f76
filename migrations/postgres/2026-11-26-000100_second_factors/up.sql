-- Second factors. The secret of an authenticator app is a credential of the kind 'totp', sealed; last_step is the last
-- step of time whose code was taken, so that none is taken twice (RFC 6238 5.2).
ALTER TABLE credentials ADD COLUMN last_step BIGINT;

-- What somebody is about to set up, sealed: the secret of an app before its first code, and backup codes until they are
-- kept. One of a kind for each person, and for half an hour.
CREATE TABLE factor_setups (
    identity_id TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    session_id TEXT NOT NULL,
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (identity_id, kind)
);
CREATE INDEX factor_setups_by_expiry ON factor_setups (expires_at);

-- Keyed digests of backup codes. A new set takes the place of the old one.
CREATE TABLE backup_codes (
    digest BYTEA NOT NULL PRIMARY KEY,
    identity_id TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX backup_codes_by_identity ON backup_codes (identity_id);

-- Browsers that spare their person the second step for a while.
CREATE TABLE trusted_devices (
    id TEXT NOT NULL PRIMARY KEY,
    identity_id TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    browser BYTEA NOT NULL,
    user_agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX trusted_devices_of_browser ON trusted_devices (identity_id, browser);
CREATE INDEX trusted_devices_by_expiry ON trusted_devices (expires_at);
