//! Who works for the company, and who is asked to.

use crate::{
    access::{Authorized, may},
    companies::{Company, StaffRole, rail::CompanyTab},
    db::Db,
    error::{Error, Result},
    ids::StaffId,
    invitations::{InvitationStatus, State, colleagues},
    mail::Mailer,
    paths,
    staffing::colleague::{self, Colleague, Leaving, RoleChanged},
    web::{Avatar, Flash, Form, FormErrors, Frame, Layout, Moment, Redirect, page, pagination::Start, refused, see_other},
};
use actix_web::{
    HttpResponse,
    web::{Path, Query},
};
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

/// What the address says of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    after: String,
    before: String,
}

/// What changing a role sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RoleForm {
    staff_role: String,
}

#[derive(Template)]
#[template(path = "staffing/index.html")]
struct StaffPage {
    frame: Frame,
    company: Company,
    errors: FormErrors,
    rows: Vec<Row>,
    lines: Vec<Line>,
    previous: Option<String>,
    next: Option<String>,
    requires_two_step: bool,
    /// Requiring it would be felt by this viewer.
    lacks_two_step: bool,
}

struct Row {
    /// The id of the field with the role.
    field: String,
    avatar: Avatar,
    name: String,
    email: String,
    role: StaffRole,
    since: Moment,
    /// Nobody changes their own role.
    is_me: bool,
    role_to: String,
    removal: String,
}

struct Line {
    person: String,
    email: String,
    role: &'static str,
    state: &'static str,
    asked: String,
    until: Moment,
    resend: Option<String>,
    revoke: Option<String>,
}

#[derive(Template)]
#[template(path = "staffing/removal.html")]
struct RemovalPage {
    frame: Frame,
    company: Company,
    leaving: Leaving,
}

/// The staff, with those who are invited.
pub async fn index(by: Authorized<may::Administer>, Query(query): Query<ListQuery>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let start = Start::from_query(&query.after, &query.before);
    page(&read(&by, start, FormErrors::none(), layout, &db).await?)
}

/// Gives a colleague another role.
pub async fn change_role(
    by: Authorized<may::Administer>,
    path: Path<(String, String)>,
    Form(form): Form<RoleForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let (id, company) = (colleague_in(path)?, by.company.id);
    let Some(role) = StaffRole::parse(&form.staff_role) else {
        db.run(move |conn| Colleague::find(conn, company, id).map(drop)).await?;
        let errors = FormErrors::one(format!("role-{id}"), "Choose a role");
        return refused(&read(&by, Start::First, errors, layout, &db).await?);
    };
    let (staff, actor, back) = (by.staff.clone(), by.actor.clone(), paths::staff(&by.company.slug));
    match db.run(move |conn| colleague::change_role(conn, &mailer, &actor, &staff, id, role)).await? {
        RoleChanged::Done { name, revoked } => {
            flash.ok(back, format!("{name} is {} now.", role.label().to_lowercase()), told_and(&[ended(revoked)]))
        }
        RoleChanged::Same => see_other(back),
    }
}

/// Asks whether a colleague is to be removed, and says what ends with their place (G14).
pub async fn confirm_removal(
    by: Authorized<may::Administer>,
    path: Path<(String, String)>,
    layout: Layout,
    db: Db,
) -> Result<HttpResponse> {
    let (id, staff) = (colleague_in(path)?, by.staff.clone());
    let leaving = db.run(move |conn| Leaving::read(conn, &staff, id)).await?;
    let frame = by.frame(layout, CompanyTab::Staff, &format!("Remove {}?", leaving.colleague.name));
    page(&RemovalPage { frame, company: by.company.clone(), leaving })
}

