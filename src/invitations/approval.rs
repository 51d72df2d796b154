//! The team's approvals: members that companies ask for, program invitations put before the team, and new terms (rule 38).

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    companies::Company,
    db::{self, now},
    error::{Error, Result},
    ids::{InvitationId, ProgramId, TeamId, TermsId},
    invitations::{
        Invitation, InvitationKind, InvitationStatus, State,
        accepting::{self, ForTeam},
        asker::{self, Asker, Behalf},
        by_team::{self, Accepting},
        declining,
        emails::asking,
        sending::{Approval, send_approved},
    },
    mail::{self, Letter, Mailer},
    programs::{
        Program,
        due::{Due, WAITING},
    },
    schema::{companies, invitations, programs, terms, users},
    teams::{MemberRole, Membership, Team, TeamPermission, TeamRole},
    web::pagination::{Cursor, PAGE_SIZE, Page, Start},
};
use diesel::{
    dsl::{exists, not},
    prelude::*,
    sql_query, sql_types,
};
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
    /// Program invitations: the version of the terms in force, with its number.
    pub terms: Option<(TermsId, i32)>,
}

/// What waits for the team.
#[derive(Debug, Clone)]
pub enum Matter {
    /// A member, or a program invitation.
    Asked(Box<Waiting>),
    /// New terms.
    Terms(Due),
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

/// What is answered at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Several {
    /// Members that companies ask for.
    pub members: Vec<InvitationId>,
    /// Program invitations, with the version of the terms that their card named.
    pub programs: Vec<(InvitationId, Option<TermsId>)>,
    /// New terms of programs.
    pub terms: Vec<(ProgramId, TermsId)>,
}

/// What came of several decisions at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Decided as wanted.
    pub done: usize,
    /// Over before.
    pub over: usize,
    /// Not accepted, since newer terms are in force than those that were named.
    pub changed: usize,
}

/// Who decides: a member, and the team as it is found again inside the transaction.
struct Judge<'a> {
    member: &'a Membership,
    team: Team,
    role: TeamRole,
}

/// How many decisions wait for a team, by who may answer them.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct WaitingCount {
    /// Members that companies ask for.
    #[diesel(sql_type = sql_types::BigInt)]
    members: i64,
    /// Program invitations put before the team, and new terms.
    #[diesel(sql_type = sql_types::BigInt)]
    programs: i64,
}

/// How many decisions wait for this team. SQL, so that it is one statement: every page of the team asks it.
pub fn count_waiting(conn: &mut PgConnection, team: TeamId) -> QueryResult<WaitingCount> {
    sql_query(format!(
        "SELECT (SELECT count(*) FROM invitations i WHERE i.team_id = $1 AND i.status = 'waiting' AND i.expires_at > now()) AS members, \
             (SELECT count(*) FROM invitations i WHERE i.put_to_team_id = $1 AND i.status = 'sent' AND i.expires_at > now()) \
             + (SELECT count(*) {WAITING}) AS programs"
    ))
    .bind::<sql_types::Uuid, _>(team)
    .get_result(conn)
}

impl WaitingCount {
    /// All of them.
    pub fn all(self) -> i64 {
        self.members + self.programs
    }

    /// Those that this member may answer.
    pub fn answered_by(self, member: &Membership) -> i64 {
        let if_may = |permission, count| if member.may(permission) { count } else { 0 };
        if_may(TeamPermission::ApproveMembers, self.members) + if_may(TeamPermission::AnswerProgramInvitations, self.programs)
    }
}

/// A page of what waits for this team, newest first: in two statements.
pub fn waiting(conn: &mut PgConnection, team: TeamId, start: Start) -> QueryResult<Page<Matter>> {
    let asked = rows(conn, team, None, start)?.into_iter().map(|waiting| Matter::Asked(Box::new(waiting)));
    let mut matters: Vec<Matter> = asked.chain(Due::rows(conn, team, start)?.into_iter().map(Matter::Terms)).collect();
    matters.sort_by_key(|matter| {
        let Cursor { at, id } = matter.cursor();
        (at, id)
    });
    if !matches!(start, Start::Before(_)) {
        matters.reverse();
    }
    matters.truncate(PAGE_SIZE + 1);
    Ok(Page::of(start, matters, Matter::cursor))
}

/// One decision that waits for this team. `NotFound` where it is none, or none any more.
pub fn one_waiting(conn: &mut PgConnection, team: TeamId, id: InvitationId) -> QueryResult<Waiting> {
    rows(conn, team, Some(id), Start::First)?.pop().ok_or(diesel::NotFound)
}

