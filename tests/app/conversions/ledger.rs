//! What sales, refunds and decisions leave in the ledger agrees with a small model of it, whatever the order (R22).

use super::{opened, stands};
use crate::support::{
    TestApp,
    personas::*,
    scene::{KEY, SOLD_LINK, id},
};
use diesel::{PgConnection, connection::SimpleConnection};
use guildhall::{
    accounts::User,
    audit::Actor,
    companies::staff::Staff,
    email_address::EmailAddress,
    ids::{ClickId, PartnerId, ProgramId, ReferralId, ReferralRefundId},
    programs::commission::{CommissionRule, Earns},
    referrals::{
        ApiKey, ReferralStatus,
        conversion::{Report, Reported, report},
        deciding::{Decided, Decision, decide},
        referral::{Contributed, Lead, contribute},
        refund::{Refund, Refunded, refund},
        taking_back::{TakeBack, TakenBack, take_back},
    },
    teams::Membership,
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::cell::{Cell, RefCell};

/// What happens, one after the other. Places in lists are taken of what is there then.
#[derive(Debug, Clone)]
enum Step {
    /// The rule becomes this, held so many days.
    Rule(Earns, i32),
    Sell(i64),
    /// The same report again.
    SellAgain(usize),
    Refund(usize, i64),
    RefundAgain(usize),
    Recommend,
    /// As staff see it that moment, or as it stood when it was new.
    Approve(usize, bool),
    Decline(usize, bool),
    Win(usize, bool, i64),
    /// So much of a lead's sale is taken back.
    TakeBack(usize, i64),
}

fn step() -> impl Strategy<Value = Step> {
    let nth = || 0..6usize;
    prop_oneof![
        1 => prop_oneof![
            (1..=10_000i32).prop_map(Earns::Percent),
            (1..5_000i64).prop_map(Earns::Fixed),
            Just(Earns::Nothing)
        ].prop_flat_map(|earns| prop_oneof![Just(0), Just(30)].prop_map(move |days| Step::Rule(earns, days))),
        4 => (1..10_000i64).prop_map(Step::Sell),
        1 => nth().prop_map(Step::SellAgain),
        4 => (nth(), 1..6_000i64).prop_map(|(nth, amount)| Step::Refund(nth, amount)),
        1 => nth().prop_map(Step::RefundAgain),
        2 => Just(Step::Recommend),
        1 => (nth(), any::<bool>()).prop_map(|(nth, seen)| Step::Approve(nth, seen)),
        1 => (nth(), any::<bool>()).prop_map(|(nth, seen)| Step::Decline(nth, seen)),
        2 => (nth(), any::<bool>(), 1..10_000i64).prop_map(|(nth, seen, amount)| Step::Win(nth, seen, amount)),
        2 => (nth(), 1..6_000i64).prop_map(|(nth, amount)| Step::TakeBack(nth, amount)),
    ]
}

/// A sale of the model.
#[derive(Debug, Clone)]
struct Sold {
    amount: i64,
    earned: i64,
    refunded: i64,
    held: bool,
}

#[derive(Debug, Clone)]
struct Model {
    earns: Earns,
    days: i32,
    sales: Vec<Sold>,
    refunds: Vec<(usize, i64)>,
    leads: Vec<ReferralStatus>,
    /// Which lead, and its sale.
    won: Vec<(usize, Sold)>,
}

impl Model {
    fn earned(&self, amount: i64) -> i64 {
        match self.earns {
            Earns::Percent(points) => amount * i64::from(points) / 10_000,
            Earns::Fixed(minor) => minor,
            Earns::Nothing => 0,
        }
    }

    /// What is held, and what is available.
    fn balance(&self) -> (i64, i64) {
        let left = |sale: &Sold| (sale.earned * (sale.amount - sale.refunded) / sale.amount, sale.held);
        let lines = self.sales.iter().chain(self.won.iter().map(|(_, sale)| sale)).map(left);
        lines.fold((0, 0), |(held, free), (amount, is_held)| if is_held { (held + amount, free) } else { (held, free + amount) })
    }
}

/// Who does all this.
struct Scene<'a> {
    app: &'a TestApp,
    key: ApiKey,
    sam: Staff,
    mia: Membership,
    click: ClickId,
    program: ProgramId,
    partner: PartnerId,
    case: usize,
    leads: Vec<ReferralId>,
}

