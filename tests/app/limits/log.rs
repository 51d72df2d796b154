//! What the log says of all this (S62): events by the names of the OWASP logging vocabulary, and nothing that opens or names anything. Looked
//! at is what the program itself writes.

use super::*;
use crate::support::{app::SECRET_KEY, smtp::SmtpServer};
use serde_json::Value;
use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::NamedTempFile;

/// `guildhall serve`, as it is installed, at its most talkative.
struct Program {
    child: Child,
    base_url: String,
    log: NamedTempFile,
}

impl Program {
    async fn start(app: &TestApp, post: &SmtpServer) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let base_url = format!("http://127.0.0.1:{port}");
        let log = NamedTempFile::new().unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_guildhall"))
            .arg("serve")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env_clear()
            .env("BASE_URL", &base_url)
            .env("BIND", format!("127.0.0.1:{port}"))
            .env("SECRET_KEY", std::str::from_utf8(SECRET_KEY).unwrap())
            .env("SMTP_URL", post.url())
            .env("MAIL_FROM", "partners@guildhall.example")
            .env("DATABASE_URL", app.database_url())
            .env("RUST_LOG", "debug,guildhall=trace")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log.reopen().unwrap())
            .spawn()
            .unwrap();
        let program = Self { child, base_url, log };
        let begun = Instant::now();
        while !reqwest::get(format!("{}/readyz", program.base_url)).await.is_ok_and(|answer| answer.status().is_success()) {
            assert!(begun.elapsed() < Duration::from_secs(60), "{}", program.written());
            actix_web::rt::time::sleep(Duration::from_millis(50)).await;
        }
        program
    }

    fn visitor(&self) -> Browser {
        Browser::new(&self.base_url).at("127.0.0.66")
    }

    fn written(&self) -> String {
        std::fs::read_to_string(self.log.path()).unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[actix_web::test]
async fn the_log_names_what_happened_and_holds_nothing_that_opens_or_names_anybody() {
    let (app, post) = (TestApp::start().await, SmtpServer::start());
    let mut program = Program::start(&app, &post).await;
    let (wrong, chosen, newcomers) = ("a wrong passphrase", "five quiet lanterns", "seven loud trombones");

    // Somebody unknown, somebody who mistypes, and then gets it right.
    let olivia = program.visitor();
    try_to_sign_in(&olivia, "nobody@nowhere.example", wrong).await.is(422);
    try_to_sign_in(&olivia, OLIVIA, wrong).await.is(422);
    try_to_sign_in(&olivia, OLIVIA, PASSWORD).await.leads_to("/");
    let first = olivia.cookies();
    olivia.post("/account/confirmation", &[("password", wrong)]).await.is(422);
    olivia.post("/account/confirmation", &[("password", PASSWORD)]).await.is(303);

    // A forgotten password.
    program.visitor().post("/password-reset", &[("email", MIA)]).await.is(303);
    let reset = app.link_to(MIA);
    program.visitor().get(&reset).await.is(200);
    program.visitor().post(&reset, &[("password", chosen)]).await.is(303);
    program.visitor().get(&reset).await.is(410);

    // A second step, with a code that is none.
    app.switch_two_step_on(MIA);
    let mia = program.visitor();
    try_to_sign_in(&mia, MIA, chosen).await.leads_to("/sign-in/code");
    mia.post("/sign-in/code", &[("code", "no code")]).await.is(422);

    // An invitation, sent and accepted.
    let adam = program.visitor();
    try_to_sign_in(&adam, ADAM, PASSWORD).await.leads_to("/");
    let rosa = [("email", "rosa@northwind.example"), ("name", "Rosa Lindqvist"), ("role", "member"), ("message", "Join us.")];
    adam.post("/teams/northwind/members/new", &rosa).await.is(303);
    let invitation = app.link_to("rosa@northwind.example");
    let newcomer = program.visitor();
    newcomer.get(&invitation).await.is(200);
    let name_and_password = [("name", "Rosa Lindqvist"), ("password", newcomers)];
    newcomer.post(&format!("{invitation}/acceptance"), &name_and_password).await.leads_to("/teams/northwind");

    // Another password; something that is not theirs; another site; too much.
    newcomer.post("/account/password", &[("current", wrong), ("password", chosen)]).await.is(422);
    newcomer.post("/account/password", &[("current", newcomers), ("password", chosen)]).await.is(303);
    newcomer.post("/teams/northwind/settings", &[("team_name", "Mine")]).await.is(403);
    let elsewhere = newcomer.request(reqwest::Method::POST, "/sign-out").header("origin", "https://evil.example");
    newcomer.send(elsewhere).await.is(403);
    for _ in 0..Limit::SignIn.most() {
        try_to_sign_in(&program.visitor(), FRANK, wrong).await.is(422);
    }
    is_too_many(&try_to_sign_in(&program.visitor(), FRANK, PASSWORD).await);
    for _ in 0..Limit::PasswordReset.most() + 1 {
        program.visitor().post("/password-reset", &[("email", FRANK)]).await.is(303);
    }
    let begun = Instant::now();
    while app.number("SELECT count(*) FROM outbox WHERE status = 'queued'") > 0 {
        assert!(begun.elapsed() < Duration::from_secs(30), "mail does not go");
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    }
    let browsers = [olivia.cookies(), adam.cookies(), newcomer.cookies(), first];
    program.child.kill().unwrap();
    program.child.wait().unwrap();

    let log = program.written();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"))).collect();
    let events = |name: &str| lines.iter().filter(|line| line["event"] == name).collect::<Vec<_>>();
    let user = |email: &str| app.text(&format!("SELECT id FROM users WHERE email = '{email}'"));
    let named = |name: &str| events(name).into_iter().map(|line| line["user"].as_str().unwrap_or("nobody").to_owned()).collect::<Vec<_>>();
    assert_eq!(named("authn_login_success"), [user(OLIVIA), user(ADAM), user("rosa@northwind.example")]);
    assert_eq!(named("authn_login_fail")[..4], ["nobody".to_owned(), user(OLIVIA), user(OLIVIA), user(MIA)]);
    assert_eq!(named("authn_password_change"), [user(MIA), user("rosa@northwind.example")]);
    assert_eq!(named("authn_password_change_fail"), [user("rosa@northwind.example")]);
    let of_request = |line: &Value, field: &str| line["span"][field].as_str().unwrap_or_default().to_owned();
    let refused = events("authz_fail");
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(of_request(refused[0], "user"), user("rosa@northwind.example"), "who is signed in stands around the line");
    assert_eq!(of_request(refused[0], "route"), "/teams/{team}/settings");
    assert!(uuid::Uuid::parse_str(&of_request(refused[0], "id")).is_ok(), "and which request it was");
    assert_eq!(events("malicious_cors").len(), 1);
    let exceeded: Vec<&str> = events("excess_rate_limit_exceeded").iter().filter_map(|line| line["limit"].as_str()).collect();
    assert_eq!(exceeded, ["sign-in", "password reset"]);

    let tokens = [reset.rsplit('/').next().unwrap(), invitation.rsplit('/').next().unwrap()];
    assert!(tokens.iter().all(|token| token.len() == 43));
    let values: Vec<String> = browsers
        .iter()
        .flat_map(|cookies| cookies.split("; "))
        .filter_map(|cookie| cookie.split_once('=').map(|(_, value)| value.to_owned()))
        .collect();
    assert!(values.len() >= 4, "{browsers:?}");
    // The session's id follows its signature in the cookie.
    let ids: Vec<&str> = values.iter().map(|value| &value[value.len() - 43..]).collect();
    let addresses = ["nobody@nowhere.example", OLIVIA, MIA, ADAM, FRANK, "rosa@northwind.example", "127.0.0.66"];
    let words = [wrong, chosen, newcomers, PASSWORD, "Rosa Lindqvist", "Join us.", std::str::from_utf8(SECRET_KEY).unwrap()];
    assert!(lines.len() > 50, "it was at its most talkative");
    for secret in tokens.into_iter().chain(values.iter().map(String::as_str)).chain(ids).chain(words).chain(addresses) {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "the log holds {secret:?}: {line:?}");
    }
}
