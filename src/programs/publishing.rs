//! Publishing the next version of a program's terms (rule 28).

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    companies::{StaffPermission, staff::Staff},
    db,
    error::{Error, Result},
    ids::{CompanyId, ProgramId, TermsId},
    mail::{self, Mailer},
    programs::{Program, Terms, emails},
    schema::{enrollments, members, partners, programs, teams, terms, users},
    teams::{MemberRole, Team, TeamPermission, TeamRole, member::role_in, permissions::Rule},
};
use diesel::prelude::*;
use serde_json::json;

/// A text to publish.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The id it will have, made with the form: the same form sent again publishes nothing more (R15).
    pub id: TermsId,
    /// The text, in Markdown.
    pub body: String,
    /// The version that was before the writer's eyes.
    pub seen: i32,
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Published {
    /// This version is in force, and so many people are told.
    Done(i32, usize),
    /// The same form published this version before.
    Already(i32),
    /// The text is the one in force.
    Unchanged,
    /// Somebody else published since, which this text would silently undo.
    MovedOn,
}

/// Publishes, and tells whoever may accept it in the program's teams. `NotFound` where the program is none of the company's.
pub fn publish(
    conn: &mut PgConnection,
    mailer: &Mailer,
    by: &Actor,
    staff: &Staff,
    program: ProgramId,
    draft: &Draft,
) -> Result<Published> {
    db::transaction(conn, |conn| {
        staff.recheck(conn, StaffPermission::WritePrograms)?;
        let ours = Program::query().filter(programs::id.eq(program)).filter(programs::company_id.eq(staff.company.id));
        let program = ours.for_no_key_update().first(conn)?;
        if let Some((of, number)) =
            terms::table.find(draft.id).select((terms::program_id, terms::number)).first::<(ProgramId, i32)>(conn).optional()?
        {
            return if of == program.id { Ok(Published::Already(number)) } else { Err(Error::NotFound) };
        }
        let in_force = Terms::current(conn, program.id)?;
        let seen = in_force.as_ref().map_or(0, |terms| terms.number);
        if seen != draft.seen {
            return Ok(Published::MovedOn);
        }
        if in_force.is_some_and(|terms| terms.body == draft.body) {
            return Ok(Published::Unchanged);
        }
        let terms = Terms::publish(conn, by.user, program.id, draft.id, &draft.body)?;
        let event = Event::new(Action::TermsPublished).company(program.company_id).target(program.id.uuid());
        audit::record(conn, by, event.before(json!({ "terms": seen })).after(json!({ "terms": terms.number })))?;
        let told = tell_teams(conn, mailer, staff, &program, &terms)?;
        Ok(Published::Done(terms.number, told))
    })
}

/// Mails those in the program's teams who may accept: a mail for each team that they speak for.
fn tell_teams(conn: &mut PgConnection, mailer: &Mailer, staff: &Staff, program: &Program, terms: &Terms) -> QueryResult<usize> {
    const ANSWERS: TeamPermission = TeamPermission::AnswerProgramInvitations;
    let roles = MemberRole::ALL.iter().filter(|role| ANSWERS.rule(TeamRole::Given(**role)) != Rule::Never);
    let who: Vec<(User, Team, MemberRole)> = enrollments::table
        .inner_join(partners::table.on(partners::id.eq(enrollments::partner_id)))
        .inner_join(teams::table.on(teams::id.eq(partners::team_id)))
        .inner_join(members::table.on(members::team_id.eq(teams::id)))
        .inner_join(users::table.on(users::id.eq(members::user_id)))
        .filter(enrollments::program_id.eq(program.id))
        .filter(enrollments::left_at.is_null())
        .filter(members::left_at.is_null())
        .filter(members::role.eq_any(roles).or(members::user_id.eq(teams::owner_id)))
        .select((User::as_select(), Team::as_select(), members::role))
        .load(conn)?;
    let may = |(user, team, role): &&(User, Team, MemberRole)| team.allows(role_in(team, user.id, *role), ANSWERS);
    let letter = |(user, team, _): &(User, Team, MemberRole)| emails::new_terms(&staff.company, program, terms, team, user);
    mail::queue_all(conn, mailer, Some(program.company_id), who.iter().filter(may).map(letter))
}

/// What the page of a new version shows of the program.
#[derive(Debug)]
pub struct Writing {
    /// The program.
    pub program: Program,
    /// The version in force, where it has terms.
    pub in_force: Option<Terms>,
}

impl Writing {
    /// Of a program of that company, in two statements.
    pub fn read(conn: &mut PgConnection, company: CompanyId, program: ProgramId) -> QueryResult<Self> {
        Ok(Self { program: Program::find(conn, company, program)?, in_force: Terms::current(conn, program)? })
    }

    /// The number of the version in force; 0 for none.
    pub fn number(&self) -> i32 {
        self.in_force.as_ref().map_or(0, |terms| terms.number)
    }
}
