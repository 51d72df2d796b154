//! The program with all that a story needs around it: its worker, and a mail server that takes what it sends.

use crate::{
    chromium::{Chromium, Screen},
    support::{TestApp, personas::PASSWORD, smtp::SmtpServer},
};
use guildhall::mail::{transport::Transport, worker::Worker};
use mail_parser::MessageParser;
use std::time::{Duration, Instant};

/// The program with its worker, and the server that its mail goes to.
pub struct Town {
    /// The program.
    pub app: TestApp,
    /// Where its mail goes.
    pub post: SmtpServer,
    /// Sends it.
    pub worker: Worker,
}

impl Town {
    /// Starts all three.
    pub async fn start() -> Self {
        let app = TestApp::start().await;
        let post = SmtpServer::start();
        let worker = Worker::start(app.db.clone(), app.mailer.clone(), Transport::Smtp(post.smtp()));
        Self { app, post, worker }
    }

    /// Opens a window on the program.
    pub async fn window(&self, screen: Screen) -> Chromium {
        Chromium::open(screen, &self.app.base_url).await
    }

    /// A window of somebody who has signed in.
    pub async fn window_of(&self, screen: Screen, person: &str) -> Chromium {
        let window = self.window(screen).await;
        window.go("/sign-in").await;
        window.fill("Email address", person).await;
        window.fill("Password", PASSWORD).await;
        window.press("Sign in").await;
        window.leaves("/sign-in").await;
        window
    }

    /// The first address of our own in the mail that went over the wire to that person, with these words in its subject.
    pub async fn link_mailed_to(&self, person: &str, subject: &str) -> String {
        let begun = Instant::now();
        loop {
            for taken in self.post.taken().iter().filter(|taken| taken.to.iter().any(|to| to.contains(person))) {
                let bytes = taken.message();
                let message = MessageParser::default().parse(&bytes).expect("a message");
                let text = message.body_text(0).expect("a text part").into_owned();
                if message.subject().is_some_and(|words| words.contains(subject)) {
                    return text.split_whitespace().find(|word| word.starts_with(&self.app.base_url)).expect("a link").to_owned();
                }
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "no mail {subject:?} to {person}; there is {:?}", self.app.mails_to(person));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
