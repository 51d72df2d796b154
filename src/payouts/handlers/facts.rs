//! What several pages of money show alike.

use crate::{
    payouts::{State, TeamBalance, commissions::CommissionLine, commissions::Standing, list::Line},
    web::{Avatar, Moment},
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// A state in words, with its colour and its icon.
pub struct Badge {
    pub words: String,
    pub kind: &'static str,
    pub icon: &'static str,
}

/// A balance, ready to show.
pub struct BalanceRow {
    pub company: String,
    pub currency: String,
    pub available: String,
    pub held: String,
    pub on_its_way: String,
    pub paid: String,
    /// "You owe Acme €12.00 from a refund; later commissions pay it first."
    pub debt: Option<String>,
    /// "€20.00", where less is available than is paid out at once.
    pub least: Option<String>,
    /// How the team gets at it then.
    pub too_little: Option<String>,
    /// The form that takes it out, where it would be taken.
    pub withdraw: Option<String>,
}

/// A commission, ready to show.
pub struct CommissionRow {
    pub member: String,
    pub avatar: Avatar,
    pub program: String,
    pub company: String,
    /// "by a link", "by a referral".
    pub way: &'static str,
    pub earned: Moment,
    pub sale: String,
    pub amount: String,
    /// What is left of it, where something was taken back.
    pub left: Option<String>,
    pub badge: Badge,
    /// "rest held until 3 Dec".
    pub rest_held: Option<String>,
}

impl Badge {
    fn new(words: impl Into<String>, kind: &'static str, icon: &'static str) -> Self {
        Self { words: words.into(), kind, icon }
    }

    /// Of a withdrawal.
    pub fn of(state: State, zone: Tz) -> Self {
        match state {
            State::Requested => Self::new("Requested", "", "send"),
            State::Held(until) => Self::new(format!("Held until {}", short(until, zone)), "warn", "hourglass"),
            State::Paid => Self::new("Paid", "ok", "check"),
            State::Failed => Self::new("Failed", "bad", "x-circle"),
            State::Cancelled => Self::new("Taken back", "", "ban"),
        }
    }

    fn of_commission(line: &CommissionLine, zone: Tz) -> Self {
        match line.standing() {
            Standing::Held(until) => Self::new(format!("Held until {}", short(until, zone)), "", "clock"),
            // What of it is taken out stands in the balances: commissions are not withdrawn one by one.
            Standing::Available => Self::new("Cleared", "ok", "check"),
            Standing::PartlyReversed(_) => Self::new("Partly reversed", "warn", "alert-triangle"),
            Standing::Reversed => Self::new("Reversed", "", "ban"),
        }
    }
}

impl BalanceRow {
    /// As the team reads it; `withdraw` leads to the form of a balance.
    pub fn of_team(balance: &TeamBalance, withdraw: impl Fn(&TeamBalance) -> Option<String>) -> Self {
        let debt = balance.debt().map(|owed| debt_said(&balance.company, &owed.to_string()));
        let withdraw = withdraw(balance).filter(|_| balance.may_be_withdrawn());
        Self { withdraw, too_little: too_little_said(balance), ..Self::of(balance, debt) }
    }

    /// As the company reads it.
    pub fn of_company(balance: &TeamBalance, team: &str) -> Self {
        let debt =
            balance.debt().map(|owed| format!("{team} owes {} {owed} from a refund; its later commissions pay it first.", balance.company));
        Self::of(balance, debt)
    }

    fn of(balance: &TeamBalance, debt: Option<String>) -> Self {
        let money = |minor| balance.money(minor).to_string();
        Self {
            company: balance.company.clone(),
            currency: balance.currency.clone(),
            available: money(balance.available.max(0)),
            held: money(balance.held),
            on_its_way: money(balance.on_its_way),
            paid: money(balance.paid),
            debt,
            least: balance.minimum.filter(|least| balance.available > 0 && balance.available < *least).map(money),
            too_little: None,
            withdraw: None,
        }
    }
}

/// What a team reads about a balance that is less than the company pays out at once, and how it gets at it.
pub fn too_little_said(balance: &TeamBalance) -> Option<String> {
    let least = balance.minimum.filter(|least| balance.available > 0 && balance.available < *least)?;
    Some(format!(
        "{company} pays out {} or more at once, and {} is available. Wait for more, or leave {company}’s programs first: then the minimum no \
         longer applies.",
        balance.money(least),
        balance.money(balance.available),
        company = balance.company,
    ))
}

/// What a team reads about what it owes.
pub fn debt_said(company: &str, owed: &str) -> String {
    format!("You owe {company} {owed} from a refund; later commissions pay it first.")
}

impl CommissionRow {
    pub fn of(line: &CommissionLine, now: DateTime<Utc>, zone: Tz) -> Self {
        Self {
            member: line.member.clone(),
            avatar: Avatar::person(line.user.uuid(), &line.member),
            program: line.program.clone(),
            company: line.company.clone(),
            way: if line.by_referral { "by a referral" } else { "by a link" },
            earned: Moment::new(line.created_at, now, zone),
            sale: line.money(line.sale).to_string(),
            amount: line.money(line.amount).to_string(),
            left: (line.reversed > 0).then(|| line.left().to_string()),
            badge: Badge::of_commission(line, zone),
            rest_held: match line.standing() {
                Standing::PartlyReversed(Some(until)) => Some(format!("rest held until {}", short(until, zone))),
                Standing::PartlyReversed(None) | Standing::Held(_) | Standing::Available | Standing::Reversed => None,
            },
        }
    }
}

/// A withdrawal as one side or the other reads it on its own page.
pub struct Statement {
    pub title: String,
    pub company: String,
    pub team: String,
    pub amount: String,
    pub id: String,
    pub badge: Badge,
    pub held_until: Option<Moment>,
    /// Who of the team took it back.
    pub taken_back_by: Option<String>,
    pub is_open: bool,
    pub asker: String,
    pub asked: Moment,
    pub decided: Option<Moment>,
    pub reason: String,
    pub holder: String,
    /// Whole or by its ending.
    pub account: String,
}

impl Statement {
    pub fn of(line: &Line, account: String, title: String, now: DateTime<Utc>, zone: Tz) -> Self {
        let moment = |at| Moment::new(at, now, zone);
        let state = line.state();
        Self {
            title,
            company: line.company.clone(),
            team: line.team.clone(),
            amount: line.money().to_string(),
            id: line.id.to_string(),
            badge: Badge::of(state, zone),
            held_until: match state {
                State::Held(until) => Some(moment(until)),
                State::Requested | State::Paid | State::Failed | State::Cancelled => None,
            },
            taken_back_by: line.decider.clone().filter(|_| state == State::Cancelled),
            is_open: state.is_open(),
            asker: line.asker.clone(),
            asked: moment(line.requested_at),
            decided: line.decided_at.map(moment),
            reason: line.reason.clone(),
            holder: line.holder.clone(),
            account,
        }
    }
}

/// "3 Dec".
fn short(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%-d %b").to_string()
}
