//! What is done with an invitation that is out already (rule 24, S42, S43): by staff of its company, and sent again by the team that made it.

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    companies::{StaffPermission, staff::Staff},
    db::{self, now},
    email_address::EmailAddress,
    error::Result,
    ids::InvitationId,
    invitations::{
        Invitation, InvitationKind, InvitationStatus, State,
        emails::asking,
        invitation::LINK_LIVES,
        sending::{asked_by, mail_colleague, mail_member},
    },
    mail::{self, Mailer},
    programs::Program,
    schema::invitations,
    teams::{MemberRole, Team},
    tokens::Purpose,
};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde_json::json;

/// Between two sendings at least.
pub const RESEND_PAUSE: TimeDelta = TimeDelta::minutes(10);
/// Sendings after the first at most.
pub const RESENDS: i32 = 5;
/// Between asking and the first reminder, and between reminders, at least.
pub const REMINDER_PAUSE: TimeDelta = TimeDelta::days(3);

/// What came of resending.
#[derive(Debug)]
pub enum Resent {
    /// The new link is on its way, and the old one is dead.
    Done {
        /// Who is asked.
        person: String,
        /// How long the new link works.
        until: DateTime<Utc>,
    },
    /// It was sent a moment ago.
    TooSoon {
        /// When it may be sent again.
        again_at: DateTime<Utc>,
    },
    /// It was sent as often as it may be.
    TooOften,
    /// It is not out: it waits, or is over.
    NotSent(State),
}

/// What came of reminding.
#[derive(Debug)]
pub enum Reminded {
    /// The owner's mail is queued.
    Done {
        /// The team.
        team: Team,
        /// Whom we reminded.
        owner: Box<User>,
    },
    /// The owner was asked or reminded a moment ago.
    TooSoon {
        /// When they may be reminded again.
        again_at: DateTime<Utc>,
    },
    /// It does not wait for a team.
    NotWaiting,
}

/// What came of changing the role.
#[derive(Debug, PartialEq, Eq)]
pub enum RoleChanged {
    /// From this to the wanted one.
    Done(MemberRole),
    /// It was this role already.
    Same,
    /// It waits no longer: what the team approved stays.
    NotWaiting,
}

/// Makes a new link, which kills the old one, and mails the same text again. People listed on it wait as long as it lives.
pub fn resend(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, staff: &Staff, id: InvitationId) -> Result<Resent> {
    db::transaction(conn, |conn| {
        staff.recheck(conn, StaffPermission::Invite)?;
        let before = Invitation::lock_of_company(conn, staff.company.id, id)?;
        send_again(conn, mailer, by, &before)
    })
}

/// The new link and its mail, for an invitation that the caller has locked.
pub(super) fn send_again(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, before: &Invitation) -> Result<Resent> {
    let (id, generation) = (before.id, before.generation + 1);
    let sent = diesel::update(invitations::table.find(id))
        .filter(invitations::status.eq(InvitationStatus::Sent))
        .filter(invitations::generation.le(RESENDS))
        .filter(invitations::sent_at.le((now() - RESEND_PAUSE).nullable()))
        .set((
            invitations::generation.eq(generation),
            invitations::token_hash.eq(mailer.tokens().hash(Purpose::Invitation, id.uuid(), generation)),
            invitations::sent_at.eq(now().nullable()),
            invitations::expires_at.eq(now() + LINK_LIVES),
        ))
        .returning(Invitation::as_returning())
        .get_result(conn)
        .optional()?;
    let Some(invitation) = sent else { return Ok(why_not_resent(before)) };
    mail::give_up(conn, &[id.uuid()], "Not sent: a newer link took its place.")?;
    match (invitation.kind, invitation.team_id) {
        (InvitationKind::Program, _) => mail_program(conn, mailer, &invitation)?,
        (InvitationKind::Member, Some(team)) => {
            let team = Team::find(conn, team)?;
            mail_member(conn, mailer, &invitation, &team)?;
        }
        (InvitationKind::Staff, _) => mail_colleague(conn, mailer, &invitation)?,
        (InvitationKind::Member, None) => unreachable!("who is sent a link is asked into a team"),
    }
    let event = Event::new(Action::InvitationResent).company(invitation.company_id).team(invitation.team_id).target(id.uuid());
    audit::record(conn, by, event.after(json!({ "sending": generation })))?;
    Ok(Resent::Done { person: invitation.person().to_owned(), until: invitation.expires_at })
}

