DROP TABLE email_changes;
ALTER TABLE sessions DROP COLUMN user_agent, DROP COLUMN id;
