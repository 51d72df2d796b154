//! What happens behind an invitation's mailed link (rules 48 to 54).

mod accepting;
mod founding;
mod not_permitted;
mod races;
mod states;

use crate::support::{FilledForm, TestApp, personas::*};
use diesel::prelude::*;
use guildhall::{
    audit::Actor,
    companies::staff::Staff,
    email_address::EmailAddress,
    ids::{InvitationId, UserId},
    invitations::{
        Invitation,
        approval::{self, Decided, Decision},
        asking::{self, MembersInvited, NewMembers, NewTeam, Person, TeamInvited},
    },
    programs::{Program, ProgramText, Written},
    schema::{invitations, users},
    teams::{MemberRole, Membership},
};

/// Whom the company writes down: name, address, role.
type Listed<'a> = (&'a str, &'a str, MemberRole);

const INES: &str = "ines.okafor@larkspur.example";
const TEO: &str = "teo@larkspur.example";
const HANA: &str = "hana@larkspur.example";
const ROSA: &str = "rosa@northwind.example";
const NEW_PASSWORD: &str = "five quiet lanterns";

fn address(email: &str) -> EmailAddress {
    EmailAddress::parse(email).unwrap()
}

fn person(&(name, email, role): &Listed<'_>) -> Person {
    Person { email: address(email), name: name.to_owned(), role }
}

fn user_id(conn: &mut PgConnection, email: &str) -> UserId {
    users::table.filter(users::email.eq(email)).select(users::id).first(conn).unwrap()
}

fn staff(conn: &mut PgConnection, email: &str) -> (Staff, Actor) {
    let user = user_id(conn, email);
    let staff = Staff::of(conn, user, "acme").unwrap();
    let actor = staff.actor(None);
    (staff, actor)
}

/// Sam invites somebody with a new team into one of Acme's programs; the path of the link in their mail.
fn invite(app: &TestApp, program: &str, owner: Listed<'_>, team: &str, listed: &[Listed<'_>]) -> String {
    let conn = &mut app.connection();
    let (sam, by) = staff(conn, SAM);
    let program = Program::all(conn, sam.company.id).unwrap().into_iter().find(|known| known.name == program).unwrap().id;
    let ask = NewTeam {
        program,
        name: team.to_owned(),
        owner: person(&owner),
        listed: listed.iter().map(person).collect(),
        subject: String::new(),
        message: "Great to meet you in Lisbon.".to_owned(),
    };
    let invited = asking::invite_team(conn, &app.mailer, &app.limiter, &by, &sam, &ask).unwrap();
    assert!(matches!(invited, TeamInvited::Invited { .. }), "{invited:?}");
    app.link_to(owner.1)
}

/// Ines, who has no account, is invited to open Larkspur Agency, with Teo and Hana listed.
fn invite_ines(app: &TestApp) -> String {
    let listed = [("Teo Brandt", TEO, MemberRole::Member), ("Hana Ito", HANA, MemberRole::Finance)];
    invite(app, "Acme Resellers", ("Ines Okafor", INES, MemberRole::Admin), "Larkspur Agency", &listed)
}

/// Somebody who has an account is invited into a second program.
fn invite_into_plus(app: &TestApp, email: &str) -> String {
    make_plus(app);
    invite(app, "Acme Resellers Plus", ("", email, MemberRole::Admin), "A team to be", &[])
}

/// Acme's second program, with terms.
fn make_plus(app: &TestApp) {
    let conn = &mut app.connection();
    let (sam, by) = staff(conn, SAM);
    let text = ProgramText {
        name: "Acme Resellers Plus".to_owned(),
        description: "25% of each sale for 18 months.".to_owned(),
        destination: "https://acme.example/plus".to_owned(),
        currency: "USD".to_owned(),
        open: false,
    };
    let made = Program::create(conn, &by, sam.company.id, &text, "Be bold.\n\nBe fair.").unwrap();
    assert!(matches!(made, Written::Saved(_)), "{made:?}");
}

/// Sam asks for somebody in Northwind, and Olivia approves; the path of the link in their mail.
fn ask_into_northwind(app: &TestApp, who: Listed<'_>) -> String {
    ask_for(app, who);
    let conn = &mut app.connection();
    let olivia = user_id(conn, OLIVIA);
    let olivia = Membership::of(conn, olivia, "northwind").unwrap();
    let id = waiting_id(conn, who.1);
    let decided = approval::decide(conn, &app.mailer, &olivia.actor(None), &olivia, id, &Decision::Approve(None)).unwrap();
    assert!(matches!(decided, Decided::Approved(_)), "{decided:?}");
    app.link_to(who.1)
}

/// Sam asks for somebody in Northwind; it waits for the team.
fn ask_for(app: &TestApp, who: Listed<'_>) {
    let conn = &mut app.connection();
    let (sam, by) = staff(conn, SAM);
    let ask = NewMembers { team: "northwind".to_owned(), people: vec![person(&who)], message: String::new() };
    let asked = asking::invite_members(conn, &app.mailer, &app.limiter, &by, &sam, &ask).unwrap();
    assert!(matches!(asked, MembersInvited::Waiting { .. }), "{asked:?}");
}

fn waiting_id(conn: &mut PgConnection, email: &str) -> InvitationId {
    invitations::table
        .filter(invitations::email.eq(email))
        .filter(invitations::status.eq("waiting"))
        .select(invitations::id)
        .first(conn)
        .unwrap()
}

/// The newest invitation to that address.
fn invitation_to(app: &TestApp, email: &str) -> Invitation {
    let newest = Invitation::query().filter(invitations::email.eq(email)).order(invitations::created_at.desc());
    newest.first(&mut app.connection()).unwrap()
}

fn status(app: &TestApp, email: &str) -> String {
    invitation_to(app, email).status.to_string()
}

/// Makes somebody an admin of Northwind, or a member again.
fn set_role(app: &TestApp, email: &str, role: &str) {
    app.sql(&format!("UPDATE members SET role = '{role}' WHERE user_id = (SELECT id FROM users WHERE email = '{email}')"));
}

/// The actions in the audit log since the last look, in order.
fn actions_since(app: &TestApp, seen: i64) -> Vec<String> {
    let all =
        app.text(&format!("SELECT string_agg(action, ',' ORDER BY at, id) FROM (SELECT * FROM audit ORDER BY at, id OFFSET {seen}) a"));
    all.split(',').filter(|action| !action.is_empty()).map(str::to_owned).collect()
}

fn audit_lines(app: &TestApp) -> i64 {
    app.number("SELECT count(*) FROM audit")
}

/// A new person's form, filled in as they would.
fn filled_in(form: FilledForm) -> FilledForm {
    form.set("password", NEW_PASSWORD).set("terms", "1")
}
