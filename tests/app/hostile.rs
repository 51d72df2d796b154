//! People who mean harm: what they write stays text (S19), what they add to a form has no effect (S27), and what is mailed is nowhere else
//! (S35, S36).

use crate::support::{
    Page, Scene, TestApp,
    catalogue::{PROSE, changes, pages},
    personas::*,
    two_step::{RECOVERY, SECRET, key_of},
};
use diesel::connection::SimpleConnection;
use guildhall::{app::Mode, routes};
use scraper::{Html, Selector};
use std::{
    collections::{BTreeSet, HashSet},
    io,
    sync::{Mutex, OnceLock},
};

const HOSTILE: &str = "\"'><img src=x onerror=alert(1)>{{7919*7919}}[a](javascript:alert(1))";

/// Columns that hold no words of people: their values are ours, or have one form only.
const OURS: &str = "api_keys.ending audit.action audit.role commissions.currency conversions.currency ledger.currency ledger.event ledger.kind \
                    links.kind links.text links.url referrals.self_referral referrals.status invitations.kind invitations.role invitations.staff_role invitations.status members.role outbox.html outbox.link_purpose \
                    outbox.message_id outbox.status outbox.text programs.currency staff.role users.password_hash users.time_zone \
                    companies.slug teams.slug destinations.kind links.kind links.text links.url \
                    withdrawal_minimums.currency withdrawals.currency withdrawals.status";

/// Fills every text column with [`HOSTILE`], but those of `spared`; returns the columns that the database keeps from such words.
fn fill(app: &TestApp, spared: &[&str]) -> BTreeSet<String> {
    let columns = app.text(
        "SELECT string_agg(c.table_name || '.' || c.column_name, ' ' ORDER BY 1) FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name) \
         WHERE c.table_schema = 'public' AND c.data_type = 'text' AND t.table_type = 'BASE TABLE'",
    );
    let mut kept = BTreeSet::new();
    for name in columns.split(' ').filter(|name| !spared.contains(name)) {
        let (table, column) = name.split_once('.').unwrap();
        let before = if matches!(name, "programs.destination" | "destinations.url") { "https://x.example/" } else { "" };
        // A few letters more, since some names are unique.
        let value = format!("'{before}{}' || left(md5(ctid::text), 4)", HOSTILE.replace('\'', "''"));
        let ours = OURS.split_whitespace().any(|ours| ours == name);
        if ours || app.connection().batch_execute(&format!("UPDATE {table} SET {column} = {value}")).is_err() {
            kept.insert(name.to_owned());
        }
    }
    kept
}

/// That nothing of [`HOSTILE`] lives in this HTML.
#[track_caller]
fn is_harmless(html: &str, what: &str) {
    assert!(!html.contains("62710561"), "{what} computes what a name says");
    let document = Html::parse_document(html);
    for selector in ["img[src=x]", "[onerror]", "script:not([src])", "[href^='javascript:' i]"] {
        let found = document.select(&Selector::parse(selector).unwrap()).next();
        assert!(found.is_none(), "{what} has a live {selector}:\n{html}");
    }
}

#[actix_web::test]
async fn what_people_wrote_is_text_on_every_page() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let browsers: Vec<_> =
        EVERYBODY.iter().map(|(name, email)| (name, if email.is_empty() { app.visitor() } else { app.signed_in(email) })).collect();
    let kept = fill(&app, &[]);
    // Where this fails, a column is new: is it people's words, or one of ours?
    assert_eq!(kept, OURS.split_whitespace().map(str::to_owned).collect());
    let mut shown = 0;
    for path in pages() {
        for (name, browser) in &browsers {
            for query in ["", &format!("?q={0}&next={0}&team={0}&find={0}", urlencoding(HOSTILE))] {
                let page = browser.get(&format!("{}{query}", scene.path(path))).await;
                assert!(page.status.as_u16() < 500, "GET {path} as {name}: {}", page.status);
                if page.status == 200 && !page.is_html() && page.header("content-disposition").starts_with("attachment") {
                    // A file is shown by no browser; `web/csv.rs` sees to what a spreadsheet would take for a formula.
                    let kind = page.header("content-type");
                    assert!(kind.starts_with("text/csv") || kind == "image/svg+xml", "GET {path}: {kind}");
                    assert_eq!(page.header("x-content-type-options"), "nosniff");
                    continue;
                }
                is_harmless(&page.body, &format!("GET {path} as {name}"));
                shown += usize::from(page.body.contains("&#60;img src=x") || page.body.contains("&lt;img src=x"));
            }
        }
    }
    assert!(shown > 20, "only {shown} pages show what people wrote");
}