/// Removes a colleague.
pub async fn remove(by: Authorized<may::Administer>, path: Path<(String, String)>, flash: Flash, mailer: Mailer, db: Db) -> Redirect {
    let id = colleague_in(path)?;
    let (staff, actor, back) = (by.staff.clone(), by.actor.clone(), paths::staff(&by.company.slug));
    let removed = db.run(move |conn| colleague::remove(conn, &mailer, &actor, &staff, id)).await?;
    let rest = told_and(&[left_over(removed.unassigned), ended(removed.revoked)]);
    flash.ok(back, format!("{} is removed.", removed.name), rest)
}

/// What the person hears, and what else came of it.
fn told_and(rest: &[Option<String>]) -> String {
    let further = rest.iter().flatten().map(|fact| format!(" {fact}"));
    std::iter::once("They are told by mail.".to_owned()).chain(further).collect()
}

fn left_over(partners: usize) -> Option<String> {
    match partners {
        0 => None,
        1 => Some("1 partner is assigned to nobody now.".to_owned()),
        n => Some(format!("{n} partners are assigned to nobody now.")),
    }
}

fn ended(invitations: usize) -> Option<String> {
    match invitations {
        0 => None,
        1 => Some("1 invitation of theirs is revoked.".to_owned()),
        n => Some(format!("{n} invitations of theirs are revoked.")),
    }
}

fn colleague_in(path: Path<(String, String)>) -> Result<StaffId> {
    path.into_inner().1.parse().map_err(|_| Error::NotFound)
}

async fn read(by: &Authorized<may::Administer>, start: Start, errors: FormErrors, layout: Layout, db: &Db) -> Result<StaffPage> {
    let company = by.company.id;
    let (people, lines) =
        db.run(move |conn| Ok::<_, Error>((Colleague::page(conn, company, start)?, colleagues::pending(conn, company)?))).await?;
    let here = paths::staff(&by.company.slug);
    let beside = |name, cursor: String| paths::with_query(&here, &[(name, &cursor)]);
    let frame = by.frame(layout, CompanyTab::Staff, "Staff");
    Ok(StaffPage {
        frame: if errors.is_empty() { frame } else { frame.with_errors() },
        company: by.company.clone(),
        errors,
        rows: people.rows.iter().map(|row| Row::new(by, row)).collect(),
        lines: lines.iter().map(|line| Line::new(by, line)).collect(),
        previous: people.previous.map(|cursor| beside("before", cursor)),
        next: people.next.map(|cursor| beside("after", cursor)),
        requires_two_step: by.requires_two_step,
        lacks_two_step: by.user.two_step_at.is_none(),
    })
}

impl Row {
    fn new(by: &Authorized<may::Administer>, row: &Colleague) -> Self {
        Self {
            field: format!("role-{}", row.id),
            avatar: Avatar::person(row.user.uuid(), &row.name),
            name: row.name.clone(),
            email: row.email.clone(),
            role: row.role,
            since: Moment::new(row.joined_at, Utc::now(), by.user.zone()),
            is_me: row.id == by.id,
            role_to: paths::colleague_action(&by.company.slug, row.id, "role"),
            removal: paths::colleague_action(&by.company.slug, row.id, "removal"),
        }
    }
}

impl Line {
    fn new(by: &Authorized<may::Administer>, line: &colleagues::Line) -> Self {
        let (invitation, now) = (&line.invitation, Utc::now());
        let state = invitation.state(now);
        let action = |noun| Some(paths::staff_invitation_action(&by.company.slug, invitation.id, noun));
        let is_out = invitation.status == InvitationStatus::Sent;
        Self {
            person: invitation.person().to_owned(),
            email: invitation.email.to_string(),
            role: invitation.staff_role.map_or("", StaffRole::label),
            state: match state {
                State::Expired => "expired",
                State::Is(InvitationStatus::Sent) if line.mail_refused => "refused",
                State::Is(status) => status.as_str(),
            },
            asked: line.asker.clone(),
            until: Moment::new(invitation.expires_at, now, by.user.zone()),
            resend: action("resending").filter(|_| is_out),
            revoke: action("revocation").filter(|_| is_out),
        }
    }
}
