//! The four roles of a team (rule 33). What each may do stands in `permissions.rs`.

use crate::{teams::TeamPermission, text_enum};

text_enum!(
    /// A role that a member row stores and that can be given. Owner is none of them: it is where the team says who owns it (S29).
    MemberRole {
        /// Contributes referrals and edits the team; may not withdraw.
        Admin = "admin",
        /// Contributes referrals.
        Member = "member",
        /// Views and withdraws commissions.
        Finance = "finance",
    }
);

/// What a person is in a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TeamRole {
    /// Full access; alone hands over ownership.
    Owner,
    /// Everyone else.
    Given(MemberRole),
}

impl TeamRole {
    /// Every role, as tables show them.
    pub const ALL: [Self; 4] =
        [Self::Owner, Self::Given(MemberRole::Admin), Self::Given(MemberRole::Member), Self::Given(MemberRole::Finance)];

    /// The role of that word.
    pub fn parse(word: &str) -> Option<Self> {
        if word == Self::Owner.as_str() { Some(Self::Owner) } else { MemberRole::parse(word).map(Self::Given) }
    }

    /// The word that the audit log keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Given(role) => role.as_str(),
        }
    }

    /// The role as a word on a page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Given(role) => role.label(),
        }
    }

    /// Whoever has the role, as a sentence begins.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Owner => "The owner",
            Self::Given(MemberRole::Admin) => "Admins",
            Self::Given(MemberRole::Member) => "Members",
            Self::Given(MemberRole::Finance) => "Finance team members",
        }
    }

    /// Whether a team may require two-step sign-in of it: who hands the team over, and who withdraws (S7). `accounts/two_step/setup.rs`
    /// asks the same of the rows.
    pub const fn may_need_two_step(self) -> bool {
        matches!(self, Self::Owner | Self::Given(MemberRole::Finance))
    }

    /// What the role may, in a few words.
    pub const fn means(self) -> &'static str {
        match self {
            Self::Owner => "full access, withdraws commissions",
            Self::Given(role) => role.means(),
        }
    }
}

impl MemberRole {
    /// The right to give and to take it (rule 36).
    pub const fn given_by(self) -> TeamPermission {
        match self {
            Self::Admin | Self::Member => TeamPermission::GiveRoles,
            Self::Finance => TeamPermission::GiveFinance,
        }
    }

    /// The role as a word on a page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Admin => "Admin",
            Self::Member => "Member",
            Self::Finance => "Finance",
        }
    }

    /// What the role may, in a few words.
    pub const fn means(self) -> &'static str {
        match self {
            Self::Admin => "refers, edits the team, invites",
            Self::Member => "refers, has links",
            Self::Finance => "views and withdraws commissions",
        }
    }
}
