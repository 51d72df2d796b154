ALTER TABLE teams DROP COLUMN switches;
