//! One program as a team sees it: joining it, accepting its new terms, reading what was accepted.

use crate::{
    access::{InTeam, may},
    db::Db,
    error::Result,
    ids::{ProgramId, TermsId},
    invitations::by_team::{self, Accepting, Joining},
    mail::Mailer,
    paths,
    programs::{
        changes::{self, Part},
        team_list::{OfferDetail, OfferTerms},
    },
    teams::{TeamPermission, rail::TeamTab},
    web::{Avatar, Flash, Form, FormErrors, Frame, Layout, Moment, Prose, Redirect, page, refused, time::day},
};
use actix_web::{HttpResponse, web::Path};
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

/// What joining and accepting send: the number of the version that was read, where the box is ticked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TermsForm {
    terms: String,
}

#[derive(Template)]
#[template(path = "programs/for_team.html")]
struct ProgramPage {
    frame: Frame,
    errors: FormErrors,
    team: String,
    slug: String,
    may_answer: bool,
    offer: OfferDetail,
    mark: Avatar,
    /// What is so: since when the team is in, or that it may join.
    stands: String,
    prose: Option<Prose>,
    changes: Vec<Part>,
    accepted: Option<Moment>,
}

#[derive(Template)]
#[template(path = "programs/team_terms.html")]
struct TeamTermsPage {
    frame: Frame,
    programs: String,
    program: String,
    h1: String,
    terms: OfferTerms,
    published: Moment,
    accepted: Option<(String, Moment)>,
    prose: Prose,
}

type At = Path<(String, ProgramId)>;

impl TermsForm {
    /// The version that they read and accept. Nothing where the program has no terms.
    fn parse(&self, offer: &OfferDetail) -> std::result::Result<Option<TermsId>, FormErrors> {
        match (offer.terms, self.terms.parse::<i32>()) {
            (None, _) => Ok(None),
            (Some(number), Ok(read)) if read == number => Ok(offer.terms_id),
            (Some(_), Ok(_)) => Err(FormErrors::one("terms", "Newer terms are in force now: read them and tick the box again")),
            (Some(_), Err(_)) => Err(FormErrors::one("terms", "Tick the box to accept the terms")),
        }
    }
}

/// The program with its terms.
pub async fn show(by: InTeam<may::SeeTeam>, at: At, layout: Layout, db: Db) -> Result<HttpResponse> {
    let offer = read(&db, &by, at.1).await?;
    page(&ProgramPage::of(&by, layout, offer, FormErrors::none()))
}

/// Joins an open program.
pub async fn join(
    by: InTeam<may::AnswerProgramInvitations>,
    at: At,
    Form(form): Form<TermsForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let offer = read(&db, &by, at.1).await?;
    let back = paths::team_program(&by.team.slug, offer.id);
    let terms = match form.parse(&offer) {
        Err(errors) if offer.is_joinable() => return refused(&ProgramPage::of(&by, layout, offer, errors)),
        terms => terms.unwrap_or_default(),
    };
    let (member, actor, id) = (by.member.clone(), by.actor.clone(), offer.id);
    match db.run(move |conn| by_team::join(conn, &mailer, &actor, &member, id, terms)).await? {
        Joining::Done => flash.ok(
            back,
            format!("{} joined {}.", by.team.name, offer.name),
            format!("Every member has access. {} has been told.", offer.company),
        ),
        Joining::AlreadyIn => flash.info(back, format!("{} is in {} already.", by.team.name, offer.name), ""),
        Joining::TermsChanged => changed(&by, layout, &db, id, &form).await,
    }
}

