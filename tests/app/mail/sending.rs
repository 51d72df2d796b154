//! The worker: leases, retries, refusals (R2 to R4, R7, R24, S35, S50).

use super::*;
use crate::support::smtp::{SmtpServer, Step};
use diesel::prelude::*;
use guildhall::{
    db::{Db, DbSettings},
    mail::{Worker, lease, message, state_of, transport::Smtp},
};
use std::{
    collections::HashSet,
    sync::{Arc, Barrier, Mutex},
    thread,
    time::Duration,
};

/// Waits until that many mails have this status.
async fn wait_until(app: &TestApp, status: MailStatus, count: i64) {
    for _ in 0..1500 {
        if app.number(&format!("SELECT count(*) FROM outbox WHERE status = '{status}'")) == count {
            return;
        }
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{count} mails should be {status}: {}", app.text("SELECT string_agg(status || ' ' || last_error, E'\\n') FROM outbox"));
}

fn another_pool(app: &TestApp) -> Db {
    Db::new(&DbSettings { url: app.database_url().to_owned(), connections: 4, prepared_statements: true })
}

fn message_ids(server: &SmtpServer) -> Vec<String> {
    let id = |wire: &[u8]| mail_parser::MessageParser::new().parse(wire).expect("a message").message_id().expect("an id").to_owned();
    server.taken().iter().map(|taken| id(&taken.message())).collect()
}

#[actix_web::test]
async fn a_queued_mail_is_sent_once_and_marked() {
    let app = TestApp::start().await;
    let server = SmtpServer::start();
    let id = app.queue(&letter("ines@larkspur.example"));
    for _ in 0..2 {
        app.drain(&Transport::Smtp(server.smtp()));
    }
    assert_eq!(server.taken().len(), 1);
    let row = app.outbox_row(id);
    assert!(row.status == MailStatus::Sent && row.attempts == 1 && row.last_error.is_empty() && !row.is_leased);
}

#[actix_web::test]
async fn many_mails_go_through_few_conversations() {
    let app = TestApp::start().await;
    let server = SmtpServer::start();
    for n in 0..60 {
        app.queue(&letter(&format!("person-{n}@larkspur.example")));
    }
    app.drain(&Transport::Smtp(server.smtp()));
    assert_eq!((server.taken().len(), server.connections()), (60, 2));
}

#[actix_web::test]
async fn a_mail_is_claimed_by_one_worker_only() {
    let app = TestApp::start().await;
    let id = app.queue(&letter("ines@larkspur.example"));
    let start = Arc::new(Barrier::new(8));
    let claims: Vec<_> = (0..8)
        .map(|_| {
            let (url, start) = (app.database_url().to_owned(), start.clone());
            thread::spawn(move || {
                let mut conn = PgConnection::establish(&url).unwrap();
                start.wait();
                lease::claim(&mut conn, id).unwrap().is_some()
            })
        })
        .collect();
    assert_eq!(claims.into_iter().map(|claim| claim.join().unwrap()).filter(|is_mine| *is_mine).count(), 1);
}

#[actix_web::test]
async fn two_workers_deliver_each_mail_once() {
    let app = TestApp::start().await;
    let server = SmtpServer::start();
    for n in 0..40 {
        app.queue(&letter(&format!("person-{n}@larkspur.example")));
    }
    let transport = Transport::Smtp(server.smtp());
    let workers = [0, 1].map(|_| Worker::start(another_pool(&app), app.mailer.clone(), transport.clone()));
    wait_until(&app, MailStatus::Sent, 40).await;
    for worker in workers {
        assert!(worker.stop());
    }
    let ids = message_ids(&server);
    assert_eq!((ids.len(), ids.iter().collect::<HashSet<_>>().len()), (40, 40));
}

#[actix_web::test]
async fn what_a_killed_worker_had_claimed_goes_again_under_the_same_message_id() {
    let app = TestApp::start().await;
    let server = SmtpServer::start();
    let transport = Transport::Smtp(server.smtp());
    let id = app.queue(&letter("ines@larkspur.example"));
    // A worker that is killed after the server's yes: the mail went, nothing was written down.
    let conn = &mut app.connection();
    let claimed = lease::claim(conn, id).unwrap().expect("free");
    let wire = message::build(&app.mailer, &claimed.mail).unwrap();
    transport.open().unwrap().send(&wire).unwrap();

    app.drain(&transport);
    assert_eq!(server.taken().len(), 1, "the lease still stands");
    app.let_leases_run_out();
    app.drain(&transport);
    let ids = message_ids(&server);
    assert!(ids.len() == 2 && ids[0] == ids[1]);
    assert_eq!(server.taken()[0].wire, server.taken()[1].wire);
    let row = app.outbox_row(id);
    assert!(row.status == MailStatus::Sent && row.attempts == 2);
    // The first worker was only slow after all: its word counts no more.
    assert!(!claimed.refused(conn, "late").unwrap());
    assert!(!claimed.later(conn, TimeDelta::minutes(1), "late").unwrap());
    assert!(!claimed.given_back(conn, "late").unwrap());
    assert_eq!(app.outbox_row(id).status, MailStatus::Sent);
}

#[actix_web::test]
async fn not_now_means_later_with_growing_patience() {
    let app = TestApp::start().await;
    let server = SmtpServer::start();
    let id = app.queue(&letter("ines@larkspur.example"));
    server.answer(Step::RcptTo, "ines@", "450 4.2.1 greylisted");
    for (attempt, minutes) in [(1, 1), (2, 2), (3, 4)] {
        app.let_time_pass();
        app.drain(&Transport::Smtp(server.smtp()));
        let row = app.outbox_row(id);
        assert!(row.status == MailStatus::Queued && row.attempts == attempt && !row.is_leased);
        assert!((minutes * 60 - 5..=minutes * 75).contains(&row.next.num_seconds()), "{attempt}: {}", row.next);
        assert_eq!(row.last_error, "450 4.2.1 greylisted");
    }
    app.drain(&Transport::Smtp(server.smtp()));
    assert_eq!(app.outbox_row(id).attempts, 3, "not before its time");
    server.take_everything();
    app.let_time_pass();
    app.drain(&Transport::Smtp(server.smtp()));
    assert_eq!(app.outbox_row(id).status, MailStatus::Sent);
}

#[actix_web::test]
async fn a_failure_costs_what_it_is_worth() {
    #[derive(Debug, PartialEq)]
    enum Cost {
        /// Tried again later.
        Wait,
        /// Refused for good.
        Refused,
        /// Nothing: the fault is ours.
        Nothing,
    }
    let app = TestApp::start().await;
    // What the server answers at that step; nothing where it hangs up.
    let cases = [
        (Step::Greeting, "421 too busy", Cost::Wait),
        (Step::Greeting, "554 go away", Cost::Nothing),
        (Step::Greeting, "", Cost::Wait),
        (Step::Ehlo, "550 not you", Cost::Nothing),
        (Step::MailFrom, "451 not now", Cost::Wait),
        (Step::MailFrom, "550 5.7.1 sender not allowed", Cost::Nothing),
        (Step::RcptTo, "450 busy mailbox", Cost::Wait),
        (Step::RcptTo, "550 5.1.1 no such user", Cost::Refused),
        (Step::RcptTo, "530 5.7.0 sign in first", Cost::Nothing),
        (Step::RcptTo, "", Cost::Wait),
        (Step::Data, "451 not now", Cost::Wait),
        (Step::Message, "452 disk full", Cost::Wait),
        (Step::Message, "554 5.7.1 spam", Cost::Refused),
        (Step::Message, "", Cost::Wait),
    ];
    for (step, reply, cost) in cases {
        let server = SmtpServer::start();
        if reply.is_empty() {
            server.hang_up(step)
        } else {
            server.answer(step, "", reply)
        }
        let id = app.queue(&letter("ines@larkspur.example"));
        app.drain(&Transport::Smtp(server.smtp()));
        let row = app.outbox_row(id);
        let found = match (row.status, row.attempts, row.next.num_seconds() > 50) {
            (MailStatus::Queued, 1, true) => Cost::Wait,
            (MailStatus::Refused, 1, _) => Cost::Refused,
            (MailStatus::Queued, 0, false) => Cost::Nothing,
            other => panic!("{step:?} {reply}: {other:?} {}", row.last_error),
        };
        assert_eq!(found, cost, "{step:?} {reply}: {}", row.last_error);
        assert!(!row.is_leased && !row.last_error.is_empty());
        app.sql("DELETE FROM outbox");
    }
}

#[actix_web::test]
async fn a_server_that_refuses_us_is_left_alone_and_costs_no_mail() {
    let app = TestApp::start().await;
    let server = SmtpServer::start();
    server.offer("AUTH PLAIN LOGIN");
    server.answer(Step::Auth, "", "535 5.7.8 bad password");
    let ids = [1, 2, 3].map(|n| app.queue(&letter(&format!("person-{n}@larkspur.example"))));
    let transport = Transport::Smtp(server.smtp_at("smtp://partners%40acme.example:s%2Fecret@127.0.0.1:PORT"));
    for _ in 0..6 {
        app.drain(&transport);
    }
    assert_eq!(server.connections(), 6, "one try each time, not one for each mail");
    assert!(ids.iter().all(|id| app.outbox_row(*id).attempts == 0 && app.outbox_row(*id).status == MailStatus::Queued));
    assert_eq!(app.outbox_row(ids[0]).last_error, "535 5.7.8 bad password");
    server.take_everything();
    app.drain(&transport);
    assert_eq!(server.taken().len(), 3);
    // "\0partners@acme.example\0s/ecret" in base64.
    assert!(server.commands().contains(&"AUTH PLAIN AHBhcnRuZXJzQGFjbWUuZXhhbXBsZQBzL2VjcmV0".to_owned()));
}

#[actix_web::test]
async fn nothing_is_sent_where_starttls_was_taken_away() {
    let app = TestApp::start().await;
    let server = SmtpServer::start();
    let id = app.queue(&letter("ines@larkspur.example"));
    app.drain(&Transport::Smtp(server.smtp_at("smtp://localhost:PORT?tls=required")));
    // Offered, and then no TLS behind it.
    server.offer("STARTTLS");
    app.drain(&Transport::Smtp(server.smtp_at("smtp://localhost:PORT?tls=required")));
    let row = app.outbox_row(id);
    assert!(row.status == MailStatus::Queued && server.taken().is_empty(), "{}", row.last_error);
    assert!(server.commands().iter().all(|command| !command.starts_with("MAIL") && !command.starts_with("AUTH")));
}

#[actix_web::test]
async fn a_server_that_cannot_be_reached_holds_back_the_others() {
    let app = TestApp::start().await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ids = [1, 2].map(|n| app.queue(&letter(&format!("person-{n}@larkspur.example"))));
    app.drain(&Transport::Smtp(Smtp::at(&format!("smtp://{nobody}").parse().unwrap())));
    assert_eq!(ids.map(|id| app.outbox_row(id).attempts), [1, 0]);
    let server = SmtpServer::start();
    app.let_time_pass();
    app.drain(&Transport::Smtp(server.smtp()));
    assert_eq!(server.taken().len(), 2);
}

#[actix_web::test]
async fn a_server_that_falls_silent_is_given_up_in_time() {
    let app = TestApp::start().await;
    for step in [Step::Greeting, Step::RcptTo] {
        let server = SmtpServer::start();
        server.fall_silent(step);
        let id = app.queue(&letter("ines@larkspur.example"));
        app.drain(&Transport::Smtp(server.smtp().with_patience(Duration::from_millis(200))));
        let row = app.outbox_row(id);
        assert!(row.status == MailStatus::Queued && row.attempts == 1 && !row.is_leased, "{}", row.last_error);
        app.sql("DELETE FROM outbox");
    }
}

#[actix_web::test]
async fn trying_ends_when_the_link_does() {
    let app = TestApp::start().await;
    let server = SmtpServer::start();
    server.answer(Step::RcptTo, "", "450 not now");
    let soon = Utc::now() + TimeDelta::seconds(90);
    let id = mail::queue_until(&mut app.connection(), &app.mailer, None, &letter("ines@larkspur.example"), soon).unwrap();
    app.drain(&Transport::Smtp(server.smtp()));
    assert_eq!(app.outbox_row(id).status, MailStatus::Queued);
    app.let_time_pass();
    app.drain(&Transport::Smtp(server.smtp()));
    let row = app.outbox_row(id);
    assert_eq!((row.status, row.last_error.as_str()), (MailStatus::Refused, "Given up. 450 not now"));
}

#[actix_web::test]
async fn a_mail_that_cannot_be_made_is_given_up_and_the_others_go() {
    let app = TestApp::start().await;
    let server = SmtpServer::start();
    let poison = app.queue(&letter("ines@larkspur.example"));
    app.sql(&format!("UPDATE outbox SET subject = E'a\\r\\nBcc: x@y.example' WHERE id = '{poison}'"));
    let good = app.queue(&letter("teo@larkspur.example"));
    for attempt in 1..=5 {
        assert_eq!(app.outbox_row(poison).status, MailStatus::Queued, "attempt {attempt}");
        app.let_time_pass();
        app.drain(&Transport::Smtp(server.smtp()));
    }
    let row = app.outbox_row(poison);
    assert_eq!((row.status, row.attempts), (MailStatus::Refused, 5));
    assert_eq!(app.outbox_row(good).status, MailStatus::Sent);
    assert_eq!(server.taken().len(), 1);
}

#[actix_web::test]
async fn a_worker_that_stops_finishes_the_mail_in_flight_and_leaves_the_rest() {
    let app = TestApp::start().await;
    let server = SmtpServer::start();
    let gate = server.hold(Step::Message);
    let first = app.queue(&letter("ines@larkspur.example"));
    let second = app.queue(&letter("teo@larkspur.example"));
    let worker = Worker::start(another_pool(&app), app.mailer.clone(), Transport::Smtp(server.smtp()));
    gate.wait_for_arrival();
    worker.ask_to_stop();
    gate.open();
    assert!(worker.stop());
    assert_eq!(app.outbox_row(first).status, MailStatus::Sent);
    let row = app.outbox_row(second);
    assert!(row.status == MailStatus::Queued && row.attempts == 0 && !row.is_leased);
}

#[actix_web::test]
async fn a_worker_sends_what_is_queued_while_it_runs() {
    let app = TestApp::start().await;
    let server = SmtpServer::start();
    let worker = Worker::start(another_pool(&app), app.mailer.clone(), Transport::Smtp(server.smtp()));
    app.queue(&letter("ines@larkspur.example"));
    wait_until(&app, MailStatus::Sent, 1).await;
    assert!(worker.stop());
}

#[actix_web::test]
async fn people_see_where_the_latest_mail_about_something_stands() {
    let app = TestApp::start().await;
    let server = SmtpServer::start();
    server.answer(Step::RcptTo, "gone@", "550 5.1.1 no such user");
    let about = |id, generation| Some(("See".to_owned(), Target::Link { purpose: Purpose::Invitation, id, generation }));
    let [refused, resent, queued, unknown] = [(); 4].map(|()| Uuid::now_v7());
    app.queue(&Letter { button: about(refused, 1), ..letter("gone@larkspur.example") });
    app.queue(&Letter { button: about(resent, 1), ..letter("gone@larkspur.example") });
    app.drain(&Transport::Smtp(server.smtp()));
    app.queue(&Letter { button: about(resent, 2), ..letter("ines@larkspur.example") });
    app.drain(&Transport::Smtp(server.smtp()));
    app.queue(&Letter { button: about(queued, 1), ..letter("ines@larkspur.example") });
    let states = app.db.run_here(|conn| state_of(conn, &[refused, resent, queued, unknown])).unwrap();
    assert_eq!((states[&refused].status, states[&refused].last_error.as_str()), (MailStatus::Refused, "550 5.1.1 no such user"));
    assert_eq!(states[&resent].status, MailStatus::Sent);
    assert_eq!(states[&queued].status, MailStatus::Queued);
    assert!(!states.contains_key(&unknown));
    assert!(Utc::now() - states[&refused].at < TimeDelta::minutes(1));
}

/// What the program logs on this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[actix_web::test]
async fn a_token_is_in_the_mail_and_nowhere_else() {
    let app = TestApp::start().await;
    let server = SmtpServer::start();
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    let letter = letter("ines@larkspur.example");
    tracing::subscriber::with_default(subscriber, || {
        app.queue(&letter);
        app.drain(&Transport::Smtp(server.smtp()));
    });
    let link = link_of(&app.mailer, &letter);
    let token = link.rsplit('/').next().unwrap();
    let mailed = mail_parser::MessageParser::new().parse(&server.taken()[0].message()).unwrap().body_text(0).unwrap().into_owned();
    assert!(mailed.contains(&link) && token.len() == 43);
    assert!(!app.dump().contains(token));
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("mail sent") && !logged.contains(token));
}
