//! What a team has taken out (rule 42): who may see its commissions sees this; only who may withdraw asks for more.

use super::facts::{Badge, Statement};
use crate::{
    access::{InTeam, may},
    db::Db,
    error::Error,
    ids::WithdrawalId,
    paths,
    payouts::{details::InForce, list::Line},
    teams::{TeamPermission, rail::TeamTab},
    web::{
        Frame, Layout, Moment, Redirect, page,
        pagination::{PAGE_SIZE, Start},
    },
};
use actix_web::web::{Path, Query};
use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

/// Of the list's address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    after: String,
    before: String,
}

#[derive(Template)]
#[template(path = "payouts/team.html")]
struct TeamPage {
    frame: Frame,
    team: String,
    slug: String,
    rows: Vec<Row>,
    previous: Option<String>,
    next: Option<String>,
    paid_to: Option<PaidTo>,
    may_withdraw: bool,
    who_can: &'static str,
}

struct Row {
    href: String,
    company: String,
    amount: String,
    badge: Badge,
    asker: String,
    asked: Moment,
    holder: String,
    account: String,
}

/// The details in force, by the account's ending.
pub(super) struct PaidTo {
    pub holder: String,
    pub account: String,
    pub changed_by: String,
    pub changed: Moment,
    pub hold: Option<Moment>,
}

#[derive(Template)]
#[template(path = "payouts/team_one.html")]
struct OnePage {
    frame: Frame,
    slug: String,
    statement: Statement,
    commissions: String,
}

/// The list.
pub async fn index(by: InTeam<may::SeeCommissions>, Query(query): Query<ListQuery>, layout: Layout, db: Db) -> Redirect {
    let (team, start) = (by.team.id, Start::from_query(&query.after, &query.before));
    let (lines, details) = db.run(move |conn| Ok::<_, Error>((Line::of_team(conn, team, start)?, InForce::of(conn, team)?))).await?;
    let (here, now, zone) = (paths::team_withdrawals(&by.team.slug), Utc::now(), by.user.zone());
    let beside = |name, cursor: String| paths::with_query(&here, &[(name, &cursor)]);
    let may = by.may(TeamPermission::Withdraw);
    page(&TeamPage {
        frame: by.frame(layout, TeamTab::Commissions, "Withdrawals"),
        team: by.team.name.clone(),
        slug: by.team.slug.clone(),
        rows: lines.rows.iter().map(|line| Row::of(line, now, zone)).collect(),
        previous: lines.previous.map(|cursor| beside("before", cursor)),
        next: lines.next.map(|cursor| beside("after", cursor)),
        paid_to: details.as_ref().map(|details| PaidTo::of(details, now, zone)),
        may_withdraw: may,
        who_can: if may { "" } else { by.who_can(TeamPermission::Withdraw) },
    })
}

/// One of them.
pub async fn show(by: InTeam<may::SeeCommissions>, path: Path<(String, WithdrawalId)>, layout: Layout, db: Db) -> Redirect {
    let (team, id) = (by.team.id, path.1);
    let line = db.run(move |conn| Line::one_of_team(conn, team, id)).await?;
    let title = format!("{} from {}", line.money(), line.company);
    let frame = by.frame(layout, TeamTab::Commissions, &title);
    page(&OnePage {
        frame,
        slug: by.team.slug.clone(),
        statement: Statement::of(&line, line.account.to_string(), title, Utc::now(), by.user.zone()),
        commissions: paths::commissions(&by.team.slug),
    })
}

impl Row {
    fn of(line: &Line, now: DateTime<Utc>, zone: Tz) -> Self {
        Self {
            href: paths::team_withdrawal(&line.team_slug, line.id),
            company: line.company.clone(),
            amount: line.money().to_string(),
            badge: Badge::of(line.state(), zone),
            asker: line.asker.clone(),
            asked: Moment::new(line.requested_at, now, zone),
            holder: line.holder.clone(),
            account: line.account.to_string(),
        }
    }
}

impl PaidTo {
    pub fn of(in_force: &InForce, now: DateTime<Utc>, zone: Tz) -> Self {
        Self {
            holder: in_force.details.holder.clone(),
            account: in_force.details.account.to_string(),
            changed_by: in_force.changed_by.clone(),
            changed: Moment::new(in_force.details.changed_at, now, zone),
            hold: in_force.hold(now).map(|until| Moment::new(until, now, zone)),
        }
    }
}

impl TeamPage {
    fn words(&self) -> String {
        format!("{PAGE_SIZE} per page")
    }
}
