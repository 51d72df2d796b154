//! The team's approvals: members that companies ask for, and program invitations put before the team (rule 38).

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    companies::Company,
    db::{self, now},
    error::{Error, Result},
    ids::{InvitationId, TeamId},
    invitations::{
        Invitation, InvitationKind, InvitationStatus, State,
        asker::{self, Asker, Behalf},
        emails::asking,
        sending::{Approval, send_approved},
    },
    mail::{self, Letter, Mailer},
    programs::Program,
    schema::{companies, invitations, programs, users},
    teams::{MemberRole, Membership, Team, TeamPermission, TeamRole},
    web::pagination::{Cursor, PAGE_SIZE, Page, Start},
};
use diesel::prelude::*;
use serde_json::json;

/// One decision that waits for the team.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// What is to be decided.
    pub invitation: Invitation,
    /// The company that asks.
    pub company: Company,
    /// Who asked there.
    pub asker: String,
    /// Program invitations: into which.
    pub program: Option<Program>,
    /// Program invitations: who in the team put it before the team.
    pub put_by: Option<String>,
}

/// A decision about one person.
#[derive(Debug, Clone)]
pub enum Decision {
    /// In, as this; none as what the company asked for.
    Approve(Option<MemberRole>),
    /// Not in, for this reason, which may be empty.
    Reject(String),
}

/// What came of a decision.
#[derive(Debug)]
pub enum Decided {
    /// The invitee's mail is queued, and the asker is told.
    Approved(Box<Invitation>),
    /// The asker is told, the invitee nothing.
    Rejected(Box<Invitation>),
    /// It was over before: answered by somebody else, revoked, or expired.
    Over(State),
}

/// What came of several decisions at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Decided as wanted.
    pub done: usize,
    /// Over before.
    pub over: usize,
}

/// Who decides: a member, and the team as it is found again inside the transaction.
struct Judge<'a> {
    member: &'a Membership,
    team: Team,
    role: TeamRole,
}

/// How many decisions wait for this team.
pub fn count_waiting(conn: &mut PgConnection, team: TeamId) -> QueryResult<i64> {
    let members = invitations::team_id.eq(team).and(invitations::status.eq(InvitationStatus::Waiting));
    let programs = invitations::put_to_team_id.eq(team).and(invitations::status.eq(InvitationStatus::Sent));
    invitations::table.filter(members.or(programs)).filter(invitations::expires_at.gt(now())).count().get_result(conn)
}

/// A page of what waits for this team, newest first.
pub fn waiting(conn: &mut PgConnection, team: TeamId, start: Start) -> QueryResult<Page<Waiting>> {
    Ok(Page::of(start, rows(conn, team, None, start)?, |row| row.invitation.cursor()))
}

/// One decision that waits for this team. `NotFound` where it is none, or none any more.
pub fn one_waiting(conn: &mut PgConnection, team: TeamId, id: InvitationId) -> QueryResult<Waiting> {
    rows(conn, team, Some(id), Start::First)?.pop().ok_or(diesel::NotFound)
}

fn rows(conn: &mut PgConnection, team: TeamId, only: Option<InvitationId>, start: Start) -> QueryResult<Vec<Waiting>> {
    let (askers, putters) = diesel::alias!(users as askers, users as putters);
    let members = invitations::team_id.eq(team).and(invitations::status.eq(InvitationStatus::Waiting));
    let put = invitations::put_to_team_id.eq(team).and(invitations::status.eq(InvitationStatus::Sent));
    let mut query = invitations::table
        .inner_join(companies::table)
        .inner_join(askers.on(askers.field(users::id).eq(invitations::asked_by)))
        .left_join(programs::table.on(programs::id.nullable().eq(invitations::program_id)))
        .left_join(putters.on(putters.field(users::id).nullable().eq(invitations::put_by)))
        .filter(members.or(put))
        .filter(invitations::expires_at.gt(now()))
        .select((
            Invitation::as_select(),
            Company::as_select(),
            askers.field(users::name),
            Option::<Program>::as_select(),
            putters.field(users::name).nullable(),
        ))
        .limit(PAGE_SIZE as i64 + 1)
        .into_boxed();
    if let Some(id) = only {
        query = query.filter(invitations::id.eq(id));
    }
    query = match start {
        Start::First => query,
        Start::After(at) => {
            query.filter(invitations::created_at.lt(at.at).or(invitations::created_at.eq(at.at).and(invitations::id.lt(at.id))))
        }
        Start::Before(at) => {
            query.filter(invitations::created_at.gt(at.at).or(invitations::created_at.eq(at.at).and(invitations::id.gt(at.id))))
        }
    };
    query = match start {
        Start::First | Start::After(_) => query.order((invitations::created_at.desc(), invitations::id.desc())),
        Start::Before(_) => query.order((invitations::created_at, invitations::id)),
    };
    let rows = query.load::<(Invitation, Company, String, Option<Program>, Option<String>)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(invitation, company, asker, program, put_by)| Waiting { invitation, company, asker, program, put_by })
        .collect())
}

/// Decides about one person whom a company asks for (rule 21). `Forbidden` where the right to decide or to give that role is gone.
pub fn decide(
    conn: &mut PgConnection,
    mailer: &Mailer,
    by: &Actor,
    member: &Membership,
    id: InvitationId,
    decision: &Decision,
) -> Result<Decided> {
    db::transaction(conn, |conn| Judge::take_seat(conn, member)?.decide(conn, mailer, by, id, decision))
}

