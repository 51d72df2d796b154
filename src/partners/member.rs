//! A member of a partner, as the company sees them (rules 11 and 12).

use crate::{
    ids::{CompanyId, MemberId, ReferralId, TeamId, UserId},
    money::Money,
    partners::{
        Search,
        activity::{Brought, Period, Series, Whose, brought, series},
    },
    referrals::ReferralStatus,
    teams::{MemberRole, TeamRole},
    training::progress,
    web::pagination::{Cursor, PAGE_SIZE, Page, Start},
};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz},
};
use uuid::Uuid;

/// A present member of the team.
#[derive(Debug, Clone, QueryableByName)]
pub struct MemberRow {
    /// Key.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: MemberId,
    /// The person.
    #[diesel(sql_type = sql_types::Uuid)]
    pub user_id: UserId,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Their address.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// The stored role; [`MemberRow::role`] is the one to show.
    #[diesel(sql_type = Text)]
    stored_role: MemberRole,
    #[diesel(sql_type = Bool)]
    is_owner: bool,
    /// Since when they are in the team.
    #[diesel(sql_type = Timestamptz)]
    pub joined_at: DateTime<Utc>,
    /// Their last signed-in request in the team, to the hour.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last_active_at: Option<DateTime<Utc>>,
    /// How far they are in this company's courses.
    #[diesel(embed)]
    pub training: Trained,
    /// What they brought in the period.
    #[diesel(embed)]
    pub brought: Brought,
    /// How many members the search finds, this one included.
    #[diesel(sql_type = BigInt)]
    matches: i64,
}

/// How far a member is in a company's courses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Trained {
    /// Courses that reach them.
    #[diesel(sql_type = BigInt)]
    pub courses: i64,
    /// Those that they have finished.
    #[diesel(sql_type = BigInt)]
    pub finished: i64,
    /// Whether a lesson is done.
    #[diesel(sql_type = Bool)]
    pub started: bool,
}

/// A member of a partner, as the company sees them.
#[derive(Debug, Clone, QueryableByName)]
pub struct PartnerMember {
    /// The person and their place.
    #[diesel(embed)]
    pub member: MemberRow,
    /// The team.
    #[diesel(sql_type = sql_types::Uuid)]
    pub team_id: TeamId,
    /// The team's part of the URL.
    #[diesel(sql_type = Text)]
    pub slug: String,
    /// The team's name.
    #[diesel(sql_type = Text)]
    pub team_name: String,
    /// What they bring.
    #[diesel(embed)]
    pub activity: Series,
    /// Whom they recommended.
    #[diesel(embed)]
    pub referred: Referred,
}

/// Whom a member recommended to the company: how many, and the newest of them, each in all of the arrays.
#[derive(Debug, Clone, QueryableByName)]
pub struct Referred {
    /// All of them. A name of its own: what the member brought in a period is `referrals` in the same row.
    #[diesel(sql_type = BigInt)]
    pub recommended: i64,
    #[diesel(sql_type = Array<sql_types::Uuid>)]
    referral_ids: Vec<Uuid>,
    #[diesel(sql_type = Array<Text>)]
    referral_names: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    referral_statuses: Vec<ReferralStatus>,
    /// 0 where it was not won.
    #[diesel(sql_type = Array<BigInt>)]
    referral_amounts: Vec<i64>,
    #[diesel(sql_type = Array<Text>)]
    referral_currencies: Vec<String>,
    #[diesel(sql_type = Array<Timestamptz>)]
    referral_times: Vec<DateTime<Utc>>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recommended {
    /// Key.
    pub id: ReferralId,
    /// The person.
    pub name: String,
    /// Where it stands.
    pub status: ReferralStatus,
    /// The sale, where it was won.
    pub sale: Option<Money>,
    /// When it was sent.
    pub at: DateTime<Utc>,
}

/// Referrals that a member's page lists at most.
const MOST_REFERRALS: usize = 5;

const MEMBER: &str = "m.id, u.id AS user_id, u.name, u.email, m.role AS stored_role, m.user_id = t.owner_id AS is_owner, m.joined_at, \
    m.last_active_at";

impl MemberRow {
    /// Their role, owner included.
    pub fn role(&self) -> TeamRole {
        if self.is_owner { TeamRole::Owner } else { TeamRole::Given(self.stored_role) }
    }

