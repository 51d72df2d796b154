//! The lines of the audit log as they are read: by a team's owner and admins, by a company's administrators. Names are joined here.

use crate::{
    audit::{Action, sentence},
    ids::{CompanyId, TeamId, UserId},
    web::pagination::{Cursor, PAGE_SIZE, Page, Start},
};
use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{BoxedSqlQuery, SqlQuery},
    sql_query, sql_types,
    sql_types::{Bool, Integer, Jsonb, Nullable, Text, Timestamptz},
};
use serde_json::Value;
use uuid::Uuid;

/// People to narrow the log to that a page offers at most.
const MOST_PEOPLE: i64 = 200;
/// People among whom these are looked for, beside the staff.
const MOST_LOOKED_AT: i64 = 1000;

/// One line, with the names of all that it is about.
#[derive(Debug, Clone, QueryableByName)]
pub struct Line {
    /// Key.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: Uuid,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// What.
    #[diesel(sql_type = Text)]
    pub action: Action,
    /// Who; none where the program itself acted.
    #[diesel(sql_type = Nullable<sql_types::Uuid>)]
    pub actor_id: Option<UserId>,
    /// Who, by name; none where the program itself acted.
    #[diesel(sql_type = Nullable<Text>)]
    pub actor: Option<String>,
    /// Their address.
    #[diesel(sql_type = Nullable<Text>)]
    pub actor_email: Option<String>,
    /// As what.
    #[diesel(sql_type = Nullable<Text>)]
    pub role: Option<String>,
    /// The company's name.
    #[diesel(sql_type = Nullable<Text>)]
    pub company: Option<String>,
    /// The team's name.
    #[diesel(sql_type = Nullable<Text>)]
    pub team: Option<String>,
    /// To whom: name, or address where no name is known.
    #[diesel(sql_type = Nullable<Text>)]
    pub person: Option<String>,
    /// The program's name.
    #[diesel(sql_type = Nullable<Text>)]
    pub program: Option<String>,
    /// The name of the team that an invitation is to bring.
    #[diesel(sql_type = Nullable<Text>)]
    pub team_name: Option<String>,
    /// The colleague whom something was given to.
    #[diesel(sql_type = Nullable<Text>)]
    pub colleague: Option<String>,
    /// The tag's name.
    #[diesel(sql_type = Nullable<Text>)]
    pub tag: Option<String>,
    /// The course's name.
    #[diesel(sql_type = Nullable<Text>)]
    pub course: Option<String>,
    /// The lesson's title.
    #[diesel(sql_type = Nullable<Text>)]
    pub lesson: Option<String>,
    /// The link's text, as it is now.
    #[diesel(sql_type = Nullable<Text>)]
    pub link: Option<String>,
    /// The name of a program's further destination, as it is now.
    #[diesel(sql_type = Nullable<Text>)]
    pub destination: Option<String>,
    /// What a key is called.
    #[diesel(sql_type = Nullable<Text>)]
    pub key: Option<String>,
    /// The person whom a referral recommends.
    #[diesel(sql_type = Nullable<Text>)]
    pub lead: Option<String>,
    /// What was there before.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub before: Option<Value>,
    /// What is there since.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub after: Option<Value>,
}

/// Whose log is read: everything of that place and nothing else.
#[derive(Debug, Clone, Copy)]
pub enum Of {
    /// A company's own lines.
    Company(CompanyId),
    /// A team's own lines, without what its companies keep for themselves.
    Team {
        /// Which.
        team: TeamId,
        /// Whether who reads them may see the team's money.
        sees_money: bool,
    },
}

/// What a company's log is narrowed to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filter {
    /// What this person did.
    pub person: Option<UserId>,
    /// This action alone.
    pub action: Option<Action>,
    /// From then on.
    pub from: Option<DateTime<Utc>>,
    /// Before then.
    pub until: Option<DateTime<Utc>>,
}

/// Somebody who stands in a log.
#[derive(Debug, Clone, QueryableByName)]
pub struct Someone {
    /// Who.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: UserId,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Whether they work for the company.
    #[diesel(sql_type = Bool)]
    pub is_staff: bool,
}

/// A page's lines, and whom the log can be narrowed to.
#[derive(Debug)]
pub struct Log {
    /// The lines.
    pub page: Page<Line>,
    /// People who did something here: the staff, then the others, each by name.
    pub people: Vec<Someone>,
}

type Statement = BoxedSqlQuery<'static, Pg, SqlQuery>;

