//! Inviting a new partner team (rules 19 and 20).

use crate::{
    access::{
        Limiter,
        locks::{Authorized, may},
    },
    companies::rail::CompanyTab,
    db::Db,
    error::Error,
    ids::ProgramId,
    invitations::{
        asking::{self, Known, NewTeam, TeamInvited},
        handlers::people::{self, Row, Typed},
    },
    mail::Mailer,
    paths,
    programs::Program,
    teams::MemberRole,
    web::{Avatar, Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused, time::day, too_many},
    words::{MESSAGE_LENGTH, NAME_LENGTH, SUBJECT_LENGTH},
};
use askama::Template;
use serde::Deserialize;

/// What the browser sent.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct NewTeamForm {
    team_name: String,
    program: String,
    email: Vec<String>,
    name: Vec<String>,
    role: Vec<String>,
    /// Place of the row that owns the team.
    owner: String,
    /// The address that was confirmed as the owner's, or "true" where the page knew none yet.
    confirmed: String,
    subject: String,
    message: String,
    /// Pressed for one more row.
    add: String,
    /// Pressed for one row less: its place.
    remove: String,
}

#[derive(Template)]
#[template(path = "invitations/new_team.html")]
struct NewTeamPage {
    frame: Frame,
    errors: FormErrors,
    company: String,
    all_partners: String,
    list: String,
    new_members: String,
    programs_page: String,
    action: String,
    form: NewTeamForm,
    rows: Vec<Row>,
    owners: Vec<OwnerChoice>,
    /// Who owns the team, as chosen so far: address and name.
    chosen: Option<(String, String)>,
    programs: Vec<Program>,
}

struct OwnerChoice {
    id: String,
    value: String,
    called: String,
    email: String,
    avatar: Avatar,
    chosen: bool,
}

/// The empty form.
pub async fn new_team(by: Authorized<may::Invite>, layout: Layout, db: Db) -> Redirect {
    let company = by.company.id;
    let programs = db.run(move |conn| Program::all(conn, company)).await?;
    let form = NewTeamForm { subject: format!("Become a partner of {}", by.company.name), ..NewTeamForm::default() };
    page(&NewTeamPage::of(&by, layout, form, FormErrors::none(), programs, None))
}

/// Invites the team, or adds and removes rows.
pub async fn invite_team(
    by: Authorized<may::Invite>,
    Form(form): Form<NewTeamForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    limiter: Limiter,
    db: Db,
) -> Redirect {
    let read = if form.asks_for_rows() { Ok(None) } else { form.parse().map(Some) };
    let ask = match read {
        Ok(Some(ask)) => ask,
        Ok(None) => return again(&by, layout, &db, form.with_rows_changed(), FormErrors::none(), None).await,
        Err(errors) => return again(&by, layout, &db, form, errors, None).await,
    };
    let (staff, actor) = (by.staff.clone(), by.actor.clone());
    let invited = db.run(move |conn| asking::invite_team(conn, &mailer, &limiter, &actor, &staff, &ask).map(|done| (done, ask))).await;
    let (outcome, ask) = match invited {
        Err(Error::TooMany(excess)) => {
            return too_many(&excess, again(&by, layout.telling(&excess), &db, form, FormErrors::none(), None).await);
        }
        invited => invited?,
    };
    match outcome {
        TeamInvited::Invited { .. } => flash.ok(
            paths::invitations(&by.company.slug),
            format!("{} is invited to open {}.", ask.owner.called(), ask.name),
            ask.what_follows(),
        ),
        TeamInvited::Living(known) => {
            let on = day(known.asked_at, by.user.zone());
            let errors = FormErrors::one(form.owner_field(), format!("Already invited into this program on {on}: resend that invitation"));
            again(&by, layout, &db, form, errors, Some(known)).await
        }
        TeamInvited::NoProgram => again(&by, layout, &db, form, FormErrors::one("program", "Choose one of your programs"), None).await,
    }
}

/// The same page with what was typed: refused where there is something to correct.
async fn again(
    by: &Authorized<may::Invite>,
    layout: Layout,
    db: &Db,
    form: NewTeamForm,
    errors: FormErrors,
    known: Option<Known>,
) -> Redirect {
    let company = by.company.id;
    let programs = db.run(move |conn| Program::all(conn, company)).await?;
    let ending = if errors.is_empty() { page } else { refused };
    ending(&NewTeamPage::of(by, layout, form, errors, programs, known))
}

impl NewTeamForm {
    fn rows(&self) -> Vec<Typed> {
        people::rows(&self.email, &self.name, &self.role)
    }

    fn owner_place(&self) -> Option<usize> {
        self.owner.parse().ok().filter(|place| *place < people::MOST)
    }

    fn owner_field(&self) -> String {
        format!("email-{}", self.owner_place().unwrap_or(0))
    }

    fn asks_for_rows(&self) -> bool {
        !self.add.is_empty() || !self.remove.is_empty()
    }

    fn with_rows_changed(mut self) -> Self {
        let gone = self.remove.parse().ok();
        self.owner = match (self.owner_place(), gone) {
            (Some(owner), Some(gone)) if owner > gone => (owner - 1).to_string(),
            (Some(owner), Some(gone)) if owner == gone => String::new(),
            _ => self.owner,
        };
        (self.email, self.name, self.role) = people::columns(people::changed(self.rows(), gone));
        self
    }

