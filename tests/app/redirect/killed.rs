//! The program killed while people follow links (R21). `bin/bench redirect` does it under full load.

use super::*;
use guildhall::verify;
use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// A process of its own, as an installation runs it.
struct Program {
    process: Child,
    browser: Browser,
}

impl Program {
    async fn start(app: &TestApp) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let base = format!("http://127.0.0.1:{port}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_guildhall"));
        command.arg("serve").env_clear().stdout(Stdio::null()).stderr(Stdio::null());
        for (name, value) in [
            ("BASE_URL", base.as_str()),
            ("BIND", &format!("127.0.0.1:{port}")),
            ("SECRET_KEY", "pZ4mQ8rT1vX6bN3cL9kJ2hG5fD7sA0wE"),
            ("SMTP_URL", "smtp://127.0.0.1:9"),
            ("MAIL_FROM", "partners@guildhall.example"),
            ("DATABASE_URL", app.database_url()),
        ] {
            command.env(name, value);
        }
        let process = command.spawn().expect("the program starts");
        let program = Self { process, browser: Browser::new(&base) };
        program.until_ready(&base).await;
        program
    }

    async fn until_ready(&self, base: &str) {
        let begun = Instant::now();
        while !reqwest::get(format!("{base}/readyz")).await.is_ok_and(|answer| answer.status() == 200) {
            assert!(begun.elapsed() < Duration::from_secs(60), "the program is not ready");
            actix_web::rt::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn kill(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[actix_web::test]
async fn of_a_program_that_is_killed_every_answered_id_has_its_row() {
    let app = TestApp::start().await;
    let link = mias_link(&app, "mia-shares");
    let mut answered = Vec::new();
    for _ in 0..2 {
        let mut program = Program::start(&app).await;
        let ids = Arc::new(Mutex::new(Vec::new()));
        let people: Vec<_> = (0..16)
            .map(|number| {
                let (browser, ids) = (program.browser.clone(), ids.clone());
                // Until the connection breaks.
                actix_web::rt::spawn(async move {
                    let agent = format!("Browser {number}");
                    while let Some(page) = browser.try_get("/go/mia-shares", &agent).await {
                        ids.lock().unwrap().extend(click_id(&page));
                    }
                })
            })
            .collect();
        let begun = Instant::now();
        while ids.lock().unwrap().len() < 300 {
            assert!(begun.elapsed() < Duration::from_secs(60), "nobody gets an id");
            actix_web::rt::time::sleep(Duration::from_millis(5)).await;
        }
        program.kill();
        for person in people {
            person.await.unwrap();
        }
        answered.append(&mut ids.lock().unwrap());
    }
    let answered: Vec<String> = answered.iter().map(|id| format!("('{id}'::uuid)")).collect();
    let missing =
        format!("SELECT count(*) FROM (VALUES {}) a (id) WHERE NOT EXISTS (SELECT FROM clicks c WHERE c.id = a.id)", answered.join(","));
    assert_eq!(app.number(&missing), 0);
    assert!(counted(&app, link).0 >= answered.len() as i64);
    assert_eq!(verify::faults(&mut app.connection()).unwrap(), []);
}
