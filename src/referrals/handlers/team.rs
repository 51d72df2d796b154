//! A team's referrals, and the form that contributes one (rule 42).

use super::look;
use crate::{
    access::{InTeam, Limit, Limiter, Whose, may},
    db::Db,
    error::{Error, Result},
    ids::{ProgramId, ReferralId},
    mail::Mailer,
    paths,
    referrals::{
        ReferralStatus,
        list::{Of, ReferralRow},
        referral::{Choice, Contributed, Lead, NOTE_LENGTH, contribute},
    },
    teams::{TeamPermission, rail::TeamTab},
    web::{
        Flash, Form, FormErrors, Frame, Layout, Moment, Redirect, page,
        pagination::{PAGE_SIZE, Page, Start},
        refused, too_many,
    },
    words::NAME_LENGTH,
};
use actix_web::{HttpResponse, web::Query};
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

/// Of the list's address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    after: String,
    before: String,
}

/// What contributing a referral sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LeadForm {
    /// The referral's id, made when the form was shown (R15).
    form: String,
    program: String,
    name: String,
    organisation: String,
    email: String,
    note: String,
}

#[derive(Template)]
#[template(path = "referrals/team.html")]
struct ListPage {
    frame: Frame,
    team: String,
    /// To the form, for those who may.
    new: Option<String>,
    /// Who can, for the others.
    who_can: &'static str,
    sees_others: bool,
    rows: Vec<Row>,
    previous: Option<String>,
    next: Option<String>,
}

struct Row {
    name: String,
    second: String,
    program: String,
    company: String,
    member: String,
    badge: (&'static str, &'static str, &'static str),
    reason: String,
    sale: Option<String>,
    /// "$500 left", where some of it was taken back.
    left: Option<String>,
    sent: Moment,
}

#[derive(Template)]
#[template(path = "referrals/new.html")]
struct NewPage {
    frame: Frame,
    slug: String,
    team: String,
    errors: FormErrors,
    form: LeadForm,
    programs: Vec<Choice>,
}

/// The sentence for a form that was sent before with another lead.
const FORM_USED: &str = "This form was sent before, with another person. Send it again to make this a new referral";

impl LeadForm {
    fn parse(&self) -> std::result::Result<Lead, FormErrors> {
        let mut errors = FormErrors::none();
        let program = self.program.parse::<ProgramId>();
        if program.is_err() {
            errors.add("program", "Choose a program");
        }
        let name = errors.line("name", "the person’s name", &self.name, NAME_LENGTH);
        let organisation = errors.optional_line("organisation", "the organisation", &self.organisation, NAME_LENGTH);
        let email = errors.email("email", &self.email);
        let note = errors.lines("note", "the note", &self.note, NOTE_LENGTH);
        let id = self.form.parse().unwrap_or_else(|_| ReferralId::new());
        match (program, email) {
            (Ok(program), Some(email)) if errors.is_empty() => Ok(Lead { id, program, name, organisation, email, note }),
            _ => Err(errors),
        }
    }

