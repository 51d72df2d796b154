//! Answering a program invitation for the team, from its approvals, by any owner or admin (rule 50).

use crate::{
    access::{InTeam, may},
    db::Db,
    error::{Error, Result},
    ids::{InvitationId, TermsId},
    invitations::{
        InvitationStatus, State,
        accepting::{self, ForTeam},
        declining,
        handlers::terms::{self, is_ticked},
        putting::Put,
    },
    mail::Mailer,
    paths,
    programs::Terms,
    teams::rail::TeamTab,
    web::{Avatar, Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused, time::exact},
    words::REASON_LENGTH,
};
use actix_web::{HttpResponse, web::Path};
use askama::Template;
use serde::Deserialize;

type AtOne = Path<(String, InvitationId)>;

/// What accepting sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AcceptanceForm {
    /// The number of the version of the terms that was read, where the box is ticked.
    terms: String,
}

/// What declining sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DeclinationForm {
    reason: String,
}

#[derive(Template)]
#[template(path = "invitations/for_team.html")]
struct ReviewPage {
    frame: Frame,
    errors: FormErrors,
    team: String,
    put: Put,
    mark: Avatar,
    until: String,
    has_ticked: bool,
    approvals: String,
    accept: String,
    decline: String,
}

#[derive(Template)]
#[template(path = "invitations/for_team_declination.html")]
struct DeclinationPage {
    frame: Frame,
    errors: FormErrors,
    team: String,
    put: Put,
    reason: String,
    approvals: String,
    action: String,
}

impl AcceptanceForm {
    fn parse(&self, in_force: Option<&Terms>) -> std::result::Result<Option<TermsId>, FormErrors> {
        let mut errors = FormErrors::none();
        let terms = terms::read(&self.terms, in_force, &mut errors);
        if errors.is_empty() { Ok(terms) } else { Err(errors) }
    }
}

/// The invitation with its terms, to accept it for the team.
pub async fn review(by: InTeam<may::AnswerProgramInvitations>, at: AtOne, layout: Layout, db: Db) -> Result<HttpResponse> {
    let put = open(&db, &by, at.1).await?;
    page(&ReviewPage::of(&by, layout, put, &AcceptanceForm::default(), FormErrors::none()))
}

/// Accepts it for the team.
pub async fn accept(
    by: InTeam<may::AnswerProgramInvitations>,
    at: AtOne,
    Form(form): Form<AcceptanceForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let put = find(&db, &by, at.1).await?;
    let terms = match form.parse(put.terms.as_ref()) {
        Ok(terms) => terms,
        Err(errors) => return refused(&ReviewPage::of(&by, layout, put.still_open(by.user.zone())?, &form, errors)),
    };
    let (member, request, id) = (by.member.clone(), by.actor.request, at.1);
    let accepted = db.run(move |conn| accepting::accept_for_team(conn, &mailer, &member, request, id, terms)).await?;
    match accepted {
        ForTeam::Done => {
            let fact = format!("{} joined {}.", by.team.name, put.program.name);
            flash.ok(paths::approvals(&by.team.slug), fact, format!("{} has been told.", put.company.name))
        }
        ForTeam::NotOpen => {
            flash.info(paths::approvals(&by.team.slug), "This was answered already.", find(&db, &by, at.1).await?.says(by.user.zone()))
        }
        ForTeam::TermsChanged => {
            let put = open(&db, &by, at.1).await?;
            let errors = form.parse(put.terms.as_ref()).err().unwrap_or_default();
            refused(&ReviewPage::of(&by, layout, put, &form, errors))
        }
    }
}

/// Asks for the reason before it is declined.
pub async fn declination(by: InTeam<may::AnswerProgramInvitations>, at: AtOne, layout: Layout, db: Db) -> Result<HttpResponse> {
    let put = open(&db, &by, at.1).await?;
    page(&DeclinationPage::of(&by, layout, put, String::new(), FormErrors::none()))
}

