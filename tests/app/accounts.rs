//! Signing in and out, sessions, a forgotten password.

mod account;
mod email_change;
mod sessions;
mod step_up;
mod two_step;

use crate::support::{Browser, Page, TestApp, personas::*};
use guildhall::{
    access::store::SessionLimits,
    accounts::sign_in::{Credentials, Entered},
    app::{Application, Mode},
    config::{Config, DatabaseAt, MailBy},
    db::{Db, DbSettings},
    email_address::EmailAddress,
    paths,
    tokens::Purpose,
    web::client::TrustedProxies,
};
use reqwest::Method;

async fn try_to_sign_in(browser: &Browser, email: &str, password: &str) -> Page {
    let form = browser.get("/sign-in").await.form("/sign-in").set("email", email).set("password", password);
    browser.submit(&form).await
}

async fn ask_for_a_link(app: &TestApp, email: &str) -> Page {
    let browser = app.visitor();
    let form = browser.get("/password-reset").await.form("/password-reset").set("email", email);
    browser.submit(&form).await
}

async fn choose(app: &TestApp, link: &str, password: &str) -> Page {
    app.visitor().post(link, &[("password", password)]).await
}

/// Registers an address without proving it.
fn register_unverified(app: &TestApp, email: &str) {
    app.sql(&format!(
        "INSERT INTO users (id, email, name, search, password_hash) VALUES (gen_random_uuid(), '{email}', 'Impostor', 'impostor', '{}')",
        *HASH
    ));
}

/// The session id that the browser holds, without its signature.
fn session_id(browser: &Browser) -> String {
    let cookies = browser.cookies();
    let value = cookies.split("; ").find_map(|cookie| cookie.strip_prefix("session=")).expect("a session");
    let value = percent_decoded(value);
    // The signature before it is 32 bytes in base64.
    value[44..].to_owned()
}

