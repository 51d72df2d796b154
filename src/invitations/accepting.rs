//! Accepting: by the link, or for a team from its approvals (rules 50 to 52). What others may have changed since the page was shown is
//! asked again here, with the rows locked (S31, S40).

use crate::{
    accounts::{Grant, User},
    companies::{Company, StaffPermission, staff::Staff},
    db::{self, now},
    error::Result,
    ids::{InvitationId, RequestId, TeamId, TermsId, UserId},
    invitations::{
        Invitation, InvitationStatus,
        joining::{self, actor},
        listed::{self, Kept},
        standing::Home,
        vouching,
    },
    mail::Mailer,
    programs::Terms,
    schema::invitations,
    teams::{Membership, Team, TeamPermission, TeamRole},
};
use diesel::prelude::*;

/// What the invited person wants.
#[derive(Debug, Clone)]
pub struct Acceptance {
    /// Who.
    pub who: Accepter,
    /// What for.
    pub into: Into,
    /// The version of the terms that they read and accept; none where the program has no terms.
    pub terms: Option<TermsId>,
}

/// Who accepts by a link.
#[derive(Debug, Clone)]
pub enum Accepter {
    /// The invited person, signed in.
    Known(User),
    /// Somebody whose address the link has just proved.
    New {
        /// As others will see it.
        name: String,
        /// argon2id, in PHC form.
        password_hash: String,
    },
}

/// What an acceptance leads into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Into {
    /// A member invitation: its team.
    TheTeam,
    /// A program invitation, as founder of a new team.
    NewTeam {
        /// Its name.
        name: String,
        /// The listed people to invite into it.
        people: Vec<Kept>,
    },
    /// A program invitation, for a team of theirs.
    Team(TeamId),
    /// A staff invitation: its company.
    TheCompany,
}

impl Into {
    /// The listed people who are confirmed by it.
    pub fn people(&self) -> &[Kept] {
        match self {
            Self::NewTeam { people, .. } => people,
            Self::TheTeam | Self::Team(_) | Self::TheCompany => &[],
        }
    }

    /// The team of theirs that a program invitation is accepted for.
    pub const fn team(&self) -> Option<TeamId> {
        match self {
            Self::Team(id) => Some(*id),
            Self::TheTeam | Self::NewTeam { .. } | Self::TheCompany => None,
        }
    }
}

/// What came of an acceptance by link.
#[derive(Debug)]
pub enum Accepted {
    /// They are in.
    In {
        /// Who it was; a session of theirs may begin.
        grant: Grant,
        /// Where it leads.
        home: Home,
    },
    /// It cannot be accepted, or not so, any more: what the page says now is the answer. Nothing was changed.
    NotSo,
}

/// What came of an answer for a team from its approvals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForTeam {
    /// It is done.
    Done,
    /// It is answered, taken back or expired already. Nothing was changed.
    NotOpen,
    /// Another version of the terms is in force now. Nothing was changed.
    TermsChanged,
}

/// Accepts by the link. The caller has found through [`super::standing`] that the link is this person's to answer.
pub fn accept(
    conn: &mut PgConnection,
    mailer: &Mailer,
    request: Option<RequestId>,
    invitation: &Invitation,
    acceptance: &Acceptance,
) -> QueryResult<Accepted> {
    let Acceptance { who, into, terms: read } = acceptance;
    db::transaction(conn, |conn| {
        lock_company(conn, invitation, into)?;
        let team = lock_team(conn, invitation, into)?;
        let Some(invitation) = lock_open(conn, invitation.id)?.filter(|now| now.generation == invitation.generation) else {
            return Ok(Accepted::NotSo);
        };
        let terms = terms_in_force(conn, &invitation)?;
        if terms.as_ref().map(|terms| terms.id) != *read || !may(conn, &invitation, who, into, team.as_ref())? {
            return Ok(Accepted::NotSo);
        }
        let Some(user) = person(conn, &invitation, who)? else { return Ok(Accepted::NotSo) };
        let home = match (into, team) {
            (Into::TheCompany, _) => match joining::company(conn, mailer, request, &invitation, &user)? {
                Some(company) => Home::Company(company),
                None => return Ok(Accepted::NotSo),
            },
            (Into::NewTeam { name, people }, _) => {
                let team = joining::new_team(conn, request, &user, name)?;
                let by = actor(&user, TeamRole::Owner, request);
                joining::program(conn, mailer, &by, &invitation, &team, &user, terms.as_ref())?;
                let invited = listed::decide(conn, mailer, &by, &invitation, &team, people)?;
                joining::tell_asker(conn, mailer, &invitation, &team, &user, terms.as_ref(), &invited)?;
                Home::Team(team)
            }
            (Into::Team(_), Some(team)) => {
                let Some(role) = judged(conn, &team, user.id)? else { return Ok(Accepted::NotSo) };
                let by = actor(&user, role, request);
                joining::program_with_team(conn, mailer, &by, &invitation, &team, &user, terms.as_ref())?;
                Home::Team(team)
            }
            (Into::TheTeam, Some(team)) if !vouching::holds(conn, &team, &invitation)? => return Ok(Accepted::NotSo),
            (Into::TheTeam, Some(team)) if joining::team(conn, mailer, request, &invitation, &user, &team)? => Home::Team(team),
            (Into::TheTeam | Into::Team(_), _) => return Ok(Accepted::NotSo),
        };
        Ok(Accepted::In { grant: User::grant(conn, user.id)?, home })
    })
}

