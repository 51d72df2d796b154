//! Mail as the outbox holds it, with the link that the worker would fill in.

use super::TestApp;
use diesel::prelude::*;
use guildhall::{mail::set::LINK_MARKER, paths, schema::outbox, tokens::Purpose};
use uuid::Uuid;

/// A queued mail.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Who gets it.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text part, link filled in.
    pub text: String,
    /// Its HTML part, link filled in.
    pub html: String,
    /// The path of its link, where it has one with a token.
    pub link: Option<String>,
}

type Row = (String, String, String, String, Option<String>, Option<Uuid>, Option<i32>);

impl TestApp {
    /// Every mail queued so far, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        let rows: Vec<Row> = outbox::table
            .order((outbox::created_at, outbox::id))
            .select((
                outbox::recipient,
                outbox::subject,
                outbox::text,
                outbox::html,
                outbox::link_purpose,
                outbox::link_id,
                outbox::link_generation,
            ))
            .load(&mut self.connection())
            .expect("the outbox");
        rows.into_iter()
            .map(|(to, subject, text, html, purpose, id, generation)| {
                let link = purpose
                    .and_then(|word| Purpose::parse(&word))
                    .zip(id)
                    .zip(generation)
                    .map(|((purpose, id), generation)| paths::link(purpose, &self.mailer.tokens().token(purpose, id, generation)));
                let address = link.as_ref().map_or_else(String::new, |path| format!("{}{path}", self.base_url));
                Mail { to, subject, text: text.replace(LINK_MARKER, &address), html: html.replace(LINK_MARKER, &address), link }
            })
            .collect()
    }

    /// The mails to that address, oldest first.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.mails().into_iter().filter(|mail| mail.to == address).collect()
    }

    /// The newest mail to that address.
    #[track_caller]
    pub fn last_mail_to(&self, address: &str) -> Mail {
        self.mails_to(address).pop().unwrap_or_else(|| {
            panic!("no mail to {address}; there is {:?}", self.mails().iter().map(|mail| (&mail.to, &mail.subject)).collect::<Vec<_>>())
        })
    }

    /// The path of the link in the newest mail to that address.
    #[track_caller]
    pub fn link_to(&self, address: &str) -> String {
        self.last_mail_to(address).link.expect("the mail has a link")
    }
}
