//! What a team or one of its members brings over time: clicks, referrals and revenue (rule 18). Days are those of UTC.

use crate::{money::Money, text_enum};
use chrono::{Days, NaiveDate};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Date, Text},
};
use std::collections::BTreeMap;

text_enum!(
    /// How far back a picture goes.
    Period {
        /// Thirty days, day by day.
        Days30 = "30",
        /// Thirteen weeks.
        Days90 = "90",
        /// Fifty-two weeks.
        Months12 = "12",
    }
);

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Clicks on links, repeated ones too.
    Clicks,
    /// Leads by the form, and customers who came by a link.
    Referrals,
    /// Sales reported and leads won, less refunds, in minor units of a currency (ISO 4217).
    Revenue(String),
}

/// Numbers by day as one statement brings them, inside the statement of a page: three arrays of one length.
#[derive(Debug, Clone, Default, QueryableByName)]
pub struct Series {
    #[diesel(sql_type = Date)]
    today: NaiveDate,
    #[diesel(sql_type = Array<Date>)]
    days: Vec<NaiveDate>,
    #[diesel(sql_type = Array<Text>)]
    measures: Vec<String>,
    #[diesel(sql_type = Array<BigInt>)]
    amounts: Vec<i64>,
}

/// What a member brought in the period, beside what others did.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Brought {
    /// Clicks on their links.
    #[diesel(sql_type = BigInt)]
    pub clicks: i64,
    /// Their leads, and customers who came by their links.
    #[diesel(sql_type = BigInt)]
    pub referrals: i64,
    /// The currencies of their sales, the largest first.
    #[diesel(sql_type = Array<Text>)]
    currencies: Vec<String>,
    /// In each, what was sold less what was given back, in minor units.
    #[diesel(sql_type = Array<BigInt>)]
    revenue: Vec<i64>,
}

impl Brought {
    /// What they sold less what was given back, in each currency there is.
    pub fn revenue(&self) -> impl Iterator<Item = Money> {
        self.revenue.iter().zip(&self.currencies).map(|(minor, currency)| Money::new(*minor, currency))
    }
}

/// A period in equal steps, and the same stretch of time before it.
#[derive(Debug, Clone)]
pub struct Activity {
    /// How far back.
    pub period: Period,
    today: NaiveDate,
    now: BTreeMap<Measure, Vec<i64>>,
    before: BTreeMap<Measure, Vec<i64>>,
}

/// Whose numbers: a condition on the columns that `links`, `referrals`, `customers` and `conversions` all have, in which `{}` stands for the
/// table.
#[derive(Debug, Clone, Copy)]
pub struct Whose {
    /// Refunds have this one too.
    partner: &'static str,
    /// Nothing for everybody.
    member: &'static str,
}

impl Whose {
    /// Of the partner `p`.
    pub const PARTNER: Self = Self { partner: "{}.partner_id = p.id", member: "" };
    /// Of the member `m` with the partner `p`.
    pub const MEMBER_OF_PARTNER: Self = Self { member: " AND {}.member_id = m.id", ..Self::PARTNER };
    /// Of the team `t`, with all its companies.
    pub const TEAM: Self = Self { partner: "{}.partner_id IN (SELECT id FROM partners WHERE team_id = t.id)", member: "" };
    /// Of the member `m` of the team `t`, with all its companies.
    pub const MEMBER_OF_TEAM: Self = Self { member: " AND {}.member_id = m.id", ..Self::TEAM };

    fn of(self, table: &str) -> String {
        self.of_both(table, table)
    }

    /// Of a refund and what it was for.
    fn of_both(self, refund: &str, sale: &str) -> String {
        self.partner.replace("{}", refund) + &self.member.replace("{}", sale)
    }
}

impl Period {
    /// How many steps, and how many days each has.
    pub const fn steps(self) -> (u64, u64) {
        match self {
            Self::Days30 => (30, 1),
            Self::Days90 => (13, 7),
            Self::Months12 => (52, 7),
        }
    }

    const fn days(self) -> u64 {
        let (steps, days) = self.steps();
        steps * days
    }

    /// SQL for the first moment of so many periods, the present one last.
    fn since(self, periods: u64) -> String {
        format!("(((now() AT TIME ZONE 'UTC')::date - {})::timestamp AT TIME ZONE 'UTC')", self.days() * periods - 1)
    }
}

