DROP INDEX conversation_reads_unread;
CREATE INDEX conversation_reads_unread ON conversation_reads (user_id) WHERE unread_at IS NOT NULL;
