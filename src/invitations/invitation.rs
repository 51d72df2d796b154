//! The invitation's row and its states.

use crate::{
    companies::StaffRole, email_address::EmailAddress, ids::*, schema::invitations, teams::MemberRole, text_enum, tokens::hash_of,
};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

/// How long a link works, from its sending (S41).
pub const LINK_LIVES: TimeDelta = TimeDelta::days(7);
/// How long a team has to approve.
pub const WAITING_LIVES: TimeDelta = TimeDelta::days(14);

text_enum!(
    /// Who is asked for what.
    InvitationKind {
        /// A company asks a person to bring a team, new or theirs, into a program.
        Program = "program",
        /// A person is asked into a team.
        Member = "member",
        /// A person is asked to work for a company.
        Staff = "staff",
    }
);

text_enum!(
    /// What is stored of where an invitation stands.
    InvitationStatus {
        /// For the team's approval, or, listed on a parent, for that parent.
        Waiting = "waiting",
        /// The link is out.
        Sent = "sent",
        /// Answered with yes.
        Accepted = "accepted",
        /// Answered with no by the invitee, or by the team it was put to.
        Declined = "declined",
        /// Refused by the team.
        Rejected = "rejected",
        /// Taken back.
        Revoked = "revoked",
    }
);

impl InvitationStatus {
    /// Those of which there is one at a time, until it expires.
    pub const LIVING: [Self; 2] = [Self::Waiting, Self::Sent];
}

/// Where an invitation stands, as people see it: what is stored, and what follows from the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As stored.
    Is(InvitationStatus),
    /// Waiting or sent, and over its time.
    Expired,
}

/// Somebody asked in.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = invitations)]
pub struct Invitation {
    /// Key.
    pub id: InvitationId,
    /// Who is asked for what.
    pub kind: InvitationKind,
    /// The company that asks; none where a team asks for itself.
    pub company_id: Option<CompanyId>,
    /// Member: the team they are asked into (none while listed on a parent). Program: the team that accepted.
    pub team_id: Option<TeamId>,
    /// Program: which.
    pub program_id: Option<ProgramId>,
    /// The program invitation that listed this person.
    pub parent_id: Option<InvitationId>,
    /// Program: the team it was put to (rule 50).
    pub put_to_team_id: Option<TeamId>,
    /// By whom.
    pub put_by: Option<UserId>,
    /// When.
    pub put_at: Option<DateTime<Utc>>,
    /// Who is asked.
    pub email: EmailAddress,
    /// Their name, where known; else empty.
    pub name: String,
    /// Program: the name that the company gave the team to be.
    pub team_name: String,
    /// Member: as what.
    pub role: Option<MemberRole>,
    /// Staff: as what.
    pub staff_role: Option<StaffRole>,
    /// Who asked.
    pub asked_by: UserId,
    /// Who approved for the team.
    pub approved_by: Option<UserId>,
    /// What is stored of where it stands.
    pub status: InvitationStatus,
    /// Which link is the living one; 0 before the first sending.
    pub generation: i32,
    /// Of the mail; empty for the usual one.
    pub subject: String,
    /// The personal message; may be empty.
    pub message: String,
    /// Why it was declined or rejected; may be empty.
    pub reason: String,
    /// When it was asked.
    pub created_at: DateTime<Utc>,
    /// When the living link was sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// When the link, or the waiting, ends.
    pub expires_at: DateTime<Utc>,
    /// When the owner was last reminded of it.
    pub reminded_at: Option<DateTime<Utc>>,
    /// When a new link was last asked for.
    pub renewal_asked_at: Option<DateTime<Utc>>,
    /// When it was answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// By whom.
    pub answered_by: Option<UserId>,
}

impl Invitation {
    /// The invitation behind a mailed link.
    pub fn by_token(conn: &mut PgConnection, token: &str) -> QueryResult<Option<Self>> {
        Self::query().filter(invitations::token_hash.eq(hash_of(token))).first(conn).optional()
    }

    /// An invitation of teams or members that this company made; its own staff's are the administrators' matter.
    pub fn of_company(conn: &mut PgConnection, company: CompanyId, id: InvitationId) -> QueryResult<Self> {
        Self::query()
            .filter(invitations::id.eq(id))
            .filter(invitations::company_id.eq(company))
            .filter(invitations::kind.ne(InvitationKind::Staff))
            .first(conn)
    }

    /// The same, locked until the transaction ends.
    pub fn lock_of_company(conn: &mut PgConnection, company: CompanyId, id: InvitationId) -> QueryResult<Self> {
        Self::query()
            .filter(invitations::id.eq(id))
            .filter(invitations::company_id.eq(company))
            .filter(invitations::kind.ne(InvitationKind::Staff))
            .for_no_key_update()
            .first(conn)
    }

    /// An invitation to work for this company, locked until the transaction ends.
    pub fn lock_of_staff(conn: &mut PgConnection, company: CompanyId, id: InvitationId) -> QueryResult<Self> {
        Self::query()
            .filter(invitations::id.eq(id))
            .filter(invitations::company_id.eq(company))
            .filter(invitations::kind.eq(InvitationKind::Staff))
            .for_no_key_update()
            .first(conn)
    }

    /// The same row, locked until the transaction ends.
    pub fn lock(conn: &mut PgConnection, id: InvitationId) -> QueryResult<Self> {
        Self::query().filter(invitations::id.eq(id)).for_no_key_update().first(conn)
    }

    /// How the person is called: by their name, or by their address where no name is known.
    pub fn person(&self) -> &str {
        if self.name.is_empty() { self.email.as_str() } else { &self.name }
    }

    /// Whether its link is out, expired or not.
    pub fn is_sent(&self) -> bool {
        self.status == InvitationStatus::Sent
    }

    /// Where it stands at that moment.
    pub fn state(&self, now: DateTime<Utc>) -> State {
        match self.status {
            InvitationStatus::Waiting | InvitationStatus::Sent if self.expires_at <= now => State::Expired,
            status => State::Is(status),
        }
    }
}
