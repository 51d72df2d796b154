//! One row of everything that a path can name, beside the personas: the walks over all routes need them. Its ids are the same in every
//! database, so that two runs can be compared.

use super::{TestApp, personas::*};
use guildhall::tokens::{Purpose, hash_of};
use uuid::Uuid;

/// What stands in a database besides the personas, and the paths that lead to it.
pub struct Scene {
    /// Mia's place in Northwind.
    pub member: String,
    /// Max's place in Acme.
    pub staff: String,
    /// Acme's group conversation with Northwind.
    pub conversation: String,
    /// Acme's program.
    pub program: String,
    /// The terms of that program.
    pub terms: String,
    /// Of Nora's invitation.
    pub invitation_token: String,
    /// Of Frank's, whose role does not let him accept it.
    pub frank_token: String,
    /// Of one that nobody answered in time.
    pub expired_token: String,
    /// Of Vera's password.
    pub reset_token: String,
    /// Of a company to be founded.
    pub setup_token: String,
    /// Of Olivia's new address.
    pub email_token: String,
    /// Of the address that Olivia had.
    pub undo_token: String,
}

/// An id of the scene.
pub fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number)
}

/// Acme's program invitation to Nora of Brightlane, sent, with Lee listed.
pub const SENT: u128 = 1;
const LISTED: u128 = 2;
/// Acme's request to have Pat in Northwind, waiting for the team.
pub const WAITING: u128 = 3;
/// Acme's program invitation to Mia, which she put before Northwind.
pub const PUT: u128 = 4;
/// Acme's member invitation to Ivy into Northwind, sent.
const SENT_MEMBER: u128 = 5;
/// Globex's program invitation, sent.
pub const FOREIGN_SENT: u128 = 6;
/// Globex's request to have somebody in Brightwater, waiting for the team.
pub const FOREIGN_WAITING: u128 = 7;
/// Acme's second program.
pub const SECOND_PROGRAM: u128 = 8;
const RESET: u128 = 9;
const SETUP: u128 = 10;
/// Acme's program invitation to Frank.
const FOR_FRANK: u128 = 11;
/// Acme's program invitation that nobody answered in time.
const EXPIRED: u128 = 12;
/// Acme's tag on Northwind.
pub const TAG: u128 = 40;
/// Globex's tag on Brightwater.
pub const FOREIGN_TAG: u128 = 41;
const NOTE: u128 = 42;
/// Acme's invitation of Kim to its staff, sent.
pub const STAFF_SENT: u128 = 43;
/// Globex's invitation of somebody to its staff, sent.
pub const FOREIGN_STAFF_SENT: u128 = 44;
/// Acme's direct conversation with Mia.
pub const WITH_MIA: u128 = 13;
/// The first of four messages.
const MESSAGE: u128 = 20;
/// Acme's course, given to Acme Resellers.
pub const COURSE: u128 = 50;
/// Its first lesson, which Mia has done.
pub const FIRST_LESSON: u128 = 51;
/// Its second, published too.
const SECOND_LESSON: u128 = 52;
/// Its third, a draft.
pub const DRAFT: u128 = 53;
/// Globex's course.
pub const FOREIGN_COURSE: u128 = 54;
/// Its one lesson.
pub const FOREIGN_LESSON: u128 = 55;
/// A session of Olivia's, on another browser.
pub const SESSION: u128 = 60;
/// A session of Tomás's.
pub const FOREIGN_SESSION: u128 = 61;
const EMAIL_CHANGE: u128 = 62;
const EMAIL_CHANGED: u128 = 63;
/// Sam's authenticator app, whose first code is awaited. Olivia has one in force.
const ON_TRIAL: u128 = 64;
/// Frank's place in Northwind.
const FRANKS_PLACE: u128 = 0x50;
/// Olivia's offer of Northwind to Adam.
pub const OFFER: u128 = 0x51;
/// Northwind's own invitation to Omar.
pub const OWN: u128 = 0x52;
/// Globex's program that any team may join.
pub const OPEN_PROGRAM: u128 = 56;
/// Acme's program whose second version of the terms Northwind has not accepted.
pub const DUE_PROGRAM: u128 = 57;
const DUE_TERMS: u128 = 58;
/// A link made for Olivia alone.
pub const LINK: u128 = 0x200;
/// One made for Frank.
pub const FRANKS_LINK: u128 = 0x201;
/// A further default destination of Acme Resellers.
pub const DESTINATION: u128 = 0x202;
/// A destination that Acme Resellers offers.
pub const OFFERED: u128 = 0x203;
/// A link made for Tomás, of Globex.
pub const FOREIGN_LINK: u128 = 0x204;
/// A destination that Globex Affiliates offers.
pub const FOREIGN_DESTINATION: u128 = 0x205;
/// A destination that Acme's second program offers.
pub const OTHER_DESTINATION: u128 = 0x206;
/// A host of Acme's to which nothing leads.
pub const HOST: &str = "spare.example";
/// A host of Globex's.
pub const FOREIGN_HOST: &str = "globex.example";
/// Who does what a program does that shows Acme's key.
pub const WITH_KEY: &str = "a program with Acme's key";
/// Acme's key.
pub const KEY: &str = "guildhall_scene-key-of-acme-0000000000000000000000000";
/// Globex's.
pub const FOREIGN_KEY: &str = "guildhall_scene-key-of-globex-00000000000000000000000";
/// Its row.
pub const API_KEY: u128 = 0x400;
/// Globex's.
pub const FOREIGN_API_KEY: u128 = 0x401;
/// Mia's link to Acme Resellers.
pub const SOLD_LINK: u128 = 0x402;
/// Tomás's to Globex Affiliates.
pub const FOREIGN_SOLD_LINK: u128 = 0x403;
/// A click on Mia's link, an hour ago.
pub const CLICK: u128 = 0x404;
/// One on Tomás's.
pub const FOREIGN_CLICK: u128 = 0x405;
/// The sale order-1 to customer c-1, $100.00, which Mia brought and which earned a tenth.
pub const SALE: u128 = 0x406;
/// Globex's sale globex-1.
pub const FOREIGN_SALE: u128 = 0x407;
/// The lead that Mia sent to Acme, not decided.
pub const REFERRAL: u128 = 0x408;
/// Tomás's to Globex.
pub const FOREIGN_REFERRAL: u128 = 0x409;
/// A link of Mia's, made for her by Acme.
const FOLLOWED: u128 = 0x300;
/// Its text.
pub const LINK_TEXT: &str = "mia-in-spring";
/// The mail with Nora's link.
pub const MAIL: u128 = 100;
/// Where Northwind's money goes.
pub const DETAILS: u128 = 0x500;
/// Where Brightwater's goes.
pub const FOREIGN_DETAILS: u128 = 0x501;
/// What Mia's sale earned Northwind with Acme.
pub const COMMISSION: u128 = 0x502;
/// What Tomás's sale earned Brightwater with Globex.
pub const FOREIGN_COMMISSION: u128 = 0x503;
/// Northwind's withdrawal from Acme, which Frank asked for.
pub const WITHDRAWAL: u128 = 0x504;
/// Another one, asked for by Olivia and paid.
const PAID: u128 = 0x505;
/// Brightwater's withdrawal from Globex.
pub const FOREIGN_WITHDRAWAL: u128 = 0x506;
/// Acme's file for payment, with the one that is paid.
const EXPORT: u128 = 0x507;
/// Globex's.
pub const FOREIGN_EXPORT: u128 = 0x508;

