//! One type per table's key, so that a member's id can never be passed for a team's.

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
                 diesel::AsExpression, diesel::FromSqlRow)]
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        #[serde(transparent)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// A new id: a UUIDv7, so that ids made later sort later.
            #[allow(clippy::new_without_default, reason = "an id out of nowhere is never a default")]
            pub fn new() -> Self { Self(uuid::Uuid::now_v7()) }
            /// The id as a plain UUID, for tables that name rows of several kinds.
            pub fn uuid(self) -> uuid::Uuid { self.0 }
        }
        impl From<uuid::Uuid> for $name {
            fn from(id: uuid::Uuid) -> Self { Self(id) }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> { text.parse().map(Self) }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
        impl diesel::serialize::ToSql<diesel::sql_types::Uuid, diesel::pg::Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>) -> diesel::serialize::Result {
                diesel::serialize::ToSql::<diesel::sql_types::Uuid, diesel::pg::Pg>::to_sql(&self.0, out)
            }
        }
        impl diesel::deserialize::FromSql<diesel::sql_types::Uuid, diesel::pg::Pg> for $name {
            fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                <uuid::Uuid as diesel::deserialize::FromSql<diesel::sql_types::Uuid, diesel::pg::Pg>>::from_sql(bytes).map(Self)
            }
        }
    )+};
}

id!(
    /// A person with a login.
    UserId,
    /// A request for a new password.
    PasswordResetId,
    /// One of a person's sessions, as they see it. It opens nothing.
    SessionId,
    /// A new address on its way.
    EmailChangeId,
    /// An app that makes a person's codes.
    AuthenticatorId,
    /// A sign-in whose code is awaited.
    SecondStepId,
    /// An organisation that runs programs.
    CompanyId,
    /// A person's place in a company.
    StaffId,
    /// A one-time link that founds a company.
    SetupId,
    /// A partner team.
    TeamId,
    /// A person's place in a team.
    MemberId,
    /// The ownership of a team, offered to a member.
    OwnershipOfferId,
    /// A company's offer.
    ProgramId,
    /// One published version of a program's terms.
    TermsId,
    /// What a company teaches.
    CourseId,
    /// A part of a course.
    LessonId,
    /// A team as one company sees it.
    PartnerId,
    /// A word that a company puts on its partners.
    TagId,
    /// What staff write down about a partner.
    NoteId,
    /// A partner's place in one program.
    EnrollmentId,
    /// Where links of a program lead besides its own destination.
    DestinationId,
    /// A member's referral link.
    LinkId,
    /// An answered redirect, as the destination is told.
    ClickId,
    /// Somebody asked in.
    InvitationId,
    /// What a company and a partner, or one of its members, write to each other.
    ConversationId,
    /// One message of a conversation.
    MessageId,
    /// What a company's own system shows when it reports sales.
    ApiKeyId,
    /// A company's customer.
    CustomerId,
    /// A sale that was reported.
    ConversionId,
    /// The refund of a sale.
    RefundId,
    /// A lead that a member contributed.
    ReferralId,
    /// The sale of a lead, taken back.
    ReferralRefundId,
    /// What a sale earned.
    CommissionId,
    /// A line of the ledger.
    EntryId,
    /// Where a team's money goes.
    PayoutDetailsId,
    /// Money that a team takes out.
    WithdrawalId,
    /// A file of withdrawals for payment.
    ExportId,
    /// A mail in the outbox.
    MailId,
    /// The worker's claim on a mail.
    LeaseId,
    /// A line of the audit log.
    EventId,
    /// One HTTP request, as the audit log and the answer's `x-request-id` name it.
    RequestId,
);
