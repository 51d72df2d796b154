ALTER TABLE companies DROP COLUMN requires_two_step;
ALTER TABLE teams DROP COLUMN requires_two_step;
DROP TABLE second_steps, recovery_codes, authenticators;
ALTER TABLE users DROP COLUMN two_step_at;
