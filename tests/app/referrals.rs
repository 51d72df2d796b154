//! Keys, what sales earn, and the leads that members contribute (rules 30 and 42).

mod contributing;
mod deciding;
mod keys;
mod list;
mod rule;
mod taking_back;

use crate::support::{FilledForm, Page, TestApp, personas::*};

/// A company's list.
const REFERRALS: &str = "/companies/acme/referrals";
/// A team's list.
const OURS: &str = "/teams/northwind/referrals";
/// The form.
const NEW: &str = "/teams/northwind/referrals/new";

/// The form as Mia fills it in for Acme Resellers.
async fn filled(app: &TestApp, name: &str, email: &str) -> FilledForm {
    let form = app.signed_in(MIA).get(NEW).await.form("/referrals/new");
    let program = app.text("SELECT id FROM programs WHERE name = 'Acme Resellers'");
    form.set("program", &program)
        .set("name", name)
        .set("organisation", "Harbour Dental")
        .set("email", email)
        .set("note", "Asked for a trial.")
}

/// Mia recommends somebody; the id of the referral.
async fn recommend(app: &TestApp, name: &str, email: &str) -> String {
    let form = filled(app, name, email).await;
    let id = form.value("form").expect("an id").to_owned();
    app.signed_in(MIA).submit(&form).await.leads_to(OURS);
    id
}

/// Staff decide about a referral as its page stands.
async fn decide(app: &TestApp, by: &str, id: &str, noun: &str, fields: &[(&str, &str)]) -> Page {
    let browser = app.signed_in(by);
    let mut form = browser.get(&format!("{REFERRALS}/{id}")).await.form(&format!("/{noun}"));
    for (name, value) in fields {
        form = form.set(name, value);
    }
    let page = browser.submit(&form).await;
    browser.follow(page).await
}

impl TestApp {
    fn referral(&self, id: &str, column: &str) -> String {
        self.text(&format!("SELECT {column} FROM referrals WHERE id = '{id}'"))
    }
}
