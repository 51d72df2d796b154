CREATE INDEX enrollments_program_id ON enrollments (program_id) WHERE left_at IS NULL;
DROP INDEX enrollments_walk;
ALTER TABLE programs DROP COLUMN links_made_at;
