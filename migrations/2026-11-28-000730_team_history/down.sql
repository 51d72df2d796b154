DROP INDEX audit_of_team;
CREATE INDEX audit_team ON audit (team_id, at DESC, id DESC) WHERE team_id IS NOT NULL;