fn percent_decoded(text: &str) -> String {
    url::form_urlencoded::parse(format!("v={}", text.replace('+', "%2B")).as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap()
}

// Signing in

#[actix_web::test]
async fn who_signs_in_comes_to_their_place() {
    let app = TestApp::start().await;
    let browser = app.visitor();
    try_to_sign_in(&browser, OLIVIA, PASSWORD).await.leads_to("/");
    browser.get("/").await.leads_to("/teams/northwind");
    assert_eq!(app.number("SELECT count(*) FROM audit a JOIN users u ON u.id = a.user_id WHERE action = 'signed in' AND email = 'olivia@northwind.example'"), 1);
}

#[actix_web::test]
async fn an_address_is_recognised_in_any_spelling() {
    let app = TestApp::start().await;
    try_to_sign_in(&app.visitor(), " Olivia@Northwind.EXAMPLE ", PASSWORD).await.leads_to("/");
}

#[actix_web::test]
async fn unknown_address_wrong_password_and_unverified_account_get_one_answer() {
    let app = TestApp::start().await;
    register_unverified(&app, "vera@lattice.example");
    let answer = async |email: &str, password: &str| {
        let before = app.passwords.verifications();
        let page = try_to_sign_in(&app.visitor(), email, password).await;
        assert_eq!(app.passwords.verifications() - before, 1, "{email}: one verification, whoever asks");
        page.is(422).shows("together they open no account here");
        let mut headers: Vec<(String, String)> = page
            .headers
            .iter()
            .filter(|(name, _)| !["date", "x-request-id", "content-length"].contains(&name.as_str()))
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        headers.sort();
        (page.body.replace(email, "ADDRESS"), headers)
    };
    let unknown = answer("nobody@nowhere.example", PASSWORD).await;
    assert_eq!(unknown, answer(OLIVIA, "not her password").await);
    assert_eq!(unknown, answer("vera@lattice.example", PASSWORD).await);
}

#[actix_web::test]
async fn a_refused_sign_in_keeps_the_address_and_never_the_password() {
    let app = TestApp::start().await;
    let browser = app.visitor();
    let page = try_to_sign_in(&browser, OLIVIA, "a wrong passphrase").await;
    page.is(422).shows("One thing to correct");
    assert_eq!(page.form("/sign-in").value("email"), Some(OLIVIA));
    assert!(!page.body.contains("a wrong passphrase"));

    let page = try_to_sign_in(&browser, "olivia", "").await;
    page.is(422).shows("Two things to correct");
    assert_eq!(page.error_at("email"), "Error: Enter an email address, like ada@example.com");
    assert_eq!(page.error_at("password"), "Error: Enter your password");
    assert_eq!(page.form("/sign-in").value("email"), Some("olivia"));
    assert_eq!(browser.cookies(), "");
}

#[actix_web::test]
async fn a_field_that_comes_twice_is_refused() {
    let app = TestApp::start().await;
    let page = app.visitor().post("/sign-in", &[("email", OLIVIA), ("email", SAM), ("password", PASSWORD)]).await;
    page.is(422).shows("This form cannot be read");
}

#[actix_web::test]
async fn more_fields_than_the_form_has_change_nothing() {
    let app = TestApp::start().await;
    let before = app.text("SELECT string_agg(to_jsonb(m)::text, ',' ORDER BY id) FROM members m");
    let more = [("role", "owner"), ("company_id", "1"), ("team_id", "1"), ("status", "accepted"), ("user_id", "1")];
    let browser = app.visitor();
    browser.post("/sign-in", &[&[("email", MIA), ("password", PASSWORD)], &more[..]].concat()).await.leads_to("/");
    browser.post("/password-reset", &[&[("email", MIA)], &more[..]].concat()).await.leads_to("/sign-in");
    browser.post(&app.link_to(MIA), &[&[("password", "a new long passphrase")], &more[..]].concat()).await.leads_to("/sign-in");
    assert_eq!(app.text("SELECT string_agg(to_jsonb(m)::text, ',' ORDER BY id) FROM members m"), before);
    assert_eq!(app.number("SELECT count(*) FROM staff WHERE left_at IS NULL"), 4);
}

#[actix_web::test]
async fn a_password_that_changes_while_it_is_checked_opens_nothing() {
    let app = TestApp::start().await;
    let conn = &mut app.connection();
    let olivia = EmailAddress::parse(OLIVIA).unwrap();
    let checked = Credentials::of(conn, &olivia).unwrap().expect("she has a password");
    ask_for_a_link(&app, OLIVIA).await;
    choose(&app, &app.link_to(OLIVIA), "correct horse battery").await.leads_to("/sign-in");
    assert_eq!(checked.sign_in(conn, None).unwrap(), Entered::No);
    assert!(matches!(Credentials::of(conn, &olivia).unwrap().unwrap().sign_in(conn, None).unwrap(), Entered::In(_)));
}

// Where signing in leads

#[actix_web::test]
async fn signing_in_leads_on_to_a_page_of_this_site() {
    let app = TestApp::start().await;
    let browser = app.visitor();
    let page = browser.visit("/teams/northwind/members?q=mia").await;
    assert_eq!(page.form("/sign-in").value("next"), Some("/teams/northwind/members?q=mia"));
    let refused = browser.submit(&page.form("/sign-in").set("email", OLIVIA).set("password", "wrong")).await;
    let form = refused.form("/sign-in").set("email", OLIVIA).set("password", PASSWORD);
    browser.submit(&form).await.leads_to("/teams/northwind/members?q=mia");
    browser.get("/sign-in?next=%2Fteams%2Fnorthwind").await.leads_to("/teams/northwind");
    browser.get("/sign-in").await.leads_to("/");
}

#[actix_web::test]
async fn the_way_to_an_invitation_is_said_on_the_sign_in_page() {
    let app = TestApp::start().await;
    app.visitor().get("/sign-in?next=%2Finvitations%2Fabc").await.shows("Then you come back to the invitation");
    app.visitor().get("/sign-in").await.hides("invitation and can answer");
}

/// S46: what must never be followed.
const FOREIGN: [&str; 45] = [
    "/go/mia-chen",
    "/%67o/mia-chen",
    "/go/mia-chen?from=mail",
    "/teams/../go/mia-chen",
    "/./%67%6f/mia-chen",
    "",
    "evil.example",
    "evil.example/path",
    "http://evil.example",
    "https://evil.example/",
    "HTTPS://evil.example/",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "//\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "\t//evil.example",
    " //evil.example",
    " /sign-in",
    "/ok\u{0}",
    "/ok\r\nLocation: https://evil.example",
    "/ok\nSet-Cookie: session=1",
    "/./\\evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/a/..//evil.example",
    "/%2e//evil.example",
    "/%2e%2e//evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "mailto:a@evil.example",
    "http:evil.example",
    "http:/evil.example",
    "https:\\\\evil.example",
    "@evil.example",
    "/ev\u{ff0f}il.example",
    "?next=//evil.example",
];

#[actix_web::test]
async fn signing_in_leads_nowhere_else() {
    let app = TestApp::start().await;
    let browser = app.signed_in(OLIVIA);
    for next in FOREIGN {
        let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
        assert_eq!(browser.get(&format!("/sign-in?{query}")).await.location().as_deref(), Some("/"), "{next:?}");
        let page = app.visitor().get(&format!("/sign-in?{query}")).await;
        assert_eq!(page.form("/sign-in").value("next"), None, "{next:?}");
        let page = app.visitor().post("/sign-out", &[("next", next)]).await;
        // NUL makes it no form of ours.
        assert_eq!(page.location().as_deref(), Some("/sign-in").filter(|_| !next.contains('\0')), "{next:?}");
    }
    let page = app.visitor().post("/sign-in", &[("email", OLIVIA), ("password", PASSWORD), ("next", "//evil.example")]).await;
    page.leads_to("/");
}

// Sessions

#[actix_web::test]
async fn a_session_planted_before_signing_in_is_dead_after() {
    let app = TestApp::start().await;
    let attacker = app.visitor();
    try_to_sign_in(&attacker, MIA, PASSWORD).await.leads_to("/");
    let victim = attacker.on(&app);
    victim.post("/sign-in", &[("email", OLIVIA), ("password", PASSWORD)]).await.leads_to("/");
    assert_ne!(session_id(&victim), session_id(&attacker));
    attacker.get("/").await.leads_to("/sign-in");
    victim.get("/").await.leads_to("/teams/northwind");
}

#[actix_web::test]
async fn the_session_cookie_is_kept_from_scripts_and_other_sites() {
    let app = TestApp::start().await;
    let page = try_to_sign_in(&app.visitor(), OLIVIA, PASSWORD).await;
    let cookie =
        page.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).find(|cookie| cookie.starts_with("session="));
    let attributes: Vec<&str> = cookie.expect("a session").split("; ").skip(1).collect();
    assert_eq!(attributes, ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=1209600"]);
}

#[actix_web::test]
async fn under_https_the_session_cookie_is_bound_to_the_host() {
    let app = TestApp::start().await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let bind = listener.local_addr().unwrap();
    let config = Config {
        base_url: "https://partners.example.com".parse().unwrap(),
        secret_keys: vec![b"another key of thirty-two bytes or more".to_vec()],
        mail: MailBy::MailboxOnly,
        mail_from: EmailAddress::parse("partners@example.com").unwrap(),
        database: DatabaseAt::Url(app.database_url().to_owned()),
        bind,
        connections: 2,
        prepared_statements: true,
        session_limits: SessionLimits::default(),
        trusted_proxies: TrustedProxies::default(),
        limit_factor: 1,
        redirect_limits: guildhall::links::redirect::Limits::DEFAULT,
    };
    let db = Db::new(&DbSettings { url: app.database_url().to_owned(), connections: 2, prepared_statements: true });
    let application = Application::build(&config, db, listener, Mode::Serve).unwrap();
    actix_web::rt::spawn(application.server);
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let sign_in = client
        .post(format!("http://{bind}/sign-in"))
        .header("origin", "https://partners.example.com")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("email={OLIVIA}&password={PASSWORD}"));
    let answer = sign_in.send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-session="), "{cookie}");
    assert!(
        cookie.contains("; Secure") && cookie.contains("; HttpOnly") && cookie.contains("; Path=/") && !cookie.contains("Domain"),
        "{cookie}"
    );
}

