//! How a team is doing, as far as the company can know: what waits, who can act, whether the owner is there (rule 17).

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Nullable, Text, Timestamptz},
};

/// After so long without them, the owner counts as not seen.
pub const OWNER_AWAY: TimeDelta = TimeDelta::days(30);

/// The facts of the health strip; the columns of [`HEALTH`].
#[derive(Debug, Clone, QueryableByName)]
pub struct Health {
    /// Members whom this company asked for and the team has not answered. What its people put before the team is not the company's to know.
    #[diesel(sql_type = BigInt)]
    pub approvals: i64,
    /// Since when the oldest of them waits.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub approvals_since: Option<DateTime<Utc>>,
    /// Admins beside the owner.
    #[diesel(sql_type = BigInt)]
    pub admins: i64,
    /// The owner's last signed-in request in the team.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub owner_seen: Option<DateTime<Utc>>,
    /// Since when the owner is in the team.
    #[diesel(sql_type = Timestamptz)]
    pub owner_since: DateTime<Utc>,
    /// Programs of the team that have terms.
    #[diesel(sql_type = BigInt)]
    pub with_terms: i64,
    /// Those of them whose terms in force the team has not accepted.
    #[diesel(sql_type = BigInt)]
    pub terms_due: i64,
    /// Who accepted terms in force last.
    #[diesel(sql_type = Nullable<Text>)]
    pub terms_by: Option<String>,
}

/// SQL to stand beside `partners p`, `teams t` and the owner's `members m`; `$1` is the company.
pub(super) const HEALTH: &str = "CROSS JOIN LATERAL (SELECT count(*) AS approvals, min(i.created_at) AS approvals_since FROM invitations i \
        WHERE i.team_id = t.id AND i.company_id = $1 AND i.kind = 'member' AND i.status = 'waiting' AND i.expires_at > now()) approvals \
    CROSS JOIN LATERAL (SELECT count(*) AS admins, m.last_active_at AS owner_seen, m.joined_at AS owner_since FROM members a \
        WHERE a.team_id = t.id AND a.left_at IS NULL AND a.role = 'admin' AND a.user_id <> t.owner_id) admins \
    CROSS JOIN LATERAL (SELECT count(*) AS with_terms, count(*) FILTER (WHERE accepted.at IS NULL) AS terms_due, \
            (array_agg(accepted.name ORDER BY accepted.at DESC NULLS LAST))[1] AS terms_by \
        FROM enrollments e \
        JOIN LATERAL (SELECT v.id FROM terms v WHERE v.program_id = e.program_id ORDER BY v.number DESC LIMIT 1) in_force ON true \
        LEFT JOIN LATERAL (SELECT a.at, u.name FROM acceptances a JOIN users u ON u.id = a.user_id \
            WHERE a.terms_id = in_force.id AND a.partner_id = p.id) accepted ON true \
        WHERE e.partner_id = p.id AND e.left_at IS NULL) agreed";

impl Health {
    /// Whether nobody has seen the owner for [`OWNER_AWAY`].
    pub fn owner_is_away(&self, now: DateTime<Utc>) -> bool {
        now - self.owner_seen.unwrap_or(self.owner_since) >= OWNER_AWAY
    }
}
