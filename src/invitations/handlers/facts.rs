//! What the pages of Invite Partners say of an invitation.

use crate::{
    audit::Action,
    companies::staff::Staff,
    invitations::{Invitation, InvitationStatus, State, detail::Past, list::Line, upkeep::RESENDS},
    teams::MemberRole,
    web::{Avatar, Moment, time::exact},
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;

/// The badge of its state.
#[derive(Debug, Clone)]
pub struct Badge {
    /// For `badge::invitation`.
    pub state: &'static str,
    /// Of somebody listed who waits: for whom.
    pub waits_for: Option<String>,
}

/// One line of the history, as a sentence.
#[derive(Debug, Clone)]
pub struct Told {
    /// Who did what.
    pub says: String,
    /// When.
    pub at: Moment,
}

impl Badge {
    /// Of that invitation now.
    pub fn of(line: &Line, now: DateTime<Utc>) -> Self {
        let state = line.badge(now);
        let owner = line.parent.as_ref().filter(|_| state == "waiting" && line.is_listed());
        Self { state, waits_for: owner.map(|parent| first_name(&parent.owner).to_owned()) }
    }
}

/// The state without a look at its mail.
pub fn stored(invitation: &Invitation, now: DateTime<Utc>) -> &'static str {
    match invitation.state(now) {
        State::Expired => "expired",
        State::Is(status) => status.as_str(),
    }
}

/// Two initials, or the dashed envelope where no name is known.
pub fn avatar(invitation: &Invitation) -> Avatar {
    if invitation.name.is_empty() { Avatar::pending() } else { Avatar::person(invitation.id.uuid(), &invitation.name) }
}

/// Below the person: the address, or that no name is known.
pub fn second_line(invitation: &Invitation) -> String {
    if invitation.name.is_empty() { "Name not known yet".to_owned() } else { invitation.email.to_string() }
}

/// Why nothing can be done with it any more.
pub fn over(state: State) -> &'static str {
    match state {
        State::Expired => "It expired. Invite the person again.",
        State::Is(InvitationStatus::Waiting) => "It waits for approval, and nobody has a link yet.",
        State::Is(InvitationStatus::Sent) => "It is out.",
        State::Is(InvitationStatus::Accepted) => "It was accepted.",
        State::Is(InvitationStatus::Declined) => "It was declined. Invite the person again if they change their mind.",
        State::Is(InvitationStatus::Rejected) => "The team rejected it.",
        State::Is(InvitationStatus::Revoked) => "It was revoked. Invite the person again.",
    }
}

/// What a link says whose invitation was taken back.
pub fn taken_back(asking: &str, asker: &str) -> String {
    format!("{asking} took it back, so it cannot be accepted any more. If you expected it, write to {asker}.")
}

/// Label and value of what is known of it.
pub fn of(line: &Line, staff: &Staff, now: DateTime<Utc>) -> Vec<(&'static str, String)> {
    let (invitation, zone) = (&line.invitation, staff.user.zone());
    let mut facts = vec![("Email", invitation.email.to_string())];
    facts.push(("Team", format!("{}, {}", line.team_name(), if line.is_for_existing_team() { "existing team" } else { "new team" })));
    facts.extend(line.program.clone().map(|program| ("Program", program)));
    facts.push(("Role", line.role_label().to_owned()));
    facts.push(("Asked by", format!("{}, {}", line.asker, exact(invitation.created_at, zone))));
    facts.extend(invitation.sent_at.map(|at| ("Sent", sent(at, invitation, zone))));
    let ends = if invitation.expires_at <= now { "Expired" } else { "Expires" };
    if line.is_living() {
        facts.push((ends, exact(invitation.expires_at, zone)));
    }
    if !invitation.reason.is_empty() {
        facts.push(("Reason", invitation.reason.clone()));
    }
    facts
}

fn sent(at: DateTime<Utc>, invitation: &Invitation, zone: Tz) -> String {
    match invitation.generation - 1 {
        0 => exact(at, zone),
        1 => format!("{}, sent again once", exact(at, zone)),
        again => format!("{}, sent again {again} times of {RESENDS}", exact(at, zone)),
    }
}

impl Told {
    /// The sentence of a line of the audit log; none for what an invitation's history does not tell.
    pub fn of(past: Past, line: &Line, now: DateTime<Utc>, zone: Tz) -> Option<Self> {
        let person = line.invitation.person();
        let who = past.who.as_deref().unwrap_or(person);
        let says = match past.action {
            Action::TeamInvited => format!("{who} invited {person} to open {}", line.invitation.team_name),
            Action::MemberInvited => format!("{who} asked for {person} as {}", role(past.after.as_ref())),
            Action::InvitationResent => format!("{who} sent a new link; the one before ended"),
            Action::InvitationRevoked => format!("{who} revoked it"),
            Action::OwnerReminded => format!("{who} reminded the team’s owner"),
            Action::InvitationRoleChanged => {
                format!("{who} changed the role from {} to {}", role(past.before.as_ref()), role(past.after.as_ref()))
            }
            Action::InvitationPutToTeam => format!("{who} put it before their team"),
            Action::RenewalAsked => format!("{who} asked for a new link"),
            Action::MemberApproved => format!("{who} approved it as {}", role(past.after.as_ref())),
            Action::MemberRejected => format!("{who} rejected it"),
            Action::InvitationAccepted => format!("{who} accepted"),
            Action::InvitationDeclined => format!("{who} declined"),
            _ => return None,
        };
        Some(Self { says, at: Moment::new(past.at, now, zone) })
    }
}

/// The role that an audit line names, as a word on a page.
fn role(value: Option<&Value>) -> &'static str {
    let word = value.and_then(|value| value["role"].as_str()).unwrap_or_default();
    MemberRole::parse(word).map_or("Owner", MemberRole::label)
}

/// The first word of a name; an address stays whole.
fn first_name(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}
