//! What stands on a team's home beside its programs: who owns it, and what it brings (rules 18 and 46).

use crate::{
    ids::UserId,
    partners::activity::{Period, Series, Whose, series},
    teams::{Membership, TeamPermission},
};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{BigInt, Bool, Text},
};

/// A team's owner, and its activity.
#[derive(Debug, Clone, QueryableByName)]
pub struct Overview {
    /// The owner.
    #[diesel(sql_type = sql_types::Uuid)]
    pub owner_id: UserId,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub owner_name: String,
    /// Their address.
    #[diesel(sql_type = Text)]
    pub owner_email: String,
    /// How many present members are admins beside the owner.
    #[diesel(sql_type = BigInt)]
    pub admins: i64,
    /// Whether the owner offers this member the team, and they have not answered yet.
    #[diesel(sql_type = Bool)]
    pub is_offered: bool,
    /// What the team brings, or where the others' activity is not for the viewer, what they bring themselves.
    #[diesel(embed)]
    pub activity: Series,
}

impl Overview {
    /// As this member sees it. SQL, as [`series`] is.
    pub fn read(conn: &mut PgConnection, member: &Membership, period: Period) -> QueryResult<Self> {
        let whose = if member.may(TeamPermission::SeeActivity) { Whose::TEAM } else { Whose::MEMBER_OF_TEAM };
        sql_query(format!(
            "SELECT o.id AS owner_id, o.name AS owner_name, o.email AS owner_email, brings.*, \
                 (SELECT count(*) FROM members a WHERE a.team_id = t.id AND a.left_at IS NULL AND a.role = 'admin' AND a.user_id <> t.owner_id) AS admins, \
                 EXISTS (SELECT FROM ownership_offers f WHERE f.team_id = t.id AND f.member_id = m.id AND f.closed_at IS NULL AND f.expires_at > now()) AS is_offered \
             FROM teams t JOIN users o ON o.id = t.owner_id JOIN members m ON m.id = $2 \
             CROSS JOIN LATERAL {series} brings WHERE t.id = $1",
            series = series(period, whose),
        ))
        .bind::<sql_types::Uuid, _>(member.team.id)
        .bind::<sql_types::Uuid, _>(member.id)
        .get_result(conn)
    }
}
