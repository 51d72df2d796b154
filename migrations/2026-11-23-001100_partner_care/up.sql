-- What only the company's staff see of a partner: who it is assigned to, tags, notes.
ALTER TABLE partners ADD COLUMN assigned_to uuid;
ALTER TABLE partners ADD FOREIGN KEY (assigned_to, company_id) REFERENCES staff (id, company_id);
CREATE INDEX partners_assigned_to ON partners (assigned_to) WHERE assigned_to IS NOT NULL;

CREATE TABLE tags (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    UNIQUE (id, company_id)
);
CREATE UNIQUE INDEX tags_name ON tags (company_id, lower(name));

CREATE TABLE partner_tags (
    company_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    tag_id uuid NOT NULL,
    PRIMARY KEY (partner_id, tag_id),
    FOREIGN KEY (partner_id, company_id) REFERENCES partners (id, company_id),
    FOREIGN KEY (tag_id, company_id) REFERENCES tags (id, company_id)
);
CREATE INDEX partner_tags_tag ON partner_tags (tag_id);

CREATE TABLE notes (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    user_id uuid NOT NULL REFERENCES users,
    body text NOT NULL CHECK (length(body) BETWEEN 1 AND 2000),
    at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (partner_id, company_id) REFERENCES partners (id, company_id)
);
CREATE INDEX notes_partner ON notes (partner_id, at DESC);
