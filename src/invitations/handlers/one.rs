//! One invitation, and what staff do with it (rule 24).

use crate::{
    access::locks::{Authorized, may},
    companies::{StaffPermission, rail::CompanyTab},
    db::Db,
    ids::InvitationId,
    invitations::{
        InvitationKind, InvitationStatus, State,
        detail::Detail,
        handlers::facts::{self, Badge, Told},
        list::{Likely, Line},
        upkeep::{self, Reminded, Resent, RoleChanged},
    },
    mail::Mailer,
    paths,
    teams::MemberRole,
    web::{
        Avatar, Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused,
        time::{day, exact},
    },
};
use actix_web::web::Path;
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

/// A button, and where it was pressed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pressed {
    /// "list", or the invitation's own page.
    pub(super) from: String,
}

/// The role as the browser sent it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RoleForm {
    role: String,
}

#[derive(Template)]
#[template(path = "invitations/show.html")]
struct InvitationPage {
    frame: Frame,
    errors: FormErrors,
    all_partners: String,
    list: String,
    company: String,
    line: Line,
    avatar: Avatar,
    badge: Badge,
    /// Label and value.
    facts: Vec<(&'static str, String)>,
    listed: Vec<Listed>,
    history: Vec<Told>,
    may_act: bool,
    now: DateTime<Utc>,
}

/// Somebody listed on a program invitation.
struct Listed {
    person: String,
    second: String,
    href: String,
    role: &'static str,
    badge: &'static str,
}

/// One invitation: its facts, its state, its history.
pub async fn show(by: Authorized<may::SeePartners>, path: Path<(String, InvitationId)>, layout: Layout, db: Db) -> Redirect {
    let (company, id) = (by.company.id, path.1);
    let shown = db.run(move |conn| Detail::read(conn, company, id)).await?;
    page(&InvitationPage::of(&by, layout, shown, FormErrors::none()))
}

/// Sends a new link.
pub async fn resend(
    by: Authorized<may::Invite>,
    path: Path<(String, InvitationId)>,
    Form(pressed): Form<Pressed>,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let (staff, actor, id, zone) = (by.staff.clone(), by.actor.clone(), path.1, by.user.zone());
    let back = pressed.back(&by.company.slug, id);
    match db.run(move |conn| upkeep::resend(conn, &mailer, &actor, &staff, id)).await? {
        Resent::Done { person, until } => flash.ok(
            back,
            format!("A new link is on its way to {person}."),
            format!("It works until {}. The link before leads nowhere now.", exact(until, zone)),
        ),
        Resent::TooSoon { again_at } => {
            flash.bad(back, "This was sent a moment ago.", format!("You can send it again from {} on.", exact(again_at, zone)))
        }
        Resent::TooOften => {
            flash.bad(back, "This was sent six times.", "Revoke it and invite the person again, or reach them another way.")
        }
        Resent::NotSent(state) => flash.bad(back, "There is no link to send again.", facts::over(state)),
    }
}

/// Reminds the team's owner.
pub async fn remind(
    by: Authorized<may::Invite>,
    path: Path<(String, InvitationId)>,
    Form(pressed): Form<Pressed>,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let (staff, actor, id, zone) = (by.staff.clone(), by.actor.clone(), path.1, by.user.zone());
    let back = pressed.back(&by.company.slug, id);
    match db.run(move |conn| upkeep::remind(conn, &mailer, &actor, &staff, id)).await? {
        Reminded::Done { team, owner } => flash.ok(back, format!("{} is reminded.", owner.name), format!("They own {}.", team.name)),
        Reminded::TooSoon { again_at } => flash.bad(
            back,
            "The owner knows of this already.",
            format!("You can remind them from {} on, every three days.", day(again_at, zone)),
        ),
        Reminded::NotWaiting => flash.bad(back, "This does not wait for a team.", "There is nobody to remind."),
    }
}

/// Changes the role that is asked for.
pub async fn change_role(
    by: Authorized<may::Invite>,
    path: Path<(String, InvitationId)>,
    Form(form): Form<RoleForm>,
    layout: Layout,
    flash: Flash,
    db: Db,
) -> Redirect {
    let (staff, actor, id) = (by.staff.clone(), by.actor.clone(), path.1);
    let back = paths::invitation(&by.company.slug, id);
    let Some(role) = MemberRole::parse(&form.role) else {
        let company = by.company.id;
        let shown = db.run(move |conn| Detail::read(conn, company, id)).await?;
        return refused(&InvitationPage::of(&by, layout, shown, FormErrors::one("role", "Choose the role that you ask for")));
    };
    match db.run(move |conn| upkeep::change_role(conn, &actor, &staff, id, role)).await? {
        RoleChanged::Done(old) => {
            flash.ok(back, format!("You ask for the role {} now.", role.label()), format!("It was {} before.", old.label()))
        }
        RoleChanged::Same => flash.info(back, format!("The role is {} already.", role.label()), ""),
        RoleChanged::NotWaiting => flash.bad(back, "The role stays as it is.", "It can be changed only while the invitation waits."),
    }
}

impl Pressed {
    /// The page where it was pressed.
    pub(super) fn back(&self, company: &str, id: InvitationId) -> String {
        if self.from == "list" { paths::invitations(company) } else { paths::invitation(company, id) }
    }
}

impl InvitationPage {
    fn of<P>(by: &Authorized<P>, layout: Layout, Detail { line, history, listed }: Detail, errors: FormErrors) -> Self {
        let (slug, zone, now) = (&by.company.slug, by.user.zone(), Utc::now());
        let frame = by.frame(layout, CompanyTab::Partners, line.invitation.person());
        let listed = listed.iter().map(|listed| Listed {
            person: listed.person().to_owned(),
            second: facts::second_line(listed),
            href: paths::invitation(slug, listed.id),
            role: listed.role.map_or("", MemberRole::label),
            badge: facts::stored(listed, now),
        });
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            all_partners: paths::partners(slug),
            list: paths::invitations(slug),
            company: slug.clone(),
            avatar: facts::avatar(&line.invitation),
            badge: Badge::of(&line, now),
            facts: facts::of(&line, &by.staff, now),
            listed: listed.collect(),
            history: history.into_iter().filter_map(|past| Told::of(past, &line, now, zone)).collect(),
            may_act: by.may(StaffPermission::Invite),
            line,
            now,
        }
    }

    fn parent(&self) -> Option<(String, &str)> {
        let parent = self.line.parent.as_ref()?;
        Some((paths::invitation(&self.company, parent.id), &parent.owner))
    }

    fn action(&self, noun: &str) -> String {
        paths::invitation_action(&self.company, self.line.invitation.id, noun)
    }

    fn may_change_role(&self) -> bool {
        self.may_act && self.line.invitation.role.is_some() && self.line.invitation.state(self.now) == State::Is(InvitationStatus::Waiting)
    }

    fn is_role(&self, role: &MemberRole) -> bool {
        self.line.invitation.role == Some(*role)
    }

    fn roles(&self) -> &'static [MemberRole] {
        MemberRole::ALL
    }

    /// The likely action is the page's primary button, unless it takes the invitation back.
    fn is_likely(&self, likely: Likely) -> bool {
        self.line.likely(self.now) == Some(likely)
    }
}
