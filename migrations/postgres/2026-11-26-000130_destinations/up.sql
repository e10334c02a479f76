-- By which way a message goes, and what shares its fate: no destination delays another.

ALTER TABLE messages ADD COLUMN channel TEXT NOT NULL DEFAULT 'email';
ALTER TABLE messages ADD COLUMN destination TEXT NOT NULL DEFAULT '';