#[actix_web::test]
async fn the_database_holds_no_session_id_that_opens_anything() {
    let app = TestApp::start().await;
    let browser = app.visitor();
    try_to_sign_in(&browser, OLIVIA, PASSWORD).await.leads_to("/");
    let id = session_id(&browser);
    assert_eq!(id.len(), 43, "256 bits in base64");
    let dump = app.dump();
    assert!(dump.contains("sessions: {"), "the session is stored");
    assert!(!dump.contains(&id));
    let hexadecimal: String = id.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(!dump.contains(&hexadecimal));
}

#[actix_web::test]
async fn signing_out_ends_the_session_on_every_copy_of_the_program() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let browser = app.visitor();
    try_to_sign_in(&browser, OLIVIA, PASSWORD).await.leads_to("/");
    let elsewhere = browser.on(&copy);
    elsewhere.get("/").await.leads_to("/teams/northwind");
    let page = browser.post("/sign-out", &[]).await;
    page.leads_to("/sign-in");
    browser.follow(page).await.shows("You are signed out.");
    elsewhere.get("/").await.leads_to("/sign-in");
    browser.get("/").await.leads_to("/sign-in");
    assert_eq!(app.number("SELECT count(*) FROM sessions"), 0);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'signed out'"), 1);
}

#[actix_web::test]
async fn signing_out_may_lead_back_to_a_page_that_is_for_somebody_else() {
    let app = TestApp::start().await;
    app.signed_in(MIA).post("/sign-out", &[("next", "/invitations/abc")]).await.leads_to("/invitations/abc");
}