/// SQL for the columns of [`Series`], of this period and the one before, as a subquery for `CROSS JOIN LATERAL`. It stands in the statement
/// of the page, since one of its own would be the page's sixth; each part reads an index by partner.
pub fn series(period: Period, whose: Whose) -> String {
    let since = period.since(2);
    format!(
        "(SELECT (now() AT TIME ZONE 'UTC')::date AS today, coalesce(array_agg(day), '{{}}') AS days, \
            coalesce(array_agg(measure), '{{}}') AS measures, coalesce(array_agg(amount), '{{}}') AS amounts FROM ( \
            SELECT d.day, 'clicks' AS measure, sum(d.clicks)::bigint AS amount \
                FROM links l JOIN click_days d ON d.link_id = l.id AND d.day >= ({since} AT TIME ZONE 'UTC')::date \
                WHERE {links} GROUP BY d.day \
            UNION ALL SELECT (at AT TIME ZONE 'UTC')::date, 'referrals', count(*) FROM ({brought}) leads GROUP BY 1 \
            UNION ALL SELECT (at AT TIME ZONE 'UTC')::date, currency, sum(amount)::bigint FROM ({sold}) sales GROUP BY 1, 2) numbers)",
        links = whose.of("l"),
        brought = leads(whose, &since),
        sold = sales(whose, &since),
    )
}

/// SQL for the columns of [`Brought`] in this period, as a subquery for `CROSS JOIN LATERAL`.
pub fn brought(period: Period, whose: Whose) -> String {
    let since = period.since(1);
    format!(
        "(SELECT coalesce((SELECT sum(d.clicks) FROM links l JOIN click_days d ON d.link_id = l.id \
                AND d.day >= ({since} AT TIME ZONE 'UTC')::date WHERE {links}), 0)::bigint AS clicks, \
            (SELECT count(*) FROM ({brought}) leads) AS referrals, sold.* \
            FROM (SELECT coalesce(array_agg(currency), '{{}}') AS currencies, coalesce(array_agg(amount), '{{}}') AS revenue \
                FROM (SELECT currency, sum(amount)::bigint AS amount FROM ({sold}) sales GROUP BY currency ORDER BY 2 DESC, 1) summed) sold)",
        links = whose.of("l"),
        brought = leads(whose, &since),
        sold = sales(whose, &since),
    )
}

/// Leads by the form, and customers who came by a link.
fn leads(whose: Whose, since: &str) -> String {
    format!(
        "SELECT r.created_at AS at FROM referrals r WHERE {} AND r.created_at >= {since} \
         UNION ALL SELECT c.created_at FROM customers c WHERE {} AND c.created_at >= {since}",
        whose.of("r"),
        whose.of("c"),
    )
}

/// Sales reported and leads won, and what was given back of them, each when it happened.
fn sales(whose: Whose, since: &str) -> String {
    format!(
        "SELECT v.at, v.currency, v.amount FROM conversions v WHERE {conversions} AND v.at >= {since} \
         UNION ALL SELECT f.at, v.currency, -f.amount FROM refunds f JOIN conversions v ON v.id = f.conversion_id \
             WHERE {refunds} AND f.at >= {since} \
         UNION ALL SELECT r.decided_at, g.currency, r.amount FROM referrals r JOIN programs g ON g.id = r.program_id \
             WHERE {referrals} AND r.status = 'won' AND r.decided_at >= {since} \
         UNION ALL SELECT f.at, g.currency, -f.amount FROM referral_refunds f JOIN referrals r ON r.id = f.referral_id \
             JOIN programs g ON g.id = r.program_id WHERE {taken_back} AND f.at >= {since}",
        conversions = whose.of("v"),
        refunds = whose.of_both("f", "v"),
        referrals = whose.of("r"),
        taken_back = whose.of_both("f", "r"),
    )
}

impl Activity {
    /// The numbers in the steps of that period.
    pub fn new(period: Period, series: &Series) -> Self {
        let mut activity = Self { period, today: series.today, now: BTreeMap::new(), before: BTreeMap::new() };
        activity.at(&Measure::Clicks);
        activity.at(&Measure::Referrals);
        for ((day, measure), amount) in series.days.iter().zip(&series.measures).zip(&series.amounts) {
            activity.add(*day, Measure::parse(measure), *amount);
        }
        activity
    }

    fn at(&mut self, measure: &Measure) -> (&mut Vec<i64>, &mut Vec<i64>) {
        let none = || vec![0; self.period.steps().0 as usize];
        (self.now.entry(measure.clone()).or_insert_with(none), self.before.entry(measure.clone()).or_insert_with(none))
    }

