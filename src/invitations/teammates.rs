//! A team asks people in by itself: whoever may invite, without anybody's approval (rule 34).

use crate::{
    access::Limiter,
    audit::{self, Action, Actor, Event},
    db::{self, now},
    error::{Error, Result},
    ids::{InvitationId, TeamId, UserId},
    invitations::{
        Invitation, InvitationKind, InvitationStatus, State,
        asking::{self, Obstacle, Person},
        invitation::LINK_LIVES,
        quota,
        revoking::{self, Revoked},
        sending::mail_member,
        upkeep::{self, Resent},
    },
    mail::Mailer,
    schema::invitations,
    teams::{MemberRole, Membership, Team, TeamPermission, TeamRole},
    tokens::Purpose,
    words,
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;

/// What came of asking people in.
#[derive(Debug)]
pub enum Asked {
    /// Their mails are queued; the links work so long.
    Sent(DateTime<Utc>),
    /// Somebody is in already, or asked by the team already: nobody was asked. By place in the list.
    InTheWay(Vec<(usize, Obstacle)>),
    /// This role is not theirs to give; the sentence says who can. Nobody was asked, and the try is written down.
    Refused(MemberRole, &'static str),
}

/// Asks people into the team; all of them or none.
pub fn invite(
    conn: &mut PgConnection,
    mailer: &Mailer,
    limiter: &Limiter,
    by: &Actor,
    member: &Membership,
    people: &[Person],
    message: &str,
) -> Result<Asked> {
    db::transaction(conn, |conn| {
        let team = Team::lock(conn, member.team.id)?;
        let role = member.recheck(conn, &team, TeamPermission::InviteMembers)?;
        let gives = team.given_by(role);
        if let Some(person) = people.iter().find(|person| !gives.contains(&person.role)) {
            audit::record(conn, by, Event::new(Action::Refused).team(team.id))?;
            return Ok(Asked::Refused(person.role, team.who_can(role, person.role.given_by())));
        }
        let obstacles = asking::obstacles(conn, None, team.id, people)?;
        if !obstacles.is_empty() {
            return Ok(Asked::InTheWay(obstacles));
        }
        quota::take_of_team(conn, limiter, member, people.len())?;
        let emails: Vec<_> = people.iter().map(|person| &person.email).collect();
        revoking::expired_members(conn, by, None, team.id, &emails)?;
        let mut until = Utc::now();
        // Made from the last to the first, so that the list, newest first, shows them in order.
        for person in people.iter().rev() {
            let invitation = insert(conn, mailer, team.id, member.user.id, person, message)?;
            until = invitation.expires_at;
            mail_member(conn, mailer, &invitation, &team)?;
            let event = Event::new(Action::MemberInvited).team(team.id).target(invitation.id.uuid());
            audit::record(conn, by, event.after(json!({ "role": person.role })))?;
        }
        Ok(Asked::Sent(until))
    })
}

/// Makes a new link, which kills the old one. `NotFound` where it is no invitation that this team made, `Forbidden` where its role is not
/// theirs to give: the try is written down. `ProofRequired` where it is finance and they have not just proved who they are.
pub fn resend(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, member: &Membership, id: InvitationId, proven: bool) -> Result<Resent> {
    let resent = db::transaction(conn, |conn| {
        let (team, role, before) = lock(conn, member, id)?;
        let given = before.role.expect("a CHECK gives every member invitation its role");
        if !team.given_by(role).contains(&given) {
            let why = team.who_can(role, given.given_by());
            return Err(Error::Forbidden(format!("You cannot give the role {}. {why}", given.label()).into()));
        }
        if given == MemberRole::Finance && !proven {
            return Err(Error::ProofRequired);
        }
        upkeep::send_again(conn, mailer, by, &before)
    });
    if let Err(Error::Forbidden(_)) = resent {
        audit::record(conn, by, Event::new(Action::Refused).team(member.team.id).target(id.uuid()))?;
    }
    resent
}

/// Takes an invitation back. `NotFound` where it is none that this team made.
pub fn revoke(conn: &mut PgConnection, by: &Actor, member: &Membership, id: InvitationId) -> Result<Revoked> {
    db::transaction(conn, |conn| {
        let (_, _, invitation) = lock(conn, member, id)?;
        Ok(match revoking::take_back(conn, by, &[id])? {
            0 => Revoked::Over(State::Is(invitation.status)),
            _ => Revoked::Done { person: invitation.person().to_owned() },
        })
    })
}

/// Locks the team, asks again for the right (S31), and locks the invitation.
fn lock(conn: &mut PgConnection, member: &Membership, id: InvitationId) -> Result<(Team, TeamRole, Invitation)> {
    let team = Team::lock(conn, member.team.id)?;
    let role = member.recheck(conn, &team, TeamPermission::InviteMembers)?;
    let invitation = Invitation::query()
        .filter(invitations::id.eq(id))
        .filter(invitations::team_id.eq(team.id))
        .filter(invitations::kind.eq(InvitationKind::Member))
        .filter(invitations::company_id.is_null())
        .for_no_key_update()
        .first(conn)?;
    Ok((team, role, invitation))
}

fn insert(
    conn: &mut PgConnection,
    mailer: &Mailer,
    team: TeamId,
    asker: UserId,
    person: &Person,
    message: &str,
) -> QueryResult<Invitation> {
    let (id, first) = (InvitationId::new(), 1);
    diesel::insert_into(invitations::table)
        .values((
            invitations::id.eq(id),
            invitations::kind.eq(InvitationKind::Member),
            invitations::team_id.eq(team),
            invitations::email.eq(&person.email),
            invitations::name.eq(&person.name),
            invitations::search.eq(words::fold(&format!("{} {}", person.name, person.email))),
            invitations::role.eq(person.role),
            invitations::asked_by.eq(asker),
            invitations::message.eq(message),
            invitations::status.eq(InvitationStatus::Sent),
            invitations::generation.eq(first),
            invitations::token_hash.eq(mailer.tokens().hash(Purpose::Invitation, id.uuid(), first)),
            invitations::sent_at.eq(now().nullable()),
            invitations::expires_at.eq(now() + LINK_LIVES),
        ))
        .returning(Invitation::as_returning())
        .get_result(conn)
}
