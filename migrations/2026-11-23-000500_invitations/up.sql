CREATE TABLE invitations (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('program', 'member')),
    -- the company that asks; NULL where a team asks for itself
    company_id uuid REFERENCES companies,
    -- member: the team they are asked into (NULL while listed on a parent); program: the team that accepted
    team_id uuid REFERENCES teams,
    program_id uuid,
    -- people listed for a new team: the program invitation they wait for
    parent_id uuid REFERENCES invitations,
    -- program: the team it was put to by someone who may not accept it
    put_to_team_id uuid REFERENCES teams,
    put_by uuid REFERENCES users,
    put_at timestamptz,
    email text NOT NULL CHECK (email = lower(email) AND length(email) BETWEEN 3 AND 254),
    name text NOT NULL DEFAULT '' CHECK (length(name) <= 100),
    team_name text NOT NULL DEFAULT '' CHECK (length(team_name) <= 100),
    -- name, address and team_name, folded in Rust as in users.search
    search text NOT NULL DEFAULT '',
    role text CHECK (role IN ('admin', 'member', 'finance')),
    asked_by uuid NOT NULL REFERENCES users,
    approved_by uuid REFERENCES users,
    status text NOT NULL CHECK (status IN ('waiting', 'sent', 'accepted', 'declined', 'rejected', 'revoked')),
    -- raised by each sending; the link is made from it
    generation integer NOT NULL DEFAULT 0 CHECK (generation >= 0),
    token_hash bytea UNIQUE CHECK (length(token_hash) = 32),
    subject text NOT NULL DEFAULT '' CHECK (length(subject) <= 200),
    message text NOT NULL DEFAULT '' CHECK (length(message) <= 2000),
    reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 500),
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    expires_at timestamptz NOT NULL,
    reminded_at timestamptz,
    renewal_asked_at timestamptz,
    answered_at timestamptz,
    answered_by uuid REFERENCES users,
    FOREIGN KEY (program_id, company_id) REFERENCES programs (id, company_id),
    FOREIGN KEY (company_id, team_id) REFERENCES partners (company_id, team_id),
    CONSTRAINT invitations_program CHECK (kind <> 'program' OR (company_id IS NOT NULL AND program_id IS NOT NULL AND role IS NULL AND parent_id IS NULL AND team_name <> '')),
    CONSTRAINT invitations_member CHECK (kind <> 'member' OR (role IS NOT NULL AND (team_id IS NOT NULL OR parent_id IS NOT NULL) AND program_id IS NULL AND put_to_team_id IS NULL)),
    CONSTRAINT invitations_sent CHECK (status <> 'sent' OR (token_hash IS NOT NULL AND sent_at IS NOT NULL)),
    CONSTRAINT invitations_waiting CHECK (status <> 'waiting' OR token_hash IS NULL),
    CONSTRAINT invitations_put CHECK ((put_to_team_id IS NULL) = (put_by IS NULL) AND (put_by IS NULL) = (put_at IS NULL))
);
-- one living invitation of each kind
CREATE UNIQUE INDEX invitations_living_program ON invitations (company_id, program_id, email) WHERE kind = 'program' AND status IN ('waiting', 'sent');
CREATE UNIQUE INDEX invitations_living_company ON invitations (team_id, company_id, email) WHERE kind = 'member' AND company_id IS NOT NULL AND team_id IS NOT NULL AND status IN ('waiting', 'sent');
CREATE UNIQUE INDEX invitations_living_team ON invitations (team_id, email) WHERE kind = 'member' AND company_id IS NULL AND status IN ('waiting', 'sent');
CREATE UNIQUE INDEX invitations_living_listed ON invitations (parent_id, email) WHERE parent_id IS NOT NULL AND status IN ('waiting', 'sent');
CREATE INDEX invitations_list ON invitations (company_id, created_at DESC, id DESC);
CREATE INDEX invitations_search ON invitations USING gin (search gin_trgm_ops);
CREATE INDEX invitations_team ON invitations (team_id, status);
CREATE INDEX invitations_put_to ON invitations (put_to_team_id) WHERE status = 'sent';
CREATE INDEX invitations_parent ON invitations (parent_id) WHERE parent_id IS NOT NULL;