    /// What was typed, in a form of its own.
    fn again(self) -> Self {
        Self { form: ReferralId::new().to_string(), ..self }
    }
}

/// The list: one's own, and the others' for who sees their activity.
pub async fn index(by: InTeam<may::SeeTeam>, Query(query): Query<ListQuery>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let sees_others = by.may(TeamPermission::SeeActivity);
    let of = if sees_others { Of::Team(by.team.id) } else { Of::Member(by.id) };
    let start = Start::from_query(&query.after, &query.before);
    let rows = db.run(move |conn| ReferralRow::of_team(conn, of, start)).await?;
    page(&ListPage::new(&by, layout, rows))
}

/// The form.
pub async fn new(by: InTeam<may::ContributeReferrals>, layout: Layout, db: Db) -> Result<HttpResponse> {
    page(&form_page(&by, LeadForm::default().again(), FormErrors::none(), layout, &db).await?)
}

/// Contributes a referral.
pub async fn create(
    by: InTeam<may::ContributeReferrals>,
    Form(form): Form<LeadForm>,
    layout: Layout,
    flash: Flash,
    (limiter, mailer): (Limiter, Mailer),
    db: Db,
) -> Redirect {
    let lead = match form.parse() {
        Ok(lead) => lead,
        Err(errors) => return refused(&form_page(&by, form, errors, layout, &db).await?),
    };
    let (member, actor, name) = (by.member.clone(), by.actor.clone(), lead.name.clone());
    let contributed = db.run(move |conn| {
        limiter.take(conn, Limit::Referrals, Whose::Person(member.user.id))?;
        contribute(conn, &mailer, &actor, &member, &lead)
    });
    let errors = match contributed.await {
        Err(Error::TooMany(excess)) => {
            let again = form_page(&by, form.again(), FormErrors::none(), layout.telling(&excess), &db).await;
            return too_many(&excess, again.and_then(|page_again| page(&page_again)));
        }
        contributed => contributed?,
    };
    let errors = match errors {
        Contributed::Done(company) => {
            let next = "It stands here with what is decided about it.";
            return flash.ok(paths::team_referrals(&by.team.slug), format!("{name} is recommended to {company}."), next);
        }
        Contributed::FormUsed => FormErrors::one("name", FORM_USED),
        Contributed::NotIn => FormErrors::one("program", format!("Choose a program that {} is in", by.team.name)),
    };
    refused(&form_page(&by, form.again(), errors, layout, &db).await?)
}

async fn form_page(by: &InTeam<may::ContributeReferrals>, form: LeadForm, errors: FormErrors, layout: Layout, db: &Db) -> Result<NewPage> {
    let team = by.team.id;
    let programs = db.run(move |conn| Choice::all(conn, team)).await?;
    let frame = by.frame(layout, TeamTab::Referrals, "Contribute a referral");
    Ok(NewPage {
        // Without a program there is no form, and nothing in it to correct.
        frame: if errors.is_empty() || programs.is_empty() { frame } else { frame.with_errors() },
        slug: by.team.slug.clone(),
        team: by.team.name.clone(),
        errors,
        form,
        programs,
    })
}

impl ListPage {
    fn new(by: &InTeam<may::SeeTeam>, layout: Layout, rows: Page<ReferralRow>) -> Self {
        let here = paths::team_referrals(&by.team.slug);
        let beside = |name, cursor: String| paths::with_query(&here, &[(name, &cursor)]);
        Self {
            frame: by.frame(layout, TeamTab::Referrals, "Referrals"),
            team: by.team.name.clone(),
            new: by.may(TeamPermission::ContributeReferrals).then(|| paths::new_referral(&by.team.slug)),
            who_can: by.who_can(TeamPermission::ContributeReferrals),
            sees_others: by.may(TeamPermission::SeeActivity),
            rows: rows.rows.iter().map(|row| Row::new(by, row)).collect(),
            previous: rows.previous.map(|cursor| beside("before", cursor)),
            next: rows.next.map(|cursor| beside("after", cursor)),
        }
    }

    fn words(&self) -> String {
        format!("{PAGE_SIZE} per page")
    }
}

impl NewPage {
    fn is_chosen(&self, program: &Choice) -> bool {
        self.form.program == program.id.to_string() || self.programs.len() == 1
    }
}

impl Row {
    fn new(by: &InTeam<may::SeeTeam>, row: &ReferralRow) -> Self {
        let (kind, icon) = look(row.status);
        // What the company has not looked at yet is sent, as the team sees it.
        let label = if row.status == ReferralStatus::Submitted { "Sent" } else { row.status.label() };
        let kind = if row.status == ReferralStatus::Submitted { "" } else { kind };
        Self {
            name: row.name.clone(),
            second: if row.organisation.is_empty() { row.email.clone() } else { format!("{} · {}", row.organisation, row.email) },
            program: row.program.clone(),
            company: row.company.clone(),
            member: if row.member_id == by.id { "You".to_owned() } else { row.member.clone() },
            badge: (label, kind, icon),
            reason: row.reason.clone(),
            sale: row.sale().map(|sale| sale.to_string()),
            left: row.left().map(|left| format!("{left} left")),
            sent: Moment::new(row.created_at, Utc::now(), by.user.zone()),
        }
    }
}
