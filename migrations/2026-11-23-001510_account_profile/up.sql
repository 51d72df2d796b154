-- What a person sees of their own sessions: a name for each that opens nothing, and what it was begun with.
ALTER TABLE sessions ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE;
ALTER TABLE sessions ADD COLUMN user_agent text NOT NULL DEFAULT '' CHECK (length(user_agent) <= 300);

-- A new address counts once its link is followed; the old one can undo that for 72 hours.
CREATE TABLE email_changes (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    old_email text NOT NULL CHECK (old_email = lower(old_email) AND length(old_email) BETWEEN 3 AND 254),
    new_email text NOT NULL CHECK (new_email = lower(new_email) AND length(new_email) BETWEEN 3 AND 254),
    -- of the link that is mailed to the new address
    token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    -- of the link that is mailed to the old address once the change is made
    undo_hash bytea NOT NULL UNIQUE CHECK (length(undo_hash) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    changed_at timestamptz,
    undo_until timestamptz,
    -- replaced by a newer one, given up, or undone
    closed_at timestamptz,
    CHECK ((changed_at IS NULL) = (undo_until IS NULL))
);
CREATE UNIQUE INDEX email_changes_one_open ON email_changes (user_id) WHERE changed_at IS NULL AND closed_at IS NULL;
CREATE INDEX email_changes_user ON email_changes (user_id, id);