/// Takes out all that companies owe anybody, and says that it is paid: a team is closed only then.
pub const CASHED_OUT: &str = "SET session_replication_role = replica; \
     UPDATE ledger SET available_at = least(available_at, now() - interval '1 day'); \
     UPDATE commissions SET available_at = least(available_at, now() - interval '1 day'); \
     SET session_replication_role = origin; \
     UPDATE withdrawals w SET status = 'paid', held_until = least(held_until, now()), decided_at = now(), \
         decided_by = (SELECT user_id FROM staff s WHERE s.company_id = w.company_id AND s.role = 'administrator' LIMIT 1) WHERE status = 'requested'; \
     WITH w AS (INSERT INTO withdrawals (id, company_id, partner_id, team_id, currency, amount, details_id, requested_by, status, decided_at, decided_by) \
         SELECT gen_random_uuid(), p.company_id, p.id, p.team_id, l.currency, l.amount, (SELECT d.id FROM payout_details d WHERE d.team_id = t.id LIMIT 1), \
             t.owner_id, 'paid', now(), (SELECT user_id FROM staff s WHERE s.company_id = p.company_id AND s.role = 'administrator' LIMIT 1) \
         FROM (SELECT partner_id, currency, sum(amount) AS amount FROM ledger GROUP BY partner_id, currency HAVING sum(amount) > 0) l \
         JOIN partners p ON p.id = l.partner_id JOIN teams t ON t.id = p.team_id RETURNING *) \
     INSERT INTO ledger (id, company_id, partner_id, currency, kind, amount, available_at, withdrawal_id, event) \
         SELECT gen_random_uuid(), company_id, partner_id, currency, 'reserved', -amount, 'epoch', id, 'withdrawal ' || id FROM w;";

