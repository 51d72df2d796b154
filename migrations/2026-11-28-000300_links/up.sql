-- The hosts that a company's links may lead to, lower case, without a port (S53). Where its programs led so far is among them.
CREATE TABLE link_hosts (
    company_id uuid NOT NULL REFERENCES companies,
    host text NOT NULL CHECK (host = lower(host) AND length(host) BETWEEN 1 AND 253),
    added_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (company_id, host)
);
INSERT INTO link_hosts (company_id, host)
    SELECT DISTINCT company_id, lower(substring(destination from '^https?://([^/:?#]+)')) FROM programs
    WHERE substring(destination from '^https?://([^/:?#]+)') IS NOT NULL;

-- Whether members may choose the text of their links themselves (rule 40).
ALTER TABLE programs ADD COLUMN custom_link_text boolean NOT NULL DEFAULT true;

-- Where links of a program lead besides its own destination: default ones, two at most, have a link of every member; secondary ones are
-- switched on by members.
CREATE TABLE destinations (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    program_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('default', 'secondary')),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    url text NOT NULL CHECK (url ~ '^https?://' AND length(url) <= 2000),
    created_at timestamptz NOT NULL DEFAULT now(),
    -- no new links lead there; those that do, go on
    retired_at timestamptz,
    FOREIGN KEY (program_id, company_id) REFERENCES programs (id, company_id),
    UNIQUE (id, program_id)
);
CREATE INDEX destinations_of_program ON destinations (program_id, created_at, id);

CREATE TABLE links (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    team_id uuid NOT NULL,
    member_id uuid NOT NULL,
    program_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('default', 'individual', 'secondary')),
    -- NULL: the program's own destination, or the link's own
    destination_id uuid,
    -- of an individual link, that leads where no other does
    url text CHECK (url ~ '^https?://' AND length(url) <= 2000),
    -- as it is written now; what it was called before stands in link_texts and works on
    text text NOT NULL CHECK (text ~ '^[A-Za-z0-9-]{3,64}$'),
    created_at timestamptz NOT NULL DEFAULT now(),
    -- who made it, where that was a person's wish
    created_by uuid REFERENCES users,
    FOREIGN KEY (partner_id, company_id, team_id) REFERENCES partners (id, company_id, team_id),
    FOREIGN KEY (member_id, team_id) REFERENCES members (id, team_id),
    FOREIGN KEY (program_id, company_id) REFERENCES programs (id, company_id),
    FOREIGN KEY (destination_id, program_id) REFERENCES destinations (id, program_id),
    CHECK (url IS NULL OR kind = 'individual'),
    CHECK (kind <> 'secondary' OR destination_id IS NOT NULL),
    UNIQUE (id, company_id)
);
-- One default or secondary link of a member to each destination.
CREATE UNIQUE INDEX links_one_each ON links (member_id, program_id, destination_id) NULLS NOT DISTINCT WHERE kind <> 'individual';
CREATE INDEX links_of_partner ON links (partner_id, member_id, created_at, id);
CREATE INDEX links_of_member ON links (member_id, created_at, id);
CREATE INDEX links_of_program ON links (program_id, destination_id);

-- Every text that a link has or had, lower case: unique on the installation, never given again (rule 40). What is answered is read here.
CREATE TABLE link_texts (
    text text PRIMARY KEY CHECK (text = lower(text)),
    link_id uuid NOT NULL REFERENCES links,
    made_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX link_texts_of_link ON link_texts (link_id);
-- Links are found by any part of their text (rule 5).
CREATE INDEX link_texts_search ON link_texts USING gin (text gin_trgm_ops);
