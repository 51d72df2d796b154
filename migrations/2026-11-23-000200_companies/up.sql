CREATE TABLE companies (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 60),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE staff (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies,
    user_id uuid NOT NULL REFERENCES users,
    role text NOT NULL CHECK (role IN ('administrator', 'manager', 'viewer')),
    joined_at timestamptz NOT NULL DEFAULT now(),
    left_at timestamptz,
    UNIQUE (id, company_id)
);
CREATE UNIQUE INDEX staff_one_place ON staff (company_id, user_id) WHERE left_at IS NULL;
CREATE INDEX staff_user_id ON staff (user_id) WHERE left_at IS NULL;

-- One-time links that found a company.
CREATE TABLE setups (
    id uuid PRIMARY KEY,
    company_name text,
    token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    -- used, or ended by the founding of the first company
    closed_at timestamptz
);