    fn add(&mut self, day: NaiveDate, measure: Measure, amount: i64) {
        let (steps, days) = self.period.steps();
        let ago = (self.today - day).num_days();
        let Ok(back) = usize::try_from(ago.div_euclid(days as i64)) else { return };
        let (now, before) = self.at(&measure);
        let (numbers, back) = if back < steps as usize { (now, back) } else { (before, back - steps as usize) };
        if let Some(number) = numbers.iter_mut().rev().nth(back) {
            *number += amount;
        }
    }

    /// What is counted: clicks, referrals, and revenue in each currency there is, the largest first.
    pub fn measures(&self) -> Vec<Measure> {
        let mut all: Vec<Measure> = self.now.keys().cloned().collect();
        all.sort_by_key(|measure| match measure {
            Measure::Clicks => (0, 0),
            Measure::Referrals => (1, 0),
            Measure::Revenue(_) => (2, -(self.total(measure) + self.total_before(measure))),
        });
        all
    }

    /// The numbers of the period, the newest last.
    pub fn numbers(&self, measure: &Measure) -> &[i64] {
        self.now.get(measure).map_or(&[], Vec::as_slice)
    }

    /// The numbers of the time before, step by step.
    pub fn numbers_before(&self, measure: &Measure) -> &[i64] {
        self.before.get(measure).map_or(&[], Vec::as_slice)
    }

    /// All of the period.
    pub fn total(&self, measure: &Measure) -> i64 {
        self.numbers(measure).iter().sum()
    }

    /// All of the time before.
    pub fn total_before(&self, measure: &Measure) -> i64 {
        self.numbers_before(measure).iter().sum()
    }

    /// The first and the last day of each step.
    pub fn steps(&self) -> Vec<(NaiveDate, NaiveDate)> {
        let (steps, days) = self.period.steps();
        (0..steps)
            .rev()
            .map(|back| {
                let last = self.today - Days::new(back * days);
                (last - Days::new(days - 1), last)
            })
            .collect()
    }
}

impl Measure {
    /// Of the word that the statement or an address uses: a currency is revenue in it.
    pub fn parse(word: &str) -> Self {
        match word {
            "clicks" => Self::Clicks,
            "referrals" => Self::Referrals,
            currency => Self::Revenue(currency.to_owned()),
        }
    }

    /// As an address spells it.
    pub fn word(&self) -> &str {
        match self {
            Self::Clicks => "clicks",
            Self::Referrals => "referrals",
            Self::Revenue(currency) => currency,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, number).unwrap()
    }

    fn series(rows: &[(NaiveDate, &str, i64)]) -> Series {
        Series {
            today: day(28),
            days: rows.iter().map(|row| row.0).collect(),
            measures: rows.iter().map(|row| row.1.to_owned()).collect(),
            amounts: rows.iter().map(|row| row.2).collect(),
        }
    }

    #[test]
    fn days_fall_into_their_week_and_weeks_before_into_the_time_before() {
        let old = day(28) - Days::new(91);
        let rows = [
            (day(28), "clicks", 5),
            (day(22), "clicks", 2),
            (day(21), "clicks", 1),
            (old, "clicks", 7),
            (old - Days::new(91), "clicks", 9),
            (day(29), "clicks", 4),
        ];
        let activity = Activity::new(Period::Days90, &series(&rows));
        assert_eq!(activity.numbers(&Measure::Clicks)[11..], [1, 7]);
        assert_eq!(activity.numbers_before(&Measure::Clicks)[12], 7);
        assert_eq!(
            (activity.total(&Measure::Clicks), activity.total_before(&Measure::Clicks)),
            (8, 7),
            "older and later days are left out"
        );
        assert_eq!(activity.steps().last(), Some(&(day(22), day(28))));
        assert_eq!(activity.steps().len(), 13);
    }

    #[test]
    fn revenue_stands_in_each_currency_the_largest_first() {
        let rows = [(day(3), "USD", 100), (day(3), "EUR", 900), (day(4), "EUR", -200)];
        let activity = Activity::new(Period::Days30, &series(&rows));
        let revenue = |currency: &str| Measure::Revenue(currency.to_owned());
        assert_eq!(activity.measures(), [Measure::Clicks, Measure::Referrals, revenue("EUR"), revenue("USD")]);
        assert_eq!(activity.total(&revenue("EUR")), 700);
        assert_eq!(activity.numbers(&Measure::Referrals), [0; 30]);
    }
}
