//! A person's place in a team.

use crate::{
    accounts::User,
    audit::Actor,
    db::now,
    error::{Error, Result},
    ids::{MemberId, RequestId, TeamId, UserId},
    schema::{members, teams, users},
    teams::{MemberRole, Team, TeamPermission, TeamRole},
};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    dsl::{IntervalDsl, sql},
    expression::SqlLiteral,
    prelude::*,
    sql_types::{BigInt, Bool},
};

/// A person about to join a team.
#[derive(Debug, Clone, Copy)]
pub struct NewMember {
    /// The team.
    pub team: TeamId,
    /// The person.
    pub user: UserId,
    /// As what.
    pub role: MemberRole,
}

/// A present member of a team: who, where, and as what.
#[derive(Debug, Clone)]
pub struct Membership {
    /// Key of the place.
    pub id: MemberId,
    /// The team.
    pub team: Team,
    /// The person.
    pub user: User,
    /// Their role, owner included.
    pub role: TeamRole,
    /// Last signed-in request in this team, to the hour.
    pub last_active_at: Option<DateTime<Utc>>,
    /// Conversations of the team that they may read with something new to them.
    pub unread: i64,
    /// Whether courses reach the team.
    pub has_courses: bool,
}

/// SQL since the rooms of messages stand above this one; it stands in the statement of the lock, since every page of the team shows it.
fn unread() -> SqlLiteral<BigInt> {
    sql("(SELECT count(*) FROM conversation_reads r JOIN conversations c ON c.id = r.conversation_id \
          WHERE r.user_id = users.id AND r.unread_at IS NOT NULL AND c.team_id = teams.id AND coalesce(c.member_id, members.id) = members.id)")
}

/// Whether a published lesson is in a course of a program that the team is in. SQL, since Diesel has no subquery about the row of the
/// statement around it.
const HAS_COURSES: &str = "EXISTS (SELECT FROM partners p JOIN enrollments e ON e.partner_id = p.id AND e.left_at IS NULL \
    JOIN program_courses g ON g.program_id = e.program_id \
    JOIN lessons l ON l.course_id = g.course_id AND l.published_at IS NOT NULL \
    WHERE p.team_id = teams.id)";

impl Membership {
    /// Whether they may.
    pub fn may(&self, permission: TeamPermission) -> bool {
        self.team.allows(self.role, permission)
    }

    /// Who can, where they may not: a sentence.
    pub fn who_can(&self, permission: TeamPermission) -> &'static str {
        self.team.who_can(self.role, permission)
    }

    /// The roles that they give and take (rule 36).
    pub fn gives(&self) -> Vec<MemberRole> {
        self.team.given_by(self.role)
    }

    /// The actor of the audit log.
    pub fn actor(&self, request: Option<RequestId>) -> Actor {
        Actor { user: Some(self.user.id), role: Some(self.role.as_str()), request }
    }

    /// The place of this user in the team with that slug: the team is found through the viewer.
    pub fn of(conn: &mut PgConnection, user: UserId, slug: &str) -> QueryResult<Self> {
        let (id, team, user, role, last_active_at, unread, has_courses) = members::table
            .inner_join(teams::table)
            .inner_join(users::table)
            .filter(members::user_id.eq(user))
            .filter(members::left_at.is_null())
            .filter(teams::closed_at.is_null())
            .filter(teams::slug.eq(slug))
            .select((
                members::id,
                Team::as_select(),
                User::as_select(),
                members::role,
                members::last_active_at,
                unread(),
                sql::<Bool>(HAS_COURSES),
            ))
            .first::<(MemberId, Team, User, MemberRole, Option<DateTime<Utc>>, i64, bool)>(conn)?;
        let role = role_in(&team, user.id, role);
        Ok(Self { id, team, user, role, last_active_at, unread, has_courses })
    }

    /// Every present place of this user in teams, by name.
    pub fn all_of(conn: &mut PgConnection, user: UserId) -> QueryResult<Vec<(Team, TeamRole)>> {
        let rows = members::table
            .inner_join(teams::table)
            .filter(members::user_id.eq(user))
            .filter(members::left_at.is_null())
            .filter(teams::closed_at.is_null())
            .order((teams::name, teams::id))
            .select((Team::as_select(), members::role))
            .load::<(Team, MemberRole)>(conn)?;
        Ok(rows
            .into_iter()
            .map(|(team, role)| {
                let role = role_in(&team, user, role);
                (team, role)
            })
            .collect())
    }

    /// The role of this user in that team now, or nothing where they are not in it. Decisions ask again with the team locked (S31).
    pub fn role_now(conn: &mut PgConnection, team: &Team, user: UserId) -> QueryResult<Option<TeamRole>> {
        let role = members::table
            .filter(members::team_id.eq(team.id))
            .filter(members::user_id.eq(user))
            .filter(members::left_at.is_null())
            .select(members::role)
            .first(conn)
            .optional()?;
        Ok(role.map(|role| role_in(team, user, role)))
    }

    /// Asks again what they are and whether they may, with the team locked (S31). `Forbidden` where they no longer may, `NotFound` where
    /// they have left, or the team is closed.
    pub fn recheck(&self, conn: &mut PgConnection, team: &Team, permission: TeamPermission) -> Result<TeamRole> {
        if team.closed_at.is_some() {
            return Err(Error::NotFound);
        }
        let role = Self::role_now(conn, team, self.user.id)?.ok_or(Error::NotFound)?;
        if team.allows(role, permission) { Ok(role) } else { Err(Error::Forbidden(team.who_can(role, permission).into())) }
    }

    /// Notes that the person is active, at most once an hour (S15: one of the named traces).
    pub fn touch_if_stale(conn: &mut PgConnection, member: &Self) -> QueryResult<()> {
        if member.last_active_at.is_some_and(|at| Utc::now() - at < TimeDelta::hours(1)) {
            return Ok(());
        }
        diesel::update(members::table.find(member.id))
            .filter(members::last_active_at.is_null().or(members::last_active_at.lt((now() - 1.hours()).nullable())))
            .set(members::last_active_at.eq(now().nullable()))
            .execute(conn)
            .map(drop)
    }
}

/// The stored role, or owner where the team says so.
pub fn role_in(team: &Team, user: UserId, stored: MemberRole) -> TeamRole {
    if team.owner_id == user { TeamRole::Owner } else { TeamRole::Given(stored) }
}
