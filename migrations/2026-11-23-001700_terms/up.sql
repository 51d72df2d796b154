-- Who published a version; NULL for what stood there before, and where the program itself acts.
ALTER TABLE terms ADD COLUMN published_by uuid REFERENCES users;

-- The teams of a program, newest first; those that have left it, the last first; a partner's places, left ones too.
CREATE INDEX enrollments_of_program ON enrollments (program_id, joined_at DESC, id DESC) WHERE left_at IS NULL;
CREATE INDEX enrollments_left ON enrollments (program_id, left_at DESC, id DESC) WHERE left_at IS NOT NULL;
CREATE INDEX enrollments_of_partner ON enrollments (partner_id, joined_at DESC, id DESC);
DROP INDEX enrollments_program_id;
-- A company's programs, and those that any team may join, newest first.
CREATE INDEX programs_of_company ON programs (company_id, created_at DESC, id DESC);
CREATE INDEX programs_open ON programs (created_at DESC, id DESC) WHERE open;
