//! A person with a login.

use crate::{
    db::now,
    email_address::EmailAddress,
    ids::UserId,
    schema::{companies, members, second_steps, sessions, staff, teams, users},
    words,
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;

/// A person with a login. One address, one user.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = users)]
pub struct User {
    /// Key.
    pub id: UserId,
    /// Unique on the installation.
    pub email: EmailAddress,
    /// As others see it.
    pub name: String,
    /// An IANA name; UTC at first.
    pub time_zone: String,
    /// Since when two-step sign-in is on (S7).
    pub two_step_at: Option<DateTime<Utc>>,
}

/// Lets a session of somebody begin, or go on under a new id, unless all of theirs were ended since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// Whose.
    pub user: UserId,
    /// How often all of theirs had been ended.
    pub sessions_ended: i32,
}

impl User {
    /// The user with that id.
    pub fn find(conn: &mut PgConnection, id: UserId) -> QueryResult<Self> {
        Self::query().filter(users::id.eq(id)).first(conn)
    }

    /// The user's row, locked until the transaction ends.
    pub fn lock(conn: &mut PgConnection, id: UserId) -> QueryResult<Self> {
        Self::query().filter(users::id.eq(id)).for_no_key_update().first(conn)
    }

    /// The user with that address, verified or not.
    pub fn by_email(conn: &mut PgConnection, email: &EmailAddress) -> QueryResult<Option<Self>> {
        Self::query().filter(users::email.eq(email)).first(conn).optional()
    }

    /// The first name, for sentences like "Ask Olivia to accept".
    pub fn first_name(&self) -> &str {
        self.name.split(' ').next().unwrap_or(&self.name)
    }

    /// What others know that belongs to them: their name and address, and the teams and companies that they are in (S2). It stands here, below
    /// those rooms, because choosing a password asks for it.
    pub fn known_words(&self, conn: &mut PgConnection) -> QueryResult<Vec<String>> {
        let teams = members::table
            .inner_join(teams::table)
            .filter(members::user_id.eq(self.id))
            .filter(members::left_at.is_null())
            .select(teams::name);
        let companies = staff::table
            .inner_join(companies::table)
            .filter(staff::user_id.eq(self.id))
            .filter(staff::left_at.is_null())
            .select(companies::name);
        let mut words: Vec<String> = teams.union(companies).load(conn)?;
        words.extend([self.name.clone(), self.email.to_string()]);
        Ok(words)
    }

    /// Their time zone.
    pub fn zone(&self) -> Tz {
        self.time_zone.parse().unwrap_or(Tz::UTC)
    }

    /// Grants a session, in the transaction that decides it.
    pub fn grant(conn: &mut PgConnection, id: UserId) -> QueryResult<Grant> {
        let sessions_ended = users::table.find(id).select(users::sessions_ended).first(conn)?;
        Ok(Grant { user: id, sessions_ended })
    }

    /// Ends every session of a user, felt on their next request on every copy of the program (S10), sign-ins that await a code, and sessions that
    /// were granted and have not begun.
    pub fn end_sessions(conn: &mut PgConnection, id: UserId) -> QueryResult<usize> {
        Self::end_grants(conn, id)?;
        diesel::delete(sessions::table.filter(sessions::user_id.eq(id))).execute(conn)
    }

    /// Ends what has not begun yet: sign-ins that await a code, and sessions that were granted. Before the sessions themselves, since who begins
    /// one holds the person's row.
    pub fn end_grants(conn: &mut PgConnection, id: UserId) -> QueryResult<()> {
        diesel::update(users::table.find(id)).set(users::sessions_ended.eq(users::sessions_ended + 1)).execute(conn)?;
        diesel::delete(second_steps::table.filter(second_steps::user_id.eq(id))).execute(conn).map(drop)
    }

    /// The user that a mailed link proves: made new, or, where somebody registered the address before without proving it, taken over from
    /// them: their password and sessions are gone (S38). Nothing where a verified account exists.
    pub fn verified_by_link(conn: &mut PgConnection, email: &EmailAddress, name: &str, password_hash: &str) -> QueryResult<Option<Self>> {
        let found = users::table
            .filter(users::email.eq(email))
            .for_no_key_update()
            .select((users::id, users::email_verified_at.is_not_null()))
            .first::<(UserId, bool)>(conn)
            .optional()?;
        let search = words::fold(&format!("{name} {email}"));
        let set = (
            users::name.eq(name),
            users::search.eq(&search),
            users::password_hash.eq(password_hash),
            users::email_verified_at.eq(now().nullable()),
        );
        match found {
            Some((_, true)) => Ok(None),
            Some((id, false)) => {
                Self::end_sessions(conn, id)?;
                diesel::update(users::table.find(id)).set(set).execute(conn)?;
                Self::find(conn, id).map(Some)
            }
            None => {
                let id = UserId::new();
                let made = diesel::insert_into(users::table)
                    .values((users::id.eq(id), users::email.eq(email), set))
                    .on_conflict(users::email)
                    .do_nothing()
                    .execute(conn)?;
                if made == 0 { Ok(None) } else { Self::find(conn, id).map(Some) }
            }
        }
    }
}
