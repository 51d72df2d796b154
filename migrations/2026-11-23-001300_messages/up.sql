-- What a company and a partner write to each other.
ALTER TABLE partners ADD CONSTRAINT partners_meeting UNIQUE (id, company_id, team_id);

CREATE TABLE conversations (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    team_id uuid NOT NULL,
    -- the one member of a direct conversation; NULL for the group
    member_id uuid,
    last_message_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (partner_id, company_id, team_id) REFERENCES partners (id, company_id, team_id),
    FOREIGN KEY (member_id, team_id) REFERENCES members (id, team_id),
    -- the group conversation of a partner has the partner's own id: it can be named before anybody has written, and there is only one
    CONSTRAINT conversations_group CHECK ((member_id IS NULL) = (id = partner_id))
);
CREATE UNIQUE INDEX conversations_direct ON conversations (partner_id, member_id) WHERE member_id IS NOT NULL;
CREATE INDEX conversations_inbox ON conversations (company_id, last_message_at DESC, id DESC);
CREATE INDEX conversations_team ON conversations (team_id, member_id);

CREATE TABLE messages (
    -- made when the form was shown, so that a second sending of it is the same message
    id uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations,
    user_id uuid NOT NULL REFERENCES users,
    from_company boolean NOT NULL,
    body text NOT NULL CHECK (length(body) BETWEEN 1 AND 10000),
    -- folded in Rust as in users.search
    search text NOT NULL,
    sent_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX messages_conversation ON messages (conversation_id, sent_at DESC, id DESC);
CREATE INDEX messages_search ON messages USING gin (search gin_trgm_ops);

-- What a person has read of a conversation, and whether something in it is new to them. Who has no row has nothing new there: a new
-- colleague does not begin with all that was ever written.
CREATE TABLE conversation_reads (
    conversation_id uuid NOT NULL REFERENCES conversations,
    user_id uuid NOT NULL REFERENCES users,
    -- the time of the newest message they have seen
    read_at timestamptz,
    -- the time of the newest message they have not; NULL where there is none
    unread_at timestamptz,
    PRIMARY KEY (conversation_id, user_id)
);
CREATE INDEX conversation_reads_unread ON conversation_reads (user_id) WHERE unread_at IS NOT NULL;

-- Whether mail reaches a person is asked where they are shown.
CREATE INDEX outbox_recipient ON outbox (recipient, created_at DESC);

-- Who has left a team is found by name too, in the conversation that was their own.
DROP INDEX members_user_id;
CREATE INDEX members_user_id ON members (user_id);
