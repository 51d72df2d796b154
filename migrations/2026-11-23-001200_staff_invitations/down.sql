DELETE FROM invitations WHERE kind = 'staff';
DROP INDEX invitations_living_staff;
ALTER TABLE invitations DROP CONSTRAINT invitations_staff;
ALTER TABLE invitations DROP COLUMN staff_role;
ALTER TABLE invitations DROP CONSTRAINT invitations_kind_check;
ALTER TABLE invitations ADD CONSTRAINT invitations_kind_check CHECK (kind IN ('program', 'member'));
