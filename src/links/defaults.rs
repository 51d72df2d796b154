//! Default links: every present member of a team has one to each default destination of each program that the team is in (rule 40). They
//! are made in the transaction in which a team joins a program or a person a team. Links that are there stay: a team that comes back to a
//! program finds them, and a person who comes back to a team is a new member of it with new links.

use crate::{
    ids::{CompanyId, DestinationId, EnrollmentId, LinkId, MemberId, PartnerId, ProgramId, TeamId},
    links::{LinkKind, link::NewLink, making, text::Wishes},
    programs::Partner,
    schema::{enrollments, partners, programs},
};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{Array, Nullable, Text},
};

/// A link that is missing.
#[derive(Debug, QueryableByName)]
struct Missing {
    #[diesel(sql_type = sql_types::Uuid)]
    company_id: CompanyId,
    #[diesel(sql_type = sql_types::Uuid)]
    partner_id: PartnerId,
    #[diesel(sql_type = sql_types::Uuid)]
    team_id: TeamId,
    #[diesel(sql_type = sql_types::Uuid)]
    member_id: MemberId,
    #[diesel(sql_type = Text)]
    person: String,
    #[diesel(sql_type = sql_types::Uuid)]
    program_id: ProgramId,
    #[diesel(sql_type = Text)]
    program: String,
    #[diesel(sql_type = Nullable<sql_types::Uuid>)]
    destination_id: Option<DestinationId>,
    #[diesel(sql_type = Nullable<Text>)]
    destination: Option<String>,
}

/// The default destinations d of program g: its own, without an id, and the further ones.
pub const DEFAULTS: &str = "CROSS JOIN LATERAL (SELECT NULL::uuid AS id, NULL::text AS name, g.created_at UNION ALL \
     SELECT d.id, d.name, d.created_at FROM destinations d WHERE d.program_id = g.id AND d.kind = 'default' AND d.retired_at IS NULL) d";
/// Member m, in place e of partner p in program g, has no link to default destination d.
pub const LACKING: &str = "NOT EXISTS (SELECT FROM links l WHERE l.member_id = m.id AND l.program_id = g.id AND l.kind <> 'individual' AND l.destination_id IS NOT DISTINCT FROM d.id)";

/// Makes the links of everybody in the partner's team to that program, which the partner has joined. The caller has locked the team, or it
/// is new.
pub fn for_partner(conn: &mut PgConnection, partner: &Partner, program: ProgramId) -> QueryResult<()> {
    programs::table.find(program).select(programs::id).for_share().first::<ProgramId>(conn)?;
    let missing = sql_query(missing("e.partner_id = $1 AND e.program_id = $2"))
        .bind::<sql_types::Uuid, _>(partner.id)
        .bind::<sql_types::Uuid, _>(program)
        .load(conn)?;
    make(conn, missing).map(drop)
}

/// Makes the links of somebody who has just joined a team, whose row the caller has locked. Their programs keep the destinations that they
/// have until the transaction ends: whoever changes them locks the program, so that neither misses the other.
pub fn for_member(conn: &mut PgConnection, team: TeamId, member: MemberId) -> QueryResult<()> {
    let joined = enrollments::table
        .inner_join(partners::table.on(partners::id.eq(enrollments::partner_id)))
        .filter(partners::team_id.eq(team))
        .filter(enrollments::left_at.is_null())
        .select(enrollments::program_id);
    let held = programs::table.filter(programs::id.eq_any(joined)).order(programs::id).select(programs::id);
    held.for_share().load::<ProgramId>(conn)?;
    let missing = sql_query(missing("p.team_id = $1 AND m.id = $2"))
        .bind::<sql_types::Uuid, _>(team)
        .bind::<sql_types::Uuid, _>(member)
        .load(conn)?;
    make(conn, missing).map(drop)
}

/// Makes what is missing in these places in a program, whose row the caller has locked.
pub fn for_places(conn: &mut PgConnection, program: ProgramId, places: &[EnrollmentId]) -> QueryResult<()> {
    let missing = sql_query(missing("e.program_id = $1 AND e.id = ANY ($2)"))
        .bind::<sql_types::Uuid, _>(program)
        .bind::<Array<sql_types::Uuid>, _>(places.iter().map(|place| place.uuid()).collect::<Vec<_>>())
        .load(conn)?;
    make(conn, missing).map(drop)
}

/// SQL for its anti-join over what is there.
fn missing(which: &str) -> String {
    format!(
        "SELECT p.company_id, p.id AS partner_id, p.team_id, m.id AS member_id, u.name AS person, g.id AS program_id, g.name AS program, \
             d.id AS destination_id, d.name AS destination \
         FROM enrollments e JOIN partners p ON p.id = e.partner_id JOIN programs g ON g.id = e.program_id \
         JOIN members m ON m.team_id = p.team_id AND m.left_at IS NULL JOIN users u ON u.id = m.user_id {DEFAULTS} \
         WHERE {which} AND e.left_at IS NULL AND {LACKING} \
         ORDER BY e.joined_at, e.id, m.joined_at, m.id, d.created_at, d.id"
    )
}

fn make(conn: &mut PgConnection, missing: Vec<Missing>) -> QueryResult<usize> {
    let new = missing.into_iter().map(|row| NewLink {
        id: LinkId::new(),
        company: row.company_id,
        partner: row.partner_id,
        team: row.team_id,
        member: row.member_id,
        program: row.program_id,
        kind: LinkKind::Default,
        destination: row.destination_id,
        url: None,
        by: None,
        wishes: Wishes::of(&row.person, &row.program, row.destination.as_deref()),
    });
    Ok(making::make(conn, new.collect())?.len())
}
