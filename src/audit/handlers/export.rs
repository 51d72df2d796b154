//! The company's audit log as a file: exactly what the page shows, of any size (S57). It holds people's names and addresses, so it asks for
//! a proof of who is there (S13).

use super::company::FilterQuery;
use crate::{
    access::{Authorized, Fresh, may},
    audit::lines::{Filter, Line, Of},
    db::Db,
    error::Result,
    ids::CompanyId,
    web::{
        csv,
        pagination::{Cursor, Start},
    },
};
use actix_web::{
    HttpResponse,
    web::{Bytes, Query},
};
use chrono::SecondsFormat;
use futures_util::stream;

/// Lines read at a time: the file is never whole in memory.
const AT_ONCE: usize = 1000;

const HEAD: [&str; 11] =
    ["When (UTC)", "Person", "Address", "Role", "Action", "What happened", "Team", "Concerning", "Program", "Before", "After"];

/// What is written next.
enum Next {
    Head,
    Lines(Option<Cursor>),
    End,
}

/// The file.
pub async fn export(by: Fresh<Authorized<may::Administer>>, Query(query): Query<FilterQuery>, db: Db) -> Result<HttpResponse> {
    let (company, filter) = (by.company.id, query.filter(by.user.zone()));
    let parts = stream::try_unfold(Next::Head, move |next| part(db.clone(), company, filter, next));
    Ok(csv::attachment(&format!("{}-audit.csv", by.company.slug)).streaming(parts))
}

async fn part(db: Db, company: CompanyId, filter: Filter, next: Next) -> Result<Option<(Bytes, Next)>> {
    let after = match next {
        Next::Head => return Ok(Some((csv::record(HEAD).into(), Next::Lines(None)))),
        Next::Lines(after) => after,
        Next::End => return Ok(None),
    };
    let start = after.map_or(Start::First, Start::After);
    let lines = db.run(move |conn| Line::rows(conn, Of::Company(company), filter, start, AT_ONCE)).await?;
    let next = match lines.last() {
        Some(last) if lines.len() == AT_ONCE => Next::Lines(Some(last.cursor())),
        _ => Next::End,
    };
    Ok(Some((lines.iter().map(record).collect::<String>().into(), next)))
}

fn record(line: &Line) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let json = |value: &Option<serde_json::Value>| value.as_ref().map(ToString::to_string).unwrap_or_default();
    let at = line.at.to_rfc3339_opts(SecondsFormat::Secs, true);
    csv::record([
        at.as_str(),
        &text(&line.actor),
        &text(&line.actor_email),
        &text(&line.role),
        line.action.as_str(),
        &line.sentence(),
        &text(&line.team),
        &text(&line.person),
        &text(&line.program),
        &json(&line.before),
        &json(&line.after),
    ])
}
