-- The installation's own tables: people with a login, and their sessions.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL UNIQUE CHECK (email = lower(email) AND length(email) BETWEEN 3 AND 254),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    -- name and address, folded in Rust (lower case, no accents): `unaccent` is not immutable and cannot be indexed
    search text NOT NULL,
    password_hash text,
    email_verified_at timestamptz,
    time_zone text NOT NULL DEFAULT 'UTC',
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX users_search ON users USING gin (search gin_trgm_ops);

CREATE TABLE sessions (
    -- SHA-256 of the id in the cookie
    id_hash bytea PRIMARY KEY CHECK (length(id_hash) = 32),
    user_id uuid REFERENCES users ON DELETE CASCADE,
    state jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

CREATE TABLE password_resets (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    closed_at timestamptz
);
CREATE UNIQUE INDEX password_resets_one_open ON password_resets (user_id) WHERE closed_at IS NULL;