/// The names beside line a. Ids are unique over all tables, so that a target is found in one of them at most
const NAMES: &str = "LEFT JOIN users u ON u.id = a.user_id \
     LEFT JOIN companies c ON c.id = a.company_id LEFT JOIN teams t ON t.id = a.team_id \
     LEFT JOIN users tu ON tu.id = a.target_id \
     LEFT JOIN members tm ON tm.id = a.target_id LEFT JOIN users mu ON mu.id = tm.user_id \
     LEFT JOIN staff ts ON ts.id = a.target_id LEFT JOIN users su ON su.id = ts.user_id \
     LEFT JOIN invitations i ON i.id = a.target_id \
     LEFT JOIN links li ON li.id = a.target_id LEFT JOIN members lm ON lm.id = li.member_id LEFT JOIN users lu ON lu.id = lm.user_id \
     LEFT JOIN destinations de ON de.id = a.target_id \
     LEFT JOIN referrals rr ON rr.id = a.target_id \
     LEFT JOIN refunds rf ON rf.id = a.target_id LEFT JOIN conversions cv ON cv.id = coalesce(rf.conversion_id, a.target_id) \
     LEFT JOIN api_keys ak ON ak.id = coalesce(rf.api_key_id, cv.api_key_id, a.target_id) \
     LEFT JOIN members bm ON bm.id = coalesce(rr.member_id, cv.member_id) LEFT JOIN users bu ON bu.id = bm.user_id \
     LEFT JOIN programs g ON g.id = coalesce(i.program_id, li.program_id, de.program_id, rr.program_id, cv.program_id, a.target_id) \
     LEFT JOIN teams tt ON tt.id = a.target_id \
     LEFT JOIN ownership_offers oo ON oo.id = a.target_id LEFT JOIN members om ON om.id = oo.member_id LEFT JOIN users ou ON ou.id = om.user_id \
     LEFT JOIN courses co ON co.id = a.target_id LEFT JOIN lessons le ON le.id = a.target_id \
     LEFT JOIN tags ON tags.id = CASE WHEN a.action IN ('partner tagged', 'partner untagged') THEN coalesce(a.after ->> 'tag', a.before ->> 'tag')::uuid END \
     LEFT JOIN staff cs ON cs.id = CASE WHEN a.action = 'partner assigned' THEN (a.after ->> 'staff')::uuid END LEFT JOIN users cu ON cu.id = cs.user_id";

impl Of {
    /// The lines a of this place, as SQL; `$1` is the place. What a team does not read is spelled out, so that the planner sees that the
    /// index of the teams' lines has all the others.
    pub fn lines(self) -> String {
        match self {
            Self::Company(_) => "FROM audit a WHERE a.company_id = $1".to_owned(),
            Self::Team { sees_money, .. } => {
                let is_read = |action: Action| sentence::is_the_teams(action) && (sees_money || !sentence::tells_money(action));
                let unread: Vec<String> =
                    Action::ALL.iter().filter(|action| !is_read(**action)).map(|action| format!("'{action}'")).collect();
                format!("FROM audit a WHERE a.team_id = $1 AND a.action NOT IN ({})", unread.join(", "))
            }
        }
    }

    fn id(self) -> Uuid {
        match self {
            Self::Company(id) => id.uuid(),
            Self::Team { team, .. } => team.uuid(),
        }
    }

    fn on(self, sql: &str) -> Statement {
        sql_query(sql).into_boxed().bind::<sql_types::Uuid, _>(self.id())
    }
}

impl Line {
    /// A page of them, the newest first, in one statement. SQL for its row comparison, and for names out of many tables.
    pub fn page(conn: &mut PgConnection, of: Of, filter: Filter, start: Start) -> QueryResult<Page<Self>> {
        let rows = Self::rows(conn, of, filter, start, PAGE_SIZE + 1)?;
        Ok(Page::of(start, rows, Self::cursor))
    }

