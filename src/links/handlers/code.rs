//! A link's QR code: a page of its own, shown as a dialog by script, and a file to print.

use super::Shown;
use crate::{
    access::{InTeam, may},
    db::Db,
    error::{Error, Result},
    ids::LinkId,
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
    back: String,
    file: String,
    h1: String,
    /// Whose it is, where it is not the reader's.
    person: String,
    link: Shown,
    code: Qr,
}

#[derive(Template)]
#[template(path = "links/code.svg")]
struct CodeFile {
    code: Qr,
}

/// The page.
pub async fn show(by: InTeam<may::HaveLinks>, at: Path<(String, LinkId)>, layout: Layout, mailer: Mailer, db: Db) -> Result<HttpResponse> {
    let one = read(&by, at.1, &db).await?;
    let link = Shown::new(one.link, mailer.base_url());
    let h1 = format!("QR code of {}", link.row.text);
    page(&CodePage {
        frame: by.frame(layout, TeamTab::Links, &h1),
        back: paths::team_links(&by.team.slug),
        file: paths::team_link(&by.team.slug, link.row.id, "code.svg"),
        h1,
        person: if one.member_id == by.member.id { String::new() } else { one.person },
        code: code_of(&link.address)?,
        link,
    })
}

/// The code alone, as a picture that prints at any size.
pub async fn file(by: InTeam<may::HaveLinks>, at: Path<(String, LinkId)>, mailer: Mailer, db: Db) -> Result<HttpResponse> {
    let one = read(&by, at.1, &db).await?;
    let name = format!("attachment; filename=\"{}.svg\"", one.link.text);
    let code = code_of(&Shown::new(one.link, mailer.base_url()).address)?;
    let picture = CodeFile { code }.render()?;
    Ok(HttpResponse::Ok().content_type("image/svg+xml").insert_header((header::CONTENT_DISPOSITION, name)).body(picture))
}

/// A link of the reader's, or of a teammate's where they may see it; of a former member where they see those too.
async fn read(by: &InTeam<may::HaveLinks>, id: LinkId, db: &Db) -> Result<OneLink> {
    let team = by.team.id;
    let one = db.run(move |conn| OneLink::find(conn, team, id)).await?;
    let sees = by.may(TeamPermission::SeeActivity) && (one.is_present || by.may(TeamPermission::InviteMembers));
    if one.member_id == by.member.id || sees { Ok(one) } else { Err(Error::NotFound) }
}

fn code_of(address: &str) -> Result<Qr> {
    Qr::of(address).ok_or_else(|| Error::Internal("a link is too long for a code".to_owned()))
}