#[actix_web::test]
async fn signing_out_twice_is_no_mistake() {
    let app = TestApp::start().await;
    app.visitor().post("/sign-out", &[]).await.leads_to("/sign-in");
}

#[actix_web::test]
async fn an_expired_session_is_none() {
    let app = TestApp::start().await;
    let browser = app.visitor();
    try_to_sign_in(&browser, OLIVIA, PASSWORD).await.leads_to("/");
    app.sql("UPDATE sessions SET expires_at = now() - interval '1 second'");
    browser.get("/").await.leads_to("/sign-in");
}

// A forgotten password

#[actix_web::test]
async fn a_forgotten_password_is_chosen_anew_by_a_mailed_link() {
    let app = TestApp::start().await;
    let elsewhere = app.visitor();
    try_to_sign_in(&elsewhere, OLIVIA, PASSWORD).await.leads_to("/");

    let page = ask_for_a_link(&app, OLIVIA).await;
    page.leads_to("/sign-in");
    let mail = app.last_mail_to(OLIVIA);
    assert_eq!(mail.subject, "Choose a new password for Guildhall");
    assert!(mail.text.contains(OLIVIA) && mail.text.contains("UTC"), "{}", mail.text);

    let browser = app.visitor();
    let page = browser.get(&mail.link.unwrap()).await;
    page.is(200).shows(OLIVIA).shows("UTC");
    let page = browser.submit(&page.form("").set("password", "correct horse battery")).await;
    page.leads_to("/sign-in");
    browser.follow(page).await.shows("Your password is changed.");
    browser.get("/").await.leads_to("/sign-in");
    elsewhere.get("/").await.leads_to("/sign-in");

    assert_eq!(app.last_mail_to(OLIVIA).subject, "Your password for Guildhall was changed");
    try_to_sign_in(&app.visitor(), OLIVIA, PASSWORD).await.is(422);
    try_to_sign_in(&app.visitor(), OLIVIA, "correct horse battery").await.leads_to("/");
    assert_eq!(
        app.text("SELECT string_agg(action, ',' ORDER BY at, id) FROM audit WHERE action LIKE 'password%'"),
        "password reset asked,password reset"
    );
}

#[actix_web::test]
async fn who_asks_for_a_link_does_not_learn_whether_the_address_is_known() {
    let app = TestApp::start().await;
    register_unverified(&app, "vera@lattice.example");
    let answer = async |email: &str| {
        let browser = app.visitor();
        let page = browser.post("/password-reset", &[("email", email)]).await;
        page.leads_to("/sign-in");
        let mut names: Vec<String> = page.headers.keys().map(ToString::to_string).collect();
        names.sort();
        (names, browser.follow(page).await.body.replace(email, "ADDRESS"))
    };
    let known = answer(OLIVIA).await;
    assert_eq!(known, answer("nobody@nowhere.example").await);
    assert_eq!(known, answer("vera@lattice.example").await);
    assert_eq!(app.mails().into_iter().map(|mail| mail.to).collect::<Vec<_>>(), [OLIVIA]);
}

#[actix_web::test]
async fn an_address_that_is_none_is_refused_and_kept() {
    let app = TestApp::start().await;
    for typed in ["", "olivia", "olivia@northwind.example\r\nBcc: x@evil.example"] {
        let page = app.visitor().post("/password-reset", &[("email", typed)]).await;
        page.is(422);
        assert_eq!(page.error_at("email"), "Error: Enter an email address, like ada@example.com");
        if !typed.contains('\n') {
            assert_eq!(page.form("/password-reset").value("email"), Some(typed));
        }
    }
    assert!(app.mails().is_empty());
}

