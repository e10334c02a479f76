-- What identities are found by, kept in the transaction that changes them. Values and words are bytes, so that both
-- databases order them alike.

CREATE TABLE trait_index (
    identity_id TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    value BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (identity_id, path, value)
);
CREATE INDEX trait_index_by_value ON trait_index (path, value, created_at, identity_id);

CREATE TABLE search_words (
    identity_id TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    word BYTEA NOT NULL,
    PRIMARY KEY (identity_id, word)
);
CREATE INDEX search_words_by_word ON search_words (word, identity_id);

CREATE INDEX identities_by_state ON identities (state, created_at, id);
CREATE INDEX identities_by_schema ON identities (schema_id, created_at, id);