#[actix_web::test]
async fn the_ledger_agrees_with_a_small_model_whatever_is_sold_refunded_and_decided() {
    let (app, _) = opened().await;
    let conn = &mut app.connection();
    let person = |conn: &mut PgConnection, email| User::by_email(conn, &EmailAddress::parse(email).unwrap()).unwrap().unwrap();
    let (sam, mia) = (person(conn, SAM).id, person(conn, MIA).id);
    let first = Scene {
        app: &app,
        key: ApiKey::shown(conn, KEY).unwrap().unwrap(),
        sam: Staff::of(conn, sam, "acme").unwrap(),
        mia: Membership::of(conn, mia, "northwind").unwrap(),
        click: app.click(&id(SOLD_LINK).to_string(), "1 minute").parse().unwrap(),
        program: app.text("SELECT id FROM programs WHERE name = 'Acme Resellers'").parse().unwrap(),
        partner: app.text("SELECT p.id FROM partners p JOIN teams t ON t.id = p.team_id WHERE t.slug = 'northwind'").parse().unwrap(),
        case: 0,
        leads: Vec::new(),
    };
    let (conn, case) = (RefCell::new(conn), Cell::new(0));
    let mut runner = TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
    runner
        .run(&proptest::collection::vec(step(), 1..25), |steps| {
            let conn: &mut PgConnection = &mut conn.borrow_mut();
            case.set(case.get() + 1);
            conn.batch_execute(
                "SET session_replication_role = replica; DELETE FROM ledger; DELETE FROM withdrawals; DELETE FROM commissions; DELETE FROM refunds; DELETE FROM referral_refunds; DELETE FROM conversions; DELETE FROM referrals; RESET session_replication_role",
            )
            .unwrap();
            let mut scene = Scene { case: case.get(), leads: Vec::new(), sam: first.sam.clone(), mia: first.mia.clone(), ..first };
            let mut model =
                Model { earns: Earns::Nothing, days: 0, sales: Vec::new(), refunds: Vec::new(), leads: Vec::new(), won: Vec::new() };
            scene.rule(conn, Earns::Nothing, 0);
            for step in &steps {
                scene.carry_out(conn, &mut model, step)?;
                prop_assert_eq!(stands(conn, scene.sam.company.id, scene.partner), model.balance(), "after {:?} of {:?}", step, steps);
            }
            prop_assert_eq!(guildhall::verify::faults(conn).unwrap(), vec![]);
            Ok(())
        })
        .unwrap();
}