    /// Up to `most` of them: as a page's, or further on, for an export.
    pub fn rows(conn: &mut PgConnection, of: Of, filter: Filter, start: Start, most: usize) -> QueryResult<Vec<Self>> {
        let (beyond, way, beside) = match start {
            Start::First => ("<", "DESC", Cursor { at: DateTime::<Utc>::MAX_UTC, id: Uuid::max() }),
            Start::After(row) => ("<", "DESC", row),
            Start::Before(row) => (">", "ASC", row),
        };
        // Only what is asked for stands in the statement, so that the planner sees which index serves it.
        let asked = [
            (filter.person.is_some(), "a.user_id ="),
            (filter.action.is_some(), "a.action ="),
            (filter.from.is_some(), "a.at >="),
            (filter.until.is_some(), "a.at <"),
        ];
        let narrowed: String =
            asked.iter().filter(|(is_asked, _)| *is_asked).zip(5..).map(|((_, compares), nth)| format!(" AND {compares} ${nth}")).collect();
        let mut statement = of
            .on(&format!(
                "SELECT a.id, a.at, a.action, a.user_id AS actor_id, u.name AS actor, u.email AS actor_email, a.role, c.name AS company, coalesce(t.name, tt.name) AS team, \
                     coalesce(mu.name, su.name, ou.name, lu.name, bu.name, nullif(i.name, ''), i.email, tu.name) AS person, g.name AS program, \
                     nullif(i.team_name, '') AS team_name, cu.name AS colleague, tags.name AS tag, co.name AS course, le.title AS lesson, \
                     li.text AS link, de.name AS destination, ak.name AS key, rr.name AS lead, a.before, a.after \
                 FROM (SELECT a.* {lines} AND (a.at, a.id) {beyond} ($2, $3){narrowed} ORDER BY a.at {way}, a.id {way} LIMIT $4) a {NAMES} \
                 ORDER BY a.at {way}, a.id {way}",
                lines = of.lines(),
            ))
            .bind::<Timestamptz, _>(beside.at)
            .bind::<sql_types::Uuid, _>(beside.id)
            .bind::<Integer, _>(i32::try_from(most).unwrap_or(i32::MAX));
        if let Some(person) = filter.person {
            statement = statement.bind::<sql_types::Uuid, _>(person);
        }
        if let Some(action) = filter.action {
            statement = statement.bind::<Text, _>(action.as_str());
        }
        if let Some(from) = filter.from {
            statement = statement.bind::<Timestamptz, _>(from);
        }
        if let Some(until) = filter.until {
            statement = statement.bind::<Timestamptz, _>(until);
        }
        statement.load(conn)
    }

    /// Its place in the list.
    pub fn cursor(&self) -> Cursor {
        Cursor { at: self.at, id: self.id }
    }

    /// What it tells.
    pub fn sentence(&self) -> String {
        sentence::of(self)
    }
}

impl Log {
    /// A page of a company's log, in two statements.
    pub fn read(conn: &mut PgConnection, company: CompanyId, filter: Filter, start: Start) -> QueryResult<Self> {
        let page = Line::page(conn, Of::Company(company), filter, start)?;
        Ok(Self { page, people: Someone::in_log_of(conn, company, filter.person)? })
    }
}

impl Someone {
    /// Whom a page narrows a company's log to: who works there, others who stand in it, and whom it is narrowed to. SQL: a walk from one
    /// person to the next along the index, whatever the lines are many.
    fn in_log_of(conn: &mut PgConnection, company: CompanyId, asked: Option<UserId>) -> QueryResult<Vec<Self>> {
        sql_query(
            "WITH RECURSIVE who (id) AS ( \
                 (SELECT a.user_id FROM audit a WHERE a.company_id = $1 AND a.user_id IS NOT NULL ORDER BY a.user_id LIMIT 1) \
                 UNION ALL \
                 SELECT (SELECT a.user_id FROM audit a WHERE a.company_id = $1 AND a.user_id > who.id ORDER BY a.user_id LIMIT 1) \
                 FROM who WHERE who.id IS NOT NULL), \
             here (id) AS (SELECT s.user_id FROM staff s WHERE s.company_id = $1 AND s.left_at IS NULL) \
             SELECT * FROM ( \
                 SELECT u.id, u.name, u.id IN (SELECT id FROM here) AS is_staff FROM ( \
                     SELECT id FROM here UNION (SELECT id FROM who WHERE id IS NOT NULL LIMIT $2) \
                     UNION (SELECT a.user_id FROM audit a WHERE a.company_id = $1 AND a.user_id = $4 LIMIT 1)) w \
                 JOIN users u ON u.id = w.id ORDER BY u.id IS DISTINCT FROM $4, is_staff DESC, u.name, u.id LIMIT $3) few \
             ORDER BY is_staff DESC, name, id",
        )
        .bind::<sql_types::Uuid, _>(company)
        .bind::<sql_types::BigInt, _>(MOST_LOOKED_AT)
        .bind::<sql_types::BigInt, _>(MOST_PEOPLE)
        .bind::<Nullable<sql_types::Uuid>, _>(asked)
        .load(conn)
    }
}