#[actix_web::test]
async fn looking_at_the_link_changes_nothing() {
    let app = TestApp::start().await;
    ask_for_a_link(&app, OLIVIA).await;
    let link = app.link_to(OLIVIA);
    let before = app.dump();
    for method in [Method::HEAD, Method::GET] {
        for _ in 0..5 {
            let page = app.visitor().send(app.visitor().request(method.clone(), &link)).await;
            page.is(200);
            assert_eq!(page.header("cache-control"), "no-store");
            assert_eq!(page.header("set-cookie"), "");
        }
    }
    assert_eq!(app.dump(), before);
    choose(&app, &link, "correct horse battery").await.leads_to("/sign-in");
}

#[actix_web::test]
async fn a_link_that_never_was_is_a_page_that_does_not_exist() {
    let app = TestApp::start().await;
    ask_for_a_link(&app, OLIVIA).await;
    let link = app.link_to(OLIVIA);
    for path in [
        "/password-reset/nonsense".to_owned(),
        format!("{link}x"),
        link.replace("/password-reset/", "/setup/"),
        link.replace("/password-reset/", "/invitations/"),
    ] {
        app.visitor().get(&path).await.is(404);
    }
    choose(&app, "/password-reset/nonsense", "correct horse battery").await.is(404);
}

#[actix_web::test]
async fn a_token_opens_only_what_it_was_made_for() {
    let app = TestApp::start().await;
    ask_for_a_link(&app, OLIVIA).await;
    let reset = app.text("SELECT id FROM password_resets").parse().unwrap();
    let setup = guildhall::home::setup::open_link(&mut app.connection(), &app.mailer, None).unwrap();
    for id in [reset, app.text("SELECT id FROM setups").parse().unwrap()] {
        for made_for in Purpose::ALL {
            for shown_at in Purpose::ALL {
                let path = paths::link(*shown_at, &app.mailer.tokens().token(*made_for, id, 1));
                let right = made_for == shown_at && (path == app.link_to(OLIVIA) || setup.ends_with(&path));
                app.visitor().get(&path).await.is(if right { 200 } else { 404 });
            }
        }
    }
}

#[actix_web::test]
async fn a_used_an_expired_and_a_replaced_link_have_ended() {
    let app = TestApp::start().await;
    let ended = async |link: &str| {
        app.visitor().get(link).await.is(410).shows("This link no longer works").shows("Ask for a new link");
        choose(&app, link, "yet another passphrase").await.is(410);
    };
    ask_for_a_link(&app, OLIVIA).await;
    let older = app.link_to(OLIVIA);
    ask_for_a_link(&app, OLIVIA).await;
    let newer = app.link_to(OLIVIA);
    ended(&older).await;

    choose(&app, &newer, "correct horse battery").await.leads_to("/sign-in");
    ended(&newer).await;

    ask_for_a_link(&app, OLIVIA).await;
    let expired = app.link_to(OLIVIA);
    app.sql("UPDATE password_resets SET expires_at = now() - interval '1 second' WHERE closed_at IS NULL");
    ended(&expired).await;
    try_to_sign_in(&app.visitor(), OLIVIA, "correct horse battery").await.leads_to("/");
}

#[actix_web::test]
async fn a_link_works_for_an_hour() {
    let app = TestApp::start().await;
    ask_for_a_link(&app, OLIVIA).await;
    assert_eq!(app.text("SELECT expires_at - created_at FROM password_resets"), "01:00:00");
}

#[actix_web::test]
async fn twenty_posts_of_one_link_at_once_change_the_password_once() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    ask_for_a_link(&app, OLIVIA).await;
    let link = app.link_to(OLIVIA);
    let posts: Vec<_> = (0..20)
        .map(|number| {
            let browser = if number % 2 == 0 { app.visitor() } else { copy.visitor() };
            let link = link.clone();
            actix_web::rt::spawn(async move {
                let password = format!("correct horse battery {number}");
                (browser.post(&link, &[("password", &password)]).await.status.as_u16(), password)
            })
        })
        .collect();
    let mut set = Vec::new();
    for post in posts {
        match post.await.unwrap() {
            (303, password) => set.push(password),
            (status, _) => assert_eq!(status, 410),
        }
    }
    assert_eq!(set.len(), 1);
    assert_eq!(app.mails_to(OLIVIA).len(), 2, "the link and one notice");
    try_to_sign_in(&app.visitor(), OLIVIA, &set[0]).await.leads_to("/");
}

