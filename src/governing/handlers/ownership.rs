//! Who owns the team, and handing it over (rule 37). To offer it asks who is there (S13).

use crate::{
    access::{
        Fresh,
        locks::{InTeam, may},
    },
    db::Db,
    error::{Error, Result},
    governing::ownership::{self, Answered, Offered, Shown},
    ids::{MemberId, OwnershipOfferId},
    mail::Mailer,
    paths,
    teams::{TeamPermission, people::Colleague, rail::TeamTab},
    web::{Avatar, Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused, time::exact},
};
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

/// Whom to offer the team, as the browser sent it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct OfferForm {
    member: String,
}

#[derive(Template)]
#[template(path = "governing/ownership.html")]
struct OwnershipPage {
    frame: Frame,
    errors: FormErrors,
    team: String,
    slug: String,
    members_count: i32,
    owner: Colleague,
    avatar: Avatar,
    /// Who may be offered the team; of interest to the owner alone.
    candidates: Vec<Colleague>,
    chosen: String,
    offer: Option<OfferOpen>,
    is_owner: bool,
}

/// An open offer, as the owner or the member it was made to reads it.
struct OfferOpen {
    id: OwnershipOfferId,
    to: String,
    until: String,
    is_yours: bool,
    /// What the reader, who would fall back, or rise, is then.
    falls_to: &'static str,
}

/// Who owns the team, and the open offer.
pub async fn show(by: InTeam<may::SeeTeam>, layout: Layout, db: Db) -> Redirect {
    let shown = read(&by, &db).await?;
    page(&OwnershipPage::of(&by, layout, shown, String::new(), FormErrors::none()))
}

/// Offers the team to a member.
pub async fn offer(
    Fresh(by): Fresh<InTeam<may::HandOver>>,
    Form(form): Form<OfferForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let Ok(to) = form.member.parse::<MemberId>() else {
        let shown = read(&by, &db).await?;
        if shown.offer.is_some() {
            return another(&flash, &by.team.slug);
        }
        let errors = FormErrors::one("member", "Choose the member to hand the team over to");
        return refused(&OwnershipPage::of(&by, layout, shown, form.member, errors));
    };
    let (member, actor, back) = (by.member.clone(), by.actor.clone(), paths::ownership(&by.team.slug));
    match db.run(move |conn| ownership::offer(conn, &mailer, &actor, &member, to)).await? {
        Offered::Done { person, until } => flash.ok(
            back,
            format!("The team is offered to {person}."),
            format!("They can accept until {}. Until then you own it, and can take the offer back.", exact(until, by.user.zone())),
        ),
        Offered::Another => another(&flash, &by.team.slug),
        Offered::Owner => flash.info(back, "You own the team.", "Choose another member to hand it over to."),
    }
}

/// Takes the offer back.
pub async fn cancel(by: InTeam<may::HandOver>, path: Path<(String, OwnershipOfferId)>, flash: Flash, mailer: Mailer, db: Db) -> Redirect {
    let (member, actor, id) = (by.member.clone(), by.actor.clone(), path.1);
    let done = db.run(move |conn| ownership::cancel(conn, &mailer, &actor, &member, id)).await?;
    told(&by, &flash, done, "The offer is taken back.", "You own the team as before, and the member is told.")
}

/// Takes the team over.
pub async fn accept(by: InTeam<may::SeeTeam>, path: Path<(String, OwnershipOfferId)>, flash: Flash, mailer: Mailer, db: Db) -> Redirect {
    let (member, actor, id) = (by.member.clone(), by.actor.clone(), path.1);
    let done = db.run(move |conn| ownership::accept(conn, &mailer, &actor, &member, id)).await?;
    told(&by, &flash, done, "You own the team now.", "Both of you are told by mail.")
}

/// Does not want the team.
pub async fn decline(by: InTeam<may::SeeTeam>, path: Path<(String, OwnershipOfferId)>, flash: Flash, mailer: Mailer, db: Db) -> Redirect {
    let (member, actor, id) = (by.member.clone(), by.actor.clone(), path.1);
    let done = db.run(move |conn| ownership::decline(conn, &mailer, &actor, &member, id)).await?;
    told(&by, &flash, done, "You declined.", "The owner is told, and nothing changes.")
}

fn another(flash: &Flash, team: &str) -> Redirect {
    flash.bad(paths::ownership(team), "The team is offered to somebody already.", "Take that offer back first.")
}

async fn read<P>(by: &InTeam<P>, db: &Db) -> Result<Shown> {
    let (team, with_candidates) = (by.team.clone(), by.may(TeamPermission::HandOver));
    db.run(move |conn| Shown::read(conn, &team, with_candidates)).await
}

fn told<P>(by: &InTeam<P>, flash: &Flash, answered: Answered, fact: &str, rest: &str) -> Redirect {
    let back = paths::ownership(&by.team.slug);
    match answered {
        Answered::Done => flash.ok(back, fact, rest),
        Answered::Over => flash.bad(back, "This offer is over.", "It was answered, taken back, or its seven days have passed."),
        Answered::NotTheirs => Err(Error::Forbidden("Only the member to whom the team is offered can answer.".into())),
    }
}

impl OwnershipPage {
    fn of<P>(by: &InTeam<P>, layout: Layout, shown: Shown, chosen: String, errors: FormErrors) -> Self {
        let frame = by.frame(layout, TeamTab::Members, "Ownership");
        let is_owner = by.may(TeamPermission::HandOver);
        // Who is neither the owner nor offered the team has nothing to do with it.
        let offer = shown.offer.filter(|open| is_owner || open.to.id == by.member.id).map(|open| OfferOpen {
            id: open.offer.id,
            is_yours: open.to.id == by.member.id,
            to: open.to.name,
            until: exact(open.offer.expires_at, by.user.zone()),
            falls_to: shown.fallback.label(),
        });
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            team: by.team.name.clone(),
            slug: by.team.slug.clone(),
            members_count: by.team.member_count,
            avatar: Avatar::person(shown.owner.user.uuid(), &shown.owner.name),
            owner: shown.owner,
            candidates: shown.candidates,
            chosen,
            offer,
            is_owner,
        }
    }

    fn is_chosen(&self, id: &MemberId) -> bool {
        self.chosen == id.to_string()
    }
}
