CREATE TABLE outbox (
    id uuid PRIMARY KEY,
    company_id uuid REFERENCES companies,
    -- the Message-ID header, fixed when queued: a second copy can be recognised
    message_id text NOT NULL UNIQUE,
    recipient text NOT NULL,
    sender_name text NOT NULL,
    reply_to text,
    subject text NOT NULL,
    -- bodies hold the marker {{link}} where the link belongs; it is filled in while sending, so that no token is stored
    text text NOT NULL,
    html text NOT NULL,
    link_purpose text,
    link_id uuid,
    link_generation integer,
    link_hash bytea,
    status text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'sent', 'refused')),
    attempts integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    next_at timestamptz NOT NULL DEFAULT now(),
    give_up_at timestamptz NOT NULL DEFAULT now() + interval '4 days',
    lease_id uuid,
    lease_until timestamptz,
    sent_at timestamptz,
    refused_at timestamptz,
    last_error text NOT NULL DEFAULT '',
    CHECK ((link_purpose IS NULL) = (link_id IS NULL) AND (link_id IS NULL) = (link_generation IS NULL) AND (link_id IS NULL) = (link_hash IS NULL))
);
CREATE INDEX outbox_queued ON outbox (next_at) WHERE status = 'queued';
CREATE INDEX outbox_link_id ON outbox (link_id);

CREATE TABLE audit (
    id uuid PRIMARY KEY,
    company_id uuid REFERENCES companies,
    team_id uuid REFERENCES teams,
    -- NULL where the program itself acts
    user_id uuid REFERENCES users,
    role text,
    action text NOT NULL,
    target_id uuid,
    before jsonb,
    after jsonb,
    request_id uuid,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_company ON audit (company_id, at DESC, id DESC) WHERE company_id IS NOT NULL;
CREATE INDEX audit_team ON audit (team_id, at DESC, id DESC) WHERE team_id IS NOT NULL;
CREATE INDEX audit_target ON audit (target_id, at);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit lines are never changed' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
