CREATE TABLE teams (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 60 AND slug <> 'new'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    search text NOT NULL,
    -- exactly one owner, by structure: a member row never says "owner"
    owner_id uuid NOT NULL REFERENCES users,
    member_count integer NOT NULL DEFAULT 0 CHECK (member_count >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz
);
CREATE INDEX teams_search ON teams USING gin (search gin_trgm_ops);
CREATE INDEX teams_owner_id ON teams (owner_id);

CREATE TABLE members (
    id uuid PRIMARY KEY,
    team_id uuid NOT NULL REFERENCES teams,
    user_id uuid NOT NULL REFERENCES users,
    role text NOT NULL CHECK (role IN ('admin', 'member', 'finance')),
    joined_at timestamptz NOT NULL DEFAULT now(),
    last_active_at timestamptz,
    left_at timestamptz,
    UNIQUE (id, team_id)
);
CREATE UNIQUE INDEX members_one_place ON members (team_id, user_id) WHERE left_at IS NULL;
CREATE INDEX members_user_id ON members (user_id) WHERE left_at IS NULL;