#[actix_web::test]
async fn what_people_wrote_is_text_in_every_mail() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    fill(
        &app,
        &[
            "users.email",
            "email_changes.old_email",
            "email_changes.new_email",
            "invitations.email",
            "outbox.recipient",
            "outbox.reply_to",
            "link_hosts.host",
        ],
    );
    app.sql("DELETE FROM outbox");
    app.keep();
    let mut letters = BTreeSet::new();
    for deed in changes() {
        app.restore();
        let browser = deed.browser(&app);
        let page = browser.post(&scene.path(deed.path), &deed.form(HOSTILE)).await;
        assert_eq!(page.status, deed.answer(), "POST {}: {}", deed.path, page.text());
        for mail in app.mails() {
            is_harmless(&mail.html, &format!("the mail {:?} after POST {}", mail.subject, deed.path));
            assert!(!mail.text.contains("62710561") && !mail.text.contains("&lt;"), "the text of {:?}", mail.subject);
            assert!(!mail.subject.chars().any(char::is_control), "{:?}", mail.subject);
            letters.insert(deed.path);
        }
        let Some(next) = page.location() else { continue };
        let shown = browser.visit(&next).await;
        // A file is shown by no browser.
        if shown.is_html() {
            is_harmless(&shown.body, &format!("the page after POST {}", deed.path));
        }
    }
    assert!(!letters.is_empty());
}

#[actix_web::test]
async fn what_is_typed_into_a_refused_form_comes_back_as_text() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    for deed in changes().into_iter().filter(|deed| !deed.fields.is_empty()) {
        let browser = deed.browser(&app);
        let fields: Vec<(&str, &str)> = deed.form(HOSTILE).into_iter().map(|(name, _)| (name, HOSTILE)).collect();
        let page = browser.post(&scene.path(deed.path), &fields).await;
        is_harmless(&page.body, &format!("POST {}", deed.path));
        if page.status != 422 {
            assert!(matches!(page.status.as_u16(), 303 | 404), "POST {}: {}", deed.path, page.status);
        }
    }
}

fn urlencoding(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[actix_web::test]
async fn what_a_form_does_not_have_cannot_be_set() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    app.keep();
    let before = app.dump();
    let globex = app.text("SELECT id FROM companies WHERE slug = 'globex'");
    let brightwater = app.text("SELECT id FROM teams WHERE slug = 'brightwater'");
    let gus = app.text(&format!("SELECT id FROM users WHERE email = '{GUS}'"));
    let more = [
        ("role", "owner"),
        ("company_id", globex.as_str()),
        ("team_id", brightwater.as_str()),
        ("program_id", globex.as_str()),
        ("status", "accepted"),
        ("kind", "member"),
        ("owner_id", gus.as_str()),
        ("user_id", gus.as_str()),
        ("asked_by", gus.as_str()),
        ("approved_by", gus.as_str()),
        ("generation", "7"),
        ("slug", "taken-over"),
        ("member_count", "99"),
        ("email_verified_at", "2020-01-01"),
        ("expires_at", "2999-01-01"),
        ("id", globex.as_str()),
    ];
    // What a program sends too much is refused: tests/app/conversions.rs.
    for deed in changes().into_iter().filter(|deed| !deed.is_for_programs()) {
        let own: HashSet<&str> = deed.form("x").into_iter().map(|(name, _)| name).collect();
        let more: Vec<(&str, &str)> = more.iter().filter(|(name, _)| !own.contains(name)).copied().collect();
        let mut outcomes = Vec::new();
        for fields in [deed.form("Plain words"), [deed.form("Plain words"), more].concat()] {
            app.restore();
            let page = deed.browser(&app).post(&scene.path(deed.path), &fields).await;
            // Random, and without a digit now and then, by which `masked` knows what is.
            app.sql(
                "DELETE FROM sessions; UPDATE outbox o SET html = replace(o.html, k.ending, 'last'), text = replace(o.text, k.ending, 'last') \
                 FROM api_keys k WHERE k.name = 'Plain words'; UPDATE api_keys SET ending = 'last'",
            );
            outcomes.push((page.status, masked(&app.dump(), &before)));
        }
        assert_eq!(outcomes[0].0, 303, "POST {}", deed.path);
        assert_eq!(outcomes[0], outcomes[1], "POST {} with more fields than it has", deed.path);
    }
}

