//! Role × permission, in plain English (rule 35).

use crate::{
    access::locks::{InTeam, may},
    db::Db,
    error::Error,
    governing::switching::{self, Switched, Turn},
    mail::Mailer,
    paths,
    teams::{
        TeamPermission, TeamRole,
        permissions::{Cell, Group, Rule},
        rail::TeamTab,
    },
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused},
};
use askama::Template;
use serde::Deserialize;
use std::collections::BTreeSet;

/// The free cells as the browser sent them: those that were on when the page was made, and those that are ticked now. Only where the two
/// differ does somebody want a change, so that nobody undoes what another switched meanwhile.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SwitchesForm {
    was: Vec<String>,
    on: Vec<String>,
    /// Pressed to put everything back to how it is at first.
    reset: String,
}

#[derive(Template)]
#[template(path = "governing/permissions.html")]
struct PermissionsPage {
    frame: Frame,
    errors: FormErrors,
    team: String,
    slug: String,
    members_count: i32,
    groups: Vec<Part>,
    may_edit: bool,
}

struct Part {
    label: &'static str,
    lines: Vec<Line>,
}

struct Line {
    action: &'static str,
    cells: Vec<Shown>,
}

/// A cell as this viewer meets it.
struct Shown {
    word: String,
    role: &'static str,
    /// For who cannot see the heads: "Finance: see commissions".
    label: String,
    is_on: bool,
    /// As it stands in the form: on, or ticked and not saved.
    is_ticked: bool,
    is_free: bool,
    says: &'static str,
    fact: String,
    reason: &'static str,
}

/// The table.
pub async fn index(by: InTeam<may::SeeTeam>, layout: Layout) -> Redirect {
    page(&PermissionsPage::of(&by, layout, FormErrors::none(), None))
}

/// Switches what is ticked otherwise than before.
pub async fn switch(
    by: InTeam<may::EditTeam>,
    Form(form): Form<SwitchesForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let turns = match form.parse(&by) {
        Ok(turns) => turns,
        Err(errors) => return refused(&PermissionsPage::of(&by, layout, errors, Some(&form.on))),
    };
    let (member, actor) = (by.member.clone(), by.actor.clone());
    let back = paths::permissions(&by.team.slug);
    match db.run(move |conn| switching::switch(conn, &mailer, &actor, &member, &turns)).await? {
        Switched::Done(turns) => flash.ok(back, done(&turns), "It is felt on a person’s next click, and they are mailed what changed."),
        Switched::Same => flash.info(back, "Nothing changed.", "Everything is as you want it already."),
        Switched::Locked(cell) => {
            let (fact, reason) = cell.why_locked(by.role);
            Err(Error::Forbidden(format!("{fact} {reason}").into()))
        }
    }
}

fn done(turns: &[Turn]) -> String {
    match turns {
        [turn] => {
            let may = if turn.on { "may now" } else { "may no longer" };
            format!("{} {may} {}.", turn.cell.role.plural(), turn.cell.permission.phrase())
        }
        several => format!("{} permissions are changed.", several.len()),
    }
}

impl SwitchesForm {
    fn parse(&self, by: &InTeam<may::EditTeam>) -> Result<Vec<Turn>, FormErrors> {
        if !self.reset.is_empty() {
            let theirs = Cell::all().filter(|cell| cell.is_switched_by(by.role) && by.team.switches.has(*cell));
            return Ok(theirs.map(|cell| Turn { cell, on: matches!(cell.rule(), Rule::Switch { at_first: true }) }).collect());
        }
        let (was, on): (BTreeSet<&String>, BTreeSet<&String>) = (self.was.iter().collect(), self.on.iter().collect());
        let turns = was.symmetric_difference(&on).map(|word| Some(Turn { cell: Cell::parse(word)?, on: on.contains(*word) }));
        let unknown = || FormErrors::one("permissions", "Tick only what stands on this page. Nothing was changed.");
        turns.collect::<Option<Vec<_>>>().ok_or_else(unknown)
    }
}

impl PermissionsPage {
    fn of<P>(by: &InTeam<P>, layout: Layout, errors: FormErrors, ticked: Option<&[String]>) -> Self {
        let frame = by.frame(layout, TeamTab::Members, "Permissions");
        let line = |permission: &TeamPermission| Line {
            action: permission.action(),
            cells: TeamRole::ALL.map(|role| Shown::of(by, Cell { role, permission: *permission }, ticked)).into(),
        };
        let part = |group: Group| Part {
            label: group.label(),
            lines: TeamPermission::ALL.iter().filter(|permission| permission.group() == group).map(line).collect(),
        };
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            team: by.team.name.clone(),
            slug: by.team.slug.clone(),
            members_count: by.team.member_count,
            groups: Group::ALL.map(part).into(),
            may_edit: by.may(TeamPermission::EditTeam),
        }
    }

    fn roles(&self) -> [TeamRole; 4] {
        TeamRole::ALL
    }

    fn about_locks(&self) -> &'static str {
        if self.may_edit {
            "A lock is not yours to switch. Choose one to read why."
        } else {
            "Only the team’s owner and admins switch permissions. Choose a lock to read why."
        }
    }

    fn may_reset(&self) -> bool {
        self.may_edit && self.groups.iter().flat_map(|part| &part.lines).flat_map(|line| &line.cells).any(|cell| cell.is_free)
    }
}

impl Shown {
    fn of<P>(by: &InTeam<P>, cell: Cell, ticked: Option<&[String]>) -> Self {
        let (word, is_on) = (cell.word(), by.team.allows(cell.role, cell.permission));
        let (fact, reason) = cell.why_locked(by.role);
        Self {
            role: cell.role.label(),
            label: format!("{}: {}", cell.role.label(), cell.permission.phrase()),
            is_on,
            is_ticked: ticked.map_or(is_on, |ticked| ticked.contains(&word)),
            is_free: cell.is_switched_by(by.role),
            says: match (cell.rule(), cell.role, is_on) {
                (Rule::Always, _, _) => "Always",
                (Rule::Never, TeamRole::Owner, _) => "Not yet",
                (Rule::Never, TeamRole::Given(_), _) => "Never",
                (Rule::Switch { .. }, _, true) => "Yes",
                (Rule::Switch { .. }, _, false) => "No",
            },
            fact,
            reason,
            word,
        }
    }
}
