ALTER TABLE grants DROP COLUMN claims;
ALTER TABLE authorization_codes DROP COLUMN claims;
ALTER TABLE authorization_requests DROP COLUMN claims;
ALTER TABLE authorization_requests DROP COLUMN response_mode;
ALTER TABLE authorization_requests DROP COLUMN response_type;
