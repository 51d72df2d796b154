//! The people of every test. Acme knows Northwind, Globex knows Brightwater; nothing else is shared.

use diesel::{PgConnection, prelude::*};
use guildhall::{
    access::password,
    accounts::User,
    companies::{Company, StaffRole, staff::Staff},
    email_address::EmailAddress,
    ids::{ProgramId, TermsId, UserId},
    links::defaults,
    programs::{Partner, Terms, enrollment},
    schema::{link_hosts, programs, staff},
    teams::{MemberRole, NewMember, Team},
};
use std::sync::LazyLock;

/// Administrator, manager and viewer of Acme.
pub const SAM: &str = "sam@acme.example";
/// Manager of Acme.
pub const MAX: &str = "max@acme.example";
/// Viewer of Acme.
pub const VERA: &str = "vera@acme.example";
/// Manager of Acme once.
pub const HUGO: &str = "hugo@acme.example";
/// Administrator of Globex.
pub const GUS: &str = "gus@globex.example";
/// Owner of Northwind.
pub const OLIVIA: &str = "olivia@northwind.example";
/// Admin of Northwind.
pub const ADAM: &str = "adam@northwind.example";
/// Member of Northwind.
pub const MIA: &str = "mia@northwind.example";
/// Finance of Northwind.
pub const FRANK: &str = "frank@northwind.example";
/// Owner of Brightwater, a partner of Globex alone.
pub const TOMAS: &str = "tomas@brightwater.example";
/// Member of Northwind once.
pub const FIONA: &str = "fiona@northwind.example";

/// Everybody who may come to a page, by the name that tables of tests give them; nobody's address is that of somebody signed out.
pub const EVERYBODY: [(&str, &str); 12] = [
    ("out", ""),
    ("sam", SAM),
    ("max", MAX),
    ("vera", VERA),
    ("hugo", HUGO),
    ("gus", GUS),
    ("olivia", OLIVIA),
    ("adam", ADAM),
    ("mia", MIA),
    ("frank", FRANK),
    ("fiona", FIONA),
    ("tomas", TOMAS),
];

/// Everyone's password.
pub const PASSWORD: &str = "guildhall-demo";

/// One hash for all, since argon2 is made to be slow.
pub static HASH: LazyLock<String> = LazyLock::new(|| password::hash(PASSWORD).expect("a hash"));

/// Fills the template.
pub fn seed(conn: &mut PgConnection) {
    let acme = company(
        conn,
        "Acme",
        &[(SAM, "Sam Whitaker", StaffRole::Administrator), (MAX, "Max Adler", StaffRole::Manager), (VERA, "Vera Lind", StaffRole::Viewer)],
    );
    let globex = company(conn, "Globex", &[(GUS, "Gus Porter", StaffRole::Administrator)]);
    let northwind = team(
        conn,
        "Northwind",
        (OLIVIA, "Olivia Park"),
        &[(ADAM, "Adam Reyes", MemberRole::Admin), (MIA, "Mia Chen", MemberRole::Member), (FRANK, "Frank Osei", MemberRole::Finance)],
    );
    let brightwater = team(conn, "Brightwater", (TOMAS, "Tomás Herrera"), &[]);
    partner(conn, &acme, &northwind, "Acme Resellers");
    partner(conn, &globex, &brightwater, "Globex Affiliates");
    let hugo = user(conn, HUGO, "Hugo Brandt");
    let place = Staff::add(conn, acme.id, hugo.id, StaffRole::Manager).expect("staff");
    diesel::update(staff::table.find(place)).set(staff::left_at.eq(diesel::dsl::now)).execute(conn).expect("left");
    let fiona = user(conn, FIONA, "Fiona Hale");
    let place = NewMember { team: northwind.id, user: fiona.id, role: MemberRole::Admin }.join(conn).expect("a member").expect("a new one");
    defaults::for_member(conn, northwind.id, place).expect("links");
    diesel::sql_query("UPDATE members SET left_at = now() WHERE user_id = (SELECT id FROM users WHERE email = 'fiona@northwind.example')")
        .execute(conn)
        .expect("left");
    diesel::sql_query("UPDATE teams SET member_count = 4 WHERE slug = 'northwind'").execute(conn).expect("counted");
}

/// A verified person.
pub fn user(conn: &mut PgConnection, email: &str, name: &str) -> User {
    let address = EmailAddress::parse(email).expect("an address");
    User::verified_by_link(conn, &address, name, &HASH).expect("a user").expect("a new address")
}

/// A company with its staff.
pub fn company(conn: &mut PgConnection, name: &str, staff: &[(&str, &str, StaffRole)]) -> Company {
    let company = Company::create(conn, name).expect("a company");
    for (email, name, role) in staff {
        let id: UserId = user(conn, email, name).id;
        Staff::add(conn, company.id, id, *role).expect("staff");
    }
    company
}

/// A team with its owner and members.
pub fn team(conn: &mut PgConnection, name: &str, owner: (&str, &str), members: &[(&str, &str, MemberRole)]) -> Team {
    let owner = user(conn, owner.0, owner.1).id;
    let (team, _) = Team::found(conn, name, owner).expect("a team");
    for (email, name, role) in members {
        let user = user(conn, email, name).id;
        NewMember { team: team.id, user, role: *role }.join(conn).expect("a member");
    }
    Team::find(conn, team.id).expect("the team")
}

/// Makes a team a partner of a company, in a program of that name, which is made where it is missing, with terms, and everybody's links.
pub fn partner(conn: &mut PgConnection, company: &Company, team: &Team, program: &str) -> Partner {
    let known: Option<ProgramId> = programs::table
        .filter(programs::company_id.eq(company.id))
        .filter(programs::name.eq(program))
        .select(programs::id)
        .first(conn)
        .optional()
        .expect("a look");
    let id = known.unwrap_or_else(|| {
        let id = ProgramId::new();
        let values = (
            programs::id.eq(id),
            programs::company_id.eq(company.id),
            programs::name.eq(program),
            programs::destination.eq("https://acme.example/start"),
            programs::currency.eq("USD"),
        );
        diesel::insert_into(programs::table).values(values).execute(conn).expect("a program");
        let host = (link_hosts::company_id.eq(company.id), link_hosts::host.eq("acme.example"));
        diesel::insert_into(link_hosts::table).values(host).on_conflict_do_nothing().execute(conn).expect("a host");
        Terms::publish(conn, None, id, TermsId::new(), "Be honest.\n\nNever promise what we do not sell.").expect("terms");
        id
    });
    let partner = Partner::meet(conn, company.id, team.id).expect("a partner");
    enrollment::enroll(conn, &partner, id).expect("an enrollment");
    defaults::for_partner(conn, &partner, id).expect("links");
    let terms = Terms::current(conn, id).expect("a look").expect("terms");
    terms.accept(conn, partner.id, team.owner_id).expect("an acceptance");
    partner
}
