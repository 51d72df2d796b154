//! Closing a team (rule 47): by its owner, once and for all, and not while a company owes it money. Rows stay, so that companies read on what
//! was; nobody enters it any more.

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Because, Event},
    db::{self, now},
    error::{Error, Result},
    governing::{emails::ownership as emails, ownership},
    ids::{CompanyId, InvitationId, PartnerId, TeamId},
    invitations::{InvitationStatus, revoking},
    mail::{self, Mailer},
    payouts::TeamBalance,
    schema::{enrollments, invitations, members, partners, teams, users},
    teams::{Membership, Team, TeamPermission},
};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{Array, BigInt, Nullable, Text},
};
use serde_json::json;

/// What ends with the team, as its owner reads it before.
#[derive(Debug, Clone)]
pub struct Ends {
    /// Program and company, by company.
    pub programs: Vec<(String, String)>,
    /// Invitations into the team that are open.
    pub invitations: i64,
    /// What companies owe the team still: while there is any, it cannot be closed.
    pub money: Vec<TeamBalance>,
}

/// What came of closing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// It is closed.
    Done,
    /// Companies owe it money still; nothing was changed.
    Money(Vec<TeamBalance>),
}

impl Ends {
    /// What would end now. SQL for programs and invitations in one statement: the page has few to spare.
    pub fn read(conn: &mut PgConnection, team: TeamId) -> QueryResult<Self> {
        let rows: Vec<Ending> = sql_query(
            "SELECT e.program, e.company, (SELECT count(*) FROM invitations i WHERE i.team_id = t.id AND i.status = ANY ($2) AND i.expires_at > now()) AS invitations \
             FROM teams t LEFT JOIN (SELECT p.team_id, g.name AS program, c.name AS company FROM partners p \
                 JOIN enrollments e ON e.partner_id = p.id AND e.left_at IS NULL \
                 JOIN programs g ON g.id = e.program_id JOIN companies c ON c.id = e.company_id) e ON e.team_id = t.id \
             WHERE t.id = $1 ORDER BY e.company, e.program",
        )
        .bind::<sql_types::Uuid, _>(team)
        .bind::<Array<Text>, _>(InvitationStatus::LIVING.iter().map(|status| status.as_str()).collect::<Vec<_>>())
        .load(conn)?;
        let invitations = rows.first().map_or(0, |row| row.invitations);
        let programs = rows.into_iter().filter_map(|row| row.program.zip(row.company)).collect();
        Ok(Self { programs, invitations, money: money_of(conn, team)? })
    }
}

#[derive(QueryableByName)]
struct Ending {
    #[diesel(sql_type = Nullable<Text>)]
    program: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    company: Option<String>,
    #[diesel(sql_type = BigInt)]
    invitations: i64,
}

/// What companies owe the team: available, held until later, or on its way.
fn money_of(conn: &mut PgConnection, team: TeamId) -> QueryResult<Vec<TeamBalance>> {
    Ok(TeamBalance::of_team(conn, team)?.into_iter().filter(TeamBalance::holds_money).collect())
}

/// Closes the team: its partnerships and places in programs end, open invitations and offers with them, and everybody in it is mailed.
pub fn close(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, owner: &Membership) -> Result<Closed> {
    db::transaction(conn, |conn| {
        let team = Team::lock(conn, owner.team.id)?;
        if team.closed_at.is_some() {
            return Err(Error::NotFound);
        }
        owner.recheck(conn, &team, TeamPermission::HandOver)?;
        // Whoever books meanwhile waits: a withdrawal that fails now is not missed by looking before it and after.
        let ours = partners::table.filter(partners::team_id.eq(team.id)).order(partners::id).select(partners::id);
        ours.for_no_key_update().load::<PartnerId>(conn)?;
        let money = money_of(conn, team.id)?;
        if !money.is_empty() {
            return Ok(Closed::Money(money));
        }
        diesel::update(teams::table.find(team.id)).set(teams::closed_at.eq(now().nullable())).execute(conn)?;
        let living =
            invitations::table.filter(invitations::team_id.eq(team.id)).filter(invitations::status.eq_any(InvitationStatus::LIVING));
        let open: Vec<InvitationId> = living.select(invitations::id).order(invitations::id).load(conn)?;
        revoking::end(conn, by, &open, Because::TeamClosed)?;
        ownership::end_with_team(conn, team.id)?;
        audit::record(conn, by, Event::new(Action::TeamClosed).team(team.id).target(team.id.uuid()))?;
        for company in end_partnerships(conn, team.id)? {
            let event = Event::new(Action::TeamClosed).company(company).target(team.id.uuid());
            audit::record(conn, by, event.after(json!({ "name": team.name })))?;
        }
        let others: Vec<User> = members::table
            .inner_join(users::table)
            .filter(members::team_id.eq(team.id))
            .filter(members::left_at.is_null())
            .filter(members::user_id.ne(owner.user.id))
            .select(User::as_select())
            .load(conn)?;
        for person in others {
            mail::queue(conn, mailer, None, &emails::closed(&person, &team, &owner.user))?;
        }
        Ok(Closed::Done)
    })
}

/// Ends what the team has with companies, and names them.
fn end_partnerships(conn: &mut PgConnection, team: TeamId) -> QueryResult<Vec<CompanyId>> {
    let ended: Vec<(PartnerId, CompanyId)> = diesel::update(partners::table)
        .filter(partners::team_id.eq(team))
        .filter(partners::ended_at.is_null())
        .set(partners::ended_at.eq(now().nullable()))
        .returning((partners::id, partners::company_id))
        .get_results(conn)?;
    let ids: Vec<PartnerId> = ended.iter().map(|(id, _)| *id).collect();
    diesel::update(enrollments::table)
        .filter(enrollments::partner_id.eq_any(ids))
        .filter(enrollments::left_at.is_null())
        .set(enrollments::left_at.eq(now().nullable()))
        .execute(conn)?;
    Ok(ended.into_iter().map(|(_, company)| company).collect())
}
