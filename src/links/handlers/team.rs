//! A team's links: one's own, those that may be switched on, and the others' for who may see their activity (rules 40 and 46).

use super::Shown;
use crate::{
    access::{InTeam, may},
    db::Db,
    error::Result,
    ids::DestinationId,
    links::{
        choosing::{self, SwitchedOn},
        list::{LinkRow, Offer, Others, Person},
    },
    mail::Mailer,
    paths,
    teams::{TeamPermission, rail::TeamTab},
    web::{
        Flash, Form, FormErrors, Frame, Layout, Moment, Redirect, page,
        pagination::{PAGE_SIZE, Page, Start},
        refused, see_other,
    },
    words::{counted, thousands},
};
use actix_web::{HttpResponse, web::Query};
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

/// What the address says of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    show: String,
    after: String,
    before: String,
}

/// The destination to switch on, as the browser sent it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SwitchForm {
    destination: String,
}

/// What every tab of the page shows.
struct Around {
    frame: Frame,
    team: String,
    slug: String,
    sees_teammates: bool,
    sees_former: bool,
}

#[derive(Template)]
#[template(path = "links/own.html")]
struct OwnPage {
    around: Around,
    /// What every link begins with.
    base_url: String,
    frame: Frame,
    errors: FormErrors,
    groups: Vec<Group>,
    offers: Vec<Offer>,
}

/// The links of one program.
struct Group {
    program: String,
    company: String,
    is_in: bool,
    links: Vec<Shown>,
}

#[derive(Template)]
#[template(path = "links/others.html")]
struct OthersPage {
    around: Around,
    frame: Frame,
    others: Others,
    people: Vec<Colleague>,
    previous: Option<String>,
    next: Option<String>,
}

struct Colleague {
    name: String,
    at: Moment,
    /// "2 links · 149 clicks".
    sum: String,
    links: Vec<Shown>,
}

/// One's own links, or the others' where one may see them; else the page says who can.
pub async fn index(
    by: InTeam<may::HaveLinks>,
    Query(query): Query<ListQuery>,
    layout: Layout,
    mailer: Mailer,
    db: Db,
) -> Result<HttpResponse> {
    let around = Around::of(&by, layout);
    let (team, member) = (by.team.id, by.member.id);
    let others = match query.show.as_str() {
        "teammates" if around.sees_teammates => Others::Teammates,
        "former" if around.sees_former => Others::Former,
        _ => return page(&OwnPage::read(&by, around, &mailer, &db).await?),
    };
    let start = Start::from_query(&query.after, &query.before);
    let people = db.run(move |conn| Person::page(conn, team, member, others, start)).await?;
    if people.rows.is_empty() && start != Start::First {
        return see_other(paths::with_query(&paths::team_links(&by.team.slug), &[("show", &query.show)]));
    }
    page(&OthersPage::new(&by, around, others, people, mailer.base_url()))
}

/// Switches on a link that a program of the team offers.
pub async fn switch_on(
    by: InTeam<may::HaveLinks>,
    Form(form): Form<SwitchForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let back = paths::team_links(&by.team.slug);
    let Ok(destination) = form.destination.parse::<DestinationId>() else {
        let page = OwnPage::read(&by, Around::of(&by, layout), &mailer, &db).await?;
        let errors = FormErrors::one("offers", "Nothing was switched on. Choose one of these links");
        return refused(&OwnPage { frame: page.frame.clone().with_errors(), errors, ..page });
    };
    let (actor, member) = (by.actor.clone(), by.member.clone());
    match db.run(move |conn| choosing::switch_on(conn, &actor, &member, destination)).await? {
        SwitchedOn::Done(text) => flash.ok(back, format!("Your link {text} is on."), "Clicks on it count as yours."),
        SwitchedOn::Already => flash.info(back, "This link is on already.", ""),
    }
}

impl Around {
    fn of(by: &InTeam<may::HaveLinks>, layout: Layout) -> Self {
        let sees_teammates = by.may(TeamPermission::SeeActivity);
        Self {
            frame: by.frame(layout, TeamTab::Links, "Links"),
            team: by.team.name.clone(),
            slug: by.team.slug.clone(),
            sees_teammates,
            sees_former: sees_teammates && by.may(TeamPermission::InviteMembers),
        }
    }

    fn href(&self, show: &str) -> String {
        paths::with_query(&paths::team_links(&self.slug), &[("show", show)])
    }
}

impl Group {
    /// The rows come by program.
    fn all(rows: Vec<LinkRow>, base_url: &str) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        let mut last = None;
        for row in rows {
            if last != Some(row.program_id) {
                last = Some(row.program_id);
                groups.push(Self { program: row.program.clone(), company: row.company.clone(), is_in: row.is_in, links: Vec::new() });
            }
            if let Some(group) = groups.last_mut() {
                group.links.push(Shown::new(row, base_url));
            }
        }
        groups
    }
}

impl OwnPage {
    async fn read(by: &InTeam<may::HaveLinks>, around: Around, mailer: &Mailer, db: &Db) -> Result<Self> {
        let (team, member) = (by.team.id, by.member.id);
        let (rows, offers) =
            db.run(move |conn| LinkRow::of_member(conn, member).and_then(|rows| Ok((rows, Offer::all(conn, team, member)?)))).await?;
        let groups = Group::all(rows, mailer.base_url());
        Ok(Self { frame: around.frame.clone(), around, base_url: mailer.base_url().to_owned(), errors: FormErrors::none(), groups, offers })
    }

    fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.offers.is_empty()
    }
}

impl OthersPage {
    fn new(by: &InTeam<may::HaveLinks>, around: Around, others: Others, people: Page<Person>, base_url: &str) -> Self {
        let (here, now, zone) = (paths::team_links(&around.slug), Utc::now(), by.user.zone());
        let show = if others == Others::Former { "former" } else { "teammates" };
        let beside = |name: &str, cursor: String| paths::with_query(&here, &[("show", show), (name, &cursor)]);
        let colleague = |person: Person| Colleague {
            at: Moment::new(person.at, now, zone),
            sum: sum(&person.links),
            name: person.name,
            links: Shown::all(person.links, base_url),
        };
        Self {
            frame: around.frame.clone(),
            others,
            people: people.rows.into_iter().map(colleague).collect(),
            previous: people.previous.map(|cursor| beside("before", cursor)),
            next: people.next.map(|cursor| beside("after", cursor)),
            around,
        }
    }

    fn is_former(&self) -> bool {
        self.others == Others::Former
    }

    fn words(&self) -> String {
        format!("{PAGE_SIZE} people per page")
    }
}

/// "2 links · 149 clicks".
fn sum(links: &[LinkRow]) -> String {
    let clicks: i64 = links.iter().map(|link| link.clicks).sum();
    let links = counted(i64::try_from(links.len()).unwrap_or(i64::MAX), "link");
    format!("{links} · {} click{}", thousands(clicks), if clicks == 1 { "" } else { "s" })
}
