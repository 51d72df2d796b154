//! Leads that members contribute by the form (rules 30 and 42).

use crate::{
    audit::{self, Action, Actor, Event},
    companies::Company,
    db,
    email_address::EmailAddress,
    error::Result,
    ids::*,
    mail::{self, Mailer},
    programs::partner::in_charge,
    referrals::{emails, noticing::Noticed},
    schema::{companies, enrollments, partners, programs, referrals},
    teams::{Membership, Team, TeamPermission},
    text_enum, words,
};
use diesel::{dsl::exists, prelude::*};

/// The most characters of a note.
pub const NOTE_LENGTH: usize = 2000;
/// Programs to choose from at most.
const MOST_PROGRAMS: i64 = 200;

text_enum!(
    /// Where a referral stands.
    ReferralStatus {
        /// Sent in, and not looked at yet.
        Submitted = "submitted",
        /// The company takes it up.
        Approved = "approved",
        /// The company does not, or it came to nothing.
        Declined = "declined",
        /// It became a sale.
        Won = "won",
    }
);

/// A lead as it is sent in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// Made when the form was shown, so that a second sending of it is the same referral (R15).
    pub id: ReferralId,
    /// For which offer.
    pub program: ProgramId,
    /// The person.
    pub name: String,
    /// Where they work; may be empty.
    pub organisation: String,
    /// Their address.
    pub email: EmailAddress,
    /// What the company should know; may be empty.
    pub note: String,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contributed {
    /// It stands, by this sending of the form or by an earlier one; it went to this company.
    Done(String),
    /// The form was sent before with another lead; nothing was changed.
    FormUsed,
    /// The team is not in that program.
    NotIn,
}

/// A program that a lead can be for.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Choice {
    /// Which.
    pub id: ProgramId,
    /// Its name.
    pub name: String,
    /// The company's name.
    pub company: String,
}

impl Choice {
    /// The programs that the team is in, by company and name.
    pub fn all(conn: &mut PgConnection, team: TeamId) -> QueryResult<Vec<Self>> {
        partners::table
            .inner_join(enrollments::table.on(enrollments::partner_id.eq(partners::id)))
            .inner_join(programs::table.on(programs::id.eq(enrollments::program_id)))
            .inner_join(companies::table.on(companies::id.eq(programs::company_id)))
            .filter(partners::team_id.eq(team))
            .filter(partners::ended_at.is_null())
            .filter(enrollments::left_at.is_null())
            .order((companies::name, programs::name, programs::id))
            .limit(MOST_PROGRAMS)
            .select((programs::id, programs::name, companies::name))
            .load(conn)
    }
}

/// Sends a lead to the company of its program. `Forbidden` where they may not any more.
pub fn contribute(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, member: &Membership, lead: &Lead) -> Result<Contributed> {
    db::transaction(conn, |conn| {
        let company: Option<CompanyId> = programs::table.find(lead.program).select(programs::company_id).first(conn).optional()?;
        let Some(company) = company else { return Ok(Contributed::NotIn) };
        // The company before the team, as everywhere: of two leads with one address the later one is noticed.
        let company = Company::lock(conn, company)?;
        let team = Team::lock(conn, member.team.id)?;
        member.recheck(conn, &team, TeamPermission::ContributeReferrals)?;
        let Some(partner) = partner_in(conn, team.id, lead.program)? else { return Ok(Contributed::NotIn) };
        let noticed = Noticed::about(conn, company.id, team.id, &member.user, &lead.email)?;
        let search = words::fold(&format!("{} {} {}", lead.name, lead.organisation, lead.email));
        let made = diesel::insert_into(referrals::table)
            .values((
                (
                    referrals::id.eq(lead.id),
                    referrals::company_id.eq(company.id),
                    referrals::partner_id.eq(partner),
                    referrals::team_id.eq(team.id),
                    referrals::member_id.eq(member.id),
                    referrals::program_id.eq(lead.program),
                ),
                (
                    referrals::name.eq(&lead.name),
                    referrals::organisation.eq(&lead.organisation),
                    referrals::email.eq(&lead.email),
                    referrals::note.eq(&lead.note),
                    referrals::search.eq(search),
                ),
                noticed,
            ))
            .on_conflict(referrals::id)
            .do_nothing()
            .execute(conn)?;
        if made == 0 {
            return if is_same(conn, member, lead)? { Ok(Contributed::Done(company.name)) } else { Ok(Contributed::FormUsed) };
        }
        audit::record(conn, by, Event::new(Action::ReferralContributed).company(company.id).team(team.id).target(lead.id.uuid()))?;
        let about = emails::About::read(conn, lead.id)?;
        for to in in_charge(conn, partner)? {
            mail::queue(conn, mailer, Some(company.id), &emails::contributed(&about, &to))?;
        }
        Ok(Contributed::Done(company.name))
    })
}

/// The team as the program's company sees it, where it is in the program now.
fn partner_in(conn: &mut PgConnection, team: TeamId, program: ProgramId) -> QueryResult<Option<PartnerId>> {
    enrollments::table
        .inner_join(partners::table.on(partners::id.eq(enrollments::partner_id)))
        .filter(partners::team_id.eq(team))
        .filter(partners::ended_at.is_null())
        .filter(enrollments::program_id.eq(program))
        .filter(enrollments::left_at.is_null())
        .select(partners::id)
        .first(conn)
        .optional()
}

/// Whether the form that was sent before said the same. Whoever's it is: what it said is neither shown nor changed.
fn is_same(conn: &mut PgConnection, member: &Membership, lead: &Lead) -> QueryResult<bool> {
    let same = referrals::table
        .find(lead.id)
        .filter(referrals::member_id.eq(member.id))
        .filter(referrals::program_id.eq(lead.program))
        .filter(referrals::name.eq(&lead.name))
        .filter(referrals::organisation.eq(&lead.organisation))
        .filter(referrals::email.eq(&lead.email))
        .filter(referrals::note.eq(&lead.note));
    diesel::select(exists(same)).get_result(conn)
}

impl ReferralStatus {
    /// The word on a page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Submitted => "New",
            Self::Approved => "Approved",
            Self::Declined => "Declined",
            Self::Won => "Won",
        }
    }
}