/// Mails the team's owner once more that somebody waits.
pub fn remind(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, staff: &Staff, id: InvitationId) -> Result<Reminded> {
    db::transaction(conn, |conn| {
        staff.recheck(conn, StaffPermission::Invite)?;
        let before = Invitation::lock_of_company(conn, staff.company.id, id)?;
        let long_ago = now() - REMINDER_PAUSE;
        let never = invitations::reminded_at.is_null().and(invitations::created_at.le(long_ago));
        let reminded = diesel::update(invitations::table.find(id))
            .filter(invitations::status.eq(InvitationStatus::Waiting))
            .filter(invitations::expires_at.gt(now()))
            .filter(invitations::team_id.is_not_null())
            .filter(never.or(invitations::reminded_at.le((now() - REMINDER_PAUSE).nullable()).assume_not_null()))
            .set(invitations::reminded_at.eq(now().nullable()))
            .returning(Invitation::as_returning())
            .get_result(conn)
            .optional()?;
        let Some((invitation, team)) = reminded.and_then(|invitation| invitation.team_id.map(|team| (invitation, team))) else {
            return Ok(match (before.state(Utc::now()), before.team_id) {
                (State::Is(InvitationStatus::Waiting), Some(_)) => Reminded::TooSoon { again_at: before.remind_at() },
                _ => Reminded::NotWaiting,
            });
        };
        let team = Team::find(conn, team)?;
        let owner = User::find(conn, team.owner_id)?;
        let (company, asker) = asked_by(conn, &invitation)?;
        mail::queue(conn, mailer, Some(company.id), &asking::please_approve(&owner, &company, &asker, &team, &[invitation], true))?;
        audit::record(conn, by, Event::new(Action::OwnerReminded).company(company.id).team(team.id).target(id.uuid()))?;
        Ok(Reminded::Done { team, owner: Box::new(owner) })
    })
}

/// Changes the role that is asked for, while it waits.
pub fn change_role(conn: &mut PgConnection, by: &Actor, staff: &Staff, id: InvitationId, role: MemberRole) -> Result<RoleChanged> {
    db::transaction(conn, |conn| {
        staff.recheck(conn, StaffPermission::Invite)?;
        let before = Invitation::lock_of_company(conn, staff.company.id, id)?;
        let changed = diesel::update(invitations::table.find(id))
            .filter(invitations::status.eq(InvitationStatus::Waiting))
            .filter(invitations::expires_at.gt(now()))
            .set(invitations::role.eq(role))
            .execute(conn)?;
        let Some(old) = before.role.filter(|_| changed == 1) else { return Ok(RoleChanged::NotWaiting) };
        if old == role {
            return Ok(RoleChanged::Same);
        }
        let event = Event::new(Action::InvitationRoleChanged).company(staff.company.id).team(before.team_id).target(id.uuid());
        audit::record(conn, by, event.before(json!({ "role": old })).after(json!({ "role": role })))?;
        Ok(RoleChanged::Done(old))
    })
}

fn mail_program(conn: &mut PgConnection, mailer: &Mailer, invitation: &Invitation) -> QueryResult<()> {
    let listed: Vec<(String, EmailAddress)> = diesel::update(invitations::table)
        .filter(invitations::parent_id.eq(invitation.id))
        .filter(invitations::status.eq(InvitationStatus::Waiting))
        .set(invitations::expires_at.eq(invitation.expires_at))
        .returning((invitations::name, invitations::email))
        .get_results(conn)?;
    let names: Vec<String> = listed.into_iter().map(|(name, email)| if name.is_empty() { email.to_string() } else { name }).collect();
    let (company, asker) = asked_by(conn, invitation)?;
    let program = Program::find(conn, company.id, invitation.program_id.ok_or(diesel::NotFound)?)?;
    let letter = asking::invitation(invitation, &company, &asker, &program.name, &names);
    mail::queue_until(conn, mailer, Some(company.id), &letter, invitation.expires_at).map(drop)
}

fn why_not_resent(invitation: &Invitation) -> Resent {
    match (invitation.status, invitation.sent_at) {
        (InvitationStatus::Sent, Some(_)) if invitation.generation > RESENDS => Resent::TooOften,
        (InvitationStatus::Sent, Some(at)) => Resent::TooSoon { again_at: at + RESEND_PAUSE },
        (status, _) => Resent::NotSent(State::Is(status)),
    }
}

impl Invitation {
    /// From when on the owner may be reminded.
    pub fn remind_at(&self) -> DateTime<Utc> {
        self.reminded_at.unwrap_or(self.created_at) + REMINDER_PAUSE
    }
}
