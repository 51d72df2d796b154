//! Removing a member, and leaving: each asks first (rules 36 and 47).

use crate::{
    access::locks::{InTeam, may},
    db::Db,
    error::Error,
    governing::leaving::{self, Removed},
    ids::MemberId,
    mail::Mailer,
    paths,
    teams::{TeamPermission, people::Colleague, rail::TeamTab},
    web::{Flash, Frame, Layout, Redirect, page},
};
use actix_web::web::Path;
use askama::Template;

#[derive(Template)]
#[template(path = "governing/removal.html")]
struct RemovalPage {
    frame: Frame,
    team: String,
    person: Colleague,
    action: String,
    back: String,
    /// Whether they may have people asked in, whose invitations end with them.
    vouches: bool,
}

#[derive(Template)]
#[template(path = "governing/departure.html")]
struct DeparturePage {
    frame: Frame,
    team: String,
    action: String,
    back: String,
    vouches: bool,
}

/// Asks before somebody is removed. `Forbidden` where nobody removes them.
pub async fn removal(by: InTeam<may::InviteMembers>, path: Path<(String, MemberId)>, layout: Layout, db: Db) -> Redirect {
    let (team, id) = (by.team.id, path.1);
    let person = db.run(move |conn| Colleague::find(conn, team, id)).await?;
    if let Some(why) = leaving::why_not(&by.member, &person) {
        return Err(Error::Forbidden(why.into()));
    }
    page(&RemovalPage {
        frame: by.frame(layout, TeamTab::Members, &format!("Remove {}?", person.name)),
        team: by.team.name.clone(),
        action: paths::member_removal(&by.team.slug, id),
        back: paths::member(&by.team.slug, id),
        vouches: by.team.allows(person.role, TeamPermission::InviteMembers),
        person,
    })
}

/// Removes somebody.
pub async fn remove(by: InTeam<may::InviteMembers>, path: Path<(String, MemberId)>, flash: Flash, mailer: Mailer, db: Db) -> Redirect {
    let (member, actor, id) = (by.member.clone(), by.actor.clone(), path.1);
    match db.run(move |conn| leaving::remove(conn, &mailer, &actor, &member, id)).await? {
        Removed::Done { person } => flash.ok(
            paths::members(&by.team.slug),
            format!("{person} is no longer in {}.", by.team.name),
            "They are told by mail. Their name stays on what they did.",
        ),
        Removed::Refused(why) => Err(Error::Forbidden(why.into())),
    }
}

/// Asks before one leaves.
pub async fn departure(by: InTeam<may::Leave>, layout: Layout) -> Redirect {
    page(&DeparturePage {
        frame: by.frame(layout, TeamTab::Members, &format!("Leave {}?", by.team.name)),
        team: by.team.name.clone(),
        action: paths::departure(&by.team.slug),
        back: paths::members(&by.team.slug),
        vouches: by.may(TeamPermission::InviteMembers),
    })
}

/// Leaves the team.
pub async fn leave(by: InTeam<may::Leave>, flash: Flash, mailer: Mailer, db: Db) -> Redirect {
    let (member, actor) = (by.member.clone(), by.actor.clone());
    db.run(move |conn| leaving::leave(conn, &mailer, &actor, &member)).await?;
    flash.ok(paths::home(), format!("You left {}.", by.team.name), "Its owner is told. What you did stays with the team.")
}
