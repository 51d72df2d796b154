//! One referral as its company sees it.

use crate::{
    ids::*,
    money::Money,
    programs::commission::{CommissionRule, Earns},
    referrals::list::{BESIDE, COLUMNS, ReferralRow},
};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{BigInt, Bool, Integer, Nullable, Text, Timestamptz},
};

/// One referral with what stands around it.
#[derive(Debug, Clone, QueryableByName)]
pub struct ReferralDetail {
    /// As the list has it.
    #[diesel(embed)]
    pub line: ReferralRow,
    /// What the company should know; may be empty.
    #[diesel(sql_type = Text)]
    pub note: String,
    /// The team's part of the URL.
    #[diesel(sql_type = Text)]
    pub team_slug: String,
    /// Who sent it in.
    #[diesel(sql_type = sql_types::Uuid)]
    pub user_id: UserId,
    /// Whether they are in the team now.
    #[diesel(sql_type = Bool)]
    pub is_present: bool,
    /// Whether the team is closed, so that nothing is earned any more and nobody is told.
    #[diesel(sql_type = Bool)]
    pub is_closed: bool,
    /// The program.
    #[diesel(sql_type = sql_types::Uuid)]
    pub program_id: ProgramId,
    /// The first referral with this address.
    #[diesel(sql_type = Nullable<sql_types::Uuid>)]
    pub first_id: Option<ReferralId>,
    /// When that was sent in.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub first_at: Option<DateTime<Utc>>,
    /// By which team.
    #[diesel(sql_type = Nullable<Text>)]
    pub first_team: Option<String>,
    /// When it was decided.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub decided_at: Option<DateTime<Utc>>,
    /// By whom.
    #[diesel(sql_type = Nullable<Text>)]
    pub decided_by: Option<String>,
    /// What it earned, in minor units.
    #[diesel(sql_type = Nullable<BigInt>)]
    earned: Option<i64>,
    /// Of that, what was taken back since.
    #[diesel(sql_type = BigInt)]
    reversed: i64,
    /// Until when that is held.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub available_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Integer>)]
    rule_percent: Option<i32>,
    #[diesel(sql_type = Nullable<BigInt>)]
    rule_amount: Option<i64>,
    #[diesel(sql_type = Integer)]
    holding_days: i32,
}

impl ReferralDetail {
    /// The company's referral with that id, in one statement. SQL for what stands around it.
    pub fn read(conn: &mut PgConnection, company: CompanyId, id: ReferralId) -> QueryResult<Self> {
        sql_query(format!(
            "SELECT {COLUMNS}, r.note, t.slug AS team_slug, u.id AS user_id, m.left_at IS NULL AS is_present, t.closed_at IS NOT NULL AS is_closed, r.program_id, \
                 f.id AS first_id, f.created_at AS first_at, ft.name AS first_team, r.decided_at, d.name AS decided_by, \
                 c.amount AS earned, c.available_at, \
                 (SELECT coalesce(-sum(l.amount), 0)::bigint FROM ledger l WHERE l.commission_id = c.id AND l.kind = 'reversed') AS reversed, g.commission_percent AS rule_percent, g.commission_amount AS rule_amount, g.holding_days \
             FROM referrals r {BESIDE} \
             LEFT JOIN referrals f ON f.id = r.duplicate_of LEFT JOIN teams ft ON ft.id = f.team_id \
             LEFT JOIN users d ON d.id = r.decided_by LEFT JOIN commissions c ON c.referral_id = r.id \
             WHERE r.company_id = $1 AND r.id = $2"
        ))
        .bind::<sql_types::Uuid, _>(company)
        .bind::<sql_types::Uuid, _>(id)
        .get_result(conn)
    }

    /// What it earned, where it was won and earned something.
    pub fn commission(&self) -> Option<Money> {
        self.earned.map(|minor| Money::new(minor, &self.line.currency))
    }

    /// What is left of that, where some of it was taken back.
    pub fn commission_left(&self) -> Option<Money> {
        self.earned.filter(|_| self.reversed > 0).map(|minor| Money::new(minor - self.reversed, &self.line.currency))
    }

    /// What a sale earns by the program's rule now.
    pub fn rule(&self) -> CommissionRule {
        CommissionRule { earns: Earns::of((self.rule_percent, self.rule_amount)), holding_days: self.holding_days }
    }
}
