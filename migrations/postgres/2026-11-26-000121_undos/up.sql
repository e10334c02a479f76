-- What a person may take back for a week by a mailed link: another address, and the deletion of the account, which happens
-- when its row expires. The index is for the off-switch.

CREATE TABLE undos (
    id TEXT NOT NULL PRIMARY KEY,
    digest BYTEA NOT NULL,
    identity_id TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE UNIQUE INDEX undos_digest ON undos (digest);
CREATE INDEX undos_by_identity ON undos (identity_id);
CREATE INDEX undos_by_kind ON undos (kind, expires_at);

CREATE INDEX authorization_requests_by_consent ON authorization_requests (consented_by);
