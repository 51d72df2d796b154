//! A member of a partner: a page of its own; what it shows grows with the features.

use crate::{
    access::{Authorized, may},
    companies::{Company, StaffPermission, rail::CompanyTab},
    db::Db,
    error::{Error, Result},
    ids::MemberId,
    links::{handlers::Shown, list::LinkRow},
    mail::Mailer,
    partners::{
        PartnerMember, Trained,
        handlers::{
            activity::{ActivityQuery, ActivityView},
            locked_words,
        },
        member::Recommended,
    },
    paths,
    referrals::handlers::look,
    training::{Progress, handlers::CourseBar},
    web::{Avatar, Frame, Layout, Moment, page},
    words::{counted, thousands},
};
use actix_web::{
    HttpResponse,
    web::{Path, Query},
};
use askama::Template;
use chrono::Utc;

#[derive(Template)]
#[template(path = "partners/member.html")]
struct MemberPage {
    frame: Frame,
    company: Company,
    of: PartnerMember,
    avatar: Avatar,
    may_message: bool,
    joined: Moment,
    last_active: Option<Moment>,
    courses: Vec<CourseBar>,
    links: Vec<Shown>,
    may_make: bool,
    activity: ActivityView,
    referrals: Vec<Referral>,
}

struct Referral {
    href: String,
    name: String,
    sent: Moment,
    badge: (&'static str, &'static str, &'static str),
    sale: Option<String>,
}

/// A member of a partner.
pub async fn show(
    by: Authorized<may::SeePartners>,
    path: Path<(String, String, MemberId)>,
    Query(asked): Query<ActivityQuery>,
    layout: Layout,
    mailer: Mailer,
    db: Db,
) -> Result<HttpResponse> {
    let (company, (_, slug, member)) = (by.company.id, path.into_inner());
    let period = asked.period();
    let (of, courses, links) = db
        .run(move |conn| {
            let of = PartnerMember::read(conn, company, &slug, member, period)?;
            let courses = Progress::of_members(conn, &[member], Some(company))?;
            Ok::<_, Error>((of, courses, LinkRow::of_member_in(conn, member, company)?))
        })
        .await?;
    let moment = |at| Moment::new(at, Utc::now(), by.user.zone());
    let here = paths::partner_member(&by.company.slug, &of.slug, of.member.id);
    page(&MemberPage {
        activity: ActivityView::new("Activity", &here, &asked, &of.activity),
        frame: by.frame(layout, CompanyTab::Partners, &of.member.name),
        avatar: Avatar::person(of.member.user_id.uuid(), &of.member.name),
        may_message: by.may(StaffPermission::Message),
        may_make: by.may(StaffPermission::MakeLinks),
        links: Shown::all(links, mailer.base_url()),
        joined: moment(of.member.joined_at),
        last_active: of.member.last_active_at.map(moment),
        company: by.company.clone(),
        referrals: of.referred.newest().into_iter().map(|one| Referral::new(&by.company, &one, moment(one.at))).collect(),
        courses: courses.iter().map(|progress| CourseBar::new(progress, by.user.zone())).collect(),
        of,
    })
}

impl Referral {
    fn new(company: &Company, one: &Recommended, sent: Moment) -> Self {
        let (kind, icon) = look(one.status);
        Self {
            href: paths::referral(&company.slug, one.id),
            name: one.name.clone(),
            sent,
            badge: (one.status.label(), kind, icon),
            sale: one.sale.as_ref().map(ToString::to_string),
        }
    }
}

impl MemberPage {
    fn team_href(&self) -> String {
        paths::partner(&self.company.slug, &self.of.slug)
    }
    fn messages_href(&self) -> String {
        paths::latest(&paths::member_messages(&self.company.slug, &self.of.slug, self.of.member.id))
    }
    fn role(&self) -> &'static str {
        self.of.member.role().label()
    }
    /// "1 of 3 courses finished".
    fn courses_words(&self) -> String {
        let Trained { courses, finished, .. } = self.of.member.training;
        format!("{finished} of {} finished", counted(courses, "course"))
    }
    /// "149 clicks in 30 days".
    fn clicks_words(&self) -> String {
        let recent: i64 = self.links.iter().map(|link| link.row.recent).sum();
        format!("{} click{} in 30 days", thousands(recent), if recent == 1 { "" } else { "s" })
    }

    fn code_href(&self, link: &Shown) -> String {
        paths::member_link(&self.company.slug, &self.of.slug, self.of.member.id, link.row.id, "code")
    }

    fn new_link_href(&self) -> String {
        paths::new_member_link(&self.company.slug, &self.of.slug, self.of.member.id)
    }

    /// "5 of 11", where not all of them are here.
    fn referrals_words(&self) -> String {
        let (all, here) = (self.of.referred.recommended, self.referrals.len() as i64);
        if all > here { format!("{here} of {all}") } else { all.to_string() }
    }
    fn referrals_href(&self) -> String {
        paths::referrals_of(&self.company.slug, &self.of.slug)
    }
    fn locked_words(&self) -> String {
        locked_words(&self.of.team_name)
    }
    fn means(&self) -> &'static str {
        self.of.member.role().means()
    }
}
