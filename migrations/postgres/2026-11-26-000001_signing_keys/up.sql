-- The life of a signing key: published before it signs ('next'), signing ('active'), and published for as long as its
-- tokens live ('retired'). A retired key has its public part only: its private_key is empty.
ALTER TABLE signing_keys ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
ALTER TABLE signing_keys ADD COLUMN public_key TEXT NOT NULL DEFAULT '';
ALTER TABLE signing_keys ADD COLUMN activates_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE signing_keys ADD COLUMN token_life BIGINT NOT NULL DEFAULT 0;
ALTER TABLE signing_keys ADD COLUMN published_until BIGINT;

-- What is there already signs: the newest key of each algorithm.
UPDATE signing_keys SET activates_at = created_at;
UPDATE signing_keys SET state = 'retired', private_key = '', retired_at = created_at, published_until = created_at
WHERE retired_at IS NOT NULL OR EXISTS (
    SELECT 1 FROM signing_keys newer
    WHERE newer.algorithm = signing_keys.algorithm AND newer.retired_at IS NULL
    AND (newer.created_at > signing_keys.created_at
        OR (newer.created_at = signing_keys.created_at AND newer.kid < signing_keys.kid))
);

CREATE UNIQUE INDEX signing_keys_by_use ON signing_keys (algorithm, state) WHERE state IN ('next', 'active');
