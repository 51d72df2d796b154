//! What a team has earned (rule 42): its balances, and what each sale brought. The company reads the same of one partner.

use super::facts::{BalanceRow, CommissionRow};
use crate::{
    access::{Authorized, InTeam, may},
    companies::{Company, rail::CompanyTab},
    db::Db,
    error::Error,
    paths,
    payouts::{
        TeamBalance,
        commissions::{CommissionLine, Of},
    },
    programs::Partner,
    teams::{Team, TeamPermission, rail::TeamTab},
    web::{
        Avatar, Frame, Layout, Redirect, page,
        pagination::{PAGE_SIZE, Page, Start},
    },
};
use actix_web::web::{Path, Query};
use askama::Template;
use chrono::Utc;
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
#[template(path = "payouts/commissions.html")]
struct CommissionsPage {
    frame: Frame,
    team: String,
    slug: String,
    balances: Vec<BalanceRow>,
    list: List,
    /// To the form, where the viewer may take money out and there is some.
    withdraw: Option<String>,
    /// Who can, for whom may not.
    who_can: &'static str,
}

#[derive(Template)]
#[template(path = "payouts/partner_commissions.html")]
struct PartnerPage {
    frame: Frame,
    company: Company,
    team: Team,
    avatar: Avatar,
    balances: Vec<BalanceRow>,
    list: List,
}

struct List {
    rows: Vec<CommissionRow>,
    previous: Option<String>,
    next: Option<String>,
}

/// The team's, with all its companies.
pub async fn of_team(by: InTeam<may::SeeCommissions>, Query(query): Query<ListQuery>, layout: Layout, db: Db) -> Redirect {
    let (team, start) = (by.team.id, Start::from_query(&query.after, &query.before));
    let (balances, lines) =
        db.run(move |conn| Ok::<_, Error>((TeamBalance::of_team(conn, team)?, CommissionLine::page(conn, Of::Team(team), start)?))).await?;
    let slug = &by.team.slug;
    let may = by.may(TeamPermission::Withdraw);
    let form = |balance: &TeamBalance| may.then(|| paths::new_withdrawal(slug, Some((&balance.company_slug, &balance.currency))));
    page(&CommissionsPage {
        frame: by.frame(layout, TeamTab::Commissions, "Commissions"),
        team: by.team.name.clone(),
        slug: slug.clone(),
        withdraw: (may && balances.iter().any(TeamBalance::may_be_withdrawn)).then(|| paths::new_withdrawal(slug, None)),
        balances: balances.iter().map(|balance| BalanceRow::of_team(balance, form)).collect(),
        list: List::of(lines, &paths::commissions(slug), by.user.zone()),
        who_can: if may { "" } else { by.who_can(TeamPermission::Withdraw) },
    })
}

/// One partner's, with this company.
pub async fn of_partner(
    by: Authorized<may::SeeMoney>,
    path: Path<(String, String)>,
    Query(query): Query<ListQuery>,
    layout: Layout,
    db: Db,
) -> Redirect {
    let (company, slug, start) = (by.company.id, path.into_inner().1, Start::from_query(&query.after, &query.before));
    let (team, balances, lines) = db
        .run(move |conn| {
            let (partner, team) = Partner::of(conn, company, &slug)?;
            let balances = TeamBalance::of_partner(conn, company, partner.id)?;
            Ok::<_, Error>((team, balances, CommissionLine::page(conn, Of::Partner(partner.id), start)?))
        })
        .await?;
    page(&PartnerPage {
        frame: by.frame(layout, CompanyTab::Partners, &format!("Commissions of {}", team.name)),
        company: by.company.clone(),
        avatar: Avatar::team(team.id.uuid(), &team.name),
        balances: balances.iter().map(|balance| BalanceRow::of_company(balance, &team.name)).collect(),
        list: List::of(lines, &paths::partner_commissions(&by.company.slug, &team.slug), by.user.zone()),
        team,
    })
}

impl List {
    fn of(lines: Page<CommissionLine>, here: &str, zone: Tz) -> Self {
        let beside = |name, cursor: String| paths::with_query(here, &[(name, &cursor)]);
        let now = Utc::now();
        Self {
            rows: lines.rows.iter().map(|line| CommissionRow::of(line, now, zone)).collect(),
            previous: lines.previous.map(|cursor| beside("before", cursor)),
            next: lines.next.map(|cursor| beside("after", cursor)),
        }
    }

    fn is_paged(&self) -> bool {
        self.previous.is_some() || self.next.is_some()
    }

    fn words(&self) -> String {
        format!("{PAGE_SIZE} per page")
    }
}
