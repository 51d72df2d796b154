//! Links as pages list them, with their clicks: one's own, the teammates', a member's as a company sees them.

use crate::{
    ids::{CompanyId, DestinationId, LinkId, MemberId, ProgramId, TeamId},
    links::LinkKind,
    web::pagination::{Cursor, PAGE_SIZE, Page, Start},
};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{BigInt, Bool, Nullable, Text, Timestamptz},
};

/// Links of one member shown at most, the programs first that the team is in.
const MOST: usize = 300;

/// A link.
#[derive(Debug, Clone, QueryableByName)]
pub struct LinkRow {
    /// Key.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: LinkId,
    /// What it is for.
    #[diesel(sql_type = Text)]
    pub kind: LinkKind,
    /// As it is written now.
    #[diesel(sql_type = Text)]
    pub text: String,
    /// The program.
    #[diesel(sql_type = sql_types::Uuid)]
    pub program_id: ProgramId,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub program: String,
    /// The company's name.
    #[diesel(sql_type = Text)]
    pub company: String,
    /// Whether the team is in that program now.
    #[diesel(sql_type = Bool)]
    pub is_in: bool,
    /// Whether its member may choose the text.
    #[diesel(sql_type = Bool)]
    pub custom_text: bool,
    /// The name of a further destination.
    #[diesel(sql_type = Nullable<Text>)]
    pub destination: Option<String>,
    /// Where a click leads now.
    #[diesel(sql_type = Text)]
    pub leads_to: String,
    /// Clicks in all.
    #[diesel(sql_type = BigInt)]
    pub clicks: i64,
    /// Of them, in the last 30 days, today included (UTC).
    #[diesel(sql_type = BigInt)]
    pub recent: i64,
}

/// A destination that a program offers and the member has not switched on.
#[derive(Debug, Clone, QueryableByName)]
pub struct Offer {
    /// Key.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: DestinationId,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Where it leads.
    #[diesel(sql_type = Text)]
    pub url: String,
    /// The program's name.
    #[diesel(sql_type = Text)]
    pub program: String,
    /// The company's name.
    #[diesel(sql_type = Text)]
    pub company: String,
}

/// Somebody with their links.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their place in the team.
    pub id: MemberId,
    /// Their name.
    pub name: String,
    /// When they joined; of a former member, when they left.
    pub at: DateTime<Utc>,
    /// Their links.
    pub links: Vec<LinkRow>,
}

/// Whose links beside one's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// Those of the other present members, in the order they joined.
    Teammates,
    /// Those of former members, who left last first.
    Former,
}

/// A link of a team, by itself.
#[derive(Debug, Clone, QueryableByName)]
pub struct OneLink {
    /// The link.
    #[diesel(embed)]
    pub link: LinkRow,
    /// Whose it is.
    #[diesel(sql_type = sql_types::Uuid)]
    pub member_id: MemberId,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub person: String,
    /// Whether they are in the team now.
    #[diesel(sql_type = Bool)]
    pub is_present: bool,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(embed)]
    link: LinkRow,
    #[diesel(sql_type = sql_types::Uuid)]
    member_id: MemberId,
    #[diesel(sql_type = Text)]
    person: String,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

const COLUMNS: &str = "l.id, l.kind, l.text, g.id AS program_id, g.name AS program, c.name AS company, \
     EXISTS (SELECT FROM enrollments e WHERE e.partner_id = l.partner_id AND e.program_id = l.program_id AND e.left_at IS NULL) AS is_in, \
     g.custom_link_text AS custom_text, d.name AS destination, coalesce(l.url, d.url, g.destination) AS leads_to, counted.clicks, counted.recent";
/// What stands beside link l.
const BESIDE: &str = "JOIN programs g ON g.id = l.program_id JOIN companies c ON c.id = l.company_id LEFT JOIN destinations d ON d.id = l.destination_id \
     CROSS JOIN LATERAL (SELECT coalesce(sum(k.clicks), 0)::bigint AS clicks, \
             coalesce(sum(k.clicks) FILTER (WHERE k.day > (now() AT TIME ZONE 'UTC')::date - 30), 0)::bigint AS recent \
         FROM click_days k WHERE k.link_id = l.id) counted";
/// A member's links as they are read: by program, those that the team is in first.
const ORDER: &str = "is_in DESC, c.name, g.name, g.id, (l.kind <> 'default'), l.created_at, l.id";

impl LinkRow {
    /// Those of a member, [`MOST`] of them. SQL for the sums of their clicks beside them.
    pub fn of_member(conn: &mut PgConnection, member: MemberId) -> QueryResult<Vec<Self>> {
        sql_query(format!("SELECT {COLUMNS} FROM links l {BESIDE} WHERE l.member_id = $1 ORDER BY {ORDER} LIMIT {MOST}"))
            .bind::<sql_types::Uuid, _>(member)
            .load(conn)
    }

    /// Those that a member has in that company's programs, [`MOST`] of them.
    pub fn of_member_in(conn: &mut PgConnection, member: MemberId, company: CompanyId) -> QueryResult<Vec<Self>> {
        sql_query(format!(
            "SELECT {COLUMNS} FROM links l {BESIDE} WHERE l.member_id = $1 AND l.company_id = $2 ORDER BY {ORDER} LIMIT {MOST}"
        ))
        .bind::<sql_types::Uuid, _>(member)
        .bind::<sql_types::Uuid, _>(company)
        .load(conn)
    }
}

