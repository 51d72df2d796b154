//! Asking colleagues to work for the company.

use crate::{
    access::{Authorized, Limiter, may},
    companies::{Company, StaffRole, rail::CompanyTab},
    db::Db,
    error::{Error, Result},
    ids::InvitationId,
    invitations::{
        Invitation,
        colleagues::{self, Invited, Known, NewColleague},
        revoking::Revoked,
        upkeep::Resent,
    },
    mail::Mailer,
    paths,
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused, see_other, time, too_many},
    words::NAME_LENGTH,
};
use actix_web::{HttpResponse, web::Path};
use askama::Template;
use serde::Deserialize;

/// Rows of the form; who has more sends it twice.
const ROWS: usize = 5;

/// What the form of colleagues sends: three lists side by side.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ColleaguesForm {
    email: Vec<String>,
    name: Vec<String>,
    staff_role: Vec<String>,
}

#[derive(Template)]
#[template(path = "staffing/invite.html")]
struct InvitePage {
    frame: Frame,
    company: Company,
    errors: FormErrors,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "staffing/revocation.html")]
struct RevocationPage {
    frame: Frame,
    company: Company,
    invitation: Invitation,
}

/// A row as it was typed.
#[derive(Debug, Clone)]
struct Row {
    label: String,
    /// Ids of its fields, which are the keys of their errors.
    ids: [String; 3],
    email: String,
    name: String,
    role: String,
}

impl ColleaguesForm {
    fn rows(&self) -> Vec<Row> {
        let at = |list: &[String], nth: usize| list.get(nth).cloned().unwrap_or_default();
        let row = |nth: usize| Row {
            label: format!("Colleague {}", nth + 1),
            ids: [format!("email-{nth}"), format!("name-{nth}"), format!("staff_role-{nth}")],
            email: at(&self.email, nth),
            name: at(&self.name, nth),
            role: at(&self.staff_role, nth),
        };
        (0..ROWS).map(row).collect()
    }

    /// The people with the place of their row; rows without address and name are left out.
    fn parse(&self) -> std::result::Result<Vec<(usize, NewColleague)>, FormErrors> {
        let mut errors = FormErrors::none();
        let mut people: Vec<(usize, NewColleague)> = Vec::new();
        if self.email.len() > ROWS {
            errors.add("email-0", format!("Invite at most {ROWS} colleagues at a time"));
        }
        for (nth, row) in self.rows().iter().enumerate().filter(|(_, row)| !row.email.trim().is_empty() || !row.name.trim().is_empty()) {
            let email = errors.email(&row.ids[0], &row.email);
            let name = errors.optional_line(&row.ids[1], "the name", &row.name, NAME_LENGTH);
            let role = StaffRole::parse(&row.role);
            if role.is_none() {
                errors.add(&row.ids[2], "Choose a role");
            }
            let (Some(email), Some(role)) = (email, role) else { continue };
            if people.iter().any(|(_, person)| person.email == email) {
                errors.add(&row.ids[0], "Enter each address once");
            }
            people.push((nth, NewColleague { email, name, role }));
        }
        if people.is_empty() && errors.is_empty() {
            errors.add("email-0", "Enter an email address, like ada@example.com");
        }
        if errors.is_empty() { Ok(people) } else { Err(errors) }
    }
}

impl Row {
    fn is(&self, role: &StaffRole) -> bool {
        self.role == role.as_str()
    }
}

impl InvitePage {
    fn new(by: &Authorized<may::Administer>, layout: Layout, form: &ColleaguesForm, errors: FormErrors) -> Self {
        let frame = by.frame(layout, CompanyTab::Staff, "Invite colleagues");
        let frame = if errors.is_empty() { frame } else { frame.with_errors() };
        Self { frame, company: by.company.clone(), errors, rows: form.rows() }
    }
}

/// The form.
pub async fn new(by: Authorized<may::Administer>, layout: Layout) -> Result<HttpResponse> {
    page(&InvitePage::new(&by, layout, &ColleaguesForm::default(), FormErrors::none()))
}

