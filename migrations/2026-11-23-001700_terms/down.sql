DROP INDEX enrollments_of_program, enrollments_left, enrollments_of_partner, programs_of_company, programs_open;
CREATE INDEX enrollments_program_id ON enrollments (program_id) WHERE left_at IS NULL;
ALTER TABLE terms DROP COLUMN published_by;
