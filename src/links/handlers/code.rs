//! A link's QR code: a page of its own, shown as a dialog by script, and a file to print.

use super::Shown;
use crate::{
    access::{Authorized, InTeam, may},
    companies::rail::CompanyTab,
    db::Db,
    error::{Error, Result},
    ids::{LinkId, MemberId},
    links::list::OneLink,
    mail::Mailer,
    paths,
    teams::{TeamPermission, rail::TeamTab},
    web::{Frame, Layout, page, qr::Qr},
};
use actix_web::{HttpResponse, http::header, web::Path};
use askama::Template;

#[derive(Template)]
#[template(path = "links/code.html")]
struct CodePage {
    frame: Frame,
    /// What the page belongs to: its name and address.
    up: (String, String),
    file: String,
    h1: String,
    /// Whose it is, where it is not the reader's.
    person: String,
    link: Shown,
    code: Qr,
}

type OfMember = Path<(String, String, MemberId, LinkId)>;

#[derive(Template)]
#[template(path = "links/code.svg")]
struct CodeFile {
    code: Qr,
}

/// The page.
pub async fn show(by: InTeam<may::HaveLinks>, at: Path<(String, LinkId)>, layout: Layout, mailer: Mailer, db: Db) -> Result<HttpResponse> {
    let one = read(&by, at.1, &db).await?;
    let person = if one.member_id == by.member.id { String::new() } else { one.person };
    let link = Shown::new(one.link, mailer.base_url());
    let up = ("Links".to_owned(), paths::team_links(&by.team.slug));
    let file = paths::team_link(&by.team.slug, link.row.id, "code.svg");
    page(&CodePage::new(link, person, up, file, |h1| by.frame(layout, TeamTab::Links, h1))?)
}

/// The code alone, as a picture that prints at any size.
pub async fn file(by: InTeam<may::HaveLinks>, at: Path<(String, LinkId)>, mailer: Mailer, db: Db) -> Result<HttpResponse> {
    picture(read(&by, at.1, &db).await?, &mailer)
}

/// The page for the company, of a link of a partner's member.
pub async fn show_for_company(
    by: Authorized<may::SeePartners>,
    at: OfMember,
    layout: Layout,
    mailer: Mailer,
    db: Db,
) -> Result<HttpResponse> {
    let one = read_for_company(&by, &at, &db).await?;
    let link = Shown::new(one.link, mailer.base_url());
    let up = (one.person.clone(), paths::partner_member(&by.company.slug, &at.1, at.2));
    let file = paths::member_link(&by.company.slug, &at.1, at.2, link.row.id, "code.svg");
    page(&CodePage::new(link, one.person, up, file, |h1| by.frame(layout, CompanyTab::Partners, h1))?)
}

/// The code alone, for the company.
pub async fn file_for_company(by: Authorized<may::SeePartners>, at: OfMember, mailer: Mailer, db: Db) -> Result<HttpResponse> {
    picture(read_for_company(&by, &at, &db).await?, &mailer)
}

fn picture(one: OneLink, mailer: &Mailer) -> Result<HttpResponse> {
    let name = format!("attachment; filename=\"{}.svg\"", one.link.text);
    let code = code_of(&Shown::new(one.link, mailer.base_url()).address)?;
    let picture = CodeFile { code }.render()?;
    Ok(HttpResponse::Ok().content_type("image/svg+xml").insert_header((header::CONTENT_DISPOSITION, name)).body(picture))
}

async fn read_for_company(by: &Authorized<may::SeePartners>, at: &OfMember, db: &Db) -> Result<OneLink> {
    let (company, (_, team, member, id)) = (by.company.id, (**at).clone());
    db.run(move |conn| OneLink::of_partner(conn, company, &team, member, id)).await
}

/// A link of the reader's, or of a teammate's where they may see it; of a former member where they see those too.
async fn read(by: &InTeam<may::HaveLinks>, id: LinkId, db: &Db) -> Result<OneLink> {
    let team = by.team.id;
    let one = db.run(move |conn| OneLink::find(conn, team, id)).await?;
    let sees = by.may(TeamPermission::SeeActivity) && (one.is_present || by.may(TeamPermission::InviteMembers));
    if one.member_id == by.member.id || sees { Ok(one) } else { Err(Error::NotFound) }
}

impl CodePage {
    fn new(link: Shown, person: String, up: (String, String), file: String, frame: impl FnOnce(&str) -> Frame) -> Result<Self> {
        let h1 = format!("QR code of {}", link.row.text);
        Ok(Self { frame: frame(&h1), up, file, h1, person, code: code_of(&link.address)?, link })
    }
}

fn code_of(address: &str) -> Result<Qr> {
    Qr::of(address).ok_or_else(|| Error::Internal("a link is too long for a code".to_owned()))
}
