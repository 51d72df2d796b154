-- The owner offers the team to a member, who accepts or not; until then nothing changes hands.
CREATE TABLE ownership_offers (
    id uuid PRIMARY KEY,
    team_id uuid NOT NULL REFERENCES teams,
    offered_by uuid NOT NULL REFERENCES users,
    member_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    -- accepted, declined, cancelled, expired and made room, or ended with the membership or the team: the audit log says which
    closed_at timestamptz,
    FOREIGN KEY (member_id, team_id) REFERENCES members (id, team_id)
);
CREATE UNIQUE INDEX ownership_offers_one ON ownership_offers (team_id) WHERE closed_at IS NULL;
CREATE INDEX ownership_offers_member ON ownership_offers (member_id);
