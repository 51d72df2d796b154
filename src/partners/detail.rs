//! The partner detail view: one team as one company sees it (rules 11, 15, 16).

use crate::{
    ids::{CompanyId, InvitationId, MemberId, PartnerId, TeamId},
    invitations::InvitationStatus,
    mail::MailStatus,
    partners::{
        MemberRow, Search,
        activity::{Period, Series, Whose, series},
        care::{CARE, Care},
        health::{HEALTH, Health},
    },
    teams::MemberRole,
    training::progress,
    web::pagination::{MOST, Page, Start},
};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz},
};
use uuid::Uuid;

/// The most pending people that the detail view lists; all of them stand in Invite Partners.
pub const MOST_PENDING: usize = 50;

/// What stands at the head and at the side of the view.
#[derive(Debug, Clone, QueryableByName)]
pub struct PartnerHead {
    /// Key.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: PartnerId,
    /// Since when the team is a partner.
    #[diesel(sql_type = Timestamptz)]
    pub joined_at: DateTime<Utc>,
    /// The team.
    #[diesel(sql_type = sql_types::Uuid)]
    pub team_id: TeamId,
    /// The team's part of the URL.
    #[diesel(sql_type = Text)]
    pub slug: String,
    /// The team's name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Present members, owner included (rule 3).
    #[diesel(sql_type = Integer)]
    pub member_count: i32,
    /// People this company asked for who are not in yet (rule 3).
    #[diesel(sql_type = BigInt)]
    pub invited: i64,
    /// Members who have finished what is asked of them; nothing where no course reaches the team.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub trained: Option<i64>,
    /// Whether a course is required of them; where none is, every course is asked of them.
    #[diesel(sql_type = Bool)]
    pub requires: bool,
    /// The owner's name.
    #[diesel(sql_type = Text)]
    pub owner_name: String,
    /// The owner's address.
    #[diesel(sql_type = Text)]
    pub owner_email: String,
    /// The owner's place in the team.
    #[diesel(sql_type = sql_types::Uuid)]
    pub owner_member_id: MemberId,
    /// Names of the programs the team is in, in the order it joined them; the same order in the two below.
    #[diesel(sql_type = Array<Text>)]
    pub program_names: Vec<String>,
    /// Their keys.
    #[diesel(sql_type = Array<sql_types::Uuid>)]
    pub program_ids: Vec<Uuid>,
    /// Since when.
    #[diesel(sql_type = Array<Timestamptz>)]
    pub program_since: Vec<DateTime<Utc>>,
    /// Whom its members recommended to the company, counted to one more than [`MOST`].
    #[diesel(sql_type = BigInt)]
    pub referrals: i64,
    /// Those of them that wait for a decision.
    #[diesel(sql_type = BigInt)]
    pub new_referrals: i64,
    /// How the team is doing.
    #[diesel(embed)]
    pub health: Health,
    /// What only the company sees.
    #[diesel(embed)]
    pub care: Care,
    /// What the team brings.
    #[diesel(embed)]
    pub activity: Series,
}

/// Somebody this company asked into the team who is not in yet.
#[derive(Debug, Clone, QueryableByName)]
pub struct PendingRow {
    /// Key.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: InvitationId,
    /// Their name; may be empty.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Their address.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// What they are asked in as.
    #[diesel(sql_type = Text)]
    pub role: MemberRole,
    /// Waiting or sent.
    #[diesel(sql_type = Text)]
    pub status: InvitationStatus,
    /// When they were asked for.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// When the waiting, or the link, ends.
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: DateTime<Utc>,
    /// Who asked for them.
    #[diesel(sql_type = Text)]
    pub asked_by: String,
    /// Where the newest mail with the invitation's link stands, where there is one.
    #[diesel(sql_type = Nullable<Text>)]
    pub mail: Option<MailStatus>,
}

/// What somebody who is not in yet waits for (rule 15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitsFor {
    /// The team's approval (rule 21).
    Approval,
    /// Their own answer, until then.
    Answer(DateTime<Utc>),
    /// Another address: the mail was refused.
    Mail,
}

/// The partner detail view.
#[derive(Debug)]
pub struct PartnerDetail {
    /// Head and side.
    pub head: PartnerHead,
    /// One page of present members, the owner first and then in the order they joined.
    pub members: Page<MemberRow>,
    /// How many members the search finds, or all.
    pub matches: i64,
    /// Pending people that the search finds, or all; at most [`MOST_PENDING`].
    pub pending: Vec<PendingRow>,
}

