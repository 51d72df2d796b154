//! What a team has taken out (rule 42): who may see its commissions sees this; only who may withdraw asks for more.

use super::facts::{Badge, Statement};
use crate::{
    access::{InTeam, may},
    db::Db,
    error::Error,
    ids::WithdrawalId,
    mail::Mailer,
    paths,
    payouts::{
        details::InForce,
        list::Line,
        taking_back::{self, TakenBack},
    },
    teams::{TeamPermission, rail::TeamTab},
    web::{
        Flash, Frame, Layout, Moment, Redirect, page,
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
    /// Where to take it back, where the viewer may and it is not too late.
    take_back: Option<String>,
    /// Whether a file for payment holds it, so that it is too late.
    is_in_file: bool,
}

const IN_FILE: &str =
    "It is in a file for payment, so the company may have paid it already. Write to the company if it should not be paid.";

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
        take_back: (by.may(TeamPermission::Withdraw) && line.state().is_open() && line.export.is_none())
            .then(|| paths::withdrawal_cancellation(&by.team.slug, id)),
        is_in_file: line.state().is_open() && line.export.is_some(),
    })
}

/// Takes one back. No proof is asked for: what is stopped can be asked for again.
pub async fn take_back(by: InTeam<may::Withdraw>, path: Path<(String, WithdrawalId)>, flash: Flash, mailer: Mailer, db: Db) -> Redirect {
    let (member, actor, back) = (by.member.clone(), by.actor.clone(), paths::team_withdrawal(&by.team.slug, path.1));
    let id = path.1;
    match db.run(move |conn| taking_back::take_back(conn, &mailer, &actor, &member, id)).await? {
        TakenBack::Done => flash.ok(back, "Taken back.", "The money is available again, and the company is told by mail."),
        TakenBack::Already => flash.info(back, "It is taken back already.", ""),
        TakenBack::InFile => flash.bad(back, "It cannot be taken back any more.", IN_FILE),
        TakenBack::Decided => flash.bad(back, "The company has answered meanwhile.", "What it said stands."),
    }
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

impl OnePage {
    fn too_late(&self) -> Option<&'static str> {
        self.is_in_file.then_some(IN_FILE)
    }
}

impl TeamPage {
    fn words(&self) -> String {
        format!("{PAGE_SIZE} per page")
    }
}
