//! What a sale earns: the program's rule. A change concerns later sales alone.

use crate::{
    audit::{self, Action, Actor, Event},
    companies::{StaffPermission, staff::Staff},
    db,
    error::Result,
    ids::{CompanyId, ProgramId},
    money::{self, Money},
    programs::Program,
    schema::programs,
};
use diesel::prelude::*;
use serde_json::{Value, json};

/// The most days that a commission is held.
pub const MOST_HOLDING_DAYS: i32 = 365;

/// What a sale earns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earns {
    /// A share of it in basis points, 1 to 10,000.
    Percent(i32),
    /// The same for each sale, in minor units of the program's currency.
    Fixed(i64),
    /// Nothing.
    Nothing,
}

/// A program's rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommissionRule {
    /// What a sale earns.
    pub earns: Earns,
    /// How many days it is held before it can be withdrawn, 0 to 365.
    pub holding_days: i32,
}

/// The columns of a rule, in programs and wherever it is kept as it stood once.
pub type EarnsColumns = (Option<i32>, Option<i64>);

impl Earns {
    /// From its two columns; a CHECK says that one of them is empty.
    pub fn of((percent, amount): EarnsColumns) -> Self {
        match (percent, amount) {
            (Some(points), _) => Self::Percent(points),
            (None, Some(minor)) => Self::Fixed(minor),
            (None, None) => Self::Nothing,
        }
    }

    /// Its two columns.
    pub const fn columns(self) -> EarnsColumns {
        match self {
            Self::Percent(points) => (Some(points), None),
            Self::Fixed(minor) => (None, Some(minor)),
            Self::Nothing => (None, None),
        }
    }

    /// What a sale of so much earns, rounded down; 0 is nothing.
    pub fn from_sale(self, minor: i64) -> i64 {
        match self {
            Self::Percent(points) => money::share(minor, points),
            Self::Fixed(minor) => minor,
            Self::Nothing => 0,
        }
    }
}

impl CommissionRule {
    /// The rule of a program now.
    pub fn of(conn: &mut PgConnection, program: ProgramId) -> QueryResult<Self> {
        programs::table.find(program).select(Self::COLUMNS).first(conn).map(Self::from_columns)
    }

    const COLUMNS: (programs::commission_percent, programs::commission_amount, programs::holding_days) =
        (programs::commission_percent, programs::commission_amount, programs::holding_days);

    fn from_columns((percent, amount, holding_days): (Option<i32>, Option<i64>, i32)) -> Self {
        Self { earns: Earns::of((percent, amount)), holding_days }
    }

    /// Changes the rule of one of the company's programs; says whether it is another one. `NotFound` where it is none of the company's.
    pub fn change(self, conn: &mut PgConnection, by: &Actor, staff: &Staff, program: ProgramId) -> Result<bool> {
        db::transaction(conn, |conn| {
            staff.recheck(conn, StaffPermission::WritePrograms)?;
            let ours = programs::table.filter(programs::id.eq(program)).filter(programs::company_id.eq(staff.company.id));
            let (currency, columns) = ours.select((programs::currency, Self::COLUMNS)).for_no_key_update().first::<(String, _)>(conn)?;
            let before = Self::from_columns(columns);
            if before == self {
                return Ok(false);
            }
            let (percent, amount) = self.earns.columns();
            diesel::update(programs::table.find(program))
                .set((
                    programs::commission_percent.eq(percent),
                    programs::commission_amount.eq(amount),
                    programs::holding_days.eq(self.holding_days),
                ))
                .execute(conn)?;
            let event = Event::new(Action::CommissionRuleChanged).company(staff.company.id).target(program.uuid());
            audit::record(conn, by, event.before(before.noted(&currency)).after(self.noted(&currency)))?;
            Ok(true)
        })
    }

    /// A program of that company with its rule.
    pub fn read(conn: &mut PgConnection, company: CompanyId, program: ProgramId) -> QueryResult<(Program, Self)> {
        let (program, columns) = programs::table
            .filter(programs::id.eq(program))
            .filter(programs::company_id.eq(company))
            .select((Program::as_select(), Self::COLUMNS))
            .first(conn)?;
        Ok((program, Self::from_columns(columns)))
    }

    /// What the audit log keeps of it: numbers.
    fn noted(self, currency: &str) -> Value {
        let (percent, amount) = self.earns.columns();
        json!({ "percent": percent, "amount": amount, "currency": currency, "holding_days": self.holding_days })
    }

    /// "12.5% of each sale", "€20.00 for each sale", "Nothing".
    pub fn says(self, currency: &str) -> String {
        match self.earns {
            Earns::Percent(points) => format!("{}% of each sale", money::percent(points)),
            Earns::Fixed(minor) => format!("{} for each sale", Money::new(minor, currency)),
            Earns::Nothing => "Nothing".to_owned(),
        }
    }

    /// "held for 30 days", "available at once"; empty where nothing is earned.
    pub fn says_held(self) -> String {
        match (self.earns, self.holding_days) {
            (Earns::Nothing, _) => String::new(),
            (_, 0) => "available at once".to_owned(),
            (_, 1) => "held for 1 day".to_owned(),
            (_, days) => format!("held for {days} days"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sale_earns_by_the_rule() {
        assert_eq!(Earns::Percent(1_250).from_sale(999), 124);
        assert_eq!(Earns::Percent(1).from_sale(9_999), 0);
        assert_eq!(Earns::Fixed(2_000).from_sale(5), 2_000);
        assert_eq!(Earns::Nothing.from_sale(5), 0);
    }

    #[test]
    fn a_rule_reads_as_a_sentence() {
        let rule = |earns, holding_days| CommissionRule { earns, holding_days };
        assert_eq!(rule(Earns::Percent(1_250), 30).says("EUR"), "12.5% of each sale");
        assert_eq!(rule(Earns::Fixed(2_000), 0).says("EUR"), "€20.00 for each sale");
        assert_eq!(rule(Earns::Fixed(2_000), 0).says_held(), "available at once");
        assert_eq!(rule(Earns::Nothing, 30).says_held(), "");
    }
}
