-- Passkeys and security keys (WebAuthn): public keys, and what their authenticators said when they were made. And the
-- challenges that wait for an answer.

CREATE TABLE passkeys (
    id TEXT NOT NULL PRIMARY KEY,
    identity_id TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    credential_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    public_key BYTEA NOT NULL,
    sign_count BIGINT NOT NULL,
    backup_eligible BOOLEAN NOT NULL,
    backed_up BOOLEAN NOT NULL,
    aaguid TEXT NOT NULL,
    transports TEXT NOT NULL,
    mac BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE UNIQUE INDEX passkeys_credential ON passkeys (credential_id);
CREATE INDEX passkeys_by_identity ON passkeys (identity_id, created_at);

CREATE TABLE webauthn_challenges (
    digest BYTEA NOT NULL PRIMARY KEY,
    ceremony TEXT NOT NULL,
    subject TEXT NOT NULL,
    browser BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX webauthn_challenges_by_expiry ON webauthn_challenges (expires_at);
