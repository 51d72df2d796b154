DROP TABLE password_resets, sessions, users;
DROP EXTENSION pg_trgm;
