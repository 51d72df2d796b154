//! A team asks people in by itself (rule 34).

use crate::{
    access::{
        Freshness, Limiter,
        locks::{InTeam, may},
    },
    db::Db,
    error::Error,
    ids::InvitationId,
    invitations::{
        asking::{Obstacle, Person},
        handlers::{
            facts,
            people::{self, Row, Typed},
        },
        revoking::Revoked,
        teammates::{self, Asked},
        upkeep::Resent,
    },
    mail::Mailer,
    paths,
    teams::{MemberRole, rail::TeamTab},
    web::{
        Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused,
        time::{day, exact},
        too_many,
    },
    words::MESSAGE_LENGTH,
};
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

/// What the browser sent.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct TeammatesForm {
    email: Vec<String>,
    name: Vec<String>,
    role: Vec<String>,
    message: String,
    /// Pressed for one more row.
    add: String,
    /// Pressed for one row less: its place.
    remove: String,
}

#[derive(Template)]
#[template(path = "invitations/teammates.html")]
struct TeammatesPage {
    frame: Frame,
    errors: FormErrors,
    team: String,
    slug: String,
    form: TeammatesForm,
    rows: Vec<Row>,
    roles: Vec<MemberRole>,
}

/// The empty form.
pub async fn new(by: InTeam<may::InviteMembers>, layout: Layout) -> Redirect {
    page(&TeammatesPage::of(&by, layout, TeammatesForm::default(), FormErrors::none()))
}

/// Asks the people in, or adds and removes rows. To give finance asks who is there (S13).
pub async fn invite(
    by: InTeam<may::InviteMembers>,
    freshness: Freshness,
    Form(form): Form<TeammatesForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    limiter: Limiter,
    db: Db,
) -> Redirect {
    if !form.add.is_empty() || !form.remove.is_empty() {
        return page(&TeammatesPage::of(&by, layout, form.changed(), FormErrors::none()));
    }
    let (rows, people, message) = match form.parse() {
        Ok(read) => read,
        Err(errors) => return refused(&TeammatesPage::of(&by, layout, form, errors)),
    };
    // Who may not give a role is refused, and not asked.
    let gives = by.gives();
    if people.iter().all(|person| gives.contains(&person.role)) {
        people.iter().try_for_each(|person| freshness.require_to_give(person.role))?;
    }
    let (member, actor, who) = (by.member.clone(), by.actor.clone(), who(&people));
    let asked = match db.run(move |conn| teammates::invite(conn, &mailer, &limiter, &actor, &member, &people, &message)).await {
        Err(Error::TooMany(excess)) => {
            return too_many(&excess, page(&TeammatesPage::of(&by, layout.telling(&excess), form, FormErrors::none())));
        }
        asked => asked?,
    };
    match asked {
        Asked::Sent(until) => flash.ok(
            paths::members(&by.team.slug),
            format!("{who} invited."),
            format!("The link works until {}.", exact(until, by.user.zone())),
        ),
        Asked::InTheWay(obstacles) => {
            let errors = errors_of(&by, &rows, obstacles);
            refused(&TeammatesPage::of(&by, layout, form, errors))
        }
        Asked::Refused(role, why) => Err(Error::Forbidden(format!("You cannot give the role {}. {why}", role.label()).into())),
    }
}

/// Sends a new link; where it gives finance, it asks who is there (S13).
pub async fn resend(
    by: InTeam<may::InviteMembers>,
    freshness: Freshness,
    path: Path<(String, InvitationId)>,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let (member, actor, id, back) = (by.member.clone(), by.actor.clone(), path.1, paths::members(&by.team.slug));
    let proven = freshness.is_proven();
    match db.run(move |conn| teammates::resend(conn, &mailer, &actor, &member, id, proven)).await? {
        Resent::Done { person, until } => flash.ok(
            back,
            format!("A new link is on its way to {person}."),
            format!("It works until {}. The link before leads nowhere now.", exact(until, by.user.zone())),
        ),
        Resent::TooSoon { again_at } => {
            flash.bad(back, "This was sent a moment ago.", format!("You can send it again from {} on.", exact(again_at, by.user.zone())))
        }
        Resent::TooOften => {
            flash.bad(back, "This was sent six times.", "Revoke it and invite the person again, or reach them another way.")
        }
        Resent::NotSent(state) => flash.bad(back, "There is no link to send again.", facts::over(state)),
    }
}

/// Takes an invitation back.
pub async fn revoke(by: InTeam<may::InviteMembers>, path: Path<(String, InvitationId)>, flash: Flash, db: Db) -> Redirect {
    let (member, actor, id, back) = (by.member.clone(), by.actor.clone(), path.1, paths::members(&by.team.slug));
    match db.run(move |conn| teammates::revoke(conn, &actor, &member, id)).await? {
        Revoked::Done { person } => flash.ok(back, format!("The invitation of {person} is revoked."), "Its link leads nowhere now."),
        Revoked::Over(state) => flash.bad(back, "This invitation is over already.", facts::over(state)),
    }
}

fn errors_of(by: &InTeam<may::InviteMembers>, rows: &[usize], obstacles: Vec<(usize, Obstacle)>) -> FormErrors {
    let (mut errors, zone) = (FormErrors::none(), by.user.zone());
    for (nth, obstacle) in obstacles {
        let says = match obstacle {
            Obstacle::InTeam(since) => format!("In this team since {}: take this row out", day(since, zone)),
            Obstacle::Invited(known) => {
                format!("Invited on {} already: take this row out, or send it again from the list of members", day(known.asked_at, zone))
            }
        };
        errors.add(format!("email-{}", rows[nth]), says);
    }
    errors
}

/// "Rosa Lindqvist is", "3 people are".
fn who(people: &[Person]) -> String {
    match people {
        [one] => format!("{} is", one.called()),
        several => format!("{} people are", several.len()),
    }
}

impl TeammatesForm {
    fn rows(&self) -> Vec<Typed> {
        people::rows(&self.email, &self.name, &self.role)
    }

    fn changed(mut self) -> Self {
        (self.email, self.name, self.role) = people::columns(people::changed(self.rows(), self.remove.parse().ok()));
        self
    }

    /// With the rows that the people stand in.
    fn parse(&self) -> Result<(Vec<usize>, Vec<Person>, String), FormErrors> {
        let mut errors = FormErrors::none();
        let (rows, people) = people::read(&mut errors, &self.rows(), None).into_iter().unzip();
        let message = errors.lines("message", "the message", &self.message, MESSAGE_LENGTH);
        if errors.is_empty() { Ok((rows, people, message)) } else { Err(errors) }
    }
}

impl TeammatesPage {
    fn of(by: &InTeam<may::InviteMembers>, layout: Layout, form: TeammatesForm, errors: FormErrors) -> Self {
        let frame = by.frame(layout, TeamTab::Members, "Invite members");
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            team: by.team.name.clone(),
            slug: by.team.slug.clone(),
            rows: form.rows().into_iter().enumerate().map(|(nth, typed)| typed.shown(nth, None)).collect(),
            roles: by.gives(),
            form,
        }
    }
}