/// Accepts a program invitation that was put before the team, by an owner or admin (rule 50). `NotFound` where it was not put to them,
/// `Forbidden` where they are neither any more.
pub fn accept_for_team(
    conn: &mut PgConnection,
    mailer: &Mailer,
    by: &Membership,
    request: Option<RequestId>,
    id: InvitationId,
    read: Option<TermsId>,
) -> Result<ForTeam> {
    db::transaction(conn, |conn| {
        let team = Team::lock(conn, by.team.id)?;
        let role = by.recheck(conn, &team, TeamPermission::AnswerProgramInvitations)?;
        let Some(invitation) = lock_put_to(conn, team.id, id)? else { return Ok(ForTeam::NotOpen) };
        let terms = terms_in_force(conn, &invitation)?;
        if terms.as_ref().map(|terms| terms.id) != read {
            return Ok(ForTeam::TermsChanged);
        }
        joining::program_with_team(conn, mailer, &actor(&by.user, role, request), &invitation, &team, &by.user, terms.as_ref())?;
        Ok(ForTeam::Done)
    })
}

/// The role of this person in the locked team, where it may answer program invitations.
fn judged(conn: &mut PgConnection, team: &Team, user: UserId) -> QueryResult<Option<TeamRole>> {
    let role = Membership::role_now(conn, team, user)?;
    Ok(role.filter(|role| team.closed_at.is_none() && team.allows(*role, TeamPermission::AnswerProgramInvitations)))
}

/// The row, locked, where it can be answered now: of all who come at once, one finds it so.
fn lock_open(conn: &mut PgConnection, id: InvitationId) -> QueryResult<Option<Invitation>> {
    Invitation::query()
        .filter(invitations::id.eq(id))
        .filter(invitations::status.eq(InvitationStatus::Sent))
        .filter(invitations::expires_at.gt(now()))
        .for_no_key_update()
        .first(conn)
        .optional()
}

/// The same for an invitation that was put to this team; any other is out of the team's sight: `NotFound`.
pub(super) fn lock_put_to(conn: &mut PgConnection, team: TeamId, id: InvitationId) -> QueryResult<Option<Invitation>> {
    invitations::table
        .filter(invitations::id.eq(id))
        .filter(invitations::put_to_team_id.eq(team))
        .select(invitations::id)
        .first::<InvitationId>(conn)?;
    Ok(lock_open(conn, id)?.filter(|invitation| invitation.put_to_team_id == Some(team)))
}

/// Who joins a company waits for whoever changes its staff.
fn lock_company(conn: &mut PgConnection, invitation: &Invitation, into: &Into) -> QueryResult<()> {
    match (into, invitation.company_id) {
        (Into::TheCompany, Some(company)) => Company::lock(conn, company).map(drop),
        (Into::TheCompany | Into::TheTeam | Into::NewTeam { .. } | Into::Team(_), _) => Ok(()),
    }
}

fn lock_team(conn: &mut PgConnection, invitation: &Invitation, into: &Into) -> QueryResult<Option<Team>> {
    let team = match into {
        Into::Team(id) => Some(*id),
        Into::TheTeam => invitation.team_id,
        Into::NewTeam { .. } | Into::TheCompany => None,
    };
    let locked = team.map(|id| Team::lock(conn, id)).transpose()?;
    Ok(locked.filter(|team| team.closed_at.is_none()))
}

fn terms_in_force(conn: &mut PgConnection, invitation: &Invitation) -> QueryResult<Option<Terms>> {
    invitation.program_id.map_or(Ok(None), |program| Terms::held(conn, program))
}

/// Whether they may: for a team as its owner or admin; as a founder where they are in no team, or owner or admin of one (rule 51).
fn may(conn: &mut PgConnection, invitation: &Invitation, who: &Accepter, into: &Into, team: Option<&Team>) -> QueryResult<bool> {
    match (into, who, team) {
        // Who asked must still be one who may ask (S32).
        (Into::TheCompany, _, _) => match invitation.company_id {
            Some(company) => Staff::holds(conn, company, invitation.asked_by, StaffPermission::Administer),
            None => Ok(false),
        },
        (Into::TheTeam, _, team) => Ok(team.is_some()),
        (Into::NewTeam { .. }, Accepter::New { .. }, _) => Ok(true),
        (Into::NewTeam { .. }, Accepter::Known(user), _) => {
            let places = Membership::all_of(conn, user.id)?;
            Ok(places.is_empty() || places.iter().any(|(team, role)| team.allows(*role, TeamPermission::AnswerProgramInvitations)))
        }
        (Into::Team(_), Accepter::Known(user), Some(team)) => Ok(judged(conn, team, user.id)?.is_some()),
        (Into::Team(_), Accepter::New { .. }, _) | (Into::Team(_), Accepter::Known(_), None) => Ok(false),
    }
}

/// The person: found, or made by the link; nothing where an account has proved the address meanwhile.
fn person(conn: &mut PgConnection, invitation: &Invitation, who: &Accepter) -> QueryResult<Option<User>> {
    match who {
        Accepter::Known(user) => Ok(Some(user.clone())),
        Accepter::New { name, password_hash } => User::verified_by_link(conn, &invitation.email, name, password_hash),
    }
}
