//! The roles of staff and what each may do: the one table of rule 31. All of it is locked.

use crate::text_enum;

text_enum!(
    /// What a person is in a company.
    StaffRole {
        /// Everything.
        Administrator = "administrator",
        /// The daily work.
        Manager = "manager",
        /// Reads.
        Viewer = "viewer",
    }
);

/// What staff may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StaffPermission {
    /// See partners, members, messages, invitations, programs, training, referrals.
    SeePartners,
    /// Invite, resend, revoke, tag, note, assign, archive.
    Invite,
    /// Write to partner teams and their members.
    Message,
    /// Write programs, terms, courses; decide referrals.
    WritePrograms,
    /// Make links for one member.
    MakeLinks,
    /// See commissions and withdrawals, without payout details.
    SeeMoney,
    /// Mark withdrawals paid or failed, export them for payment, see payout details.
    PayOut,
    /// Staff, settings, keys, audit log, ending a partnership.
    Administer,
}

impl StaffPermission {
    /// Every permission.
    pub const ALL: &'static [Self] = &[
        Self::SeePartners,
        Self::Invite,
        Self::Message,
        Self::WritePrograms,
        Self::MakeLinks,
        Self::SeeMoney,
        Self::PayOut,
        Self::Administer,
    ];

    /// Who has it.
    pub const fn holders(self) -> &'static [StaffRole] {
        match self {
            Self::SeePartners | Self::SeeMoney => &[StaffRole::Administrator, StaffRole::Manager, StaffRole::Viewer],
            Self::Invite | Self::Message | Self::WritePrograms | Self::MakeLinks => &[StaffRole::Administrator, StaffRole::Manager],
            Self::PayOut | Self::Administer => &[StaffRole::Administrator],
        }
    }

    /// The sentence for those who do not have it.
    pub fn who_can(self) -> &'static str {
        match self {
            Self::SeePartners | Self::SeeMoney => "Only the company's staff can do this.",
            Self::Invite => "Viewers can look, but not invite. Ask an administrator or a manager of the company.",
            Self::MakeLinks => "Viewers can look, but not make links. Ask an administrator or a manager of the company.",
            Self::PayOut => "Only administrators pay out. Ask an administrator of the company.",
            Self::Administer => "Only administrators can do this. Ask an administrator of the company.",
            Self::Message => "Viewers can read, but not write messages. Ask an administrator or a manager of the company.",
            Self::WritePrograms => {
                "Viewers can look, but not change programs and courses or decide referrals. Ask an administrator or a manager of the company."
            }
        }
    }
}

impl StaffRole {
    /// Whether this role has that permission.
    pub fn may(self, permission: StaffPermission) -> bool {
        permission.holders().contains(&self)
    }

    /// What it means, in half a sentence.
    pub const fn means(self) -> &'static str {
        match self {
            Self::Administrator => "everything, the staff included",
            Self::Manager => "invites, writes, programs and courses",
            Self::Viewer => "reads everything, changes nothing",
        }
    }

    /// The role as a word on a page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Administrator => "Administrator",
            Self::Manager => "Manager",
            Self::Viewer => "Viewer",
        }
    }
}
