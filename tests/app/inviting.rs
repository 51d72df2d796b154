//! Asking people in, by a company's staff (rules 19 to 24).

mod list;
mod new_members;
mod new_team;
mod races;
mod upkeep;

use crate::support::{Browser, FilledForm, Page, TestApp, personas::*};

const LIST: &str = "/companies/acme/invitations";
const NEW_TEAM: &str = "/companies/acme/invitations/new-team";
const NEW_MEMBERS: &str = "/companies/acme/invitations/new-members";

pub const INES: &str = "ines@larkspur.example";
pub const TEO: &str = "teo@brightwater.example";
pub const HANA: &str = "hana@larkspur.example";
pub const ROSA: &str = "rosa@northwind.example";

/// Ines with Teo and Hana, as staff fill it in; Ines stands in the second row.
fn larkspur(form: FilledForm) -> FilledForm {
    form.set("team_name", "Larkspur Agency")
        .set_nth("email", 0, TEO)
        .set_nth("name", 0, "Teo Marsh")
        .set_nth("role", 0, "admin")
        .set_nth("email", 1, INES)
        .set_nth("name", 1, "Ines Okafor")
        .set_nth("email", 2, HANA)
        .set("owner", "1")
        .set("confirmed", "true")
        .set("subject", "Sell Acme together with us")
        .set("message", "Great to meet you in Lisbon.")
}

/// Rosa for Northwind, as staff fill it in.
fn rosa(form: FilledForm) -> FilledForm {
    form.set("team", "northwind")
        .set_nth("email", 0, ROSA)
        .set_nth("name", 0, "Rosa Lindqvist")
        .set_nth("role", 0, "member")
        .set("message", "Welcome, Rosa.")
}

pub async fn invite_larkspur(sam: &Browser) {
    let form = larkspur(sam.get(NEW_TEAM).await.form("new-team"));
    sam.submit(&form).await.leads_to(LIST);
}

pub async fn ask_for_rosa(sam: &Browser) {
    let form = rosa(sam.get(NEW_MEMBERS).await.form("new-members"));
    sam.submit(&form).await.leads_to(LIST);
}

/// The page of the newest invitation of that address.
fn page_of(app: &TestApp, email: &str) -> String {
    format!("{LIST}/{}", app.text(&format!("SELECT id FROM invitations WHERE email = '{email}' ORDER BY created_at DESC, id DESC LIMIT 1")))
}

pub fn status_of(app: &TestApp, email: &str) -> String {
    app.text(&format!("SELECT status FROM invitations WHERE email = '{email}' ORDER BY created_at DESC, id DESC LIMIT 1"))
}

/// Moves every invitation back in time, as if it had been made and sent that long ago.
fn long_ago(app: &TestApp, interval: &str) {
    app.sql(&format!(
        "UPDATE invitations SET created_at = created_at - interval '{interval}', sent_at = sent_at - interval '{interval}', \
         reminded_at = reminded_at - interval '{interval}', expires_at = expires_at - interval '{interval}'"
    ));
}

/// What the audit log holds beside ids and role names.
fn audited(app: &TestApp) -> String {
    app.text("SELECT string_agg(coalesce(before::text, '') || coalesce(after::text, ''), ' ') FROM audit")
}

/// Presses the button of that action.
async fn press(sam: &Browser, page: &str, noun: &str) -> Page {
    let form = sam.get(page).await.form(noun);
    let answer = sam.submit(&form).await;
    sam.follow(answer).await
}
