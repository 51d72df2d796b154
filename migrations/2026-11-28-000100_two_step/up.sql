-- Two-step sign-in (S7). Since when it is on; the locks ask with the person they load anyway.
ALTER TABLE users ADD COLUMN two_step_at timestamptz;

-- The apps that make people's codes: of each person one in force, and beside it one on trial.
CREATE TABLE authenticators (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    -- the 20 bytes shared with the app, sealed under a key made from SECRET_KEY: nonce, ciphertext, tag
    sealed bytea NOT NULL CHECK (length(sealed) = 48),
    made_at timestamptz NOT NULL DEFAULT now(),
    -- NULL while its first code is awaited
    confirmed_at timestamptz,
    -- the last time step (of 30 seconds, since 1970) whose code counted: no code counts twice
    last_step bigint NOT NULL DEFAULT 0,
    -- wrong codes in place of the password, since the last right answer
    misses integer NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX authenticators_in_force ON authenticators (user_id) WHERE confirmed_at IS NOT NULL;
CREATE UNIQUE INDEX authenticators_on_trial ON authenticators (user_id) WHERE confirmed_at IS NULL;

-- What stands in for the app, each once.
CREATE TABLE recovery_codes (
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    code_hash bytea NOT NULL CHECK (length(code_hash) = 32),
    used_at timestamptz,
    PRIMARY KEY (user_id, code_hash)
);

-- Sign-ins whose password was right and whose code is awaited. The session holds the id; it opens nothing by itself.
CREATE TABLE second_steps (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    tries integer NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL
);
CREATE INDEX second_steps_user_id ON second_steps (user_id);
CREATE INDEX second_steps_expires_at ON second_steps (expires_at);

-- A team may require it of its owner and finance, a company of its staff.
ALTER TABLE teams ADD COLUMN requires_two_step boolean NOT NULL DEFAULT false;
ALTER TABLE companies ADD COLUMN requires_two_step boolean NOT NULL DEFAULT false;