/// Accepts the terms in force, for a team that is in.
pub async fn accept(
    by: InTeam<may::AnswerProgramInvitations>,
    at: At,
    Form(form): Form<TermsForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let offer = read(&db, &by, at.1).await?;
    let back = paths::team_program(&by.team.slug, offer.id);
    let terms = match form.parse(&offer) {
        Ok(Some(terms)) => terms,
        Ok(None) => return flash.info(back, format!("{} has no terms.", offer.name), ""),
        Err(_) if !offer.is_in() => return flash.info(back, format!("{} is not in {}.", by.team.name, offer.name), ""),
        Err(errors) => return refused(&ProgramPage::of(&by, layout, offer, errors)),
    };
    let (member, actor, id) = (by.member.clone(), by.actor.clone(), offer.id);
    match db.run(move |conn| by_team::accept_terms(conn, &mailer, &actor, &member, id, terms)).await? {
        Accepting::Done => {
            let fact = format!("You accepted version {} of the terms of {}.", offer.terms.unwrap_or_default(), offer.name);
            flash.ok(back, fact, "A receipt is on its way to you.")
        }
        Accepting::Already => flash.info(back, "These terms were accepted already.", "Nothing was changed."),
        Accepting::NotIn => flash.info(back, format!("{} is not in {} any more.", by.team.name, offer.name), ""),
        Accepting::TermsChanged => changed(&by, layout, &db, id, &form).await,
    }
}

/// One version of the terms.
pub async fn terms(by: InTeam<may::SeeTeam>, at: Path<(String, ProgramId, TermsId)>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let (team, program, id) = (by.team.id, at.1, at.2);
    let terms = db.run(move |conn| OfferTerms::read(conn, team, program, id)).await?;
    let (now, zone) = (Utc::now(), by.user.zone());
    let h1 = format!("Version {} of the terms of {}", terms.number, terms.program);
    page(&TeamTermsPage {
        frame: by.frame(layout, TeamTab::Programs, &h1),
        programs: paths::team_programs(&by.team.slug),
        program: paths::team_program(&by.team.slug, program),
        h1,
        published: Moment::new(terms.published_at, now, zone),
        accepted: terms.accepted_by.clone().zip(terms.accepted_at.map(|at| Moment::new(at, now, zone))),
        prose: Prose::lesson(&terms.body),
        terms,
    })
}

pub(super) async fn read<P>(db: &Db, by: &InTeam<P>, id: ProgramId) -> Result<OfferDetail> {
    let team = by.team.id;
    db.run(move |conn| OfferDetail::read(conn, team, id)).await
}

/// Another version came into force between the page and the form: the page again, with that one.
async fn changed(by: &InTeam<may::AnswerProgramInvitations>, layout: Layout, db: &Db, id: ProgramId, form: &TermsForm) -> Redirect {
    let offer = read(db, by, id).await?;
    let errors = form.parse(&offer).err().unwrap_or_default();
    refused(&ProgramPage::of(by, layout, offer, errors))
}

impl ProgramPage {
    fn of<P>(by: &InTeam<P>, layout: Layout, offer: OfferDetail, errors: FormErrors) -> Self {
        let zone = by.user.zone();
        let frame = by.frame(layout, TeamTab::Programs, &offer.name);
        let changes = match (&offer.accepted_body, &offer.terms_body) {
            (Some(before), Some(after)) if offer.is_due() => changes::between(before, after),
            _ => Vec::new(),
        };
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            team: by.team.name.clone(),
            slug: by.team.slug.clone(),
            may_answer: by.may(TeamPermission::AnswerProgramInvitations),
            mark: Avatar::company(&offer.company),
            stands: match (offer.joined_at, offer.left_at) {
                (Some(_), Some(left)) => format!("Left on {}", day(left, zone)),
                (Some(joined), None) => format!("Joined on {}", day(joined, zone)),
                (None, _) => "Open to any team".to_owned(),
            },
            prose: offer.terms_body.as_deref().map(Prose::lesson),
            accepted: offer.accepted_at.map(|at| Moment::new(at, Utc::now(), zone)),
            changes,
            offer,
        }
    }

    /// Who accepted which version when; empty where nobody did.
    fn accepted_said(&self) -> String {
        match (&self.offer.accepted_by, self.offer.accepted, &self.accepted) {
            (Some(by), Some(number), Some(at)) => format!("{by} accepted version {number} on {}", at.exact),
            _ => String::new(),
        }
    }
}
