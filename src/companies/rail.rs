//! The rail of company pages.

use crate::{
    companies::{StaffPermission, staff::Staff},
    paths,
    web::{Avatar, Person, Place, Tab},
};

/// The tabs of the rail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompanyTab {
    /// All Partners and Invite Partners.
    Partners,
    /// The shared inbox.
    Messages,
    /// The company's programs.
    Programs,
    /// Its courses.
    Training,
    /// Leads that members contributed.
    Referrals,
    /// What teams take out.
    Withdrawals,
    /// The people who work for the company; administrators alone see it.
    Staff,
    /// Where links may lead, keys, payouts; administrators alone see it.
    Settings,
    /// The audit log; administrators alone see it.
    Audit,
}

impl CompanyTab {
    /// The tab's word, which pages below it carry in their title.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Partners => "All Partners",
            Self::Messages => "Messages",
            Self::Programs => "Programs",
            Self::Training => "Training",
            Self::Referrals => "Referrals",
            Self::Withdrawals => "Withdrawals",
            Self::Staff => "Staff",
            Self::Settings => "Settings",
            Self::Audit => "Audit log",
        }
    }
}

/// The company as the frame shows it, with `current` marked.
pub fn place(staff: &Staff, current: CompanyTab) -> Place {
    let company = &staff.company;
    let counted = |tab: CompanyTab, href: String, icon: &'static str, count: Option<i64>| Tab {
        label: tab.label(),
        href,
        icon,
        current: tab == current,
        count,
    };
    let tab = |tab: CompanyTab, href: String, icon: &'static str| counted(tab, href, icon, None);
    let mut tabs = vec![
        tab(CompanyTab::Partners, paths::partners(&company.slug), "users"),
        counted(CompanyTab::Messages, paths::inbox(&company.slug), "inbox", Some(staff.unread).filter(|n| *n > 0)),
        tab(CompanyTab::Programs, paths::programs(&company.slug), "layers"),
    ];
    if staff.has_courses || staff.may(StaffPermission::WritePrograms) {
        tabs.push(tab(CompanyTab::Training, paths::courses(&company.slug), "graduation"));
    }
    tabs.push(tab(CompanyTab::Referrals, paths::referrals(&company.slug), "git-branch"));
    if staff.may(StaffPermission::SeeMoney) {
        tabs.push(tab(CompanyTab::Withdrawals, paths::withdrawals(&company.slug), "banknote"));
    }
    if staff.may(StaffPermission::Administer) {
        tabs.push(tab(CompanyTab::Staff, paths::staff(&company.slug), "id-card"));
        tabs.push(tab(CompanyTab::Settings, paths::company_settings(&company.slug), "settings"));
        tabs.push(tab(CompanyTab::Audit, paths::audit(&company.slug), "history"));
    }
    Place {
        avatar: Avatar::company(&company.name),
        name: company.name.clone(),
        kind: "Company",
        home: paths::partners(&company.slug),
        tabs,
        switch: staff.has_other_places.then(paths::home),
    }
}

/// The person at the rail's foot.
pub fn person(staff: &Staff) -> Person {
    Person {
        name: staff.user.name.clone(),
        avatar: Avatar::person(staff.user.id.uuid(), &staff.user.name),
        line: staff.role.label().to_owned(),
    }
}
