//! The demo's mailbox (rule 58): what would have been mailed, and its links.

use crate::{
    access::{Anyone, Public},
    db::Db,
    error::{Error, Result},
    ids::MailId,
    mail::{
        MailStatus, Mailer,
        mailbox::{self, MailRow, Opened},
        outbox::{Filled, StoredMail},
    },
    paths,
    web::{
        Frame, Layout, Moment,
        answers::page,
        headers::{MAIL_POLICY, policy_with_frame},
        pagination::Start,
    },
};
use actix_web::{
    HttpResponse,
    http::header::CONTENT_SECURITY_POLICY,
    web::{Path, Query},
};
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

/// Where a page of the mailbox begins.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pages {
    after: String,
    before: String,
}

#[derive(Template)]
#[template(path = "mail/mailbox.html")]
struct MailboxPage {
    frame: Frame,
    lines: Vec<Line>,
    previous: Option<String>,
    next: Option<String>,
}

struct Line {
    row: MailRow,
    href: String,
    at: Moment,
}

#[derive(Template)]
#[template(path = "mail/show.html")]
struct MailPage {
    frame: Frame,
    opened: Opened,
    from: String,
    filled: Filled,
    html: String,
    at: Moment,
}

/// `/mailbox`: all mail, newest first.
pub async fn index(by: Anyone, Query(pages): Query<Pages>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let start = Start::from_query(&pages.after, &pages.before);
    let found = db.run(move |conn| mailbox::page(conn, start)).await?;
    let zone = by.zone();
    let line = |row: MailRow| Line { href: paths::mail(row.id), at: Moment::new(row.created_at, Utc::now(), zone), row };
    let lines = found.rows.into_iter().map(line).collect();
    let previous = found.previous.map(|cursor| paths::mailbox_before(&cursor));
    let next = found.next.map(|cursor| paths::mailbox_after(&cursor));
    page(&MailboxPage { frame: by.frame(layout, "Mailbox"), lines, previous, next })
}

/// `/mailbox/{mail}`: its headers, its HTML in a frame, its text.
pub async fn show(by: Anyone, id: Path<MailId>, layout: Layout, mailer: Mailer, db: Db) -> Result<HttpResponse> {
    let opened = db.run(move |conn| mailbox::open(conn, *id)).await?;
    let filled = filled(&opened.mail, &mailer)?;
    let at = Moment::new(opened.mail.created_at, Utc::now(), by.zone());
    let from = format!("{} <{}>", opened.mail.sender_name, mailer.from());
    let html = paths::mail_html(opened.mail.id);
    let frame = by.frame(layout, &opened.mail.subject);
    let mut response = page(&MailPage { frame, opened, from, filled, html, at })?;
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy_with_frame());
    Ok(response)
}

/// `/mailbox/{mail}/html`: the HTML alone, for the frame. Its links leave the frame.
pub async fn html(_: Public, id: Path<MailId>, mailer: Mailer, db: Db) -> Result<HttpResponse> {
    let mail = db.run(move |conn| StoredMail::find(conn, *id)).await?;
    let body = filled(&mail, &mailer)?.html.replacen("<head>", "<head><base target=\"_top\">", 1);
    let policy = (CONTENT_SECURITY_POLICY, MAIL_POLICY);
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").insert_header(policy).body(body))
}

fn filled(mail: &StoredMail, mailer: &Mailer) -> Result<Filled> {
    mail.filled(mailer).map_err(|error| Error::Internal(error.to_string()))
}
