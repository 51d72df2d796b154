//! How a team governs itself: roles, permissions, who is in, who owns it (rules 33 to 39 and 47).

mod inviting;
mod leaving;
mod ownership;
mod permissions;
mod places;
mod races;
mod roles;

use crate::support::{Browser, TestApp, personas, personas::*};
use guildhall::teams::{MemberRole, NewMember, Team, TeamRole};

const TEAM: &str = "/teams/northwind";
const MEMBERS: &str = "/teams/northwind/members";
const PERMISSIONS: &str = "/teams/northwind/permissions";

/// The person who has that role in Northwind.
const fn holder(role: TeamRole) -> &'static str {
    match role {
        TeamRole::Owner => OLIVIA,
        TeamRole::Given(MemberRole::Admin) => ADAM,
        TeamRole::Given(MemberRole::Member) => MIA,
        TeamRole::Given(MemberRole::Finance) => FRANK,
    }
}

/// One more in Northwind, of that role.
pub fn join(app: &TestApp, email: &str, name: &str, role: MemberRole) {
    let conn = &mut app.connection();
    let team = Team::by_slug(conn, "northwind").expect("Northwind");
    let user = personas::user(conn, email, name).id;
    let place = NewMember { team: team.id, user, role }.join(conn).expect("a member").expect("a new one");
    guildhall::links::defaults::for_member(conn, team.id, place).expect("their links");
}

fn place_of(app: &TestApp, email: &str) -> String {
    app.text(&format!(
        "SELECT m.id FROM members m JOIN users u ON u.id = m.user_id JOIN teams t ON t.id = m.team_id WHERE u.email = '{email}' AND t.slug = 'northwind'"
    ))
}

fn role_of(app: &TestApp, email: &str) -> String {
    app.text(&format!("SELECT role FROM members WHERE id = '{}'", place_of(app, email)))
}

fn refusals(app: &TestApp) -> i64 {
    app.number("SELECT count(*) FROM audit WHERE action = 'refused'")
}

fn is_whole(app: &TestApp) {
    assert_eq!(guildhall::verify::faults(&mut app.connection()).expect("a look"), []);
}

/// Turns one cell of the table for Northwind, past all rules but the database's.
fn switch(app: &TestApp, cells: &[&str]) {
    let list: Vec<String> = cells.iter().map(|cell| format!("'{cell}'")).collect();
    app.sql(&format!("UPDATE teams SET switches = ARRAY[{}]::text[] WHERE slug = 'northwind'", list.join(", ")));
}

/// Acme asks for Rosa, as that role; returns the path on which she is approved.
async fn ask_for_rosa(app: &TestApp, role: &str) -> String {
    let sam = app.signed_in(SAM);
    let form = sam.get("/companies/acme/invitations/new-members?team=northwind").await.form("new-members");
    let form = form.set_nth("email", 0, ROSA).set_nth("name", 0, "Rosa Lindqvist").set_nth("role", 0, role);
    sam.submit(&form).await.leads_to("/companies/acme/invitations");
    format!("{TEAM}/approvals/{}/approval", app.text(&format!("SELECT id FROM invitations WHERE email = '{ROSA}'")))
}

const ROSA: &str = "rosa@northwind.example";

async fn gives(browser: &Browser, app: &TestApp, to: &str, role: &str) -> u16 {
    browser.post(&format!("{MEMBERS}/{}/role", place_of(app, to)), &[("role", role)]).await.status.as_u16()
}