/// Invites them all, or nobody.
pub async fn invite(
    by: Authorized<may::Administer>,
    Form(form): Form<ColleaguesForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    limiter: Limiter,
    db: Db,
) -> Redirect {
    let people = match form.parse() {
        Ok(people) => people,
        Err(errors) => return refused(&InvitePage::new(&by, layout, &form, errors)),
    };
    let (rows, people): (Vec<usize>, Vec<NewColleague>) = people.into_iter().unzip();
    let (staff, actor, count) = (by.staff.clone(), by.actor.clone(), people.len());
    let invited = match db.run(move |conn| colleagues::invite(conn, &mailer, &limiter, &actor, &staff, &people)).await {
        Err(Error::TooMany(excess)) => {
            return too_many(&excess, page(&InvitePage::new(&by, layout.telling(&excess), &form, FormErrors::none())));
        }
        invited => invited?,
    };
    match invited {
        Invited::Sent(until) => {
            let fact = if count == 1 { "1 invitation is sent.".to_owned() } else { format!("{count} invitations are sent.") };
            let until = time::exact(until, by.user.zone());
            flash.ok(paths::staff(&by.company.slug), fact, format!("The link works until {until}."))
        }
        Invited::Known(known) => {
            let mut errors = FormErrors::none();
            for (nth, known) in known {
                let message = match known {
                    Known::AtWork => format!("Leave them out: they work for {} already", by.company.name),
                    Known::Invited(at) => {
                        format!("Leave them out, or resend their invitation of {} on the page before", time::day(at, by.user.zone()))
                    }
                };
                errors.add(format!("email-{}", rows[nth]), message);
            }
            refused(&InvitePage::new(&by, layout, &form, errors))
        }
    }
}

/// Sends a new link.
pub async fn resend(by: Authorized<may::Administer>, path: Path<(String, String)>, flash: Flash, mailer: Mailer, db: Db) -> Redirect {
    let id = invitation_in(path)?;
    let (staff, actor, back) = (by.staff.clone(), by.actor.clone(), paths::staff(&by.company.slug));
    match db.run(move |conn| colleagues::resend(conn, &mailer, &actor, &staff, id)).await? {
        Resent::Done { person, until } => {
            let until = time::exact(until, by.user.zone());
            flash.ok(back, format!("A new link is on its way to {person}."), format!("The old one is dead. It works until {until}."))
        }
        Resent::TooSoon { again_at } => flash.info(
            back,
            "It was sent a moment ago.",
            format!("It can be sent again from {} on.", time::exact(again_at, by.user.zone())),
        ),
        Resent::TooOften => flash.info(back, "It was sent as often as it may be.", "Revoke it and invite again."),
        Resent::NotSent(_) => flash.info(back, "It is over already.", "Nothing was sent."),
    }
}

/// Asks whether an invitation is to be taken back (G14). What is over already has nothing to ask.
pub async fn confirm_revocation(by: Authorized<may::Administer>, path: Path<(String, String)>, layout: Layout, db: Db) -> Redirect {
    let (id, company) = (invitation_in(path)?, by.company.id);
    let Some(invitation) = db.run(move |conn| colleagues::revocable(conn, company, id)).await? else {
        return see_other(paths::staff(&by.company.slug));
    };
    let frame = by.frame(layout, CompanyTab::Staff, &format!("Revoke the invitation of {}?", invitation.person()));
    page(&RevocationPage { frame, company: by.company.clone(), invitation })
}

/// Takes an invitation back.
pub async fn revoke(by: Authorized<may::Administer>, path: Path<(String, String)>, flash: Flash, db: Db) -> Redirect {
    let id = invitation_in(path)?;
    let (staff, actor, back) = (by.staff.clone(), by.actor.clone(), paths::staff(&by.company.slug));
    match db.run(move |conn| colleagues::revoke(conn, &actor, &staff, id)).await? {
        Revoked::Done { person } => flash.ok(back, format!("The invitation of {person} is revoked."), "Its link is dead."),
        Revoked::Over(_) => flash.info(back, "It is over already.", "Nothing was changed."),
    }
}

fn invitation_in(path: Path<(String, String)>) -> Result<InvitationId> {
    path.into_inner().1.parse().map_err(|_| Error::NotFound)
}
