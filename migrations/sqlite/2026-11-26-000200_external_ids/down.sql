DROP INDEX identities_external_id;
ALTER TABLE identities DROP COLUMN external_id;
ALTER TABLE passkeys DROP COLUMN user_handle;
