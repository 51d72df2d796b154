//! The partner detail view.

use super::{
    activity::{ActivityQuery, ActivityView},
    care_section::{CareView, Typed},
};
use crate::{
    access::{Authorized, may},
    accounts::User,
    companies::{Company, StaffPermission, rail::CompanyTab},
    db::Db,
    error::Result,
    ids::ProgramId,
    partners::{
        Marked, MemberRow, PartnerDetail, Search, Trained, WaitsFor,
        detail::{PartnerHead, PendingRow},
        handlers::{health::Facts, locked_words, people, trained_by},
    },
    paths,
    web::{
        Avatar, FormErrors, Frame, Layout, Moment, page,
        pagination::{Start, said},
        refused,
    },
    words::counted,
};
use actix_web::{
    HttpResponse,
    web::{Path, Query},
};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

/// What the address says of the section of members.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MembersQuery {
    members: String,
    after: String,
    before: String,
    activity: String,
    show: String,
}

#[derive(Template)]
#[template(path = "partners/detail.html")]
struct DetailPage {
    frame: Frame,
    company: Company,
    may_invite: bool,
    may_message: bool,
    head: PartnerHead,
    avatar: Avatar,
    joined: Moment,
    health: Facts,
    activity: ActivityView,
    care: CareView,
    errors: FormErrors,
    programs: Vec<Program>,
    q: String,
    /// What the search for members keeps of the address.
    kept: Vec<(&'static str, String)>,
    matches: i64,
    members: Vec<Member>,
    pending: Vec<Pending>,
    previous: Option<String>,
    next: Option<String>,
}

struct Program {
    name: String,
    href: String,
    since: Moment,
    month: String,
}

struct Member {
    href: String,
    avatar: Avatar,
    name: Marked,
    email: Marked,
    role: &'static str,
    training: Trained,
    clicks: i64,
    referrals: i64,
    /// "$2,374.50 · €12".
    revenue: String,
    last_active: Option<Moment>,
}

struct Pending {
    /// The name, or the address where no name is known.
    name: Marked,
    /// The address, where it is not the name.
    email: Option<Marked>,
    role: &'static str,
    waits_for: WaitsFor,
    /// "30 November", where it waits for an answer.
    until: String,
    /// "Sam Whitaker on 12 November".
    asked: String,
}

/// The partner detail view.
pub async fn show(
    by: Authorized<may::SeePartners>,
    path: Path<(String, String)>,
    Query(query): Query<MembersQuery>,
    layout: Layout,
    db: Db,
) -> Result<HttpResponse> {
    let (company, slug) = (by.company.id, path.into_inner().1);
    let (search, start) = (Search::of(&query.members), Start::from_query(&query.after, &query.before));
    let asked = ActivityQuery::beside(query.members, query.activity, query.show);
    let period = asked.period();
    let (detail, search) = db
        .run(move |conn| PartnerDetail::read(conn, company, &slug, search.as_ref(), start, period).map(|detail| (detail, search)))
        .await?;
    page(&DetailPage::new(&by, layout, detail, search.as_ref(), &asked, Typed::default(), FormErrors::none()))
}

/// The view again, with what is to be corrected in a form of its side.
pub(super) async fn refuse(
    by: Authorized<may::Invite>,
    slug: String,
    typed: Typed,
    errors: FormErrors,
    layout: Layout,
    db: Db,
) -> Result<HttpResponse> {
    let company = by.company.id;
    let asked = ActivityQuery::default();
    let period = asked.period();
    let detail = db.run(move |conn| PartnerDetail::read(conn, company, &slug, None, Start::First, period)).await?;
    refused(&DetailPage::new(&by, layout, detail, None, &asked, typed, errors))
}

impl DetailPage {
    fn new<P>(
        by: &Authorized<P>,
        layout: Layout,
        detail: PartnerDetail,
        search: Option<&Search>,
        asked: &ActivityQuery,
        typed: Typed,
        errors: FormErrors,
    ) -> Self {
        let PartnerDetail { head, members, matches, pending } = detail;
        let moment = |at| Moment::new(at, Utc::now(), by.user.zone());
        let here = paths::partner(&by.company.slug, &head.slug);
        let q = search.map_or("", Search::typed).to_owned();
        let [period, shown] = asked.pairs();
        let beside =
            |name, cursor: String| format!("{}#members", paths::with_query(&here, &[("members", &q), (name, &cursor), period, shown]));
        let kept = asked.pairs().into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, value.to_owned())).collect();
        let frame = by.frame(layout, CompanyTab::Partners, &head.name);
        let programs = head.program_names.iter().zip(&head.program_ids).zip(&head.program_since);
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            health: Facts::new(&head, by.user.zone()),
            activity: ActivityView::new("Activity", &here, asked, &head.activity),
            care: CareView::new(&head, &by.company, by.user.zone(), typed),
            may_invite: by.may(StaffPermission::Invite),
            may_message: by.may(StaffPermission::Message),
            avatar: Avatar::team(head.team_id.uuid(), &head.name),
            joined: moment(head.joined_at),
            programs: programs.map(|((name, id), since)| Program::new(name, (*id).into(), *since, &by.company, &by.user)).collect(),
            matches,
            members: members.rows.iter().map(|row| Member::new(row, &head, &by.company, &by.user, search)).collect(),
            pending: pending.iter().map(|row| Pending::new(row, &by.user, search)).collect(),
            previous: members.previous.map(|cursor| beside("before", cursor)),
            next: members.next.map(|cursor| beside("after", cursor)),
            company: by.company.clone(),
            head,
            q,
            kept,
        }
    }

    fn people(&self) -> String {
        people(self.head.member_count, self.head.invited)
    }
    fn members_href(&self) -> String {
        paths::partner_members(&self.company.slug, &self.head.slug)
    }
    fn owner_href(&self) -> String {
        paths::partner_member(&self.company.slug, &self.head.slug, self.head.owner_member_id)
    }
    /// "2 of 4 finished what is required", where courses reach the team.
    fn trained(&self) -> Option<String> {
        self.head.trained.map(|trained| format!("{trained} of {} {}", self.head.member_count, trained_by(self.head.requires)))
    }
    fn columns(&self) -> u8 {
        if self.head.trained.is_some() { 7 } else { 6 }
    }
    /// The most clicks of those listed, which fill the bar.
    fn most_clicks(&self) -> i64 {
        self.members.iter().map(|member| member.clicks).max().unwrap_or_default().max(1)
    }
    fn is_search(&self) -> bool {
        !self.q.is_empty()
    }
    /// "23 members", or for a search "2 of 23 members".
    fn found_words(&self) -> String {
        let all = people(self.head.member_count, 0);
        if self.is_search() { format!("{} of {all}", self.matches) } else { all }
    }
    fn messages_href(&self) -> String {
        paths::latest(&paths::group_messages(&self.company.slug, &self.head.slug))
    }
    fn locked_words(&self) -> String {
        locked_words(&self.head.name)
    }
    fn commissions_href(&self) -> String {
        paths::partner_commissions(&self.company.slug, &self.head.slug)
    }
    fn referrals_href(&self) -> String {
        paths::referrals_of(&self.company.slug, &self.head.slug)
    }
    /// "12 referrals"; nothing where there are none.
    fn referrals(&self) -> Option<String> {
        let count = self.head.referrals;
        (count > 0).then(|| format!("{} {}", said(count), if count == 1 { "referral" } else { "referrals" }))
    }
    /// "3 wait for a decision".
    fn new_referrals(&self) -> String {
        match self.head.new_referrals {
            0 => "all decided".to_owned(),
            1 => "1 waits for a decision".to_owned(),
            new => format!("{} wait for a decision", said(new)),
        }
    }
    fn is_paged(&self) -> bool {
        self.previous.is_some() || self.next.is_some()
    }
    /// Pending people that are not listed, where no search leaves them out.
    fn more_pending(&self) -> i64 {
        if self.is_search() { 0 } else { self.head.invited - self.pending.len() as i64 }
    }
}

