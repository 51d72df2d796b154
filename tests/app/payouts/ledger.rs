//! The ledger against a small model, whatever happens in whatever order (R22).

use super::*;
use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
use guildhall::{
    access::Limiter,
    audit::Actor,
    companies::staff::Staff,
    ids::{CommissionId, CompanyId, PartnerId, WithdrawalId},
    mail::Mailer,
    payouts::{
        TeamBalance,
        asking::{self, Asked, Wish},
        marking::{self, Marked, Verdict},
        taking_back::{self, TakenBack},
    },
    referrals::ledger::{EntryKind, NewEntry, Source},
    teams::Membership,
    verify,
};
use proptest::prelude::*;

/// What may happen. Numbers choose among what there is.
#[derive(Debug, Clone)]
enum Step {
    Earn(i64, bool),
    Release(usize),
    Refund(usize, i64),
    Withdraw(i64),
    WithdrawAll,
    Pay(usize),
    Fail(usize),
    TakeBack(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1..5_000_i64, any::<bool>()).prop_map(|(cents, held)| Step::Earn(cents, held)),
        2 => any::<usize>().prop_map(Step::Release),
        2 => (any::<usize>(), 1..5_000_i64).prop_map(|(which, cents)| Step::Refund(which, cents)),
        3 => (1..6_000_i64).prop_map(Step::Withdraw),
        1 => Just(Step::WithdrawAll),
        2 => any::<usize>().prop_map(Step::Pay),
        2 => any::<usize>().prop_map(Step::Fail),
        1 => any::<usize>().prop_map(Step::TakeBack),
    ]
}

struct Earned {
    id: CommissionId,
    left: i64,
    held: bool,
}

struct Taken {
    id: WithdrawalId,
    amount: i64,
    /// Requested, paid, failed or cancelled.
    status: &'static str,
}

/// What should be.
#[derive(Default)]
struct Model {
    earned: Vec<Earned>,
    taken: Vec<Taken>,
}

impl Model {
    fn available(&self) -> i64 {
        let free: i64 = self.earned.iter().filter(|earned| !earned.held).map(|earned| earned.left).sum();
        free - self.taken.iter().filter(|taken| !["failed", "cancelled"].contains(&taken.status)).map(|taken| taken.amount).sum::<i64>()
    }
    fn held(&self) -> i64 {
        self.earned.iter().filter(|earned| earned.held).map(|earned| earned.left).sum()
    }
    fn sum(&self, status: &str) -> i64 {
        self.taken.iter().filter(|taken| taken.status == status).map(|taken| taken.amount).sum()
    }
}

struct World {
    mailer: Mailer,
    frank: Membership,
    sam: Staff,
    company: CompanyId,
    partner: PartnerId,
}

impl World {
    fn earn(&self, conn: &mut PgConnection, model: &mut Model, cents: i64, held: bool) {
        let id = CommissionId::new();
        let at = if held { "now() + interval '30 days'" } else { "now() - interval '1 day'" };
        let of = "FROM members m JOIN users u ON u.id = m.user_id JOIN partners p ON p.team_id = m.team_id JOIN programs g ON g.company_id = p.company_id \
             WHERE u.email = 'mia@northwind.example' LIMIT 1";
        let referral = format!(
            "INSERT INTO referrals (id, company_id, partner_id, team_id, member_id, program_id, name, email, search, status, amount, commission_percent, decided_at) \
             SELECT '{id}', p.company_id, p.id, p.team_id, m.id, g.id, 'Harbour', 'a@harbour.example', 'harbour', 'won', {cents}, 10000, now() {of}"
        );
        let commission = format!(
            "INSERT INTO commissions (id, company_id, partner_id, team_id, member_id, program_id, referral_id, sale, amount, currency, available_at) \
             SELECT '{id}', p.company_id, p.id, p.team_id, m.id, g.id, '{id}', {cents}, {cents}, 'USD', {at} {of}"
        );
        for statement in [referral, commission] {
            sql_query(statement).execute(conn).expect("a commission");
        }
        self.book(conn, EntryKind::Earned, id, cents, &format!("commission {id}"));
        model.earned.push(Earned { id, left: cents, held });
    }

    fn book(&self, conn: &mut PgConnection, kind: EntryKind, id: CommissionId, cents: i64, event: &str) {
        use diesel::{ExpressionMethods, QueryDsl};
        use guildhall::schema::commissions;
        let at = commissions::table.filter(commissions::id.eq(id)).select(commissions::available_at).first(conn).expect("a commission");
        let entry = NewEntry {
            partner: self.partner,
            company: self.company,
            currency: "USD",
            kind,
            amount: cents,
            available_at: Some(at),
            source: Source::Commission(id),
            event: event.to_owned(),
        };
        assert!(entry.book(conn).expect("a line"), "each event is booked once");
        assert!(!entry.book(conn).expect("a look"), "and only once");
    }

    /// The days of a held commission pass.
    fn release(&self, conn: &mut PgConnection, earned: &mut Earned) {
        for table in ["ledger", "commissions"] {
            let column = if table == "ledger" { "commission_id" } else { "id" };
            let past = "now() - interval '1 hour'";
            sql_query(format!("UPDATE {table} SET available_at = {past} WHERE {column} = '{}'", earned.id)).execute(conn).expect("moved");
        }
        earned.held = false;
    }

    fn withdraw(&self, conn: &mut PgConnection, model: &mut Model, cents: i64) -> Result<(), TestCaseError> {
        let wish = Wish { id: WithdrawalId::new(), company: "acme".to_owned(), currency: "USD".to_owned(), amount: cents };
        let asked = asking::ask(conn, &self.mailer, &Limiter::off(), &Actor::program(), &self.frank, &wish).expect("an answer");
        let expected = match model.available() {
            debt @ ..0 => Asked::Debt(-debt),
            enough if enough >= cents => Asked::Done(wish.id),
            less => Asked::TooMuch(less),
        };
        prop_assert_eq!(&asked, &expected);
        if asked == Asked::Done(wish.id) {
            model.taken.push(Taken { id: wish.id, amount: cents, status: "requested" });
        }
        Ok(())
    }

