//! A member of a partner: a page of its own; what it shows grows with the features.

use crate::{
    access::{Authorized, may},
    companies::{Company, StaffPermission, rail::CompanyTab},
    db::Db,
    error::Result,
    ids::MemberId,
    partners::{PartnerMember, handlers::locked_words},
    paths,
    web::{Avatar, Frame, Layout, Moment, page},
};
use actix_web::{HttpResponse, web::Path};
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
}

/// A member of a partner.
pub async fn show(
    by: Authorized<may::SeePartners>,
    path: Path<(String, String, MemberId)>,
    layout: Layout,
    db: Db,
) -> Result<HttpResponse> {
    let (company, (_, slug, member)) = (by.company.id, path.into_inner());
    let of = db.run(move |conn| PartnerMember::read(conn, company, &slug, member)).await?;
    let moment = |at| Moment::new(at, Utc::now(), by.user.zone());
    page(&MemberPage {
        frame: by.frame(layout, CompanyTab::Partners, &of.member.name),
        avatar: Avatar::person(of.member.user_id.uuid(), &of.member.name),
        may_message: by.may(StaffPermission::Message),
        joined: moment(of.member.joined_at),
        last_active: of.member.last_active_at.map(moment),
        company: by.company.clone(),
        of,
    })
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
    fn locked_words(&self) -> String {
        locked_words(&self.of.team_name)
    }
    fn means(&self) -> &'static str {
        self.of.member.role().means()
    }
}