impl Scene {
    /// Sets the scene in this program's database.
    pub fn set(app: &TestApp) -> Self {
        let token = |purpose, number| app.mailer.tokens().token(purpose, id(number), 1);
        let scene = Self {
            member: app.text(&format!("SELECT m.id FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = '{MIA}'")),
            staff: app.text(&format!("SELECT s.id FROM staff s JOIN users u ON u.id = s.user_id WHERE u.email = '{MAX}'")),
            conversation: app.text("SELECT p.id FROM partners p JOIN teams t ON t.id = p.team_id WHERE t.slug = 'northwind'"),
            program: app.text("SELECT id FROM programs WHERE name = 'Acme Resellers'"),
            terms: app.text("SELECT t.id FROM terms t JOIN programs p ON p.id = t.program_id WHERE p.name = 'Acme Resellers'"),
            invitation_token: token(Purpose::Invitation, SENT),
            frank_token: token(Purpose::Invitation, FOR_FRANK),
            expired_token: token(Purpose::Invitation, EXPIRED),
            reset_token: token(Purpose::PasswordReset, RESET),
            setup_token: token(Purpose::Setup, SETUP),
            email_token: token(Purpose::EmailChange, EMAIL_CHANGE),
            undo_token: token(Purpose::EmailUndo, EMAIL_CHANGED),
        };
        app.sql(&rows(app));
        app.switch_two_step_on(OLIVIA);
        app.sql(&format!(
            "INSERT INTO authenticators (id, user_id, sealed) SELECT '{}', id, {} FROM users WHERE email = '{SAM}'",
            id(ON_TRIAL),
            app.sealed(SAM)
        ));
        app.sql(&links());
        guildhall::links::upkeep::finish(&mut app.connection()).expect("links for everybody");
        scene
    }

    /// The path of a route with everything in it that is in sight of Acme's staff or Northwind's people.
    pub fn path(&self, route: &str) -> String {
        let waits = ["/reminder", "/role", "/approval", "/rejection"].iter().any(|end| route.ends_with(end));
        let invitation = match route.starts_with("/teams") {
            _ if route.starts_with("/companies/{company}/staff") => STAFF_SENT,
            _ if route.starts_with("/teams/{team}/invitations") => OWN,
            true if waits => WAITING,
            true => PUT,
            false if waits => WAITING,
            false => SENT,
        };
        let token = match route.split('/').nth(1) {
            Some("setup") => &self.setup_token,
            Some("password-reset") => &self.reset_token,
            Some("email-change") => &self.email_token,
            Some("email-undo") => &self.undo_token,
            _ if route.ends_with("/request") => &self.frank_token,
            _ if route.ends_with("/renewal") => &self.expired_token,
            _ => &self.invitation_token,
        };
        let lesson = match route.rsplit('/').next() {
            Some("publication") => DRAFT,
            Some("ascent" | "completion") => SECOND_LESSON,
            _ => FIRST_LESSON,
        };
        let program = match route {
            "/teams/{team}/programs/{program}/enrollment" => id(OPEN_PROGRAM).to_string(),
            "/teams/{team}/programs/{program}/acceptance" => id(DUE_PROGRAM).to_string(),
            _ => self.program.clone(),
        };
        let link = match route {
            _ if route.ends_with("/text") => LINK,
            // Mia's, as her page of the company has it.
            _ if route.starts_with("/companies") => SOLD_LINK,
            _ => FRANKS_LINK,
        };
        let path = route
            .replace("{link}", &id(link).to_string())
            .replace("{destination}", &id(DESTINATION).to_string())
            .replace("{host}", HOST)
            .replace("{course}", &id(COURSE).to_string())
            .replace("{lesson}", &id(lesson).to_string())
            .replace("{company}", "acme")
            .replace("{team}", "northwind")
            .replace("{partner}", "northwind")
            .replace("{member}", &self.member)
            .replace("{staff}", &self.staff)
            .replace("{program}", &program)
            .replace("{terms}", &self.terms)
            .replace("{invitation}", &id(invitation).to_string())
            .replace("{session}", &id(SESSION).to_string())
            .replace("{offer}", &id(OFFER).to_string())
            .replace("{key}", &id(API_KEY).to_string())
            .replace("{referral}", &id(REFERRAL).to_string())
            .replace("{tag}", &id(TAG).to_string())
            .replace("{withdrawal}", &id(WITHDRAWAL).to_string())
            .replace("{export}", &id(EXPORT).to_string())
            .replace("{conversation}", &self.conversation)
            .replace("{text}", LINK_TEXT)
            .replace("{mail}", &id(MAIL).to_string())
            .replace("{token}", token);
        assert!(!path.contains('{'), "{route}: the scene has nothing for a part of this path; add it to tests/app/support/scene.rs");
        path
    }
}