impl Program {
    fn new(name: &str, id: ProgramId, since: DateTime<Utc>, company: &Company, reader: &User) -> Self {
        Self {
            name: name.to_owned(),
            href: paths::program(&company.slug, id),
            since: Moment::new(since, Utc::now(), reader.zone()),
            month: since.with_timezone(&reader.zone()).format("%b %Y").to_string(),
        }
    }
}

impl Member {
    fn new(row: &MemberRow, head: &PartnerHead, company: &Company, reader: &User, search: Option<&Search>) -> Self {
        Self {
            href: paths::partner_member(&company.slug, &head.slug, row.id),
            avatar: Avatar::person(row.user_id.uuid(), &row.name),
            name: Marked::new(&row.name, search),
            email: Marked::new(&row.email, search),
            role: row.role().label(),
            training: row.training,
            clicks: row.brought.clicks,
            referrals: row.brought.referrals,
            revenue: row.brought.revenue().map(|sold| sold.brief()).collect::<Vec<_>>().join(" · "),
            last_active: row.last_active_at.map(|at| Moment::new(at, Utc::now(), reader.zone())),
        }
    }
}

impl Member {
    /// "1 of 3 courses", "Finished", "Not started", "None given".
    fn training_words(&self) -> String {
        match self.training {
            Trained { courses: 0, .. } => "None given".to_owned(),
            Trained { courses, finished, .. } if courses == finished => "Finished".to_owned(),
            Trained { started: false, .. } => "Not started".to_owned(),
            Trained { courses, finished, .. } => format!("{finished} of {}", counted(courses, "course")),
        }
    }
}

impl Pending {
    fn new(row: &PendingRow, reader: &User, search: Option<&Search>) -> Self {
        let day = |at: DateTime<Utc>| at.with_timezone(&reader.zone()).format("%-d %B").to_string();
        let (email, waits_for) = (Marked::new(&row.email, search), row.waits_for());
        let (name, email) = if row.name.is_empty() { (email, None) } else { (Marked::new(&row.name, search), Some(email)) };
        Self {
            name,
            email,
            role: row.role.label(),
            waits_for,
            until: day(row.expires_at),
            asked: format!("{} on {}", row.asked_by, day(row.created_at)),
        }
    }
}
