-- Sensitive changes that wait until their person has shown again who they are: what was typed, sealed.

CREATE TABLE parked_changes (
    id TEXT NOT NULL PRIMARY KEY,
    identity_id TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    session_id TEXT NOT NULL,
    browser BLOB NOT NULL,
    path TEXT NOT NULL,
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX parked_changes_by_identity ON parked_changes (identity_id);
CREATE INDEX parked_changes_by_expiry ON parked_changes (expires_at);