#[actix_web::test]
async fn two_requests_for_a_link_at_once_leave_one_open() {
    let app = TestApp::start().await;
    let asks: Vec<_> = (0..10)
        .map(|_| {
            let browser = app.visitor();
            actix_web::rt::spawn(async move { browser.post("/password-reset", &[("email", OLIVIA)]).await.status.as_u16() })
        })
        .collect();
    for ask in asks {
        assert_eq!(ask.await.unwrap(), 303);
    }
    assert_eq!(app.number("SELECT count(*) FROM password_resets WHERE closed_at IS NULL"), 1);
    assert_eq!(app.mails_to(OLIVIA).len(), 10);
}

#[actix_web::test]
async fn a_weak_password_is_refused_and_the_link_stays() {
    let app = TestApp::start().await;
    ask_for_a_link(&app, OLIVIA).await;
    let link = app.link_to(OLIVIA);
    let before = app.dump();
    for (password, says) in
        [("", "12 characters or more"), ("eleven char", "12 characters or more"), (&*"x".repeat(1001), "1,000 characters or fewer")]
    {
        let page = choose(&app, &link, password).await;
        page.is(422).shows(OLIVIA);
        assert!(page.error_at("password").contains(says), "{}", page.error_at("password"));
        assert!(password.is_empty() || !page.body.contains(password));
    }
    assert_eq!(app.dump(), before);
    choose(&app, &link, "twelve chars").await.leads_to("/sign-in");
}

#[actix_web::test]
async fn long_and_foreign_passwords_work_to_the_last_byte() {
    let app = TestApp::start().await;
    let long = "пароль-密码-🔑 ".repeat(18);
    assert!(long.chars().count() >= 200);
    let bytes: String = (0..100).map(|n: u16| char::from(b'a' + u8::try_from(n * 7 % 26).unwrap())).collect::<String>();
    for password in [long.as_str(), bytes.as_str(), "  leading and trailing  "] {
        ask_for_a_link(&app, OLIVIA).await;
        choose(&app, &app.link_to(OLIVIA), password).await.leads_to("/sign-in");
        try_to_sign_in(&app.visitor(), OLIVIA, password).await.leads_to("/");
        assert!(app.text("SELECT password_hash FROM users WHERE email = 'olivia@northwind.example'").starts_with("$argon2id$"));
    }
    ask_for_a_link(&app, OLIVIA).await;
    choose(&app, &app.link_to(OLIVIA), &bytes).await.leads_to("/sign-in");
    let other = format!("{}y{}", &bytes[..72], &bytes[73..]);
    try_to_sign_in(&app.visitor(), OLIVIA, &other).await.is(422);
}

#[actix_web::test]
async fn a_forged_host_does_not_reach_the_mail() {
    let app = TestApp::start().await;
    let browser = app.visitor();
    let request = browser
        .request(Method::POST, "/password-reset")
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("forwarded", "host=evil.example;proto=https")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("email={OLIVIA}"));
    browser.send(request).await.is(303);
    let mail = app.last_mail_to(OLIVIA);
    assert!(mail.text.contains(&format!("{}/password-reset/", app.base_url)), "{}", mail.text);
    assert!(!mail.text.contains("evil") && !mail.html.contains("evil"));
}

#[actix_web::test]
async fn nothing_that_opens_the_link_is_stored() {
    let app = TestApp::start().await;
    ask_for_a_link(&app, OLIVIA).await;
    let link = app.link_to(OLIVIA);
    let token = link.rsplit('/').next().unwrap();
    assert_eq!(token.len(), 43, "256 bits in base64");
    assert!(!app.dump().contains(token));
}

// Whose address it is

#[actix_web::test]
async fn who_registers_an_address_first_has_nothing_once_its_owner_comes() {
    let app = TestApp::start().await;
    register_unverified(&app, "ines@larkspur.example");
    let impostor = app.signed_in("ines@larkspur.example");
    let address = EmailAddress::parse("ines@larkspur.example").unwrap();
    let hash = guildhall::access::password::hash("her own passphrase").unwrap();
    let conn = &mut app.connection();
    let owner = guildhall::accounts::User::verified_by_link(conn, &address, "Ines Okafor", &hash).unwrap().expect("she proves it");
    assert_eq!(owner.name, "Ines Okafor");
    impostor.get("/").await.leads_to("/sign-in");
    try_to_sign_in(&app.visitor(), "ines@larkspur.example", PASSWORD).await.is(422);
    try_to_sign_in(&app.visitor(), "ines@larkspur.example", "her own passphrase").await.leads_to("/");
    assert!(
        guildhall::accounts::User::verified_by_link(conn, &address, "Again", &hash).unwrap().is_none(),
        "a proved account is never taken over"
    );
}