    fn parse(&self) -> std::result::Result<NewTeam, FormErrors> {
        let mut errors = FormErrors::none();
        let name = errors.line("team_name", "the team's name", &self.team_name, NAME_LENGTH);
        let program = self.program.parse::<ProgramId>().ok();
        if program.is_none() {
            errors.add("program", "Choose the program that the team is invited into");
        }
        let owner_place = self.owner_place();
        let mut listed = people::read(&mut errors, &self.rows(), owner_place);
        let owner = listed.iter().position(|(nth, _)| Some(*nth) == owner_place).map(|at| listed.remove(at).1);
        let rows = self.rows();
        let nobody = rows.iter().all(Typed::is_empty);
        if !nobody && owner_place.and_then(|place| rows.get(place)).is_none_or(Typed::is_empty) {
            errors.add("owner", "Choose who owns the team");
        }
        match &owner {
            _ if self.confirmed.is_empty() => errors.add("confirmed", "Confirm who owns the team: only that person can ever change it"),
            Some(owner) if self.confirmed != "true" && self.confirmed != owner.email.as_str() => {
                errors.add("confirmed", format!("Confirm again who owns the team: it is {} now", owner.called()));
            }
            Some(_) | None => {}
        }
        let subject = errors.optional_line("subject", "the subject", &self.subject, SUBJECT_LENGTH);
        let message = errors.lines("message", "the message", &self.message, MESSAGE_LENGTH);
        match (program, owner) {
            (Some(program), Some(owner)) if errors.is_empty() => {
                let listed = listed.into_iter().map(|(_, person)| person).collect();
                Ok(NewTeam { program, name, owner, listed, subject, message })
            }
            _ => Err(errors),
        }
    }
}

impl NewTeam {
    /// "Teo and Hana are invited once Ines confirms them."
    fn what_follows(&self) -> String {
        match self.listed.as_slice() {
            [] => "They are the owner from the moment they accept.".to_owned(),
            [one] => format!("{} is invited once the owner confirms them.", one.called()),
            several => format!("{} more people are invited once the owner confirms them.", several.len()),
        }
    }
}

impl NewTeamPage {
    fn of(
        by: &Authorized<may::Invite>,
        layout: Layout,
        form: NewTeamForm,
        errors: FormErrors,
        programs: Vec<Program>,
        known: Option<Known>,
    ) -> Self {
        let slug = &by.company.slug;
        let frame = by.frame(layout, CompanyTab::Partners, "Invite a new partner team");
        let owner = form.owner_place();
        let typed = form.rows();
        let owners = typed.iter().enumerate().map(|(nth, typed)| OwnerChoice::of(nth, typed, owner == Some(nth))).collect();
        let chosen = owner.and_then(|nth| Some((typed.get(nth)?.address()?.to_string(), typed.get(nth)?.called(nth))));
        let in_the_way = known.map(|known| paths::invitation(slug, known.id));
        let rows =
            typed.into_iter().enumerate().map(|(nth, typed)| typed.shown(nth, in_the_way.clone().filter(|_| owner == Some(nth)))).collect();
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            company: by.company.name.clone(),
            all_partners: paths::partners(slug),
            list: paths::invitations(slug),
            new_members: paths::new_member_invitations(slug),
            programs_page: paths::programs(slug),
            action: paths::new_team_invitation(slug),
            form,
            rows,
            owners,
            chosen,
            programs,
        }
    }

    fn is_owner(&self, row: &Row) -> bool {
        row.nth == self.form.owner && self.chosen.is_some()
    }

    fn is_program(&self, program: &Program) -> bool {
        self.programs.len() == 1 || self.form.program == program.id.to_string()
    }

    fn people_roles(&self) -> &'static [MemberRole] {
        MemberRole::ALL
    }

    /// What the box says that was confirmed: an address where one is known, so that another owner needs another confirmation.
    fn confirms(&self) -> &str {
        self.chosen.as_ref().map_or("true", |(email, _)| email)
    }

    /// "Ines", in the words of the button.
    fn first_name(&self) -> Option<&str> {
        let (_, called) = self.chosen.as_ref()?;
        Some(called.split(' ').next().unwrap_or(called))
    }

    fn is_confirmed(&self) -> bool {
        let confirmed = &self.form.confirmed;
        !confirmed.is_empty() && self.chosen.as_ref().is_none_or(|(email, _)| confirmed == "true" || confirmed == email)
    }
}

impl OwnerChoice {
    /// The first radio has the id of the field, so that the summary leads to it.
    fn of(nth: usize, typed: &Typed, chosen: bool) -> Self {
        let called = typed.called(nth);
        let avatar = if typed.is_empty() { Avatar::pending() } else { Avatar::unknown(nth, &called) };
        Self {
            id: if nth == 0 { "owner".to_owned() } else { format!("owner-{nth}") },
            value: nth.to_string(),
            email: Some(typed.email.trim().to_owned()).filter(|email| *email != called).unwrap_or_default(),
            called,
            avatar,
            chosen,
        }
    }
}
