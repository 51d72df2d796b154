//! Money that teams have taken out of their commissions, by what people do. How much there is to take is what the sales of the demo earned.

use super::{
    people,
    seed::{Town, unexpected},
};
use crate::{
    access::Limiter,
    companies::staff::Staff,
    error::Result,
    ids::WithdrawalId,
    payouts::{
        Account,
        asking::{self, Asked, Wish},
        details, export,
        marking::{self, Marked, Verdict},
        minimums::{self, Minimum},
    },
    teams::Membership,
    words,
};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Double, Text},
};

/// What all of Acme's programs pay in.
const CURRENCY: &str = "USD";
/// The least that Acme pays out at once, in cents.
const LEAST: i64 = 5_000;

/// Why withdrawals failed.
const REASONS: [&str; 2] = [
    "The bank does not know this account holder. Please check the name.",
    "The account is closed. Please write where else the money may go.",
];

impl Town<'_> {
    /// Payout details, and withdrawals in every state.
    pub(super) fn payouts(&mut self) -> Result<()> {
        let sam = self.staff("sam@acme.example", "acme")?;
        let least = Minimum { currency: CURRENCY.to_owned(), amount: Some(LEAST) };
        minimums::set(self.conn, &sam.actor(None), &sam, &[least])?;
        self.date_back(400.0)?;
        let others = people::TEAMS.iter().filter(|team| team.domain != "northwind.example" && team.joined > 60);
        for (team, nth) in others.zip(0..) {
            let owner = self.member(&people::address(team.people[0].0, team.domain), &words::slug(team.name))?;
            if self.available_then(&owner, 0.0)? < LEAST {
                continue;
            }
            self.details(&owner, team.name, &iban("DE", &format!("37040044{:010}", 532_013_000 + nth * 7_919)), 0.9 * team.joined as f64)?;
            self.of_a_team(&sam, &owner, nth)?;
        }
        self.of_northwind(&sam)
    }

    /// Paid, failed and paid again, changed details, one more on its way.
    fn of_northwind(&mut self, sam: &Staff) -> Result<()> {
        let olivia = self.member("olivia@northwind.example", "northwind")?;
        let frank = self.member("frank@northwind.example", "northwind")?;
        self.details(&olivia, "Northwind Partners Ltd", "GB82 WEST 1234 5698 7654 32", 310.0)?;
        if let Some(first) = self.ask(&frank, 60, 64.0)? {
            self.mark(sam, first, &Verdict::Paid, 61.5)?;
        }
        if let Some(second) = self.ask(&frank, 90, 33.0)? {
            self.mark(sam, second, &Verdict::Failed(REASONS[0].to_owned()), 31.2)?;
        }
        self.details(&frank, "Northwind Digital Ltd", "NL91 ABNA 0417 1643 00", 30.4)?;
        if let Some(third) = self.ask(&frank, 80, 26.0)? {
            self.mark(sam, third, &Verdict::Paid, 24.3)?;
        }
        self.ask(&frank, 60, 1.3).map(drop)
    }

    /// One of the ways that withdrawals go, by turns.
    fn of_a_team(&mut self, sam: &Staff, owner: &Membership, nth: i64) -> Result<()> {
        match nth % 6 {
            0 => {
                if let Some(paid) = self.ask(owner, 100, 48.0)? {
                    self.mark(sam, paid, &Verdict::Paid, 44.0)?;
                }
            }
            1 => {
                if let Some(paid) = self.ask(owner, 70, 40.0)? {
                    self.mark(sam, paid, &Verdict::Paid, 37.0)?;
                }
                self.ask(owner, 80, 2.2 + nth as f64 / 20.0)?;
            }
            2 => {
                let Some(_) = self.ask(owner, 100, 5.5)? else { return Ok(()) };
                export::make(self.conn, &sam.actor(None), sam)?;
                self.date_back(4.6)?;
            }
            3 => {
                if let Some(failed) = self.ask(owner, 90, 14.0)? {
                    self.mark(sam, failed, &Verdict::Failed(REASONS[1].to_owned()), 12.4)?;
                }
                self.ask(owner, 60, 0.6 + nth as f64 / 40.0)?;
            }
            4 => {
                let account = iban("FR", &format!("2004101005{:013}", 50_013_026 + nth * 104_729));
                self.details(owner, &owner.team.name.clone(), &account, 1.1)?;
                self.ask(owner, 90, 0.4)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// They say where the money goes.
    fn details(&mut self, by: &Membership, holder: &str, account: &str, days: f64) -> Result<()> {
        let account = Account::parse(account).map_err(|refused| unexpected(&refused))?;
        details::change(self.conn, self.mailer, &by.actor(None), by, (holder, &account))?;
        // They take the clock's time, and what is moved back is what happened `now()`.
        sql_query("UPDATE payout_details SET changed_at = now() WHERE changed_at > now()").execute(self.conn)?;
        self.date_back(days)
    }

    /// They ask for that share of what was available then, in hundredths and in whole dollars; nothing, where Acme pays out no less.
    fn ask(&mut self, by: &Membership, share: i64, days: f64) -> Result<Option<WithdrawalId>> {
        let amount = self.available_then(by, days)? * share / 100 / 100 * 100;
        if amount < LEAST {
            return Ok(None);
        }
        let wish = Wish { id: WithdrawalId::new(), company: "acme".to_owned(), currency: CURRENCY.to_owned(), amount };
        match asking::ask(self.conn, self.mailer, &Limiter::off(), &by.actor(None), by, &wish)? {
            Asked::Done(id) => {
                // What is held stays so.
                sql_query(
                    "UPDATE withdrawals SET requested_at = requested_at - $1 * interval '1 day', \
                     held_until = CASE WHEN held_until > now() THEN held_until ELSE held_until - $1 * interval '1 day' END WHERE requested_at = now()",
                )
                .bind::<Double, _>(days)
                .execute(self.conn)?;
                self.date_back(days)?;
                Ok(Some(id))
            }
            other => Err(unexpected(&other)),
        }
    }

    /// What the team could have taken out so many days ago, and still can.
    fn available_then(&mut self, by: &Membership, days: f64) -> Result<i64> {
        #[derive(QueryableByName)]
        struct Sum {
            #[diesel(sql_type = BigInt)]
            amount: i64,
        }
        let sum: Sum = sql_query(
            "SELECT least(sum(l.amount) FILTER (WHERE l.available_at <= now() - $1 * interval '1 day'), \
                 sum(l.amount) FILTER (WHERE l.available_at <= now()))::bigint AS amount \
             FROM (SELECT 0::bigint AS amount, 'epoch'::timestamptz AS available_at UNION ALL \
                 SELECT l.amount, l.available_at FROM ledger l JOIN partners p ON p.id = l.partner_id \
                 JOIN companies c ON c.id = p.company_id JOIN teams t ON t.id = p.team_id \
                 WHERE t.slug = $2 AND c.slug = 'acme' AND l.currency = $3) l",
        )
        .bind::<Double, _>(days)
        .bind::<Text, _>(&by.team.slug)
        .bind::<Text, _>(CURRENCY)
        .get_result(self.conn)?;
        Ok(sum.amount.max(0))
    }

    fn mark(&mut self, by: &Staff, id: WithdrawalId, verdict: &Verdict, days: f64) -> Result<()> {
        match marking::mark(self.conn, self.mailer, &by.actor(None), by, id, verdict)? {
            Marked::Done => self.date_back(days),
            other => Err(unexpected(&other)),
        }
    }
}

/// The IBAN of an account of that country: its check digits are the two that fit.
fn iban(country: &str, account: &str) -> String {
    let with = |digits: u8| format!("{country}{digits:02}{account}");
    (2..=98).map(with).find(|iban| Account::parse(iban).is_ok()).unwrap_or_else(|| account.to_owned())
}
