-- The cells of the table of permissions that this team switched away from how they are at first; src/teams/permissions.rs is the table.
-- Only cells that may be switched can stand here, whoever asks.
ALTER TABLE teams ADD COLUMN switches text[] NOT NULL DEFAULT '{}' CONSTRAINT teams_switches CHECK (switches <@ ARRAY[
    'member: write group messages',
    'finance: write group messages',
    'finance: contribute referrals',
    'admin: see activity',
    'member: see activity',
    'finance: see activity',
    'admin: see commissions',
    'member: see commissions',
    'admin: give finance',
    'admin: approve members'
]);
