//! A team's present members, as a list.

use crate::{
    email_address::EmailAddress,
    ids::{MemberId, TeamId, UserId},
    schema::{members, teams, users},
    search::Search,
    teams::{MemberRole, TeamRole},
    web::pagination::{Cursor, PAGE_SIZE, Page, Start},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// A present member as their team sees them.
#[derive(Debug, Clone)]
pub struct Colleague {
    /// Key of the place.
    pub id: MemberId,
    /// The person.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: EmailAddress,
    /// Their role, owner included.
    pub role: TeamRole,
    /// Since when.
    pub joined_at: DateTime<Utc>,
    /// Last signed-in request in this team, to the hour.
    pub last_active_at: Option<DateTime<Utc>>,
}

type Columns = (MemberId, UserId, String, EmailAddress, MemberRole, DateTime<Utc>, Option<DateTime<Utc>>, UserId);

const COLUMNS: (
    members::id,
    users::id,
    users::name,
    users::email,
    members::role,
    members::joined_at,
    members::last_active_at,
    teams::owner_id,
) = (members::id, users::id, users::name, users::email, members::role, members::joined_at, members::last_active_at, teams::owner_id);

impl Colleague {
    /// The present member of that team under that id.
    pub fn find(conn: &mut PgConnection, team: TeamId, id: MemberId) -> QueryResult<Self> {
        let present = members::table.inner_join(users::table).inner_join(teams::table).filter(members::left_at.is_null());
        present.filter(members::id.eq(id)).filter(members::team_id.eq(team)).select(COLUMNS).first::<Columns>(conn).map(Self::of)
    }

    /// The team's members by name with the roles of their rows, the owner first; so many at most.
    pub fn by_name(conn: &mut PgConnection, team: TeamId, most: i64) -> QueryResult<Vec<(Self, MemberRole)>> {
        let rows = members::table
            .inner_join(users::table)
            .inner_join(teams::table)
            .filter(members::team_id.eq(team))
            .filter(members::left_at.is_null())
            .order((users::id.eq(teams::owner_id).desc(), users::name, users::id))
            .limit(most + 1)
            .select(COLUMNS)
            .load::<Columns>(conn)?;
        Ok(rows.into_iter().map(|row| (row.4, Self::of(row))).map(|(role, person)| (person, role)).collect())
    }

    /// A page of the team's members in the order in which they joined, narrowed to those whose name or address the search finds.
    pub fn page(conn: &mut PgConnection, team: TeamId, search: Option<&Search>, start: Start) -> QueryResult<Page<Self>> {
        let mut query = members::table
            .inner_join(users::table)
            .inner_join(teams::table)
            .filter(members::team_id.eq(team))
            .filter(members::left_at.is_null())
            .limit(PAGE_SIZE as i64 + 1)
            .select(COLUMNS)
            .into_boxed();
        if let Some((a, b)) = search.map(Search::two_patterns) {
            query = query.filter(users::search.like(a).or(users::search.like(b)));
        }
        query = match start {
            Start::First => query,
            Start::After(at) => query.filter(members::joined_at.gt(at.at).or(members::joined_at.eq(at.at).and(members::id.gt(at.id)))),
            Start::Before(at) => query.filter(members::joined_at.lt(at.at).or(members::joined_at.eq(at.at).and(members::id.lt(at.id)))),
        };
        query = match start {
            Start::First | Start::After(_) => query.order((members::joined_at, members::id)),
            Start::Before(_) => query.order((members::joined_at.desc(), members::id.desc())),
        };
        let rows = query.load::<Columns>(conn)?.into_iter().map(Self::of).collect();
        Ok(Page::of(start, rows, |row: &Self| Cursor { at: row.joined_at, id: row.id.uuid() }))
    }

    fn of((id, user, name, email, role, joined_at, last_active_at, owner): Columns) -> Self {
        let role = if user == owner { TeamRole::Owner } else { TeamRole::Given(role) };
        Self { id, user, name, email, role, joined_at, last_active_at }
    }
}
