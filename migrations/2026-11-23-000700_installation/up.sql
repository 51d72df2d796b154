-- One row about the installation itself. A demo's database is marked, so that `serve` never takes it for a real one, nor `demo` the other.
CREATE TABLE installation (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    is_demo boolean NOT NULL DEFAULT false,
    -- when the demo's data were complete
    seeded_at timestamptz
);
INSERT INTO installation DEFAULT VALUES;