#[actix_web::test]
async fn nobody_is_made_owner_by_a_form() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    app.keep();
    for deed in changes() {
        for (field, _) in deed.fields.iter().filter(|(name, _)| name.starts_with("role")) {
            app.restore();
            let browser = deed.browser(&app);
            let before = app.dump();
            let field = field.trim_end_matches("[]");
            for role in ["owner", "administrator", "Admin", "root"] {
                let fields: Vec<(&str, &str)> = deed
                    .form("x")
                    .into_iter()
                    .map(|(name, value)| (name, if name == field && !value.is_empty() { role } else { value }))
                    .collect();
                let page = browser.post(&scene.path(deed.path), &fields).await;
                // Where a member's role is changed, owner is a role, and nobody's to give (rule 36): a refusal that is written down.
                let is_refused = role == "owner" && deed.path.ends_with("/members/{member}/role");
                assert_eq!(page.status, if is_refused { 403 } else { 422 }, "POST {} with {field}={role}", deed.path);
                if is_refused {
                    app.sql("ALTER TABLE audit DISABLE TRIGGER USER; DELETE FROM audit WHERE action = 'refused'; ALTER TABLE audit ENABLE TRIGGER USER");
                }
                assert_eq!(app.dump(), before, "POST {} with {field}={role}", deed.path);
            }
        }
    }
}

/// A dump whose words with digits are masked where they are new: ids, times, hashes.
fn masked(dump: &str, before: &str) -> Vec<String> {
    let in_word = |c: char| c.is_alphanumeric() || "-:.+\\$/=_".contains(c);
    let known: HashSet<&str> = before.split(|c| !in_word(c)).collect();
    let mut rows: Vec<String> = dump
        .lines()
        .map(|row| {
            let mut masked = String::new();
            for piece in row.split_inclusive(|c| !in_word(c)) {
                let word = piece.trim_end_matches(|c| !in_word(c));
                let new = word.contains(|c: char| c.is_ascii_digit()) && !known.contains(word);
                masked.push_str(if new { "#" } else { word });
                masked.push_str(&piece[word.len()..]);
            }
            masked
        })
        .collect();
    rows.sort();
    rows
}

/// Everything that this test process logs, once somebody has asked for it.
fn log() -> &'static Mutex<Vec<u8>> {
    static LOG: OnceLock<Mutex<Vec<u8>>> = OnceLock::new();
    struct Writer;
    impl io::Write for Writer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            log().lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut first = false;
    let log_ = LOG.get_or_init(|| {
        first = true;
        Mutex::default()
    });
    if first {
        let filter = tracing_subscriber::EnvFilter::new("info,guildhall=trace,tracing_actix_web=trace,actix_web=debug,actix_server=debug");
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(|| Writer).with_ansi(false).init();
    }
    log_
}

