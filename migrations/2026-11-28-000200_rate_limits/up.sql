-- How often something was done in the window that runs. Nobody can be read from it: the key is an HMAC of what is counted and whose it is.
CREATE TABLE rate_limits (
    key bytea PRIMARY KEY CHECK (length(key) = 32),
    used integer NOT NULL CHECK (used >= 0),
    -- since the last time that was within the limit
    refused integer NOT NULL CHECK (refused >= 0),
    ends_at timestamptz NOT NULL
);
CREATE INDEX rate_limits_ends_at ON rate_limits (ends_at);
