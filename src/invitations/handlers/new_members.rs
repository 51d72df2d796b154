//! Asking for members of a team that is a partner already (rule 21).

use crate::{
    access::{
        Limiter,
        locks::{Authorized, may},
    },
    companies::{rail::CompanyTab, staff::Staff},
    db::Db,
    error::Error,
    invitations::{
        asking::{self, MembersInvited, NewMembers, Obstacle},
        handlers::people::{self, Row, Typed},
    },
    mail::Mailer,
    paths,
    programs::partner::Choices,
    search::Search,
    teams::MemberRole,
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused, time::day, too_many},
    words::MESSAGE_LENGTH,
};
use actix_web::web::Query;
use askama::Template;
use serde::Deserialize;

/// From so many on the search is shown.
const MANY_CHOICES: usize = 20;

/// What the browser sent.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct NewMembersForm {
    /// The slug of the team.
    team: String,
    /// What narrows the teams to choose from.
    find: String,
    email: Vec<String>,
    name: Vec<String>,
    role: Vec<String>,
    message: String,
    /// Pressed to narrow the teams.
    search: String,
    /// Pressed for one more row.
    add: String,
    /// Pressed for one row less: its place.
    remove: String,
}

/// Of the page's address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Preset {
    team: String,
}

#[derive(Template)]
#[template(path = "invitations/new_members.html")]
struct NewMembersPage {
    frame: Frame,
    errors: FormErrors,
    all_partners: String,
    list: String,
    new_team: String,
    action: String,
    form: NewMembersForm,
    rows: Vec<Row>,
    choices: Choices,
}

