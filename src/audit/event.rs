//! Lines of the audit log. Ids and role names only, never people's names, addresses or texts: those are joined when shown.

use crate::{ids::*, schema::audit, text_enum};
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

text_enum!(
    /// What was done. Past tense, as a sentence's verb.
    Action {
        /// A company was founded through a set-up link.
        CompanyFounded = "company founded",
        /// Somebody signed in.
        SignedIn = "signed in",
        /// Somebody signed out.
        SignedOut = "signed out",
        /// Somebody signed in proved again who they are.
        IdentityConfirmed = "identity confirmed",
        /// A new password was asked for.
        PasswordResetAsked = "password reset asked",
        /// A new password was set by a mailed link.
        PasswordReset = "password reset",
        /// Somebody changed their name or time zone.
        ProfileChanged = "profile changed",
        /// Somebody changed their password.
        PasswordChanged = "password changed",
        /// Somebody gave a new address, which is to be proved.
        EmailChangeAsked = "email change asked",
        /// A new address was proved and counts.
        EmailChanged = "email changed",
        /// Somebody gave up a new address before it was proved, or chose a new password before.
        EmailChangeCancelled = "email change cancelled",
        /// A change of address was taken back from the old one.
        EmailChangeUndone = "email change undone",
        /// Somebody switched two-step sign-in on, or took another app for it.
        TwoStepSetUp = "two-step set up",
        /// Two-step sign-in was switched off.
        TwoStepSwitchedOff = "two-step switched off",
        /// A recovery code stood in for somebody's app.
        RecoveryCodeUsed = "recovery code used",
        /// Somebody made new recovery codes.
        RecoveryCodesRenewed = "recovery codes renewed",
        /// A team or company began to require two-step sign-in, or requires it no more.
        TwoStepRequirementChanged = "two-step requirement changed",
        /// Somebody ended one of their sessions.
        SessionEnded = "session ended",
        /// Somebody ended all their sessions but one.
        OtherSessionsEnded = "other sessions ended",
        /// A program was made.
        ProgramCreated = "program created",
        /// A program was changed.
        ProgramEdited = "program edited",
        /// What sales of a program earn was changed.
        CommissionRuleChanged = "commission rule changed",
        /// A course was made.
        CourseCreated = "course created",
        /// What is written about a course was changed.
        CourseEdited = "course edited",
        /// A course was given to programs, or taken from them.
        CourseGiven = "course given",
        /// A lesson was written.
        LessonCreated = "lesson created",
        /// A lesson was changed.
        LessonEdited = "lesson edited",
        /// A lesson was shown to members.
        LessonPublished = "lesson published",
        /// A published lesson was made a draft again.
        LessonRetracted = "lesson retracted",
        /// A lesson changed its place.
        LessonMoved = "lesson moved",
        /// A member marked a lesson done.
        LessonDone = "lesson done",
        /// A member took that back.
        LessonUndone = "lesson undone",
        /// A new team was invited into a program.
        TeamInvited = "team invited",
        /// Somebody was asked into a team.
        MemberInvited = "member invited",
        /// An invitation was sent again with a new link.
        InvitationResent = "invitation resent",
        /// An invitation was taken back.
        InvitationRevoked = "invitation revoked",
        /// The team was reminded of a waiting invitation.
        OwnerReminded = "owner reminded",
        /// The role of a waiting invitation was changed.
        InvitationRoleChanged = "invitation role changed",
        /// A program invitation was put before a team.
        InvitationPutToTeam = "invitation put to team",
        /// A new link was asked for.
        RenewalAsked = "renewal asked",
        /// The team approved somebody.
        MemberApproved = "member approved",
        /// The team refused somebody.
        MemberRejected = "member rejected",
        /// An invitation was accepted.
        InvitationAccepted = "invitation accepted",
        /// An invitation was declined.
        InvitationDeclined = "invitation declined",
        /// A team was founded.
        TeamFounded = "team founded",
        /// Somebody joined a team.
        MemberJoined = "member joined",
        /// Somebody's role in a team was changed.
        RoleChanged = "role changed",
        /// Somebody was removed from a team.
        MemberRemoved = "member removed",
        /// Somebody left a team.
        MemberLeft = "member left",
        /// The ownership of a team was offered to a member.
        OwnershipOffered = "ownership offered",
        /// An offer of ownership was taken back.
        OwnershipOfferCancelled = "ownership offer cancelled",
        /// An offer of ownership was declined.
        OwnershipOfferDeclined = "ownership offer declined",
        /// A team has another owner.
        OwnershipHandedOver = "ownership handed over",
        /// A team got another name.
        TeamRenamed = "team renamed",
        /// A team was closed.
        TeamClosed = "team closed",
        /// What roles of a team may do was switched.
        PermissionsSwitched = "permissions switched",
        /// A team joined a program.
        ProgramJoined = "program joined",
        /// A team left a program.
        ProgramLeft = "program left",
        /// Another version of a program's terms was published.
        TermsPublished = "terms published",
        /// A team accepted terms that were published since it joined.
        TermsAccepted = "terms accepted",
        /// A partner was assigned to a colleague, or to nobody.
        PartnerAssigned = "partner assigned",
        /// A tag was put on a partner.
        PartnerTagged = "partner tagged",
        /// A tag was taken off a partner.
        PartnerUntagged = "partner untagged",
        /// A note about a partner was written.
        NoteAdded = "note added",
        /// Somebody was asked to work for the company.
        StaffInvited = "staff invited",
        /// Somebody works for the company now.
        StaffJoined = "staff joined",
        /// The role of somebody who works for the company was changed.
        StaffRoleChanged = "staff role changed",
        /// Somebody works for the company no more.
        StaffRemoved = "staff removed",
        /// Staff made a link for one member.
        LinkMade = "link made",
        /// A member switched on a link that a program offers.
        LinkSwitchedOn = "link switched on",
        /// A member chose another text for a link.
        LinkTextChanged = "link text changed",
        /// Members of a program may choose the text of their links, or no longer.
        LinkTextSwitched = "link text switched",
        /// A program's links got a further destination.
        DestinationAdded = "destination added",
        /// A further destination was changed.
        DestinationChanged = "destination changed",
        /// No new links lead to a destination any more.
        DestinationRetired = "destination retired",
        /// Links may lead to a host.
        HostListed = "host listed",
        /// Links may lead to a host no longer.
        HostUnlisted = "host unlisted",
        /// A message was sent; what it says stands in the conversation alone.
        MessageSent = "message sent",
        /// A key was made with which the company's own system reports sales.
        ApiKeyMade = "api key made",
        /// A key was taken back.
        ApiKeyRevoked = "api key revoked",
        /// A sale was reported with a key.
        SaleReported = "sale reported",
        /// A refund was reported with a key.
        SaleRefunded = "sale refunded",
        /// A member contributed a lead.
        ReferralContributed = "referral contributed",
        /// The company takes a lead up.
        ReferralApproved = "referral approved",
        /// The company does not take a lead up, or it came to nothing.
        ReferralDeclined = "referral declined",
        /// A lead became a sale.
        ReferralWon = "referral won",
        /// The sale of a won lead was taken back, whole or in part.
        ReferralTakenBack = "referral taken back",
        /// A team's payout details were changed; what they are stands in their row alone.
        PayoutDetailsChanged = "payout details changed",
        /// A team asked for a withdrawal.
        WithdrawalAsked = "withdrawal asked",
        /// A withdrawal was marked as paid.
        WithdrawalPaid = "withdrawal paid",
        /// A withdrawal was marked as failed.
        WithdrawalFailed = "withdrawal failed",
        /// A team took back a withdrawal that it had asked for.
        WithdrawalCancelled = "withdrawal cancelled",
        /// Withdrawals were put into a file for payment.
        WithdrawalsExported = "withdrawals exported",
        /// The least that a company pays out was changed.
        PayoutMinimumsChanged = "payout minimums changed",
        /// Something was tried without the right (rules 16 and 61).
        Refused = "refused",
    }
);

