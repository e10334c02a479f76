-- Who is expected: the link in the mail is known by its digest only.

CREATE TABLE invitations (
    id TEXT NOT NULL PRIMARY KEY,
    address TEXT NOT NULL,
    canonical TEXT NOT NULL,
    schema_id TEXT NOT NULL,
    traits TEXT NOT NULL,
    client_id TEXT,
    return_to TEXT,
    link_digest BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    accepted_at BIGINT,
    revoked_at BIGINT,
    identity_id TEXT
);
CREATE UNIQUE INDEX invitations_link ON invitations (link_digest);
CREATE INDEX invitations_by_address ON invitations (canonical, created_at);
CREATE INDEX invitations_by_age ON invitations (created_at, id);
CREATE INDEX invitations_by_expiry ON invitations (expires_at);
