DROP INDEX signing_keys_by_use;
DELETE FROM signing_keys WHERE private_key = '';
ALTER TABLE signing_keys DROP COLUMN published_until;
ALTER TABLE signing_keys DROP COLUMN token_life;
ALTER TABLE signing_keys DROP COLUMN activates_at;
ALTER TABLE signing_keys DROP COLUMN public_key;
ALTER TABLE signing_keys DROP COLUMN state;
