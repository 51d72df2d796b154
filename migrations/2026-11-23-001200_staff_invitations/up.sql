ALTER TABLE invitations DROP CONSTRAINT invitations_kind_check;
ALTER TABLE invitations ADD CONSTRAINT invitations_kind_check CHECK (kind IN ('program', 'member', 'staff'));
-- staff: as what they are asked into the company
ALTER TABLE invitations ADD COLUMN staff_role text CHECK (staff_role IN ('administrator', 'manager', 'viewer'));
ALTER TABLE invitations ADD CONSTRAINT invitations_staff CHECK ((kind = 'staff') = (staff_role IS NOT NULL) AND (kind <> 'staff' OR (company_id IS NOT NULL AND team_id IS NULL AND program_id IS NULL AND parent_id IS NULL AND put_to_team_id IS NULL AND role IS NULL AND status <> 'waiting')));
CREATE UNIQUE INDEX invitations_living_staff ON invitations (company_id, email) WHERE kind = 'staff' AND status IN ('waiting', 'sent');