/// The empty form.
pub async fn new_members(by: Authorized<may::Invite>, Query(preset): Query<Preset>, layout: Layout, db: Db) -> Redirect {
    // What is no slug is nobody's, and may hold what no text of the database can.
    let team = Some(preset.team).filter(|slug| slug.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')).unwrap_or_default();
    let form = NewMembersForm { team, ..NewMembersForm::default() };
    again(&by, layout, &db, form, FormErrors::none(), &[]).await
}

/// Asks for the people, or adds and removes rows, or narrows the teams.
pub async fn invite_members(
    by: Authorized<may::Invite>,
    Form(form): Form<NewMembersForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    limiter: Limiter,
    db: Db,
) -> Redirect {
    let read = if form.asks_for_page() { Ok(None) } else { form.parse().map(Some) };
    let (ask, places) = match read {
        Ok(Some(ask)) => ask,
        Ok(None) => return again(&by, layout, &db, form.changed(), FormErrors::none(), &[]).await,
        Err(errors) => return again(&by, layout, &db, form, errors, &[]).await,
    };
    let (staff, actor) = (by.staff.clone(), by.actor.clone());
    let asked = db.run(move |conn| asking::invite_members(conn, &mailer, &limiter, &actor, &staff, &ask).map(|done| (done, ask))).await;
    let (outcome, ask) = match asked {
        Err(Error::TooMany(excess)) => {
            return too_many(&excess, again(&by, layout.telling(&excess), &db, form, FormErrors::none(), &[]).await);
        }
        asked => asked?,
    };
    match outcome {
        MembersInvited::Waiting { team, owner } => flash.ok(
            paths::invitations(&by.company.slug),
            format!("{} for {}’s approval.", ask.who_waits(), owner.name),
            format!("They get no mail before {} has approved.", team.name),
        ),
        MembersInvited::Refused(obstacles) => {
            let obstacles: Vec<_> = obstacles.into_iter().map(|(at, obstacle)| (places[at], obstacle)).collect();
            let errors = errors_of(&obstacles, &by.staff);
            again(&by, layout, &db, form, errors, &obstacles).await
        }
        MembersInvited::NoPartner => again(&by, layout, &db, form, FormErrors::one("team", "Choose one of your partners"), &[]).await,
    }
}

/// The page with what was typed: refused where there is something to correct.
async fn again(
    by: &Authorized<may::Invite>,
    layout: Layout,
    db: &Db,
    form: NewMembersForm,
    errors: FormErrors,
    obstacles: &[(usize, Obstacle)],
) -> Redirect {
    let (company, search, chosen) = (by.company.id, Search::of(&form.find), form.team.clone());
    let choices = db.run(move |conn| Choices::read(conn, company, search.as_ref(), &chosen)).await?;
    let slug = &by.company.slug;
    let known = |nth: usize| obstacles.iter().find_map(|(at, obstacle)| obstacle.invitation().filter(|_| *at == nth));
    let rows = form.rows().into_iter().enumerate();
    let rows = rows.map(|(nth, typed)| typed.shown(nth, known(nth).map(|id| paths::invitation(slug, id)))).collect();
    let frame = by.frame(layout, CompanyTab::Partners, "Invite members to an existing team");
    let (frame, ending): (_, fn(&NewMembersPage) -> Redirect) =
        if errors.is_empty() { (frame, page) } else { (frame.with_errors(), refused) };
    ending(&NewMembersPage {
        frame,
        errors,
        all_partners: paths::partners(slug),
        list: paths::invitations(slug),
        new_team: paths::new_team_invitation(slug),
        action: paths::new_member_invitations(slug),
        form,
        rows,
        choices,
    })
}

fn errors_of(obstacles: &[(usize, Obstacle)], staff: &Staff) -> FormErrors {
    let mut errors = FormErrors::none();
    for (nth, obstacle) in obstacles {
        let says = match obstacle {
            Obstacle::InTeam(since) => format!("In this team since {}: take this row out", day(*since, staff.user.zone())),
            Obstacle::Invited(known) => format!("Already invited on {}: take this row out", day(known.asked_at, staff.user.zone())),
        };
        errors.add(format!("email-{nth}"), says);
    }
    errors
}

impl NewMembersForm {
    fn rows(&self) -> Vec<Typed> {
        people::rows(&self.email, &self.name, &self.role)
    }

    fn asks_for_page(&self) -> bool {
        !self.add.is_empty() || !self.remove.is_empty() || !self.search.is_empty()
    }

    fn changed(mut self) -> Self {
        if self.search.is_empty() {
            (self.email, self.name, self.role) = people::columns(people::changed(self.rows(), self.remove.parse().ok()));
        }
        self
    }

    /// With the rows that the people stand in.
    fn parse(&self) -> std::result::Result<(NewMembers, Vec<usize>), FormErrors> {
        let mut errors = FormErrors::none();
        if self.team.is_empty() {
            errors.add("team", "Choose the team that they are asked into");
        }
        let (places, people): (Vec<_>, Vec<_>) = people::read(&mut errors, &self.rows(), None).into_iter().unzip();
        let message = errors.lines("message", "the message", &self.message, MESSAGE_LENGTH);
        if errors.is_empty() { Ok((NewMembers { team: self.team.clone(), people, message }, places)) } else { Err(errors) }
    }
}

impl NewMembers {
    /// "Rosa Lindqvist waits", "3 people wait".
    fn who_waits(&self) -> String {
        match self.people.as_slice() {
            [one] => format!("{} waits", one.called()),
            several => format!("{} people wait", several.len()),
        }
    }
}

impl NewMembersPage {
    fn is_searchable(&self) -> bool {
        self.choices.more || self.choices.teams.len() > MANY_CHOICES || !self.form.find.is_empty()
    }

    fn choices_hint(&self) -> &'static str {
        match (self.choices.more, self.choices.teams.is_empty()) {
            (true, _) => "Your 200 newest partners are listed. Search for the others.",
            (false, true) => "No partner of yours has such a name. Search for another.",
            (false, false) => "",
        }
    }

    fn people_roles(&self) -> &'static [MemberRole] {
        MemberRole::ALL
    }
}