    fn mark(&self, conn: &mut PgConnection, taken: &mut Taken, verdict: &Verdict) -> Result<(), TestCaseError> {
        let marked = marking::mark(conn, &self.mailer, &Actor::program(), &self.sam, taken.id, verdict).expect("an answer");
        let word = verdict.status().as_str();
        let expected = match taken.status {
            "requested" => Marked::Done,
            "cancelled" => Marked::TakenBack,
            same if same == word => Marked::Already,
            _ => Marked::Other,
        };
        prop_assert_eq!(marked, expected);
        if marked == Marked::Done {
            taken.status = word;
        }
        Ok(())
    }

    fn take_back(&self, conn: &mut PgConnection, taken: &mut Taken) -> Result<(), TestCaseError> {
        let outcome = taking_back::take_back(conn, &self.mailer, &Actor::program(), &self.frank, taken.id).expect("an answer");
        let expected = match taken.status {
            "requested" => TakenBack::Done,
            "cancelled" => TakenBack::Already,
            _ => TakenBack::Decided,
        };
        prop_assert_eq!(outcome, expected);
        if outcome == TakenBack::Done {
            taken.status = "cancelled";
        }
        Ok(())
    }

    fn take(&self, conn: &mut PgConnection, model: &mut Model, step: &Step) -> Result<(), TestCaseError> {
        let which = |number: usize, of: usize| if of == 0 { None } else { Some(number % of) };
        match step {
            Step::Earn(cents, held) => self.earn(conn, model, *cents, *held),
            Step::Release(number) => {
                let held = model.earned.iter().filter(|earned| earned.held).count();
                if let Some(nth) = which(*number, held) {
                    let earned = model.earned.iter_mut().filter(|earned| earned.held).nth(nth).expect("one of them");
                    self.release(conn, earned);
                }
            }
            Step::Refund(number, cents) => {
                let Some(nth) = which(*number, model.earned.len()) else { return Ok(()) };
                let earned = &mut model.earned[nth];
                let cents = (*cents).min(earned.left);
                if cents > 0 {
                    earned.left -= cents;
                    self.book(conn, EntryKind::Reversed, earned.id, cents, &format!("refund {}", CommissionId::new()));
                    sql_query(super::taken_back(&earned.id.to_string(), cents)).execute(conn).expect("taken back");
                }
            }
            Step::Withdraw(cents) => self.withdraw(conn, model, *cents)?,
            Step::WithdrawAll => {
                let all = model.available();
                if all > 0 {
                    self.withdraw(conn, model, all)?;
                }
            }
            Step::TakeBack(number) => {
                let Some(nth) = which(*number, model.taken.len()) else { return Ok(()) };
                self.take_back(conn, &mut model.taken[nth])?;
            }
            Step::Pay(number) | Step::Fail(number) => {
                let Some(nth) = which(*number, model.taken.len()) else { return Ok(()) };
                let verdict = if matches!(step, Step::Pay(_)) { Verdict::Paid } else { Verdict::Failed("No such account".to_owned()) };
                self.mark(conn, &mut model.taken[nth], &verdict)?;
            }
        }
        Ok(())
    }

    fn agrees(&self, conn: &mut PgConnection, model: &Model) -> Result<(), TestCaseError> {
        let shown = TeamBalance::of_partner(conn, self.company, self.partner).expect("a balance");
        let shown =
            shown.iter().find(|shown| shown.currency == "USD").map_or((0, 0, 0, 0), |b| (b.available, b.held, b.on_its_way, b.paid));
        prop_assert_eq!(shown, (model.available(), model.held(), model.sum("requested"), model.sum("paid")));
        Ok(())
    }
}

#[actix_web::test]
async fn balances_agree_with_a_small_model_whatever_happens_in_whatever_order() {
    let app = TestApp::start().await;
    say_where(&app);
    let conn = &mut app.connection();
    let id = |query: &str| app.text(query).parse::<uuid::Uuid>().unwrap();
    let world = World {
        mailer: app.mailer.clone(),
        frank: Membership::of(conn, id("SELECT id FROM users WHERE email = 'frank@northwind.example'").into(), "northwind").unwrap(),
        sam: Staff::of(conn, id("SELECT id FROM users WHERE email = 'sam@acme.example'").into(), "acme").unwrap(),
        company: id("SELECT id FROM companies WHERE slug = 'acme'").into(),
        partner: id("SELECT p.id FROM partners p JOIN teams t ON t.id = p.team_id WHERE t.slug = 'northwind'").into(),
    };
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) });
    let connection = std::cell::RefCell::new(app.connection());
    let outcome = runner.run(&proptest::collection::vec(step(), 1..40), |steps| {
        let conn = &mut *connection.borrow_mut();
        let mut result = Ok(());
        conn.test_transaction::<_, diesel::result::Error, _>(|conn| {
            // Past the trigger of the ledger: days pass by moving rows. It also switches off what references ask, which the tests over HTTP do not.
            sql_query("SET LOCAL session_replication_role = replica").execute(conn)?;
            let mut model = Model::default();
            result = steps.iter().try_for_each(|step| {
                world.take(conn, &mut model, step)?;
                world.agrees(conn, &model)
            });
            if result.is_ok() {
                let faults = verify::faults(conn)?;
                if !faults.is_empty() {
                    result = Err(TestCaseError::fail(format!("{faults:?}")));
                }
            }
            Ok(())
        });
        result
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
