//! Closing the team asks first, and who is there (rule 47, S13).

use crate::{
    access::{
        Fresh,
        locks::{InTeam, may},
    },
    db::Db,
    governing::closing::{self, Ends},
    mail::Mailer,
    paths,
    teams::rail::TeamTab,
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused},
};
use askama::Template;
use serde::Deserialize;

/// The box that says that the owner means it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ClosingForm {
    confirmed: String,
}

#[derive(Template)]
#[template(path = "governing/closing.html")]
struct ClosingPage {
    frame: Frame,
    errors: FormErrors,
    team: String,
    slug: String,
    others: i32,
    ends: Ends,
}

/// Names what ends.
pub async fn ask(by: InTeam<may::HandOver>, layout: Layout, db: Db) -> Redirect {
    let team = by.team.id;
    let ends = db.run(move |conn| Ends::read(conn, team)).await?;
    page(&ClosingPage::of(&by, layout, ends, FormErrors::none()))
}

/// Closes the team.
pub async fn close(
    Fresh(by): Fresh<InTeam<may::HandOver>>,
    Form(form): Form<ClosingForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    if form.confirmed != "true" {
        let team = by.team.id;
        let ends = db.run(move |conn| Ends::read(conn, team)).await?;
        let errors = FormErrors::one("confirmed", "Tick the box to close the team");
        return refused(&ClosingPage::of(&by, layout, ends, errors));
    }
    let (member, actor) = (by.member.clone(), by.actor.clone());
    db.run(move |conn| closing::close(conn, &mailer, &actor, &member)).await?;
    flash.ok(paths::places(), format!("{} is closed.", by.team.name), "Everybody who was in it is told by mail.")
}

impl ClosingPage {
    fn of(by: &InTeam<may::HandOver>, layout: Layout, ends: Ends, errors: FormErrors) -> Self {
        let frame = by.frame(layout, TeamTab::Settings, &format!("Close {}?", by.team.name));
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            team: by.team.name.clone(),
            slug: by.team.slug.clone(),
            others: by.team.member_count - 1,
            ends,
        }
    }
}