#[actix_web::test]
async fn a_mailed_token_is_neither_stored_nor_logged() {
    log();
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    app.keep();
    let mut tokens: BTreeSet<String> =
        [&scene.invitation_token, &scene.reset_token, &scene.setup_token, &scene.email_token, &scene.undo_token]
            .into_iter()
            .cloned()
            // What an app shares with the program, and a code that stands in for it, are no less.
            .chain([key_of(&SECRET), RECOVERY.to_owned(), RECOVERY.replace('-', "")])
            .collect();
    for deed in changes() {
        app.restore();
        deed.perform(&app, &scene, "Plain words").await;
        let links: Vec<String> = app.mails().into_iter().filter_map(|mail| mail.link).collect();
        for link in &links {
            app.visitor().get(link).await;
            app.visitor().post(link, &[]).await;
            app.visitor().post(&format!("{link}/acceptance"), &[]).await;
        }
        tokens.extend(links.iter().filter_map(|link| link.rsplit('/').next()).map(str::to_owned));
        let dump = app.dump_with_traces();
        for token in &tokens {
            assert!(!dump.contains(token.as_str()), "POST {} stores a token that opens something", deed.path);
        }
    }
    // A link that fails is logged as a failure, and still not by its token.
    app.sql("ALTER TABLE password_resets RENAME TO elsewhere; ALTER TABLE setups RENAME TO elsewhere_too; ALTER TABLE invitations RENAME TO elsewhere_three; ALTER TABLE email_changes RENAME TO elsewhere_four");
    for path in pages().into_iter().filter(|path| path.contains("{token}")) {
        app.visitor().get(&scene.path(path)).await.is(500);
    }
    let log = String::from_utf8_lossy(&log().lock().unwrap()).into_owned();
    assert!(log.contains("/password-reset/{token}") && log.contains("request failed"), "the log says too little to be of use");
    assert!(tokens.len() > 3);
    for token in &tokens {
        assert!(
            !log.contains(token.as_str()),
            "a token stands in the log: {}",
            log.lines().find(|line| line.contains(token.as_str())).unwrap()
        );
    }
    for secret in [PASSWORD, "five quiet lanterns", "$argon2", "GB82WEST12345698765432"] {
        assert!(!log.contains(secret), "a password or an account stands in the log");
    }
}

#[actix_web::test]
async fn the_number_on_a_failed_page_is_the_one_in_the_log() {
    log();
    let app = TestApp::start_demo().await;
    let sam = app.signed_in(SAM);
    app.sql("ALTER TABLE users RENAME TO people");
    let page: Page = sam.get("/").await;
    page.is(500).shows(page.header("x-request-id"));
    let log = String::from_utf8_lossy(&log().lock().unwrap()).into_owned();
    assert!(
        log.lines().any(|line| line.contains(page.header("x-request-id")) && line.contains("request failed")),
        "no line for this request"
    );
}

#[actix_web::test]
async fn a_token_of_one_purpose_opens_nothing_of_another() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let doors: BTreeSet<&str> =
        routes::all(Mode::Demo).iter().filter(|route| route.path.contains("{token}")).map(|route| route.path).collect();
    let tokens = [
        ("/setup", &scene.setup_token),
        ("/password-reset", &scene.reset_token),
        ("/invitations", &scene.invitation_token),
        ("/email-change", &scene.email_token),
        ("/email-undo", &scene.undo_token),
    ];
    let before = app.dump();
    for door in doors {
        for (own, token) in &tokens {
            let path = door.replace("{token}", token);
            if door.starts_with(own) {
                continue;
            }
            for page in
                [app.visitor().get(&path).await, app.visitor().post(&path, &[("password", "five quiet lanterns"), ("name", PROSE)]).await]
            {
                assert!([404, 405].contains(&page.status.as_u16()), "{door} with a token of {own}: {}", page.status);
            }
        }
    }
    assert_eq!(app.dump(), before);
}
