-- What the answer to an authorization request is made of, and on which way it comes back.
ALTER TABLE authorization_requests ADD COLUMN response_type TEXT NOT NULL DEFAULT 'code';
ALTER TABLE authorization_requests ADD COLUMN response_mode TEXT NOT NULL DEFAULT 'query';
ALTER TABLE authorization_requests ADD COLUMN claims TEXT;
ALTER TABLE authorization_codes ADD COLUMN claims TEXT;
ALTER TABLE grants ADD COLUMN claims TEXT;
