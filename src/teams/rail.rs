//! The rail of team pages.

use crate::{
    paths,
    teams::{Membership, TeamPermission},
    web::{Avatar, Person, Place, Tab},
};

/// The tabs of the rail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TeamTab {
    /// The team's home.
    Overview,
    /// Its people.
    Members,
    /// Its name, and its end.
    Settings,
    /// The programs it is in, and those it may join.
    Programs,
    /// What waits for its decision.
    Approvals,
    /// Its conversations with companies.
    Messages,
    /// Courses of the programs it is in.
    Training,
    /// The links of its people.
    Links,
    /// Leads that its people contributed.
    Referrals,
    /// What it has earned, and taken out.
    Commissions,
    /// What was done in it; the owner and the admins see it.
    History,
}

impl TeamTab {
    /// The tab's word, which pages below it carry in their title.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Members => "Members",
            Self::Settings => "Settings",
            Self::Programs => "Programs",
            Self::Approvals => "Approvals",
            Self::Messages => "Messages",
            Self::Training => "Training",
            Self::Links => "Links",
            Self::Referrals => "Referrals",
            Self::Commissions => "Commissions",
            Self::History => "History",
        }
    }
}

/// The team as the frame shows it, with `current` marked and what waits for this member counted.
pub fn place(member: &Membership, waiting: i64, current: TeamTab) -> Place {
    let team = &member.team;
    let tab = |tab: TeamTab, href: String, icon: &'static str, count: Option<i64>| Tab {
        label: tab.label(),
        href,
        icon,
        current: tab == current,
        count,
    };
    let mut tabs = vec![
        tab(TeamTab::Overview, paths::team(&team.slug), "home", None),
        tab(TeamTab::Members, paths::members(&team.slug), "users", None),
        tab(TeamTab::Programs, paths::team_programs(&team.slug), "layers", None),
        tab(TeamTab::Approvals, paths::approvals(&team.slug), "check-check", Some(waiting).filter(|n| *n > 0)),
        tab(TeamTab::Messages, paths::team_messages(&team.slug), "inbox", Some(member.unread).filter(|n| *n > 0)),
    ];
    if member.has_courses {
        tabs.push(tab(TeamTab::Training, paths::training(&team.slug), "graduation", None));
    }
    tabs.push(tab(TeamTab::Links, paths::team_links(&team.slug), "link", None));
    tabs.push(tab(TeamTab::Referrals, paths::team_referrals(&team.slug), "git-branch", None));
    if member.may(TeamPermission::SeeCommissions) {
        tabs.push(tab(TeamTab::Commissions, paths::commissions(&team.slug), "banknote", None));
    }
    tabs.push(tab(TeamTab::Settings, paths::team_settings(&team.slug), "settings", None));
    if member.may(TeamPermission::AnswerProgramInvitations) {
        tabs.push(tab(TeamTab::History, paths::history(&team.slug), "history", None));
    }
    Place {
        avatar: Avatar::team(team.id.uuid(), &team.name),
        name: team.name.clone(),
        kind: "Partner team",
        home: paths::team(&team.slug),
        tabs,
        switch: Some(paths::places()),
    }
}

/// The person at the rail's foot.
pub fn person(member: &Membership) -> Person {
    Person {
        name: member.user.name.clone(),
        avatar: Avatar::person(member.user.id.uuid(), &member.user.name),
        line: member.role.label().to_owned(),
    }
}
