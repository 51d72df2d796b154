//! The team's approvals, its home and its members (rules 21, 36, 38, 46).

mod deciding;
mod pages;
mod races;

use crate::support::{FilledForm, TestApp, personas::*};

const HOME: &str = "/teams/northwind";
const MEMBERS: &str = "/teams/northwind/members";
const APPROVALS: &str = "/teams/northwind/approvals";

const ROSA: &str = "rosa@northwind.example";
const PIM: &str = "pim@fjord.example";

/// Acme asks for Rosa as a member, and for Pim, whose name it does not know, as finance.
async fn ask(app: &TestApp, people: &[&str]) {
    let sam = app.signed_in(SAM);
    let mut form = sam.get("/companies/acme/invitations/new-members?team=northwind").await.form("new-members").set("message", "Welcome.");
    for (nth, email) in people.iter().enumerate() {
        let (name, role) = if *email == ROSA { ("Rosa Lindqvist", "member") } else { ("", "finance") };
        form = form.set_nth("email", nth, email).set_nth("name", nth, name).set_nth("role", nth, role);
    }
    sam.submit(&form).await.leads_to("/companies/acme/invitations");
}

fn id_of(app: &TestApp, email: &str) -> String {
    app.text(&format!("SELECT id FROM invitations WHERE email = '{email}'"))
}

fn status_of(app: &TestApp, email: &str) -> String {
    app.text(&format!("SELECT status FROM invitations WHERE email = '{email}'"))
}

fn approval(app: &TestApp, email: &str) -> String {
    format!("{APPROVALS}/{}/approval", id_of(app, email))
}

fn rejection(app: &TestApp, email: &str) -> String {
    format!("{APPROVALS}/{}/rejection", id_of(app, email))
}

fn refusals(app: &TestApp) -> i64 {
    app.number("SELECT count(*) FROM audit WHERE action = 'refused'")
}
