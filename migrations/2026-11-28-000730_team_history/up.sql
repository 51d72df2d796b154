-- A team's history, newest first. What it does not read and there may be many of is left out (`audit/sentence.rs` says which), so that a
-- page finds its lines at once.
DROP INDEX audit_team;
CREATE INDEX audit_of_team ON audit (team_id, at DESC, id DESC)
    WHERE team_id IS NOT NULL AND action NOT IN ('sale reported', 'sale refunded', 'message sent',
        'referral contributed', 'referral approved', 'referral declined', 'referral won');
