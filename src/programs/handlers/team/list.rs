//! The team's programs: those it is in, those it may join, those it has left. All roles may look (rule 46).

use crate::{
    access::{InTeam, may},
    db::Db,
    paths,
    programs::team_list::{Counts, Offer, Show},
    teams::{TeamPermission, rail::TeamTab},
    web::{
        Avatar, Frame, Layout, Moment, Redirect, page,
        pagination::{PAGE_SIZE, Page, Start, said},
    },
};
use actix_web::web::Query;
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

/// What the address says of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    show: String,
    after: String,
    before: String,
}

#[derive(Template)]
#[template(path = "programs/team_list.html")]
struct ListPage {
    frame: Frame,
    team: String,
    slug: String,
    may_answer: bool,
    show: Show,
    counts: Counts,
    rows: Vec<Row>,
    previous: Option<String>,
    next: Option<String>,
}

struct Row {
    href: String,
    mark: Avatar,
    offer: Offer,
    at: Moment,
}

/// The list.
pub async fn index(by: InTeam<may::SeeTeam>, Query(query): Query<ListQuery>, layout: Layout, db: Db) -> Redirect {
    let (team, show, start) = (by.team.id, Show::parse(&query.show), Start::from_query(&query.after, &query.before));
    let (counts, offers) =
        db.run(move |conn| Offer::page(conn, team, show, start).and_then(|page| Ok((Counts::of(conn, team)?, page)))).await?;
    page(&ListPage::of(&by, layout, show, counts, offers))
}

impl ListPage {
    fn of(by: &InTeam<may::SeeTeam>, layout: Layout, show: Show, counts: Counts, Page { rows, previous, next }: Page<Offer>) -> Self {
        let (slug, now, zone) = (by.team.slug.clone(), Utc::now(), by.user.zone());
        let here = paths::team_programs(&slug);
        let link = |name: &str, cursor: String| paths::with_query(&here, &[("show", show.word()), (name, &cursor)]);
        let row = |offer: Offer| Row {
            href: paths::team_program(&slug, offer.id),
            mark: Avatar::company(&offer.company),
            at: Moment::new(offer.at, now, zone),
            offer,
        };
        Self {
            frame: by.frame(layout, TeamTab::Programs, "Programs"),
            team: by.team.name.clone(),
            may_answer: by.may(TeamPermission::AnswerProgramInvitations),
            rows: rows.into_iter().map(row).collect(),
            previous: previous.map(|cursor| link("before", cursor)),
            next: next.map(|cursor| link("after", cursor)),
            slug,
            show,
            counts,
        }
    }

    /// The address of each list, its words, its number, whether it is this one.
    fn tabs(&self) -> [(String, &'static str, String, bool); 3] {
        let here = paths::team_programs(&self.slug);
        let tab = |show: Show, words, count| (paths::with_query(&here, &[("show", show.word())]), words, said(count), show == self.show);
        [
            tab(Show::Joined, "Joined", self.counts.joined),
            tab(Show::Open, "Open to join", self.counts.open),
            tab(Show::Left, "Left", self.counts.left),
        ]
    }

    fn nothing(&self) -> (&'static str, &'static str) {
        match self.show {
            Show::Joined => {
                ("No programs yet", "A company invites the team by mail to its owner or an admin, or the team joins an open program.")
            }
            Show::Open => ("No program is open to the team", "Other programs are joined by invitation of their company."),
            Show::Left => ("The team has left no program", "What the team did in a program that it leaves stays here to be read."),
        }
    }

    /// The head of the column with the time.
    fn when(&self) -> &'static str {
        match self.show {
            Show::Joined => "Joined",
            Show::Open => "Open since",
            Show::Left => "Left",
        }
    }

    fn is_joined(&self) -> bool {
        self.show == Show::Joined
    }

    fn words(&self) -> String {
        format!("{PAGE_SIZE} per page")
    }
}

impl Row {
    fn is_due(&self) -> bool {
        self.offer.terms.is_some() && self.offer.terms != self.offer.accepted
    }
}