impl OneLink {
    /// A link of a present member of that company's partner. SQL as above.
    pub fn of_partner(conn: &mut PgConnection, company: CompanyId, team: &str, member: MemberId, id: LinkId) -> QueryResult<Self> {
        sql_query(format!(
            "SELECT {COLUMNS}, m.id AS member_id, u.name AS person, true AS is_present \
             FROM links l JOIN members m ON m.id = l.member_id JOIN users u ON u.id = m.user_id JOIN teams t ON t.id = l.team_id {BESIDE} \
             WHERE l.id = $1 AND l.company_id = $2 AND t.slug = $3 AND m.id = $4 AND m.left_at IS NULL"
        ))
        .bind::<sql_types::Uuid, _>(id)
        .bind::<sql_types::Uuid, _>(company)
        .bind::<Text, _>(team)
        .bind::<sql_types::Uuid, _>(member)
        .get_result(conn)
    }

    /// A link of that team. SQL as above.
    pub fn find(conn: &mut PgConnection, team: TeamId, id: LinkId) -> QueryResult<Self> {
        sql_query(format!(
            "SELECT {COLUMNS}, m.id AS member_id, u.name AS person, m.left_at IS NULL AS is_present \
             FROM links l JOIN members m ON m.id = l.member_id JOIN users u ON u.id = m.user_id {BESIDE} WHERE l.id = $1 AND l.team_id = $2"
        ))
        .bind::<sql_types::Uuid, _>(id)
        .bind::<sql_types::Uuid, _>(team)
        .get_result(conn)
    }
}

impl Offer {
    /// What programs of the team offer, by company and name. SQL for what is not there yet.
    pub fn all(conn: &mut PgConnection, team: TeamId, member: MemberId) -> QueryResult<Vec<Self>> {
        sql_query(format!(
            "SELECT d.id, d.name, d.url, g.name AS program, c.name AS company \
             FROM partners p JOIN enrollments e ON e.partner_id = p.id AND e.left_at IS NULL JOIN programs g ON g.id = e.program_id \
             JOIN companies c ON c.id = g.company_id \
             JOIN destinations d ON d.program_id = g.id AND d.kind = 'secondary' AND d.retired_at IS NULL \
             WHERE p.team_id = $1 AND NOT EXISTS (SELECT FROM links l WHERE l.member_id = $2 AND l.program_id = g.id AND l.destination_id = d.id) \
             ORDER BY c.name, g.name, d.created_at, d.id LIMIT {MOST}"
        ))
        .bind::<sql_types::Uuid, _>(team)
        .bind::<sql_types::Uuid, _>(member)
        .load(conn)
    }
}

impl Person {
    /// A page of the others who have links. SQL for its row comparison, and so that people and links are one statement.
    pub fn page(conn: &mut PgConnection, team: TeamId, reader: MemberId, others: Others, start: Start) -> QueryResult<Page<Self>> {
        let (at, present, forwards) = match others {
            Others::Teammates => ("m.joined_at", "m.left_at IS NULL", true),
            Others::Former => ("m.left_at", "m.left_at IS NOT NULL", false),
        };
        let (is_after, beside) = match start {
            Start::First => (true, None),
            Start::After(row) => (true, Some(row)),
            Start::Before(row) => (false, Some(row)),
        };
        let rising = forwards == is_after;
        let (beyond, way) = if rising { (">", "ASC") } else { ("<", "DESC") };
        let first = Cursor {
            at: if rising { DateTime::UNIX_EPOCH } else { DateTime::<Utc>::MAX_UTC },
            id: if rising { uuid::Uuid::nil() } else { uuid::Uuid::max() },
        };
        let beside = beside.unwrap_or(first);
        let lines: Vec<Line> = sql_query(format!(
            "SELECT link.*, person.* \
             FROM (SELECT m.id AS member_id, u.name AS person, {at} AS at FROM members m JOIN users u ON u.id = m.user_id \
                 WHERE m.team_id = $1 AND m.id <> $2 AND {present} AND ({at}, m.id) {beyond} ($3, $4) \
                     AND EXISTS (SELECT FROM links l WHERE l.member_id = m.id) \
                 ORDER BY {at} {way}, m.id {way} LIMIT {PAGE_SIZE} + 1) person \
             CROSS JOIN LATERAL (SELECT {COLUMNS}, l.created_at FROM links l {BESIDE} WHERE l.member_id = person.member_id \
                 ORDER BY {ORDER} LIMIT {MOST}) link \
             ORDER BY person.at {way}, person.member_id {way}, \
                 is_in DESC, link.company, link.program, link.program_id, (link.kind <> 'default'), link.created_at, link.id"
        ))
        .bind::<sql_types::Uuid, _>(team)
        .bind::<sql_types::Uuid, _>(reader)
        .bind::<Timestamptz, _>(beside.at)
        .bind::<sql_types::Uuid, _>(beside.id)
        .load(conn)?;
        let mut people: Vec<Self> = Vec::new();
        for Line { link, member_id, person, at } in lines {
            match people.last_mut().filter(|last| last.id == member_id) {
                Some(last) => last.links.push(link),
                None => people.push(Self { id: member_id, name: person, at, links: vec![link] }),
            }
        }
        Ok(Page::of(start, people, |person| Cursor { at: person.at, id: person.id.uuid() }))
    }
}
