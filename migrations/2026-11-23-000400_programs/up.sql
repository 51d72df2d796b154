CREATE TABLE programs (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    description text NOT NULL DEFAULT '' CHECK (length(description) <= 2000),
    destination text NOT NULL CHECK (destination ~ '^https?://' AND length(destination) <= 2000),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- any team of the installation may join at once; otherwise by invitation
    open boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (id, company_id)
);
CREATE UNIQUE INDEX programs_name ON programs (company_id, lower(name));

CREATE TABLE terms (
    id uuid PRIMARY KEY,
    program_id uuid NOT NULL REFERENCES programs,
    number integer NOT NULL CHECK (number > 0),
    body text NOT NULL CHECK (length(body) BETWEEN 1 AND 1000000),
    published_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (program_id, number)
);

-- A team as one company sees it: the one place where a company and a team meet.
CREATE TABLE partners (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies,
    team_id uuid NOT NULL REFERENCES teams,
    joined_at timestamptz NOT NULL DEFAULT now(),
    archived_at timestamptz,
    ended_at timestamptz,
    UNIQUE (company_id, team_id),
    UNIQUE (id, company_id)
);
CREATE INDEX partners_list ON partners (company_id, joined_at DESC, id DESC) WHERE archived_at IS NULL AND ended_at IS NULL;
CREATE INDEX partners_team_id ON partners (team_id);

CREATE TABLE enrollments (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    program_id uuid NOT NULL,
    joined_at timestamptz NOT NULL DEFAULT now(),
    left_at timestamptz,
    FOREIGN KEY (partner_id, company_id) REFERENCES partners (id, company_id),
    FOREIGN KEY (program_id, company_id) REFERENCES programs (id, company_id)
);
CREATE UNIQUE INDEX enrollments_one_place ON enrollments (partner_id, program_id) WHERE left_at IS NULL;
CREATE INDEX enrollments_program_id ON enrollments (program_id) WHERE left_at IS NULL;

CREATE TABLE acceptances (
    terms_id uuid NOT NULL REFERENCES terms,
    partner_id uuid NOT NULL REFERENCES partners,
    user_id uuid NOT NULL REFERENCES users,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (terms_id, partner_id)
);
CREATE INDEX acceptances_partner_id ON acceptances (partner_id);
