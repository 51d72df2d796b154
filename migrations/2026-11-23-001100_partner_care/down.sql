DROP TABLE notes, partner_tags, tags;
ALTER TABLE partners DROP COLUMN assigned_to;