impl Scene<'_> {
    fn rule(&self, conn: &mut PgConnection, earns: Earns, holding_days: i32) {
        CommissionRule { earns, holding_days }.change(conn, &Actor::program(), &self.sam, self.program).unwrap();
    }

    fn report(&self, nth: usize, amount: i64) -> Report {
        Report {
            idempotency_key: format!("{}-{nth}", self.case),
            click: Some(self.click),
            customer: None,
            amount,
            currency: "USD".to_owned(),
        }
    }

    fn refund(&self, nth: usize, sale: usize, amount: i64) -> Refund {
        Refund { idempotency_key: format!("{}-{nth}", self.case), sale: format!("{}-{sale}", self.case), amount }
    }

    /// Does it, and says so to the model.
    fn carry_out(&mut self, conn: &mut PgConnection, model: &mut Model, step: &Step) -> Result<(), TestCaseError> {
        let actor = Actor::program();
        match step {
            Step::Rule(earns, days) => {
                self.rule(conn, *earns, *days);
                (model.earns, model.days) = (*earns, *days);
            }
            Step::Sell(amount) => {
                let done = report(conn, &actor, &self.key, &self.report(model.sales.len(), *amount)).unwrap();
                prop_assert!(matches!(done, Reported::New(_)), "{done:?}");
                let sold = Sold { amount: *amount, earned: model.earned(*amount), refunded: 0, held: model.days > 0 };
                model.sales.push(sold);
            }
            Step::SellAgain(nth) if *nth < model.sales.len() => {
                let done = report(conn, &actor, &self.key, &self.report(*nth, model.sales[*nth].amount)).unwrap();
                prop_assert!(matches!(done, Reported::Again(_)), "{done:?}");
            }
            Step::Refund(nth, amount) if *nth < model.sales.len() => {
                let done = refund(conn, &actor, &self.key, &self.refund(model.refunds.len(), *nth, *amount)).unwrap();
                let sold = &mut model.sales[*nth];
                let left = sold.amount - sold.refunded;
                if *amount > left {
                    prop_assert_eq!(done, Refunded::TooMuch(left));
                } else {
                    prop_assert!(matches!(done, Refunded::New(_)), "{done:?}");
                    sold.refunded += amount;
                    model.refunds.push((*nth, *amount));
                }
            }
            Step::RefundAgain(nth) if *nth < model.refunds.len() => {
                let (sale, amount) = model.refunds[*nth];
                let done = refund(conn, &actor, &self.key, &self.refund(*nth, sale, amount)).unwrap();
                prop_assert!(matches!(done, Refunded::Again(_)), "{done:?}");
            }
            Step::Recommend => {
                let lead = Lead {
                    id: ReferralId::new(),
                    program: self.program,
                    name: "Ada King".to_owned(),
                    organisation: String::new(),
                    email: EmailAddress::parse("ada@harbour.example").unwrap(),
                    note: String::new(),
                };
                let done = contribute(conn, &self.app.mailer, &actor, &self.mia, &lead).unwrap();
                prop_assert!(matches!(done, Contributed::Done(_)), "{done:?}");
                self.leads.push(lead.id);
                model.leads.push(ReferralStatus::Submitted);
            }
            Step::Approve(nth, seen) => self.decide(conn, model, *nth, *seen, &Decision::Approve)?,
            Step::Decline(nth, seen) => self.decide(conn, model, *nth, *seen, &Decision::Decline("No".to_owned()))?,
            Step::Win(nth, seen, amount) => self.decide(conn, model, *nth, *seen, &Decision::Win(*amount))?,
            Step::TakeBack(nth, amount) if *nth < self.leads.len() => {
                let wanted = TakeBack { id: ReferralRefundId::new(), amount: *amount, reason: "It came to nothing".to_owned() };
                let take =
                    |conn: &mut PgConnection| take_back(conn, &self.app.mailer, &actor, &self.sam, self.leads[*nth], &wanted).unwrap();
                let done = take(conn);
                let Some((_, sold)) = model.won.iter_mut().find(|(lead, _)| lead == nth) else {
                    prop_assert_eq!(done, TakenBack::NotWon);
                    return Ok(());
                };
                let left = sold.amount - sold.refunded;
                if *amount > left {
                    prop_assert_eq!(done, TakenBack::TooMuch(left));
                } else {
                    sold.refunded += amount;
                    prop_assert_eq!(done, TakenBack::Done(left - amount));
                    prop_assert_eq!(take(conn), TakenBack::Already);
                }
            }
            Step::SellAgain(_) | Step::Refund(..) | Step::RefundAgain(_) | Step::TakeBack(..) => {}
        }
        Ok(())
    }

    fn decide(&self, conn: &mut PgConnection, model: &mut Model, nth: usize, seen: bool, decision: &Decision) -> Result<(), TestCaseError> {
        let Some(stands) = model.leads.get(nth).copied() else { return Ok(()) };
        let was = if seen { stands } else { ReferralStatus::Submitted };
        let done = decide(conn, &self.app.mailer, &Actor::program(), &self.sam, self.leads[nth], was, decision).unwrap();
        if was == stands && was.may_become(decision.leads_to()) {
            prop_assert_eq!(done, Decided::Done);
            model.leads[nth] = decision.leads_to();
            if let Decision::Win(amount) = decision {
                model.won.push((nth, Sold { amount: *amount, earned: model.earned(*amount), refunded: 0, held: model.days > 0 }));
            }
        } else {
            prop_assert!(matches!(done, Decided::Meanwhile(meanwhile) if meanwhile.status == stands));
        }
        Ok(())
    }
}