    /// SQL for its row comparison; the count is of all that match, whatever the page.
    pub(super) fn page(
        conn: &mut PgConnection,
        company: CompanyId,
        team: TeamId,
        search: Option<&Search>,
        start: Start,
        period: Period,
    ) -> QueryResult<(Page<Self>, i64)> {
        let top = Cursor { at: DateTime::UNIX_EPOCH, id: Uuid::nil() };
        let (beyond, way, after_owner, beside) = match start {
            Start::First => (">", "ASC", false, top),
            Start::After(row) => (">", "ASC", true, row),
            Start::Before(row) => ("<", "DESC", true, row),
        };
        let rows: Vec<Self> = sql_query(format!(
            "SELECT m.*, trained.*, brought.* FROM (SELECT * FROM (SELECT {MEMBER}, count(*) OVER () AS matches \
                     FROM members m JOIN users u ON u.id = m.user_id JOIN teams t ON t.id = m.team_id \
                     WHERE m.team_id = $2 AND m.left_at IS NULL AND u.search LIKE ANY ($3)) found \
                 WHERE (NOT is_owner, joined_at, id) {beyond} ($4, $5, $6) \
                 ORDER BY is_owner {other}, joined_at {way}, id {way} LIMIT {PAGE_SIZE} + 1) m \
             JOIN partners p ON p.company_id = $1 AND p.team_id = $2 \
             CROSS JOIN LATERAL ({trained}) trained \
             CROSS JOIN LATERAL {brought} brought \
             ORDER BY m.is_owner {other}, m.joined_at {way}, m.id {way}",
            other = if way == "ASC" { "DESC" } else { "ASC" },
            trained = progress::summary("$2", "m.id"),
            brought = brought(period, Whose::MEMBER_OF_PARTNER),
        ))
        .bind::<sql_types::Uuid, _>(company)
        .bind::<sql_types::Uuid, _>(team)
        .bind::<Array<Text>, _>(search.map_or_else(|| vec!["%".to_owned()], Search::patterns))
        .bind::<Bool, _>(after_owner)
        .bind::<Timestamptz, _>(beside.at)
        .bind::<sql_types::Uuid, _>(beside.id)
        .load(conn)?;
        let matches = rows.first().map_or(0, |row| row.matches);
        Ok((Page::of(start, rows, |row| Cursor { at: row.joined_at, id: row.id.uuid() }), matches))
    }
}

/// The referrals of member m to company `$1`. SQL for its arrays: a statement of their own would be one too many for the page.
const REFERRED: &str = "CROSS JOIN LATERAL (SELECT count(*) AS recommended FROM referrals r WHERE r.member_id = m.id AND r.company_id = $1) counted \
     CROSS JOIN LATERAL (SELECT coalesce(array_agg(r.id ORDER BY r.created_at DESC, r.id DESC), '{}') AS referral_ids, \
            coalesce(array_agg(r.name ORDER BY r.created_at DESC, r.id DESC), '{}') AS referral_names, \
            coalesce(array_agg(r.status ORDER BY r.created_at DESC, r.id DESC), '{}') AS referral_statuses, \
            coalesce(array_agg(coalesce(r.amount, 0) ORDER BY r.created_at DESC, r.id DESC), '{}') AS referral_amounts, \
            coalesce(array_agg(g.currency ORDER BY r.created_at DESC, r.id DESC), '{}') AS referral_currencies, \
            coalesce(array_agg(r.created_at ORDER BY r.created_at DESC, r.id DESC), '{}') AS referral_times \
        FROM (SELECT * FROM referrals r WHERE r.member_id = m.id AND r.company_id = $1 ORDER BY r.created_at DESC, r.id DESC LIMIT {MOST}) r \
        JOIN programs g ON g.id = r.program_id) newest";

impl Referred {
    /// The newest of them.
    pub fn newest(&self) -> Vec<Recommended> {
        let rows = self.referral_ids.iter().zip(&self.referral_names).zip(&self.referral_statuses);
        let money = self.referral_amounts.iter().zip(&self.referral_currencies).zip(&self.referral_times);
        rows.zip(money)
            .map(|(((id, name), status), ((amount, currency), at))| Recommended {
                id: (*id).into(),
                name: name.clone(),
                status: *status,
                sale: (*amount > 0).then(|| Money::new(*amount, currency)),
                at: *at,
            })
            .collect()
    }
}

impl PartnerMember {
    /// A present member of that company's partner; `NotFound` for everybody else.
    pub fn read(conn: &mut PgConnection, company: CompanyId, slug: &str, member: MemberId, period: Period) -> QueryResult<Self> {
        sql_query(format!(
            "SELECT {MEMBER}, 1::bigint AS matches, trained.*, brought.*, brings.*, t.id AS team_id, t.slug, t.name AS team_name, counted.*, newest.* \
             FROM members m JOIN users u ON u.id = m.user_id JOIN teams t ON t.id = m.team_id \
             JOIN partners p ON p.team_id = t.id CROSS JOIN LATERAL ({trained}) trained \
             CROSS JOIN LATERAL {brought} brought CROSS JOIN LATERAL {series} brings {referred} \
             WHERE m.id = $3 AND m.left_at IS NULL AND t.slug = $2 AND p.company_id = $1",
            trained = progress::summary("t.id", "m.id"),
            brought = brought(period, Whose::MEMBER_OF_PARTNER),
            series = series(period, Whose::MEMBER_OF_PARTNER),
            referred = REFERRED.replace("{MOST}", &MOST_REFERRALS.to_string()),
        ))
        .bind::<sql_types::Uuid, _>(company)
        .bind::<Text, _>(slug)
        .bind::<sql_types::Uuid, _>(member)
        .get_result(conn)
    }
}
