//! What a team does with programs by itself: joins an open one, accepts new terms, leaves (rules 34 and 51).

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    companies::Company,
    db::{self, now},
    error::{Error, Result},
    ids::{ProgramId, TermsId},
    invitations::joining,
    links::defaults,
    mail::{self, Letter, Mailer},
    programs::{Partner, Program, Terms, emails, enrollment, partner::in_charge},
    schema::{companies, enrollments, partners, programs},
    teams::{Membership, Team, TeamPermission},
};
use diesel::prelude::*;
use serde_json::json;

/// What came of joining.
#[derive(Debug)]
pub enum Joining {
    /// The team is in.
    Done,
    /// It was in before.
    AlreadyIn,
    /// Another version of the terms is in force than the one that was read.
    TermsChanged,
}

/// What came of accepting terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepting {
    /// They are accepted.
    Done,
    /// Somebody of the team accepted them before.
    Already,
    /// Another version of the terms is in force than the one that was read.
    TermsChanged,
    /// The team is not in the program any more.
    NotIn,
}

/// Who speaks for which team about which program, with all of it locked or held.
struct Seat<'a> {
    member: &'a Membership,
    team: Team,
    program: Program,
    company: Company,
    terms: Option<Terms>,
}

/// Joins an open program for the team, accepting the version of its terms that was read; every member has access at once. `NotFound` where
/// the program is not open, `Forbidden` where they may not, or where the company ended the partnership.
pub fn join(
    conn: &mut PgConnection,
    mailer: &Mailer,
    by: &Actor,
    member: &Membership,
    program: ProgramId,
    read: Option<TermsId>,
) -> Result<Joining> {
    db::transaction(conn, |conn| {
        let seat = Seat::take(conn, member, program)?;
        let met = seat.partner(conn)?;
        if let Some(partner) = &met
            && enrollment::is_in(conn, partner.id, program)?
        {
            return Ok(Joining::AlreadyIn);
        }
        if !seat.program.open {
            return Err(Error::NotFound);
        }
        if met.is_some_and(|partner| partner.ended_at.is_some()) {
            return Err(Error::Forbidden(ended(&seat.company).into()));
        }
        if seat.in_force() != read {
            return Ok(Joining::TermsChanged);
        }
        let partner = Partner::meet(conn, seat.company.id, seat.team.id)?;
        enrollment::enroll(conn, &partner, program)?;
        defaults::for_partner(conn, &partner, program)?;
        if let Some(terms) = &seat.terms
            && terms.accept(conn, partner.id, member.user.id)?
        {
            seat.receipt(conn, mailer, terms)?;
        }
        joining::revoke_same(conn, by, program, seat.team.id)?;
        seat.record(conn, by, Action::ProgramJoined)?;
        seat.tell_company(conn, mailer, &partner, |to| emails::joined(&seat.company, &seat.program, &seat.team, &member.user, to))?;
        Ok(Joining::Done)
    })
}

/// Accepts the version of the terms that was read, for a team that is in the program. `NotFound` where it never was.
pub fn accept_terms(
    conn: &mut PgConnection,
    mailer: &Mailer,
    by: &Actor,
    member: &Membership,
    program: ProgramId,
    read: TermsId,
) -> Result<Accepting> {
    db::transaction(conn, |conn| {
        let seat = Seat::take(conn, member, program)?;
        let partner = seat.partner(conn)?.ok_or(Error::NotFound)?;
        if !enrollment::is_in(conn, partner.id, program)? {
            return if enrollment::was_in(conn, partner.id, program)? { Ok(Accepting::NotIn) } else { Err(Error::NotFound) };
        }
        let Some(terms) = seat.terms.as_ref().filter(|terms| terms.id == read) else { return Ok(Accepting::TermsChanged) };
        if !terms.accept(conn, partner.id, member.user.id)? {
            return Ok(Accepting::Already);
        }
        seat.record(conn, by, Action::TermsAccepted)?;
        seat.receipt(conn, mailer, terms)?;
        Ok(Accepting::Done)
    })
}

/// Leaves a program for the team; says whether it was in. What was done there stays to be read. `NotFound` where it never was.
pub fn leave(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, member: &Membership, program: ProgramId) -> Result<bool> {
    db::transaction(conn, |conn| {
        let seat = Seat::take(conn, member, program)?;
        let partner = seat.partner(conn)?.ok_or(Error::NotFound)?;
        let left = diesel::update(enrollments::table)
            .filter(enrollments::partner_id.eq(partner.id))
            .filter(enrollments::program_id.eq(program))
            .filter(enrollments::left_at.is_null())
            .set(enrollments::left_at.eq(now().nullable()))
            .execute(conn)?;
        if left == 0 {
            return if enrollment::was_in(conn, partner.id, program)? { Ok(false) } else { Err(Error::NotFound) };
        }
        seat.record(conn, by, Action::ProgramLeft)?;
        seat.tell_company(conn, mailer, &partner, |to| emails::left(&seat.company, &seat.program, &seat.team, &member.user, to))?;
        Ok(true)
    })
}

/// What a team reads that the company sent away.
pub fn ended(company: &Company) -> String {
    format!("{0} ended the partnership with this team. Ask {0} for an invitation.", company.name)
}

impl<'a> Seat<'a> {
    /// Locks the team, asks again for the right (S31), and holds the program as it is.
    fn take(conn: &mut PgConnection, member: &'a Membership, program: ProgramId) -> Result<Self> {
        let team = Team::lock(conn, member.team.id)?;
        member.recheck(conn, &team, TeamPermission::AnswerProgramInvitations)?;
        let terms = Terms::held(conn, program)?;
        let (program, company) = programs::table
            .inner_join(companies::table)
            .filter(programs::id.eq(program))
            .select((Program::as_select(), Company::as_select()))
            .first(conn)?;
        Ok(Self { member, team, program, company, terms })
    }

    fn in_force(&self) -> Option<TermsId> {
        self.terms.as_ref().map(|terms| terms.id)
    }

    fn partner(&self, conn: &mut PgConnection) -> QueryResult<Option<Partner>> {
        Partner::query()
            .filter(partners::company_id.eq(self.company.id))
            .filter(partners::team_id.eq(self.team.id))
            .for_no_key_update()
            .first(conn)
            .optional()
    }

    fn record(&self, conn: &mut PgConnection, by: &Actor, action: Action) -> QueryResult<()> {
        let event = Event::new(action).company(self.company.id).team(self.team.id).target(self.program.id.uuid());
        audit::record(conn, by, event.after(json!({ "terms": self.terms.as_ref().map(|terms| terms.number) })))
    }

    fn receipt(&self, conn: &mut PgConnection, mailer: &Mailer, terms: &Terms) -> QueryResult<()> {
        let letter = emails::receipt(&self.company, &self.program, terms, &self.team, &self.member.user);
        mail::queue(conn, mailer, Some(self.company.id), &letter).map(drop)
    }

    fn tell_company(
        &self,
        conn: &mut PgConnection,
        mailer: &Mailer,
        partner: &Partner,
        letter: impl Fn(&User) -> Letter,
    ) -> QueryResult<()> {
        for user in in_charge(conn, partner.id)? {
            mail::queue(conn, mailer, Some(self.company.id), &letter(&user))?;
        }
        Ok(())
    }
}
