-- When the person behind a session last proved who they are: at sign-in, or when asked again before something grave (S13).
ALTER TABLE sessions ADD COLUMN proved_at timestamptz;