fn rows(conn: &mut PgConnection, team: TeamId, only: Option<InvitationId>, start: Start) -> QueryResult<Vec<Waiting>> {
    let (askers, putters) = diesel::alias!(users as askers, users as putters);
    let later = diesel::alias!(terms as later);
    let superseded =
        later.filter(later.field(terms::program_id).eq(terms::program_id)).filter(later.field(terms::number).gt(terms::number));
    let members = invitations::team_id.eq(team).and(invitations::status.eq(InvitationStatus::Waiting));
    let put = invitations::put_to_team_id.eq(team).and(invitations::status.eq(InvitationStatus::Sent));
    let mut query = invitations::table
        .inner_join(companies::table)
        .inner_join(askers.on(askers.field(users::id).eq(invitations::asked_by)))
        .left_join(programs::table.on(programs::id.nullable().eq(invitations::program_id)))
        .left_join(putters.on(putters.field(users::id).nullable().eq(invitations::put_by)))
        .left_join(terms::table.on(terms::program_id.nullable().eq(invitations::program_id).and(not(exists(superseded)))))
        .filter(members.or(put))
        .filter(invitations::expires_at.gt(now()))
        .select((
            Invitation::as_select(),
            Company::as_select(),
            askers.field(users::name),
            Option::<Program>::as_select(),
            putters.field(users::name).nullable(),
            (terms::id, terms::number).nullable(),
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
    let rows = query.load::<(Invitation, Company, String, Option<Program>, Option<String>, Option<(TermsId, i32)>)>(conn)?;
    let row = |(invitation, company, asker, program, put_by, terms)| Waiting { invitation, company, asker, program, put_by, terms };
    Ok(rows.into_iter().map(row).collect())
}

/// Decides about one person whom a company asks for (rule 21), in the role that the decision names: the caller has asked for a proof where
/// that is finance. `Forbidden` where the right to decide or to give that role is gone.
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

/// Answers several at once: all of them or none. New terms are accepted or not answered here. A try without the right is written down.
/// `ProofRequired` where somebody would become finance and who answers has not just proved who they are: what the company asks for is known
/// for certain here alone, since it may change it until then.
pub fn answer_several(
    conn: &mut PgConnection,
    mailer: &Mailer,
    by: &Actor,
    member: &Membership,
    several: &Several,
    decision: &Decision,
    proven: bool,
) -> Result<Tally> {
    let answered: Result<Tally> = db::transaction(conn, |conn| {
        let mut tally = Tally::default();
        if !several.members.is_empty() {
            let judge = Judge::take_seat(conn, member)?;
            for id in &several.members {
                tally.add(match judge.decide(conn, mailer, by, *id, decision)? {
                    Decided::Approved(invitation) if invitation.role == Some(MemberRole::Finance) && !proven => {
                        return Err(Error::ProofRequired);
                    }
                    Decided::Approved(_) | Decided::Rejected(_) => ForTeam::Done,
                    Decided::Over(_) => ForTeam::NotOpen,
                });
            }
        }
        for (id, read) in &several.programs {
            tally.add(match decision {
                Decision::Approve(_) => accepting::accept_for_team(conn, mailer, member, by.request, *id, *read)?,
                Decision::Reject(reason) => declining::decline_for_team(conn, mailer, member, by.request, *id, reason)?,
            });
        }
        for (program, read) in &several.terms {
            if let Decision::Approve(_) = decision {
                tally.add(match by_team::accept_terms(conn, mailer, by, member, *program, *read)? {
                    Accepting::Done => ForTeam::Done,
                    Accepting::Already | Accepting::NotIn => ForTeam::NotOpen,
                    Accepting::TermsChanged => ForTeam::TermsChanged,
                });
            }
        }
        Ok(tally)
    });
    if let Err(Error::Forbidden(_)) = answered {
        audit::record(conn, by, Event::new(Action::Refused).team(member.team.id))?;
    }
    answered
}

impl Tally {
    fn add(&mut self, came: ForTeam) {
        match came {
            ForTeam::Done => self.done += 1,
            ForTeam::NotOpen => self.over += 1,
            ForTeam::TermsChanged => self.changed += 1,
        }
    }
}

impl Several {
    /// How many.
    pub fn count(&self) -> usize {
        self.members.len() + self.programs.len() + self.terms.len()
    }
}

impl Matter {
    /// Its place in the list.
    fn cursor(&self) -> Cursor {
        match self {
            Self::Asked(waiting) => waiting.invitation.cursor(),
            Self::Terms(due) => due.cursor(),
        }
    }
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
