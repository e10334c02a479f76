ALTER TABLE messages DROP COLUMN destination;
ALTER TABLE messages DROP COLUMN channel;
