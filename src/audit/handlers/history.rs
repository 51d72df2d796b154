//! The team's history: what was done in it, for its owner and admins (rule 46).

use super::Row;
use crate::{
    access::{InTeam, may},
    audit::lines::{Filter, Line, Of},
    db::Db,
    error::Result,
    paths,
    teams::{TeamPermission, rail::TeamTab},
    web::{
        Frame, Layout, page,
        pagination::{PAGE_SIZE, Start},
    },
};
use actix_web::{HttpResponse, web::Query};
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

/// What the address says of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    after: String,
    before: String,
}

#[derive(Template)]
#[template(path = "audit/history.html")]
struct HistoryPage {
    frame: Frame,
    team: String,
    rows: Vec<Row>,
    previous: Option<String>,
    next: Option<String>,
}

/// What was done in the team, the last first.
pub async fn history(
    by: InTeam<may::AnswerProgramInvitations>,
    Query(query): Query<ListQuery>,
    layout: Layout,
    db: Db,
) -> Result<HttpResponse> {
    let of = Of::Team { team: by.team.id, sees_money: by.may(TeamPermission::SeeCommissions) };
    let start = Start::from_query(&query.after, &query.before);
    let lines = db.run(move |conn| Line::page(conn, of, Filter::default(), start)).await?;
    let (here, now, zone) = (paths::history(&by.team.slug), Utc::now(), by.user.zone());
    page(&HistoryPage {
        frame: by.frame(layout, TeamTab::History, "History"),
        team: by.team.name.clone(),
        rows: lines.rows.iter().map(|line| Row::of(line, now, zone)).collect(),
        previous: lines.previous.map(|cursor| paths::with_query(&here, &[("before", &cursor)])),
        next: lines.next.map(|cursor| paths::with_query(&here, &[("after", &cursor)])),
    })
}

impl HistoryPage {
    fn words(&self) -> String {
        format!("{PAGE_SIZE} per page")
    }
}
