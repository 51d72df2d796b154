//! One member, as their team sees them, and their role (rule 36).

use crate::{
    access::{
        Freshness,
        locks::{InTeam, may},
    },
    db::Db,
    error::Error,
    governing::{
        leaving,
        role_change::{self, RoleChanged},
    },
    ids::MemberId,
    mail::Mailer,
    paths,
    teams::{MemberRole, TeamPermission, TeamRole, people::Colleague, rail::TeamTab},
    web::{Avatar, Flash, Form, FormErrors, Frame, Layout, Moment, Redirect, page, refused},
};
use actix_web::web::Path;
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

/// The role to give, as the browser sent it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RoleForm {
    role: String,
}

#[derive(Template)]
#[template(path = "governing/member.html")]
struct MemberPage {
    frame: Frame,
    errors: FormErrors,
    team: String,
    slug: String,
    person: Colleague,
    avatar: Avatar,
    joined: Moment,
    last_active: Option<Moment>,
    is_you: bool,
    /// The roles to choose from; none where the viewer cannot change this one.
    roles: Vec<MemberRole>,
    /// Why the role cannot be changed by the viewer.
    why_not: &'static str,
    may_remove: bool,
}

/// One member.
pub async fn show(by: InTeam<may::SeeTeam>, path: Path<(String, MemberId)>, layout: Layout, db: Db) -> Redirect {
    let (team, id) = (by.team.id, path.1);
    let person = db.run(move |conn| Colleague::find(conn, team, id)).await?;
    page(&MemberPage::of(&by, layout, person, FormErrors::none()))
}

/// Gives another role; to give finance asks who is there (S13).
pub async fn change_role(
    by: InTeam<may::GiveRoles>,
    freshness: Freshness,
    path: Path<(String, MemberId)>,
    Form(form): Form<RoleForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let (team, id) = (by.team.id, path.1);
    let Some(role) = TeamRole::parse(&form.role) else {
        let person = db.run(move |conn| Colleague::find(conn, team, id)).await?;
        return refused(&MemberPage::of(&by, layout, person, FormErrors::one("role", "Choose the role to give")));
    };
    if let TeamRole::Given(role) = role
        && by.gives().contains(&role)
    {
        freshness.require_to_give(role)?;
    }
    let (member, actor) = (by.member.clone(), by.actor.clone());
    let back = paths::member(&by.team.slug, id);
    match db.run(move |conn| role_change::change_role(conn, &mailer, &actor, &member, id, role)).await? {
        RoleChanged::Done { person, to, .. } => {
            flash.ok(back, format!("{person} is {} now.", to.label()), "It is felt on their next click, and they are mailed what changed.")
        }
        RoleChanged::Same { person } => flash.info(back, "Nothing changed.", format!("{person} has this role already.")),
        RoleChanged::Refused(why) => Err(Error::Forbidden(why.into())),
    }
}

impl MemberPage {
    fn of<P>(by: &InTeam<P>, layout: Layout, person: Colleague, errors: FormErrors) -> Self {
        let frame = by.frame(layout, TeamTab::Members, &person.name);
        let (now, zone) = (Utc::now(), by.user.zone());
        let judged = |to: MemberRole| {
            role_change::judge(&by.team, (by.user.id, by.role), (person.user, person.role), TeamRole::Given(to)).map(|_| to)
        };
        let gives = by.may(TeamPermission::GiveRoles);
        let roles: Vec<MemberRole> = MemberRole::ALL.iter().filter_map(|role| judged(*role).ok()).filter(|_| gives).collect();
        let why_not = match (gives, judged(MemberRole::Member)) {
            (false, _) => "Only the team’s owner and admins give roles.",
            (true, Err(why)) => why,
            (true, Ok(_)) => "",
        };
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            team: by.team.name.clone(),
            slug: by.team.slug.clone(),
            avatar: Avatar::person(person.user.uuid(), &person.name),
            joined: Moment::new(person.joined_at, now, zone),
            last_active: person.last_active_at.map(|at| Moment::new(at, now, zone)),
            is_you: person.user == by.user.id,
            roles,
            why_not,
            may_remove: by.may(TeamPermission::InviteMembers) && leaving::why_not(&by.member, &person).is_none(),
            person,
        }
    }

    fn is_role(&self, role: &MemberRole) -> bool {
        self.person.role == TeamRole::Given(*role)
    }

    fn is_owner(&self) -> bool {
        self.person.role == TeamRole::Owner
    }
}
