DROP INDEX authorization_requests_by_consent;
DROP TABLE undos;
