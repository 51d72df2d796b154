-- How often all sessions of a person were ended at once: one that was granted before such a moment does not begin after it.
ALTER TABLE users ADD COLUMN sessions_ended integer NOT NULL DEFAULT 0;
