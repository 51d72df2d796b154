//! The team's settings, and founding another team (rules 34 and 39).

use crate::{
    access::{
        Limit, Limiter, SignedIn, Whose,
        locks::{InTeam, may},
    },
    db::Db,
    error::Error,
    governing::settings,
    mail::letter::imitates_product,
    paths,
    teams::{TeamPermission, rail::TeamTab},
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused},
    words::NAME_LENGTH,
};
use askama::Template;
use serde::Deserialize;

/// The team's name, as the browser sent it.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct NameForm {
    team_name: String,
}

#[derive(Template)]
#[template(path = "governing/settings.html")]
pub(super) struct SettingsPage {
    frame: Frame,
    errors: FormErrors,
    team: String,
    slug: String,
    name: String,
    may_edit: bool,
    may_close: bool,
    requires_two_step: bool,
    /// Requiring it would be felt by this viewer.
    lacks_two_step: bool,
}

#[derive(Template)]
#[template(path = "governing/founding.html")]
struct FoundingPage {
    frame: Frame,
    errors: FormErrors,
    name: String,
}

/// The settings; all four roles read them.
pub async fn show(by: InTeam<may::SeeTeam>, layout: Layout) -> Redirect {
    page(&SettingsPage::of(&by, layout, by.team.name.clone(), FormErrors::none()))
}

/// Gives the team another name.
pub async fn rename(by: InTeam<may::EditTeam>, Form(form): Form<NameForm>, layout: Layout, flash: Flash, db: Db) -> Redirect {
    let name = match form.parse() {
        Ok(name) => name,
        Err(errors) => return refused(&SettingsPage::of(&by, layout, form.team_name, errors)),
    };
    let (member, actor, wanted, back) = (by.member.clone(), by.actor.clone(), name.clone(), paths::team_settings(&by.team.slug));
    if db.run(move |conn| settings::rename(conn, &actor, &member, &wanted)).await? {
        flash.ok(back, format!("The team is called {name} now."), "Its address stays as it was.")
    } else {
        flash.info(back, "Nothing changed.", "The team is called so already.")
    }
}

/// The form that founds a team of one's own.
pub async fn founding(by: SignedIn, layout: Layout) -> Redirect {
    page(&FoundingPage::of(&by, layout, String::new(), FormErrors::none()))
}

/// Founds it.
pub async fn found(by: SignedIn, Form(form): Form<NameForm>, layout: Layout, flash: Flash, limiter: Limiter, db: Db) -> Redirect {
    let name = match form.parse() {
        Ok(name) => name,
        Err(errors) => return refused(&FoundingPage::of(&by, layout, form.team_name, errors)),
    };
    let (user, request) = (by.user.clone(), by.request);
    let found = db.run(move |conn| {
        limiter.take(conn, Limit::Teams, Whose::Person(user.id))?;
        settings::found(conn, &user, request, &name).map_err(Error::from)
    });
    let team = found.await?;
    flash.ok(paths::team(&team.slug), format!("{} is open.", team.name), "You own it. Invite your colleagues next.")
}

impl NameForm {
    fn parse(&self) -> Result<String, FormErrors> {
        let mut errors = FormErrors::none();
        let name = errors.line("team_name", "the team’s name", &self.team_name, NAME_LENGTH);
        if imitates_product(&name) {
            errors.add("team_name", "Choose a name of the team’s own: this one reads like Guildhall");
        }
        if errors.is_empty() { Ok(name) } else { Err(errors) }
    }
}

impl SettingsPage {
    pub(super) fn of<P>(by: &InTeam<P>, layout: Layout, name: String, errors: FormErrors) -> Self {
        let frame = by.frame(layout, TeamTab::Settings, "Settings");
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            team: by.team.name.clone(),
            slug: by.team.slug.clone(),
            name,
            may_edit: by.may(TeamPermission::EditTeam),
            may_close: by.may(TeamPermission::HandOver),
            requires_two_step: by.team.requires_two_step,
            lacks_two_step: by.role.may_need_two_step() && by.user.two_step_at.is_none(),
        }
    }
}

impl SettingsPage {
    fn about_two_step(&self) -> &'static str {
        if self.requires_two_step {
            "Required of the owner and of finance: whoever of them has not set it up is led there before anything of the team opens."
        } else {
            "The team can require it of those who hand it over or withdraw commissions: the owner and finance."
        }
    }
}

impl FoundingPage {
    fn of(by: &SignedIn, layout: Layout, name: String, errors: FormErrors) -> Self {
        let frame = by.frame(layout, "Found a team");
        Self { frame: if errors.is_empty() { frame } else { frame.with_errors() }, errors, name }
    }
}
