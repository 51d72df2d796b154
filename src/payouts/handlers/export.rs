//! Withdrawals as a file for payment (S57). It holds accounts whole, so making it and having it ask who is there (S13).

use crate::{
    access::{Authorized, Fresh, may},
    db::Db,
    error::Result,
    ids::ExportId,
    paths,
    payouts::{
        export::{self, Export},
        list::Line,
    },
    web::{Flash, Redirect, csv, pagination::Cursor},
};
use actix_web::{
    HttpResponse,
    web::{Bytes, Path},
};
use chrono::SecondsFormat;
use futures_util::stream;

/// Lines read at a time: the file is never whole in memory.
const AT_ONCE: i32 = 1000;

/// What is filled in where it is paid or not, the file is read again by: status and reason. What was said since the file was made stands there,
/// so that nobody pays by an old file what failed.
const HEAD: [&str; 9] = ["id", "team", "holder", "account", "currency", "amount", "asked (UTC)", "status", "reason"];

enum Next {
    Head,
    Lines(Option<Cursor>),
    End,
}

/// Puts what may be paid into a file, and leads to the list, which links to it: a file as the answer would leave the browser on the page before,
/// and that may be the one that asked who is there.
pub async fn make(by: Fresh<Authorized<may::PayOut>>, flash: Flash, db: Db) -> Redirect {
    let (staff, actor) = (by.staff.clone(), by.actor.clone());
    match db.run(move |conn| export::make(conn, &actor, &staff)).await? {
        Some(id) => flash.linked(
            paths::withdrawals(&by.company.slug),
            "The file for payment is made.",
            paths::withdrawal_export(&by.company.slug, id),
            "Download it",
        ),
        None => flash.info(
            paths::withdrawals(&by.company.slug),
            "Nothing to export.",
            "What is asked for is in a file already, or held. Files that were made stand beside their withdrawals.",
        ),
    }
}

/// The file.
pub async fn file(by: Fresh<Authorized<may::PayOut>>, path: Path<(String, ExportId)>, db: Db) -> Result<HttpResponse> {
    let (company, id) = (by.company.id, path.1);
    let made = db.run(move |conn| Export::find(conn, company, id)).await?.made_at;
    let name = format!("{}-withdrawals-{}.csv", by.company.slug, made.format("%Y-%m-%d-%H%M%S"));
    let parts = stream::try_unfold(Next::Head, move |next| part(db.clone(), id, next));
    Ok(csv::attachment(&name).streaming(parts))
}

async fn part(db: Db, id: ExportId, next: Next) -> Result<Option<(Bytes, Next)>> {
    let after = match next {
        Next::Head => return Ok(Some((csv::record(HEAD).into(), Next::Lines(None)))),
        Next::Lines(after) => after,
        Next::End => return Ok(None),
    };
    let lines = db.run(move |conn| Line::in_export(conn, id, after, AT_ONCE)).await?;
    let next = match lines.last() {
        Some(last) if lines.len() == AT_ONCE as usize => Next::Lines(Some(last.cursor())),
        _ => Next::End,
    };
    Ok(Some((lines.iter().map(record).collect::<String>().into(), next)))
}

fn record(line: &Line) -> String {
    csv::record([
        line.id.to_string().as_str(),
        &line.team,
        &line.holder,
        line.account.packed(),
        &line.currency,
        &line.money().plain(),
        &line.requested_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        line.said(),
        &line.reason,
    ])
}
