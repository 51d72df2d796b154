//! All Partners.

use crate::{
    access::{Authorized, may},
    accounts::User,
    companies::{Company, StaffPermission, rail::CompanyTab},
    db::Db,
    error::Result,
    links::text::searched,
    partners::{AllPartners, Counts, Marked, PartnerRow, Search, counts::said, handlers},
    paths,
    web::{Avatar, Frame, Layout, Moment, page, pagination::Start, see_other},
};
use actix_web::{HttpResponse, web::Query};
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

/// What the address says of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    q: String,
    after: String,
    before: String,
}

#[derive(Template)]
#[template(path = "partners/list.html")]
struct ListPage {
    frame: Frame,
    company: Company,
    may_invite: bool,
    has_courses: bool,
    counts: Counts,
    found: i64,
    q: String,
    rows: Vec<Row>,
    previous: Option<String>,
    next: Option<String>,
}

struct Row {
    href: String,
    members_href: String,
    avatar: Avatar,
    name: Marked,
    people: String,
    /// The member, other than the owner, whom the search found: by name, or else by address. None where the team's own name says why.
    member: Option<Marked>,
    /// The link that the search found. None where a name or an address says why.
    link: Option<Marked>,
    owner: Marked,
    email: Marked,
    program: Option<String>,
    more_programs: i64,
    /// Members who are trained, of how many; none where no course reaches the team.
    trained: Option<(i64, i32)>,
    /// "Members who finished what is required".
    trained_by: String,
    last_active: Option<Moment>,
    joined: Moment,
}

/// The company's first page.
pub async fn to_partners(by: Authorized<may::SeePartners>) -> Result<HttpResponse> {
    see_other(paths::partners(&by.company.slug))
}

/// All Partners.
pub async fn index(by: Authorized<may::SeePartners>, Query(query): Query<ListQuery>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let (company, search) = (by.company.id, Search::of(searched(&query.q)));
    let start = Start::from_query(&query.after, &query.before);
    let (list, search) = db.run(move |conn| AllPartners::read(conn, company, search.as_ref(), start).map(|list| (list, search))).await?;
    let (here, q) = (paths::partners(&by.company.slug), search.as_ref().map_or("", Search::typed).to_owned());
    // A page that has emptied meanwhile, or an address made by hand.
    if list.page.rows.is_empty() && start != Start::First {
        return see_other(paths::with_query(&here, &[("q", &q)]));
    }
    let beside = |name, cursor: String| paths::with_query(&here, &[("q", &q), (name, &cursor)]);
    page(&ListPage {
        frame: by.frame(layout, CompanyTab::Partners, CompanyTab::Partners.label()),
        may_invite: by.may(StaffPermission::Invite),
        has_courses: by.has_courses,
        counts: list.counts,
        found: list.found,
        rows: list.page.rows.iter().map(|row| Row::new(row, &by.company, &by.user, search.as_ref())).collect(),
        previous: list.page.previous.map(|cursor| beside("before", cursor)),
        next: list.page.next.map(|cursor| beside("after", cursor)),
        q,
        company: by.company.clone(),
    })
}

impl ListPage {
    /// "214 partners", "1 partner".
    fn found_words(&self) -> String {
        format!("{} {}", said(self.found), if self.found == 1 { "partner" } else { "partners" })
    }
    fn partners(&self) -> String {
        said(self.counts.partners)
    }
    fn invitations(&self) -> String {
        said(self.counts.invitations)
    }
    fn is_search(&self) -> bool {
        !self.q.is_empty()
    }
    fn is_nothing_yet(&self) -> bool {
        self.rows.is_empty() && !self.is_search()
    }
}

impl Row {
    fn new(row: &PartnerRow, company: &Company, reader: &User, search: Option<&Search>) -> Self {
        let moment = |at| Moment::new(at, Utc::now(), reader.zone());
        let found = |text: &Option<String>| search.zip(text.as_deref()).and_then(|(search, text)| search.mark(text));
        // Words may also run from the name into the address.
        let member =
            || found(&row.found_name).or_else(|| found(&row.found_email)).or_else(|| Some(Marked::new(row.found_name.as_deref()?, None)));
        let is_person =
            row.found_name.is_some() || search.is_some_and(|search| search.finds(&format!("{} {}", row.owner_name, row.owner_email)));
        let is_named = search.is_some_and(|search| search.mark(&row.name).is_some());
        Self {
            href: paths::partner(&company.slug, &row.slug),
            members_href: paths::partner_members(&company.slug, &row.slug),
            avatar: Avatar::team(row.team_id.uuid(), &row.name),
            name: Marked::new(&row.name, search),
            people: handlers::people(row.member_count, row.invited),
            link: if is_named || is_person { None } else { found(&row.found_link) },
            member: if is_named { None } else { member() },
            owner: Marked::new(&row.owner_name, search),
            email: Marked::new(&row.owner_email, search),
            program: row.program.clone(),
            more_programs: row.programs - 1,
            trained: row.trained.map(|trained| (trained, row.member_count)),
            trained_by: format!("Members who {}", handlers::trained_by(row.requires)),
            last_active: row.last_active_at.map(moment),
            joined: moment(row.joined_at),
        }
    }
}
