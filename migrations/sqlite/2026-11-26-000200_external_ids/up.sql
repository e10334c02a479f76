-- What another system calls an identity; no two have the same.
ALTER TABLE identities ADD COLUMN external_id TEXT;
CREATE UNIQUE INDEX identities_external_id ON identities (external_id);

-- What the authenticator of an imported passkey knows its person by, if that is not the id of the identity.
ALTER TABLE passkeys ADD COLUMN user_handle BLOB;
