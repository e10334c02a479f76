-- Browsers in which somebody has signed in before: what strangers guess does not lock them out.

CREATE TABLE known_browsers (
    identity_id TEXT NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    browser BLOB NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (identity_id, browser)
);
CREATE INDEX known_browsers_by_expiry ON known_browsers (expires_at);