/// Declines it for the team, with a reason that may be empty (rule 54).
pub async fn decline(
    by: InTeam<may::AnswerProgramInvitations>,
    at: AtOne,
    Form(form): Form<DeclinationForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let put = find(&db, &by, at.1).await?;
    let mut errors = FormErrors::none();
    let reason = errors.lines("reason", "the reason", &form.reason, REASON_LENGTH);
    if !errors.is_empty() {
        return refused(&DeclinationPage::of(&by, layout, put.still_open(by.user.zone())?, form.reason, errors));
    }
    let (member, request, id) = (by.member.clone(), by.actor.request, at.1);
    let declined = db.run(move |conn| declining::decline_for_team(conn, &mailer, &member, request, id, &reason)).await?;
    match declined {
        ForTeam::Done => {
            let fact = format!("{} declined {}.", by.team.name, put.program.name);
            flash.ok(paths::approvals(&by.team.slug), fact, format!("{} has been told.", put.company.name))
        }
        ForTeam::NotOpen | ForTeam::TermsChanged => {
            flash.info(paths::approvals(&by.team.slug), "This was answered already.", find(&db, &by, at.1).await?.says(by.user.zone()))
        }
    }
}

async fn find<P>(db: &Db, by: &InTeam<P>, id: InvitationId) -> Result<Put> {
    let team = by.team.id;
    db.run(move |conn| Put::before_team(conn, team, id)).await
}

async fn open<P>(db: &Db, by: &InTeam<P>, id: InvitationId) -> Result<Put> {
    find(db, by, id).await?.still_open(by.user.zone())
}

impl Put {
    /// The same, where it can be answered; else the page that says why not.
    fn still_open(self, zone: chrono_tz::Tz) -> Result<Self> {
        match self.invitation.state(self.now) {
            State::Is(InvitationStatus::Sent) => Ok(self),
            State::Is(_) | State::Expired => Err(Error::Gone(self.says(zone).into())),
        }
    }

    /// How it ended.
    fn says(&self, zone: chrono_tz::Tz) -> String {
        let Self { invitation, company, program, answerer, .. } = self;
        let who = answerer.as_deref().unwrap_or(invitation.person());
        let at = invitation.answered_at.map_or_else(String::new, |at| format!(" on {}", exact(at, zone)));
        match invitation.state(self.now) {
            State::Is(InvitationStatus::Accepted) => format!("{who} accepted {}{at}.", program.name),
            State::Is(InvitationStatus::Declined) => format!("{who} declined {}{at}.", program.name),
            State::Is(InvitationStatus::Rejected | InvitationStatus::Revoked) => format!("{} took the invitation back.", company.name),
            State::Is(InvitationStatus::Sent | InvitationStatus::Waiting) | State::Expired => {
                format!("The invitation ended on {}. {} can send a new one.", exact(invitation.expires_at, zone), company.name)
            }
        }
    }
}

impl ReviewPage {
    fn of<P>(by: &InTeam<P>, layout: Layout, put: Put, form: &AcceptanceForm, errors: FormErrors) -> Self {
        let (team, id) = (&by.team, put.invitation.id);
        let frame = by.frame(layout, TeamTab::Approvals, &format!("{} for {}", put.program.name, team.name));
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            team: team.name.clone(),
            mark: Avatar::company(&put.company.name),
            until: exact(put.invitation.expires_at, by.user.zone()),
            has_ticked: put.terms.as_ref().is_some_and(|terms| is_ticked(&form.terms, terms)),
            approvals: paths::approvals(&team.slug),
            accept: paths::approval_answer(&team.slug, id, "acceptance"),
            decline: paths::approval_answer(&team.slug, id, "declination"),
            put,
        }
    }
}

impl DeclinationPage {
    fn of<P>(by: &InTeam<P>, layout: Layout, put: Put, reason: String, errors: FormErrors) -> Self {
        let frame = by.frame(layout, TeamTab::Approvals, &format!("Decline {}?", put.program.name));
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            team: by.team.name.clone(),
            reason,
            approvals: paths::approvals(&by.team.slug),
            action: paths::approval_answer(&by.team.slug, put.invitation.id, "declination"),
            put,
        }
    }
}