/// Decides the same about several: all of them or none.
pub fn decide_several(
    conn: &mut PgConnection,
    mailer: &Mailer,
    by: &Actor,
    member: &Membership,
    ids: &[InvitationId],
    decision: &Decision,
) -> Result<Tally> {
    db::transaction(conn, |conn| {
        let judge = Judge::take_seat(conn, member)?;
        let mut tally = Tally { done: 0, over: 0 };
        for id in ids {
            match judge.decide(conn, mailer, by, *id, decision)? {
                Decided::Approved(_) | Decided::Rejected(_) => tally.done += 1,
                Decided::Over(_) => tally.over += 1,
            }
        }
        Ok(tally)
    })
}

impl<'a> Judge<'a> {
    /// Locks the team and asks again for the right (S31).
    fn take_seat(conn: &mut PgConnection, member: &'a Membership) -> Result<Self> {
        let team = Team::lock(conn, member.team.id)?;
        let role = member.recheck(conn, &team, TeamPermission::ApproveMembers)?;
        Ok(Self { member, team, role })
    }

    fn decide(&self, conn: &mut PgConnection, mailer: &Mailer, by: &Actor, id: InvitationId, decision: &Decision) -> Result<Decided> {
        let asked = Invitation::query()
            .filter(invitations::id.eq(id))
            .filter(invitations::team_id.eq(self.team.id))
            .filter(invitations::kind.eq(InvitationKind::Member))
            .filter(invitations::company_id.is_not_null())
            .for_no_key_update()
            .first(conn)?;
        let decided = match decision {
            Decision::Approve(role) => self.approve(conn, mailer, &asked, *role)?,
            Decision::Reject(reason) => self.reject(conn, mailer, &asked, reason)?,
        };
        let (action, after) = match &decided {
            Decided::Approved(invitation) => (Action::MemberApproved, Some(json!({ "role": invitation.role }))),
            Decided::Rejected(_) => (Action::MemberRejected, None),
            Decided::Over(_) => return Ok(decided),
        };
        let event = Event::new(action).company(asked.company_id).team(self.team.id).target(id.uuid());
        audit::record(conn, by, Event { after, ..event.before(json!({ "role": asked.role })) })?;
        Ok(decided)
    }

    fn approve(&self, conn: &mut PgConnection, mailer: &Mailer, asked: &Invitation, role: Option<MemberRole>) -> Result<Decided> {
        let role = role.or(asked.role).ok_or(Error::NotFound)?;
        if !self.team.given_by(self.role).contains(&role) {
            return Err(Error::Forbidden(format!("As {} you cannot give the role {}.", self.role.label(), role.label()).into()));
        }
        let approval = Approval { team: &self.team, role, by: self.member.user.id };
        let Some(sent) = send_approved(conn, mailer, asked.id, approval)? else { return Ok(Decided::over(asked)) };
        self.tell_asker(conn, mailer, &sent, |company, asker| {
            asking::approved(&sent, company, asker, &self.team, &self.member.user, role)
        })?;
        Ok(Decided::Approved(Box::new(sent)))
    }

    fn reject(&self, conn: &mut PgConnection, mailer: &Mailer, asked: &Invitation, reason: &str) -> Result<Decided> {
        let rejected = diesel::update(invitations::table.find(asked.id))
            .filter(invitations::status.eq(InvitationStatus::Waiting))
            .filter(invitations::expires_at.gt(now()))
            .set((
                invitations::status.eq(InvitationStatus::Rejected),
                invitations::reason.eq(reason),
                invitations::answered_at.eq(now().nullable()),
                invitations::answered_by.eq(self.member.user.id),
            ))
            .returning(Invitation::as_returning())
            .get_result(conn)
            .optional()?;
        let Some(rejected) = rejected else { return Ok(Decided::over(asked)) };
        self.tell_asker(conn, mailer, &rejected, |company, asker| {
            asking::rejected(&rejected, company, asker, &self.team, &self.member.user)
        })?;
        Ok(Decided::Rejected(Box::new(rejected)))
    }

    /// Whoever has left the company is told nothing of it any more; the company sees the answer in its list.
    fn tell_asker(
        &self,
        conn: &mut PgConnection,
        mailer: &Mailer,
        invitation: &Invitation,
        letter: impl FnOnce(&Company, &User) -> Letter,
    ) -> QueryResult<()> {
        if let Some(Asker { behalf: Behalf::Company(company), user, .. }) = asker::of(conn, invitation)? {
            mail::queue(conn, mailer, Some(company.id), &letter(&company, &user))?;
        }
        Ok(())
    }
}

impl Decided {
    /// What was waiting is expired; what was not is what it was.
    fn over(asked: &Invitation) -> Self {
        match asked.status {
            InvitationStatus::Waiting => Self::Over(State::Expired),
            status => Self::Over(State::Is(status)),
        }
    }
}

impl Invitation {
    /// Its place in a list of the newest first.
    pub fn cursor(&self) -> Cursor {
        Cursor { at: self.created_at, id: self.id.uuid() }
    }
}
