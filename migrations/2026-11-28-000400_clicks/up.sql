-- Answered redirects (rule 41). No foreign key: it would cost a third of what can be recorded; links are never deleted.
CREATE TABLE clicks (
    -- the click id that the destination is handed
    id uuid PRIMARY KEY,
    link_id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    -- of network address and browser with the day's salt; nothing leads back (S54)
    visitor bytea NOT NULL,
    -- the same visitor within the same hour, after the first time
    repeated boolean NOT NULL DEFAULT false
);
-- One first click of a visitor in each hour; the others are marked as repeated.
CREATE UNIQUE INDEX clicks_first ON clicks (link_id, visitor, date_trunc('hour', at AT TIME ZONE 'UTC')) WHERE NOT repeated;

-- What is mixed into a visitor's hash on one day.
CREATE TABLE click_salts (
    day date PRIMARY KEY,
    salt bytea NOT NULL CHECK (length(salt) = 32)
);

-- Clicks by day (UTC), written in the transaction of the clicks.
CREATE TABLE click_days (
    link_id uuid NOT NULL,
    day date NOT NULL,
    clicks bigint NOT NULL CHECK (clicks >= 0),
    repeated bigint NOT NULL CHECK (repeated BETWEEN 0 AND clicks),
    PRIMARY KEY (link_id, day)
);
