//! Mail: how a letter is set, how it goes over the wire, who sends it when, and the demo's mailbox (rules 55, 56, 58).

mod letters;
mod mailbox;
mod sending;
mod wire;

use crate::support::TestApp;
use chrono::{DateTime, TimeDelta, Utc};
use guildhall::{
    email_address::EmailAddress,
    ids::MailId,
    mail::{self, Letter, MailStatus, Mailer, Target, Transport, outbox::StoredMail, plain, strong},
    tokens::{Purpose, Tokens},
};
use uuid::Uuid;

const WHY: &str = "Sent to ines@larkspur.example because Sam Whitaker at Acme invited you. If you did not expect it, you can ignore it: nothing happens without you.";

/// An invitation with everything a letter can have.
fn letter(to: &str) -> Letter {
    Letter {
        to: address(to),
        speaks_for: Some("Acme".to_owned()),
        reply_to: Some(address("sam@acme.example")),
        subject: "Acme invites you to open a partner team".to_owned(),
        preheader: "Sam Whitaker asks you to join Acme Resellers".to_owned(),
        heading: "Ines, Acme invites you to open a partner team".to_owned(),
        lead: vec![
            plain("Sam Whitaker asks you to join "),
            strong("Acme Resellers"),
            plain(" as the owner of "),
            strong("Larkspur Agency"),
            plain("."),
        ],
        quote: "Great to meet you in Lisbon, Ines.\nThis gives you and your colleagues your own links.".to_owned(),
        facts: vec![("Program", "Acme Resellers".to_owned()), ("Until", "30 November 2026, 17:00 UTC".to_owned())],
        button: Some(("See the invitation".to_owned(), Target::Link { purpose: Purpose::Invitation, id: Uuid::now_v7(), generation: 1 })),
        note: "Opening it changes nothing; you accept or decline on the page.".to_owned(),
        why: WHY.to_owned(),
    }
}

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an address")
}

/// A mailer without a program around it.
fn mailer() -> Mailer {
    Mailer::new("https://partners.acme.example/", address("partners@acme.example"), tokens())
}

fn tokens() -> Tokens {
    Tokens::new(vec![b"pZ4mQ8rT1vX6bN3cL9kJ2hG5fD7sA0wE".to_vec()])
}

/// A mail as the outbox would hold it.
fn stored(mailer: &Mailer, letter: &Letter) -> StoredMail {
    let (text, html) = mail::set::bodies(mailer, letter).expect("a letter that can be set");
    let link = match &letter.button {
        Some((_, Target::Link { purpose, id, generation })) => Some((*purpose, *id, *generation)),
        _ => None,
    };
    let id = MailId::new();
    StoredMail {
        id,
        message_id: format!("{id}@acme.example"),
        recipient: letter.to.to_string(),
        sender_name: letter.sender_name(),
        reply_to: letter.reply_to.as_ref().map(ToString::to_string),
        subject: letter.short_subject(),
        text,
        html,
        link_purpose: link.map(|(purpose, _, _)| purpose),
        link_id: link.map(|(_, id, _)| id),
        link_generation: link.map(|(_, _, generation)| generation),
        link_hash: link.map(|(purpose, id, generation)| mailer.tokens().hash(purpose, id, generation)),
        attempts: 1,
        created_at: Utc::now(),
    }
}

/// The address of its link, made from the row alone.
fn link_of(mailer: &Mailer, letter: &Letter) -> String {
    let Some((_, Target::Link { purpose, id, generation })) = &letter.button else { panic!("no link with a token") };
    format!("{}{}", mailer.base_url(), guildhall::paths::link(*purpose, &mailer.tokens().token(*purpose, *id, *generation)))
}

/// What a table's row of the outbox says.
struct Row {
    status: MailStatus,
    attempts: i32,
    /// From now; negative where it is due.
    next: TimeDelta,
    last_error: String,
    is_leased: bool,
}

impl TestApp {
    /// Queues a letter as rooms do.
    fn queue(&self, letter: &Letter) -> MailId {
        mail::queue(&mut self.connection(), &self.mailer, None, letter).expect("queued")
    }

    /// Sends all that is due.
    fn drain(&self, transport: &Transport) {
        mail::drain(&self.db, &self.mailer, transport).expect("drained");
    }

    fn outbox_row(&self, id: MailId) -> Row {
        use diesel::prelude::*;
        use guildhall::schema::outbox;
        type Columns = (MailStatus, i32, DateTime<Utc>, String, Option<Uuid>);
        let (status, attempts, next_at, last_error, lease): Columns = outbox::table
            .find(id)
            .select((outbox::status, outbox::attempts, outbox::next_at, outbox::last_error, outbox::lease_id))
            .first(&mut self.connection())
            .expect("a row");
        Row { status, attempts, next: next_at - Utc::now(), last_error, is_leased: lease.is_some() }
    }

    /// Makes every waiting mail due, as time would.
    fn let_time_pass(&self) {
        self.sql("UPDATE outbox SET next_at = now() - interval '1 second' WHERE status = 'queued'");
    }

    /// Lets every lease run out, as time would.
    fn let_leases_run_out(&self) {
        self.sql("UPDATE outbox SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL");
    }
}
