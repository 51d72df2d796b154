ALTER TABLE programs DROP COLUMN links_made_at;
