-- The ground: every table of the first release. The PostgreSQL twin differs in BLOB/BYTEA only (a test compares them).
-- Instants are microseconds since 1970 (UTC); ids are UUID texts; digests are SHA-256 or HMAC bytes; sealed texts name their key.

CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE identities (
    id TEXT NOT NULL PRIMARY KEY,
    schema_id TEXT NOT NULL,
    traits TEXT NOT NULL,
    state TEXT NOT NULL,
    state_changed_at BIGINT NOT NULL,
    metadata_public TEXT,
    metadata_admin TEXT,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX identities_by_age ON identities (created_at, id);

CREATE TABLE addresses (
    id TEXT NOT NULL PRIMARY KEY,
    identity_id TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    via TEXT NOT NULL,
    value TEXT NOT NULL,
    canonical TEXT NOT NULL,
    verified_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX addresses_canonical ON addresses (canonical);
CREATE INDEX addresses_by_identity ON addresses (identity_id);

CREATE TABLE credentials (
    id TEXT NOT NULL PRIMARY KEY,
    identity_id TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX credentials_of_kind ON credentials (identity_id, kind);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    token_digest BLOB NOT NULL,
    identity_id TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    browser BLOB NOT NULL,
    aal TEXT NOT NULL,
    amr TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    peer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    authenticated_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    idle_expires_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE UNIQUE INDEX sessions_token ON sessions (token_digest);
CREATE INDEX sessions_by_identity ON sessions (identity_id, created_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE authorization_requests (
    id TEXT NOT NULL PRIMARY KEY,
    browser BLOB,
    client_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    redirect_uri_given BOOLEAN NOT NULL,
    scope TEXT NOT NULL,
    state TEXT,
    nonce TEXT,
    code_challenge TEXT,
    prompt TEXT NOT NULL,
    max_age BIGINT,
    login_hint TEXT,
    ui_locales TEXT,
    acr_values TEXT,
    hinted_subject TEXT,
    audience TEXT NOT NULL,
    authenticated_at BIGINT,
    chosen_at BIGINT,
    consented_by TEXT,
    consented_scope TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    answered_at BIGINT,
    answer TEXT
);
CREATE INDEX authorization_requests_by_expiry ON authorization_requests (expires_at);

CREATE TABLE flows (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    browser BLOB,
    request_id TEXT REFERENCES authorization_requests (id) ON DELETE SET NULL,
    client_id TEXT,
    return_to TEXT,
    identity_id TEXT,
    state TEXT NOT NULL,
    notices TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    posted_at BIGINT,
    expires_at BIGINT NOT NULL,
    completed_at BIGINT
);
CREATE INDEX flows_by_expiry ON flows (expires_at);
CREATE INDEX flows_by_request ON flows (request_id);
CREATE INDEX flows_by_identity ON flows (identity_id);

CREATE TABLE one_time_codes (
    id TEXT NOT NULL PRIMARY KEY,
    flow_id TEXT NOT NULL REFERENCES flows (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    identity_id TEXT,
    address TEXT NOT NULL,
    digest BLOB NOT NULL,
    link_digest BLOB NOT NULL,
    tries BIGINT NOT NULL,
    asked_from TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    superseded_at BIGINT,
    disowned_at BIGINT
);
CREATE UNIQUE INDEX one_time_codes_link ON one_time_codes (link_digest);
CREATE INDEX one_time_codes_by_flow ON one_time_codes (flow_id, created_at);
CREATE INDEX one_time_codes_by_address ON one_time_codes (address, created_at);
CREATE INDEX one_time_codes_by_identity ON one_time_codes (identity_id);
CREATE INDEX one_time_codes_by_expiry ON one_time_codes (expires_at);

CREATE TABLE consents (
    identity_id TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (identity_id, client_id)
);

CREATE TABLE grants (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL,
    identity_id TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    session_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    audience TEXT NOT NULL,
    offline BOOLEAN NOT NULL,
    auth_time BIGINT NOT NULL,
    acr TEXT NOT NULL,
    amr TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    end_reason TEXT
);
CREATE INDEX grants_by_identity ON grants (identity_id);
CREATE INDEX grants_by_session ON grants (session_id);
CREATE INDEX grants_by_expiry ON grants (expires_at);

CREATE TABLE authorization_codes (
    digest BLOB NOT NULL PRIMARY KEY,
    request_id TEXT,
    client_id TEXT NOT NULL,
    identity_id TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    session_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    redirect_uri_given BOOLEAN NOT NULL,
    scope TEXT NOT NULL,
    audience TEXT NOT NULL,
    nonce TEXT,
    code_challenge TEXT,
    auth_time BIGINT NOT NULL,
    acr TEXT NOT NULL,
    amr TEXT NOT NULL,
    with_auth_time BOOLEAN NOT NULL,
    tries BIGINT NOT NULL,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    grant_id TEXT
);
CREATE INDEX authorization_codes_by_session ON authorization_codes (session_id, client_id, created_at);
CREATE INDEX authorization_codes_by_identity ON authorization_codes (identity_id);
CREATE INDEX authorization_codes_by_expiry ON authorization_codes (expires_at);

CREATE TABLE refresh_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    digest BLOB NOT NULL,
    grant_id TEXT NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
    generation BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE UNIQUE INDEX refresh_tokens_digest ON refresh_tokens (digest);
CREATE INDEX refresh_tokens_by_grant ON refresh_tokens (grant_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);

CREATE TABLE access_tokens (
    digest BLOB NOT NULL PRIMARY KEY,
    grant_id TEXT REFERENCES grants (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    identity_id TEXT,
    scope TEXT NOT NULL,
    audience TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX access_tokens_by_grant ON access_tokens (grant_id);
CREATE INDEX access_tokens_by_expiry ON access_tokens (expires_at);

CREATE TABLE revoked_tokens (
    jti TEXT NOT NULL PRIMARY KEY,
    revoked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (expires_at);

CREATE TABLE messages (
    id TEXT NOT NULL PRIMARY KEY,
    template_type TEXT NOT NULL,
    recipient TEXT NOT NULL,
    identity_id TEXT,
    locale TEXT NOT NULL,
    data TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    last_error TEXT,
    next_attempt_at BIGINT NOT NULL,
    lease_until BIGINT,
    lease_owner TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    sent_at BIGINT
);
CREATE INDEX messages_due ON messages (status, next_attempt_at);
CREATE INDEX messages_by_age ON messages (created_at, id);
CREATE INDEX messages_by_expiry ON messages (expires_at);

CREATE TABLE events (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    origin TEXT NOT NULL,
    identity_id TEXT,
    session_id TEXT,
    client_id TEXT,
    request_id TEXT,
    peer TEXT,
    data TEXT NOT NULL
);
CREATE INDEX events_by_identity ON events (identity_id, at);
CREATE INDEX events_by_age ON events (at);

CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    algorithm TEXT NOT NULL,
    private_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT
);

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    digest BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    last_used_at BIGINT
);
CREATE UNIQUE INDEX api_keys_digest ON api_keys (digest);

CREATE TABLE throttles (
    subject BLOB NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX throttles_by_expiry ON throttles (expires_at);
