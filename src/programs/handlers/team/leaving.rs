//! Leaving a program: what is lost and what stays, then doing it.

use super::program::read;
use crate::{
    access::{InTeam, may},
    db::Db,
    error::{Error, Result},
    ids::ProgramId,
    invitations::by_team,
    mail::Mailer,
    paths,
    teams::rail::TeamTab,
    web::{Flash, Frame, Layout, Redirect, page},
};
use actix_web::{HttpResponse, web::Path};
use askama::Template;

#[derive(Template)]
#[template(path = "programs/departure.html")]
struct DeparturePage {
    frame: Frame,
    team: String,
    program: String,
    company: String,
    is_open: bool,
    back: String,
    action: String,
}

type At = Path<(String, ProgramId)>;

/// Asks first. A team that is not in has nothing to leave.
pub async fn departure(by: InTeam<may::AnswerProgramInvitations>, at: At, layout: Layout, db: Db) -> Result<HttpResponse> {
    let offer = read(&db, &by, at.1).await?;
    if !offer.is_in() {
        return Err(Error::NotFound);
    }
    let slug = &by.team.slug;
    page(&DeparturePage {
        frame: by.frame(layout, TeamTab::Programs, &format!("Leave {}?", offer.name)),
        team: by.team.name.clone(),
        is_open: offer.open,
        back: paths::team_program(slug, offer.id),
        action: paths::team_program_action(slug, offer.id, "departure"),
        program: offer.name,
        company: offer.company,
    })
}

/// Leaves.
pub async fn leave(by: InTeam<may::AnswerProgramInvitations>, at: At, flash: Flash, mailer: Mailer, db: Db) -> Redirect {
    let offer = read(&db, &by, at.1).await?;
    let (member, actor, id) = (by.member.clone(), by.actor.clone(), offer.id);
    let back = paths::team_program(&by.team.slug, id);
    if db.run(move |conn| by_team::leave(conn, &mailer, &actor, &member, id)).await? {
        flash.ok(
            back,
            format!("{} left {}.", by.team.name, offer.name),
            format!("{} has been told. What was there stays to be read.", offer.company),
        )
    } else {
        flash.info(back, format!("{} has left {} already.", by.team.name, offer.name), "")
    }
}
