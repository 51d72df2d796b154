DROP INDEX members_user_id;
CREATE INDEX members_user_id ON members (user_id) WHERE left_at IS NULL;
DROP INDEX outbox_recipient;
DROP TABLE conversation_reads, messages, conversations;
ALTER TABLE partners DROP CONSTRAINT partners_meeting;
