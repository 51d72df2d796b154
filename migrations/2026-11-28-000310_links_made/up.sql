-- Since when every present member of the program's teams has a link to each of its default destinations. NULL: some may lack theirs, and
-- upkeep makes them; so it is for every program that was there before links were.
ALTER TABLE programs ADD COLUMN links_made_at timestamptz;
ALTER TABLE programs ALTER COLUMN links_made_at SET DEFAULT now();
CREATE INDEX programs_links_due ON programs (id) WHERE links_made_at IS NULL;