text_enum!(
    /// Why an invitation ended that nobody took back: kept as `because` in what the line says is there since.
    Because {
        /// The person is in the team by another one.
        Joined = "joined",
        /// The person is in the team, or asked into it, already.
        Known = "known",
        /// The team is in the program.
        InProgram = "in program",
        /// It was expired, and made room for a new one.
        Expired = "expired",
        /// Nobody who may stands for it any more.
        Unvouched = "unvouched",
        /// Who asked for it may not any more.
        AskerLost = "asker lost",
        /// The invitation that listed the person is over.
        WithParent = "with parent",
        /// The team is closed.
        TeamClosed = "team closed",
    }
);

/// Who acts, in which role, through which request.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The person; none where the program itself acts.
    pub user: Option<UserId>,
    /// Their role in the place they act in.
    pub role: Option<&'static str>,
    /// The request.
    pub request: Option<RequestId>,
}

impl Actor {
    /// The program itself: seeding, the command line.
    pub fn program() -> Self {
        Self { user: None, role: None, request: None }
    }
    /// A person in no particular role.
    pub fn person(user: UserId, request: Option<RequestId>) -> Self {
        Self { user: Some(user), role: None, request }
    }
}

/// What is written down.
#[derive(Debug, Clone)]
pub struct Event {
    /// What was done.
    pub action: Action,
    /// The company it concerns.
    pub company: Option<CompanyId>,
    /// The team it concerns.
    pub team: Option<TeamId>,
    /// The row it was done to.
    pub target: Option<Uuid>,
    /// What was there before.
    pub before: Option<Value>,
    /// What is there now.
    pub after: Option<Value>,
}

impl Event {
    /// `action`, with nothing else said yet.
    pub fn new(action: Action) -> Self {
        Self { action, company: None, team: None, target: None, before: None, after: None }
    }
    /// In this company.
    pub fn company(self, id: impl Into<Option<CompanyId>>) -> Self {
        Self { company: id.into(), ..self }
    }
    /// In this team.
    pub fn team(self, id: impl Into<Option<TeamId>>) -> Self {
        Self { team: id.into(), ..self }
    }
    /// To this row.
    pub fn target(self, id: Uuid) -> Self {
        Self { target: Some(id), ..self }
    }
    /// From this.
    pub fn before(self, value: Value) -> Self {
        Self { before: Some(value), ..self }
    }
    /// To this.
    pub fn after(self, value: Value) -> Self {
        Self { after: Some(value), ..self }
    }
}

/// Writes the line, in the transaction of the change.
pub fn record(conn: &mut PgConnection, by: &Actor, event: Event) -> QueryResult<()> {
    diesel::insert_into(audit::table)
        .values((
            audit::id.eq(EventId::new()),
            audit::company_id.eq(event.company),
            audit::team_id.eq(event.team),
            audit::user_id.eq(by.user),
            audit::role.eq(by.role),
            audit::action.eq(event.action),
            audit::target_id.eq(event.target),
            audit::before.eq(event.before),
            audit::after.eq(event.after),
            audit::request_id.eq(by.request),
        ))
        .execute(conn)
        .map(drop)
}
