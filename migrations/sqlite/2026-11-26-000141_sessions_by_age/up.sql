-- All sessions, in pages, the newest first.
CREATE INDEX sessions_by_age ON sessions (created_at, id);