impl PendingRow {
    /// What they wait for.
    pub fn waits_for(&self) -> WaitsFor {
        match (self.status, self.mail) {
            (InvitationStatus::Waiting, _) => WaitsFor::Approval,
            (_, Some(MailStatus::Refused)) => WaitsFor::Mail,
            (_, Some(MailStatus::Queued | MailStatus::Sent) | None) => WaitsFor::Answer(self.expires_at),
        }
    }
}

/// SQL for its arrays: a partner is in a handful of programs, and a statement of their own would be the page's sixth.
fn head(period: Period) -> String {
    format!(
        "SELECT p.id, p.joined_at, t.id AS team_id, t.slug, t.name, t.member_count, \
        o.name AS owner_name, o.email AS owner_email, m.id AS owner_member_id, \
        (SELECT count(*) FROM invitations i WHERE i.team_id = t.id AND i.company_id = $1 AND i.kind = 'member' \
            AND i.status IN ('waiting', 'sent') AND i.expires_at > now()) AS invited, \
        (SELECT count(*) FROM (SELECT FROM referrals r WHERE r.partner_id = p.id LIMIT {MOST} + 1) r) AS referrals, \
        (SELECT count(*) FROM (SELECT FROM referrals r WHERE r.partner_id = p.id AND r.status = 'submitted' LIMIT {MOST} + 1) r) AS new_referrals, \
        {trained} AS trained, {requires} AS requires, enrolled.*, approvals.*, admins.*, agreed.*, care.*, colleagues.*, notes.*, brings.* \
    FROM partners p \
    JOIN teams t ON t.id = p.team_id \
    JOIN users o ON o.id = t.owner_id \
    JOIN members m ON m.team_id = t.id AND m.user_id = t.owner_id AND m.left_at IS NULL \
    CROSS JOIN LATERAL (SELECT coalesce(array_agg(r.name ORDER BY e.joined_at, e.id), '{{}}') AS program_names, \
            coalesce(array_agg(r.id ORDER BY e.joined_at, e.id), '{{}}') AS program_ids, \
            coalesce(array_agg(e.joined_at ORDER BY e.joined_at, e.id), '{{}}') AS program_since \
        FROM enrollments e JOIN programs r ON r.id = e.program_id WHERE e.partner_id = p.id AND e.left_at IS NULL) enrolled \
    {HEALTH} {CARE} CROSS JOIN LATERAL {series} brings WHERE p.company_id = $1 AND t.slug = $2",
        trained = progress::trained("t.id"),
        requires = progress::requires("t.id"),
        series = series(period, Whose::PARTNER),
    )
}

impl PartnerHead {
    fn read(conn: &mut PgConnection, company: CompanyId, slug: &str, period: Period) -> QueryResult<Self> {
        sql_query(head(period)).bind::<sql_types::Uuid, _>(company).bind::<Text, _>(slug).get_result(conn)
    }
}

impl PendingRow {
    /// SQL for the look at each one's newest mail.
    fn all(conn: &mut PgConnection, company: CompanyId, team: TeamId) -> QueryResult<Vec<Self>> {
        sql_query(format!(
            "SELECT i.id, i.name, i.email, i.role, i.status, i.created_at, i.expires_at, a.name AS asked_by, \
                 (SELECT o.status FROM outbox o WHERE o.link_id = i.id ORDER BY o.created_at DESC, o.id DESC LIMIT 1) AS mail \
             FROM invitations i JOIN users a ON a.id = i.asked_by \
             WHERE i.team_id = $2 AND i.company_id = $1 AND i.kind = 'member' AND i.status IN ('waiting', 'sent') \
                 AND i.expires_at > now() \
             ORDER BY i.created_at, i.id LIMIT {MOST_PENDING}"
        ))
        .bind::<sql_types::Uuid, _>(company)
        .bind::<sql_types::Uuid, _>(team)
        .load(conn)
    }
}

impl PartnerDetail {
    /// The view in three statements; `NotFound` where no partner of that company has that slug.
    pub fn read(
        conn: &mut PgConnection,
        company: CompanyId,
        slug: &str,
        search: Option<&Search>,
        start: Start,
        period: Period,
    ) -> QueryResult<Self> {
        let head = PartnerHead::read(conn, company, slug, period)?;
        let (members, matches) = MemberRow::page(conn, company, head.team_id, search, start, period)?;
        let mut pending = PendingRow::all(conn, company, head.team_id)?;
        pending.retain(|row| search.is_none_or(|search| search.finds(&format!("{} {}", row.name, row.email))));
        Ok(Self { head, members, matches, pending })
    }
}