fn rows(app: &TestApp) -> String {
    let user = |email: &str| format!("(SELECT id FROM users WHERE email = '{email}')");
    let company = |slug: &str| format!("(SELECT id FROM companies WHERE slug = '{slug}')");
    let team = |slug: &str| format!("(SELECT id FROM teams WHERE slug = '{slug}')");
    let program = |name: &str| format!("(SELECT id FROM programs WHERE name = '{name}')");
    let hash = |purpose, number| {
        let hash = hash_of(&app.mailer.tokens().token(purpose, id(number), 1));
        format!("'\\x{}'", hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    };
    let link = |number| hash(Purpose::Invitation, number);
    let (acme, globex, northwind, brightwater) = (company("acme"), company("globex"), team("northwind"), team("brightwater"));
    let (sam, gus, mia, none) = (user(SAM), user(GUS), user(MIA), "NULL".to_owned());
    let invitation = |number: u128, of: &str, team: &str, program: &str, parent: &str, who: &str, by: &str, sent: bool| {
        let member = program == "NULL";
        let (kind, role) = if member { ("member", "'member'") } else { ("program", "NULL") };
        let (team_name, put) = (if member { "" } else { "Brightlane" }, number == PUT);
        let (generation, status) = if sent { (1, "sent") } else { (0, "waiting") };
        let (hash, at) = if sent { (link(number), "now() - interval '1 day'") } else { (none.clone(), "NULL") };
        let ends = if number == EXPIRED { "- interval '1 day'" } else { "+ interval '6 days'" };
        let (put_to, put_by, put_at) = if put { (northwind.as_str(), mia.as_str(), "now()") } else { ("NULL", "NULL", "NULL") };
        format!(
            "INSERT INTO invitations (id, kind, company_id, team_id, program_id, parent_id, put_to_team_id, put_by, put_at, email, name, team_name, role, asked_by, \
             status, generation, token_hash, created_at, sent_at, expires_at, search) VALUES ('{}', '{kind}', {of}, {team}, {program}, {parent}, {put_to}, {put_by}, {put_at}, \
             '{who}', '', '{team_name}', {role}, {by}, '{status}', {generation}, {hash}, now() - interval '4 days', {at}, now() {ends}, '{who} brightlane');",
            id(number)
        )
    };
    let tagged = |number: u128, of: &str, team: &str, name: &str| {
        format!(
            "INSERT INTO tags (id, company_id, name) VALUES ('{0}', {of}, '{name}'); \
             INSERT INTO partner_tags (company_id, partner_id, tag_id) SELECT {of}, id, '{0}' FROM partners WHERE company_id = {of} AND team_id = {team};",
            id(number)
        )
    };
    let colleague = |number: u128, of: &str, who: &str, by: &str| {
        format!(
            "INSERT INTO invitations (id, kind, company_id, email, staff_role, asked_by, status, generation, token_hash, created_at, sent_at, expires_at, search) \
             VALUES ('{}', 'staff', {of}, '{who}', 'manager', {by}, 'sent', 1, {}, now() - interval '4 days', now() - interval '1 day', now() + interval '6 days', '{who}');",
            id(number),
            link(number)
        )
    };
    let mail = |number: u128, of: u128, to: &str, company: &str| {
        format!(
            "INSERT INTO outbox (id, company_id, message_id, recipient, sender_name, subject, text, html, link_purpose, link_id, link_generation, link_hash) \
             VALUES ('{0}', {company}, '{0}@guildhall.example', '{to}', 'Acme via Guildhall', 'You are invited', 'Follow {{{{link}}}}', \
             '<!DOCTYPE html><html lang=\"en\"><head><title>You are invited</title></head><body><a href=\"{{{{link}}}}\">Answer</a></body></html>', \
             'invitation', '{1}', 1, {2});",
            id(number),
            id(of),
            link(of)
        )
    };
    let partner = |team: &str| format!("(SELECT id FROM partners WHERE team_id = {team})");
    let conversation = |number: u128, id: &str, team: &str, company: &str, member: &str, by: &str, from_company: bool| {
        format!(
            "INSERT INTO conversations (id, company_id, partner_id, team_id, member_id) VALUES ({id}, {company}, {}, {team}, {member}); \
             INSERT INTO messages (id, conversation_id, user_id, from_company, body, search) \
             VALUES ('{}', {id}, {by}, {from_company}, 'How is it going?', 'how is it going?');",
            partner(team),
            self::id(MESSAGE + number)
        )
    };
    let mias_place = format!("(SELECT id FROM members WHERE user_id = {mia})");
    let session = |number: u128, of: &str| {
        format!(
            "INSERT INTO sessions (id_hash, id, user_id, user_agent, state, expires_at) \
             VALUES (sha256('{0}'), '{0}', {1}, 'Firefox/145.0 (Linux)', '{{}}', now() + interval '1 day');",
            id(number),
            user(of)
        )
    };
    let email_change = |number: u128, old: &str, new: &str, changed: bool| {
        let (changed, until) = if changed { ("now() - interval '1 hour'", "now() + interval '71 hours'") } else { ("NULL", "NULL") };
        format!(
            "INSERT INTO email_changes (id, user_id, old_email, new_email, token_hash, undo_hash, expires_at, changed_at, undo_until) \
             VALUES ('{}', {}, '{old}', '{new}', {}, {}, now() + interval '1 day', {changed}, {until});",
            id(number),
            user(OLIVIA),
            hash(Purpose::EmailChange, number),
            hash(Purpose::EmailUndo, number)
        )
    };
    [
        conversation(0, &partner(&northwind), &northwind, &acme, "NULL", &sam, true),
        conversation(1, &format!("'{}'", id(WITH_MIA)), &northwind, &acme, &mias_place, &mia, false),
        conversation(2, &partner(&brightwater), &brightwater, &globex, "NULL", &gus, true),
        session(SESSION, OLIVIA),
        session(FOREIGN_SESSION, TOMAS),
        email_change(EMAIL_CHANGED, "olivia@larkspur.example", OLIVIA, true),
        email_change(EMAIL_CHANGE, OLIVIA, "olivia@elsewhere.example", false),
        format!(
            "INSERT INTO programs (id, company_id, name, destination, currency) VALUES ('{0}', {acme}, 'Acme Agencies', 'https://acme.example', 'EUR'); \
             INSERT INTO terms (id, program_id, number, body) VALUES ('{0}', '{0}', 1, 'Be kind.');",
            id(SECOND_PROGRAM)
        ),
        format!(
            "INSERT INTO programs (id, company_id, name, destination, currency, open) VALUES ('{0}', {globex}, 'Globex Open', 'https://globex.example', 'EUR', true); \
             INSERT INTO terms (id, program_id, number, body) VALUES ('{0}', '{0}', 1, 'Be open.'); \
             INSERT INTO programs (id, company_id, name, destination, currency) VALUES ('{1}', {acme}, 'Acme Renewals', 'https://acme.example', 'EUR'); \
             INSERT INTO terms (id, program_id, number, body) VALUES ('{1}', '{1}', 1, 'Be early.'), ('{2}', '{1}', 2, 'Be very early.'); \
             INSERT INTO enrollments (id, company_id, partner_id, program_id) SELECT '{1}', {acme}, p.id, '{1}' FROM partners p WHERE p.team_id = {northwind}; \
             INSERT INTO acceptances (terms_id, partner_id, user_id) SELECT '{1}', p.id, {olivia} FROM partners p WHERE p.team_id = {northwind};",
            id(OPEN_PROGRAM),
            id(DUE_PROGRAM),
            id(DUE_TERMS),
            olivia = user(OLIVIA)
        ),
        tagged(TAG, &acme, &northwind, "Agency"),
        tagged(FOREIGN_TAG, &globex, &brightwater, "Tricky"),
        format!(
            "INSERT INTO notes (id, company_id, partner_id, user_id, body) SELECT '{}', company_id, id, {sam}, 'Prefers co-branded decks.' FROM partners WHERE team_id = {northwind}; \
             UPDATE partners SET assigned_to = (SELECT id FROM staff WHERE user_id = {sam}) WHERE team_id = {northwind};",
            id(NOTE)
        ),
        course(COURSE, &acme, &program("Acme Resellers"), "Product tour", &[(FIRST_LESSON, "now()"), (SECOND_LESSON, "now()"), (DRAFT, "NULL")]),
        course(FOREIGN_COURSE, &globex, &program("Globex Affiliates"), "Secrets of Globex", &[(FOREIGN_LESSON, "now()")]),
        format!("INSERT INTO completions (lesson_id, member_id) SELECT '{}', id FROM members WHERE user_id = {mia};", id(FIRST_LESSON)),
        invitation(SENT, &acme, "NULL", &program("Acme Resellers"), "NULL", "nora@brightlane.example", &sam, true),
        invitation(LISTED, &acme, "NULL", "NULL", &format!("'{}'", id(SENT)), "lee@brightlane.example", &sam, false),
        invitation(WAITING, &acme, &northwind, "NULL", "NULL", "pat@northwind.example", &sam, false),
        invitation(PUT, &acme, "NULL", &program("Acme Agencies"), "NULL", MIA, &sam, true),
        invitation(SENT_MEMBER, &acme, &northwind, "NULL", "NULL", "ivy@northwind.example", &sam, true),
        invitation(FOREIGN_SENT, &globex, "NULL", &program("Globex Affiliates"), "NULL", "otto@elsewhere.example", &gus, true),
        invitation(FOREIGN_WAITING, &globex, &brightwater, "NULL", "NULL", "uma@brightwater.example", &gus, false),
        invitation(FOR_FRANK, &acme, "NULL", &program("Acme Agencies"), "NULL", FRANK, &sam, true),
        invitation(EXPIRED, &acme, "NULL", &program("Acme Resellers"), "NULL", "late@elsewhere.example", &sam, true),
        colleague(STAFF_SENT, &acme, "kim@acme.example", &sam),
        colleague(FOREIGN_STAFF_SENT, &globex, "lou@globex.example", &gus),
        mail(MAIL + 6, STAFF_SENT, "kim@acme.example", &acme),
        mail(MAIL + 7, FOREIGN_STAFF_SENT, "lou@globex.example", &globex),
        invitation(OWN, "NULL", &northwind, "NULL", "NULL", "omar@northwind.example", &user(ADAM), true),
        mail(MAIL + 8, OWN, "omar@northwind.example", "NULL"),
        // His links are made anew for the place of that id.
        format!(
            "DELETE FROM link_texts WHERE link_id IN (SELECT l.id FROM links l JOIN members m ON m.id = l.member_id WHERE m.user_id = {1}); \
             DELETE FROM links WHERE member_id IN (SELECT id FROM members WHERE user_id = {1}); \
             UPDATE members SET id = '{0}' WHERE user_id = {1} AND team_id = {northwind};",
            id(FRANKS_PLACE),
            user(FRANK)
        ),
        format!(
            "INSERT INTO ownership_offers (id, team_id, offered_by, member_id, expires_at) \
             SELECT '{}', team_id, {}, id, now() + interval '7 days' FROM members WHERE team_id = {northwind} AND user_id = {};",
            id(OFFER),
            user(OLIVIA),
            user(ADAM)
        ),
        money(&acme, &northwind, &program("Acme Resellers"), &mia, &sam, KEY, &[API_KEY, SOLD_LINK, CLICK, SALE, REFERRAL], "acme"),
        money(
            &globex,
            &brightwater,
            &program("Globex Affiliates"),
            &user(TOMAS),
            &gus,
            FOREIGN_KEY,
            &[FOREIGN_API_KEY, FOREIGN_SOLD_LINK, FOREIGN_CLICK, FOREIGN_SALE, FOREIGN_REFERRAL],
            "globex",
        ),
        format!(
            "INSERT INTO links (id, company_id, partner_id, team_id, member_id, program_id, kind, text) \
             SELECT '{0}', company_id, id, team_id, {mias_place}, {1}, 'individual', '{LINK_TEXT}' FROM partners WHERE team_id = {northwind}; \
             INSERT INTO link_texts (text, link_id) VALUES ('{LINK_TEXT}', '{0}');",
            id(FOLLOWED),
            program("Acme Resellers")
        ),
        details(DETAILS, &northwind, &user(OLIVIA), "Northwind Ltd", "GB82WEST12345698765432"),
        details(FOREIGN_DETAILS, &brightwater, &user(TOMAS), "Brightwater SL", "ES9121000418450200051332"),
        commission(COMMISSION, &acme, &northwind, MIA, &program("Acme Resellers"), 50_000),
        commission(FOREIGN_COMMISSION, &globex, &brightwater, TOMAS, &program("Globex Affiliates"), 30_000),
        export(EXPORT, &acme, &sam),
        export(FOREIGN_EXPORT, &globex, &gus),
        withdrawal(PAID, &acme, &northwind, (DETAILS, &user(OLIVIA)), 7_000, Some((EXPORT, &sam))),
        withdrawal(WITHDRAWAL, &acme, &northwind, (DETAILS, &user(FRANK)), 10_000, None),
        withdrawal(FOREIGN_WITHDRAWAL, &globex, &brightwater, (FOREIGN_DETAILS, &user(TOMAS)), 20_000, None),
        format!("INSERT INTO withdrawal_minimums (company_id, currency, amount) VALUES ({acme}, 'USD', 1500);"),
        mail(MAIL, SENT, "nora@brightlane.example", &acme),
        mail(MAIL + 1, PUT, MIA, &acme),
        mail(MAIL + 2, SENT_MEMBER, "ivy@northwind.example", &acme),
        mail(MAIL + 3, FOREIGN_SENT, "otto@elsewhere.example", &globex),
        mail(MAIL + 4, FOR_FRANK, FRANK, &acme),
        mail(MAIL + 5, EXPIRED, "late@elsewhere.example", &acme),
        format!(
            "INSERT INTO password_resets (id, user_id, token_hash, expires_at) VALUES ('{}', {}, {}, now() + interval '1 hour');",
            id(RESET),
            user(VERA),
            hash(Purpose::PasswordReset, RESET)
        ),
        format!(
            "INSERT INTO setups (id, company_name, token_hash, expires_at) VALUES ('{}', 'Initech', {}, now() + interval '7 days');",
            id(SETUP),
            hash(Purpose::Setup, SETUP)
        ),
    ]
    .concat()
}

/// Hosts, destinations and links for one member; everybody's default links are made by upkeep.
fn links() -> String {
    let company = |slug: &str| format!("(SELECT id FROM companies WHERE slug = '{slug}')");
    let program = |name: &str| format!("(SELECT id FROM programs WHERE name = '{name}')");
    let host = |of: &str, host: &str| {
        format!("INSERT INTO link_hosts (company_id, host) VALUES ({}, '{host}') ON CONFLICT DO NOTHING;", company(of))
    };
    let destination = |number: u128, of: &str, in_program: &str, kind: &str, name: &str| {
        format!(
            "INSERT INTO destinations (id, company_id, program_id, kind, name, url) VALUES ('{}', {}, {}, '{kind}', '{name}', 'https://{of}.example/{}');",
            id(number),
            company(of),
            program(in_program),
            name.to_lowercase().replace(' ', "-")
        )
    };
    let link = |number: u128, of: &str, in_program: &str, whose: &str, text: &str| {
        format!(
            "INSERT INTO links (id, company_id, partner_id, team_id, member_id, program_id, kind, url, text) \
             SELECT '{0}', p.company_id, p.id, p.team_id, m.id, {1}, 'individual', 'https://{of}.example/for-one', '{text}' \
             FROM partners p JOIN members m ON m.team_id = p.team_id AND m.left_at IS NULL JOIN users u ON u.id = m.user_id \
             WHERE p.company_id = {2} AND u.email = '{whose}'; INSERT INTO link_texts (text, link_id) VALUES ('{text}', '{0}');",
            id(number),
            program(in_program),
            company(of)
        )
    };
    [
        host("acme", HOST),
        host("globex", FOREIGN_HOST),
        destination(DESTINATION, "acme", "Acme Resellers", "default", "Spring offer"),
        destination(OFFERED, "acme", "Acme Resellers", "secondary", "Price list"),
        destination(OTHER_DESTINATION, "acme", "Acme Agencies", "secondary", "For agencies"),
        destination(FOREIGN_DESTINATION, "globex", "Globex Affiliates", "secondary", "Globex alone"),
        link(LINK, "acme", "Acme Resellers", OLIVIA, "olivia-alone"),
        link(FRANKS_LINK, "acme", "Acme Resellers", FRANK, "frank-alone"),
        link(FOREIGN_LINK, "globex", "Globex Affiliates", TOMAS, "tomas-alone"),
        "UPDATE programs SET links_made_at = NULL;".to_owned(),
    ]
    .concat()
}

/// A company's key, a member's link with a click and a sale that earned, and a lead of theirs.
#[allow(clippy::too_many_arguments, reason = "one for each of what the two companies have of their own")]
fn money(company: &str, team: &str, program: &str, member: &str, staff: &str, key: &str, ids: &[u128], name: &str) -> String {
    let [api_key, link, click, sale, referral] = [0, 1, 2, 3, 4].map(|nth| id(ids[nth]));
    let order = if name == "acme" { "order-1" } else { "globex-1" };
    let partner = format!("(SELECT id FROM partners WHERE company_id = {company} AND team_id = {team})");
    let place = format!("(SELECT id FROM members WHERE user_id = {member} AND team_id = {team})");
    let whose = format!("{company}, {partner}, {team}, {place}, {program}");
    format!(
        "UPDATE programs SET commission_percent = 1000 WHERE id = {program}; \
         INSERT INTO api_keys (id, company_id, name, key_hash, ending, created_by) \
             VALUES ('{api_key}', {company}, 'Web shop of {name}', sha256('{key}'), '0000', {staff}); \
         INSERT INTO links (id, company_id, partner_id, team_id, member_id, program_id, kind, url, text) \
             VALUES ('{link}', {whose}, 'individual', 'https://{name}.example/start', 'scene-of-{name}'); \
         INSERT INTO link_texts (text, link_id) VALUES ('scene-of-{name}', '{link}'); \
         INSERT INTO link_hosts (company_id, host) VALUES ({company}, '{name}.example') ON CONFLICT DO NOTHING; \
         INSERT INTO clicks (id, link_id, at, visitor) VALUES ('{click}', '{link}', now() - interval '1 hour', sha256('{name}')); \
         INSERT INTO click_days (link_id, day, clicks, repeated) SELECT link_id, (at AT TIME ZONE 'UTC')::date, 1, 0 FROM clicks WHERE id = '{click}'; \
         UPDATE enrollments SET joined_at = now() - interval '1 year' WHERE partner_id = {partner} AND program_id = {program}; \
         INSERT INTO customers (id, company_id, partner_id, team_id, member_id, program_id, external_id, link_id, click_id, clicked_at) \
             VALUES ('{sale}', {whose}, 'c-1', '{link}', '{click}', now() - interval '1 hour'); \
         INSERT INTO conversions (id, company_id, partner_id, team_id, member_id, program_id, api_key_id, idempotency_key, request_hash, customer_id, \
             link_id, click_id, amount, currency, commission_percent) \
             VALUES ('{sale}', {whose}, '{api_key}', '{order}', sha256('{order}'), '{sale}', '{link}', '{click}', 10000, 'USD', 1000); \
         INSERT INTO commissions (id, company_id, partner_id, team_id, member_id, program_id, conversion_id, sale, amount, currency, available_at) \
             VALUES ('{sale}', {whose}, '{sale}', 10000, 1000, 'USD', now() + interval '30 days'); \
         INSERT INTO ledger (id, company_id, partner_id, currency, kind, amount, available_at, commission_id, event) \
             SELECT '{sale}', company_id, partner_id, currency, 'earned', amount, available_at, id, 'commission {sale}' FROM commissions WHERE id = '{sale}'; \
         INSERT INTO referrals (id, company_id, partner_id, team_id, member_id, program_id, name, organisation, email, note, search, self_referral) \
             VALUES ('{referral}', {whose}, 'Ada King', 'Harbour Dental', 'ada@harbour.example', 'Asked for a trial.', \
             'ada king harbour dental ada@harbour.example', 'domain');"
    )
}

/// A course of that company, given to that program, with lessons and when they were published.
fn course(number: u128, company: &str, program: &str, name: &str, lessons: &[(u128, &str)]) -> String {
    let course = id(number);
    let lessons: String = lessons
        .iter()
        .zip(1..)
        .map(|((number, published), position)| {
            format!(
                "INSERT INTO lessons (id, course_id, position, title, body, published_at) \
                 VALUES ('{}', '{course}', {position}, 'Lesson {position} of {name}', 'Read **this**.', {published});",
                id(*number)
            )
        })
        .collect();
    format!(
        "INSERT INTO courses (id, company_id, name) VALUES ('{course}', {company}, '{name}'); \
         INSERT INTO program_courses (company_id, program_id, course_id) VALUES ({company}, {program}, '{course}'); {lessons}"
    )
}

/// A team's payout details, a month old.
fn details(number: u128, team: &str, by: &str, holder: &str, account: &str) -> String {
    format!(
        "INSERT INTO payout_details (id, team_id, holder, account, changed_by, changed_at) \
         VALUES ('{}', {team}, '{holder}', '{account}', {by}, now() - interval '30 days');",
        id(number)
    )
}

/// What a lead of that person earned, available since ten days ago.
pub fn commission(number: u128, company: &str, team: &str, by: &str, program: &str, amount: i64) -> String {
    let id = id(number);
    let place = format!("(SELECT m.id FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = '{by}' AND m.team_id = {team})");
    let partner = format!("(SELECT id FROM partners WHERE company_id = {company} AND team_id = {team})");
    format!(
        "INSERT INTO referrals (id, company_id, partner_id, team_id, member_id, program_id, name, email, search, status, amount, commission_percent, created_at, decided_at) \
         VALUES ('{id}', {company}, {partner}, {team}, {place}, {program}, 'Harbour Dental', 'desk@harbour.example', 'harbour dental', 'won', {sale}, 2000, \
             now() - interval '45 days', now() - interval '40 days'); \
         INSERT INTO commissions (id, company_id, partner_id, team_id, member_id, program_id, referral_id, sale, amount, currency, available_at, created_at) \
         VALUES ('{id}', {company}, {partner}, {team}, {place}, {program}, '{id}', {sale}, {amount}, 'USD', now() - interval '10 days', now() - interval '40 days'); \
         INSERT INTO ledger (id, company_id, partner_id, currency, kind, amount, available_at, commission_id, event, at) \
         VALUES ('{id}', {company}, {partner}, 'USD', 'earned', {amount}, now() - interval '10 days', '{id}', 'commission {id}', now() - interval '40 days');",
        sale = amount * 5,
    )
}

fn export(number: u128, company: &str, by: &str) -> String {
    format!(
        "INSERT INTO withdrawal_exports (id, company_id, made_by, made_at) VALUES ('{}', {company}, {by}, now() - interval '1 day');",
        id(number)
    )
}

/// A withdrawal of two days ago; paid a day ago, where it says by which file and by whom.
fn withdrawal(number: u128, company: &str, team: &str, (details, by): (u128, &str), amount: i64, paid: Option<(u128, &str)>) -> String {
    let (id, details) = (id(number), self::id(details));
    let partner = format!("(SELECT id FROM partners WHERE company_id = {company} AND team_id = {team})");
    let paid = match paid {
        Some((export, by)) => format!("'{}', 'paid', {by}, now() - interval '1 hour'", self::id(export)),
        None => "NULL, 'requested', NULL, NULL".to_owned(),
    };
    format!(
        "INSERT INTO withdrawals (id, company_id, partner_id, team_id, currency, amount, details_id, requested_by, requested_at, held_until, \
             export_id, status, decided_by, decided_at) \
         VALUES ('{id}', {company}, {partner}, {team}, 'USD', {amount}, '{details}', {by}, now() - interval '2 days', now() - interval '2 days', {paid}); \
         INSERT INTO ledger (id, company_id, partner_id, currency, kind, amount, available_at, withdrawal_id, event, at) \
         VALUES ('{id}', {company}, {partner}, 'USD', 'reserved', -{amount}, 'epoch', '{id}', 'withdrawal {id}', now() - interval '2 days');"
    )
}
