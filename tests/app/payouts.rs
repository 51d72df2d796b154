//! Money: balances, withdrawals, payout details, paying, and a team's end (rules 30, 42, 46, 47; S13, S56, S57; R15, R22).

mod asking;
mod closing;
mod commissions;
mod company;
mod details;
mod export;
mod ledger;
mod marking;
mod marks;
mod minimums;
mod races;
mod taking_back;

use crate::support::{Browser, Page, TestApp, personas::*, scene};
use std::sync::atomic::{AtomicU32, Ordering};

const COMMISSIONS: &str = "/teams/northwind/commissions";
const WITHDRAWALS: &str = "/teams/northwind/withdrawals";
const NEW: &str = "/teams/northwind/withdrawals/new";
const DETAILS: &str = "/teams/northwind/withdrawals/details";
const PAYING: &str = "/companies/acme/withdrawals";
const IBAN: &str = "GB82 WEST 1234 5698 7654 32";

/// Mia's sale earns Northwind so many cents with Acme, available since ten days ago; returns the commission.
fn earn(app: &TestApp, cents: i64) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0x50_0000);
    let number = u128::from(NUMBER.fetch_add(1, Ordering::Relaxed));
    let (acme, northwind) = ("(SELECT id FROM companies WHERE slug = 'acme')", "(SELECT id FROM teams WHERE slug = 'northwind')");
    app.sql(&scene::commission(number, acme, northwind, MIA, "(SELECT id FROM programs WHERE name = 'Acme Resellers')", cents));
    scene::id(number).to_string()
}

/// The same, held for ten days more.
fn earn_held(app: &TestApp, cents: i64) -> String {
    let commission = earn(app, cents);
    hold(app, &commission, "10 days");
    commission
}

/// Moves the day on which a commission becomes available.
fn hold(app: &TestApp, commission: &str, from_now: &str) {
    let at = format!("now() + interval '{from_now}'");
    app.sql(&format!(
        "SET session_replication_role = replica; UPDATE ledger SET available_at = {at} WHERE commission_id = '{commission}'; \
         UPDATE commissions SET available_at = {at} WHERE id = '{commission}'; SET session_replication_role = origin"
    ));
}

/// So many cents of a commission are taken back, as a refund does it.
fn refund(app: &TestApp, commission: &str, cents: i64) {
    app.sql(&format!(
        "INSERT INTO ledger (id, company_id, partner_id, currency, kind, amount, available_at, commission_id, event) \
         SELECT gen_random_uuid(), company_id, partner_id, currency, 'reversed', -{cents}, available_at, id, 'refund ' || gen_random_uuid() \
         FROM commissions WHERE id = '{commission}'; {}",
        taken_back(commission, cents)
    ));
}

/// So much of the referral's sale that these cents of its commission go.
fn taken_back(commission: &str, cents: i64) -> String {
    format!(
        "INSERT INTO referral_refunds (id, company_id, partner_id, referral_id, amount, reason, refunded_by) \
         SELECT gen_random_uuid(), company_id, partner_id, referral_id, {cents} * sale / amount, 'Cancelled', (SELECT id FROM users LIMIT 1) \
         FROM commissions WHERE id = '{commission}'"
    )
}

/// Olivia said a month ago where Northwind's money goes.
fn say_where(app: &TestApp) {
    app.sql(
        "INSERT INTO payout_details (id, team_id, holder, account, changed_by, changed_at) \
         SELECT gen_random_uuid(), id, 'Northwind Ltd', 'GB82WEST12345698765432', owner_id, now() - interval '30 days' FROM teams WHERE slug = 'northwind'",
    );
}

/// Acme owes Northwind so many cents, and knows where to pay.
async fn with_money(cents: i64) -> TestApp {
    let app = TestApp::start().await;
    earn(&app, cents);
    say_where(&app);
    app
}

/// Frank asks for so much; returns the withdrawal's page on the team's side.
async fn withdraw(app: &TestApp, amount: &str) -> String {
    let frank = app.signed_in(FRANK);
    let form = frank.get(&format!("{NEW}?company=acme&currency=USD")).await.form("/withdrawals").set("amount", amount);
    frank.submit(&form).await.is(303).location().expect("a page")
}

/// The id of the one withdrawal there is.
fn only(app: &TestApp) -> String {
    app.text("SELECT id FROM withdrawals")
}

/// The page of the one withdrawal there is, on the company's side.
fn page_of_only(app: &TestApp) -> String {
    format!("{PAYING}/{}", only(app))
}

/// What Northwind has available with Acme, in cents.
fn available(app: &TestApp) -> i64 {
    app.number(
        "SELECT coalesce(sum(l.amount), 0) FROM ledger l JOIN partners p ON p.id = l.partner_id JOIN teams t ON t.id = p.team_id \
         WHERE t.slug = 'northwind' AND l.available_at <= now()",
    )
}

fn is_whole(app: &TestApp) {
    assert_eq!(guildhall::verify::faults(&mut app.connection()).expect("a look"), []);
}

fn refusals(app: &TestApp) -> i64 {
    app.number("SELECT count(*) FROM audit WHERE action = 'refused'")
}

/// Sessions proved who they are too long ago for what is grave.
fn age(app: &TestApp) {
    app.sql("UPDATE sessions SET proved_at = now() - interval '11 minutes'");
}

/// Frank works for Acme too, as an administrator.
fn frank_at_acme(app: &TestApp) {
    app.sql(
        "INSERT INTO staff (id, company_id, user_id, role) SELECT gen_random_uuid(), c.id, u.id, 'administrator' FROM companies c, users u \
         WHERE c.slug = 'acme' AND u.email = 'frank@northwind.example'",
    );
}

/// One of these is on the page.
#[track_caller]
fn refuses(page: &Page, field: &str, says: &str) {
    page.is(422);
    assert_eq!(page.error_at(field), format!("Error: {says}"), "{}", page.text());
}

fn switch_on(app: &TestApp, cell: &str) {
    app.sql(&format!("UPDATE teams SET switches = ARRAY['{cell}'] WHERE slug = 'northwind'"));
}
