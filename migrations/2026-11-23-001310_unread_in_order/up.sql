-- What is new to a person, newest first: a page of it is read without looking at the rest, however much there is.
DROP INDEX conversation_reads_unread;
CREATE INDEX conversation_reads_unread ON conversation_reads (user_id, unread_at DESC, conversation_id DESC) WHERE unread_at IS NOT NULL;
