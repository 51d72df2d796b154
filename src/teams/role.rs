//! The four roles of a team and what each may do: the one table of rule 35.

use crate::text_enum;

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

/// What people of a team may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TeamPermission {
    /// See the team's page, members and approvals.
    SeeTeam,
    /// Invite and remove members, and so see who is invited.
    InviteMembers,
    /// Write in the group conversations with companies.
    WriteGroupMessages,
    /// Approve members asked for by a company.
    ApproveMembers,
    /// Accept or decline program invitations.
    AnswerProgramInvitations,
    /// See how far the others are in their training.
    SeeOthersTraining,
}

impl TeamPermission {
    /// Every permission.
    pub const ALL: &'static [Self] = &[
        Self::SeeTeam,
        Self::WriteGroupMessages,
        Self::InviteMembers,
        Self::ApproveMembers,
        Self::AnswerProgramInvitations,
        Self::SeeOthersTraining,
    ];

    /// The sentence for those who do not have it.
    pub const fn who_can(self) -> &'static str {
        match self {
            Self::SeeTeam => "Only the team's members can see this.",
            Self::WriteGroupMessages => "Your team has switched this off for your role. Ask its owner or an admin.",
            Self::ApproveMembers => "Only the team's owner can do this.",
            Self::InviteMembers | Self::AnswerProgramInvitations => "Only the team's owner and admins can do this.",
            Self::SeeOthersTraining => "Only the team's owner and admins see how far the others are.",
        }
    }
}

impl TeamRole {
    /// Whether this role has that permission.
    pub const fn may(self, permission: TeamPermission) -> bool {
        use MemberRole::{Admin, Finance, Member};
        match (permission, self) {
            (_, Self::Owner) => true,
            (TeamPermission::SeeTeam | TeamPermission::WriteGroupMessages, Self::Given(Admin | Member | Finance)) => true,
            (
                TeamPermission::InviteMembers | TeamPermission::AnswerProgramInvitations | TeamPermission::SeeOthersTraining,
                Self::Given(Admin),
            ) => true,
            (
                TeamPermission::InviteMembers | TeamPermission::AnswerProgramInvitations | TeamPermission::SeeOthersTraining,
                Self::Given(Member | Finance),
            ) => false,
            (TeamPermission::ApproveMembers, Self::Given(Admin | Member | Finance)) => false,
        }
    }

    /// The roles that this one gives and takes (rule 36).
    pub const fn gives(self) -> &'static [MemberRole] {
        match self {
            Self::Owner => MemberRole::ALL,
            Self::Given(MemberRole::Admin) => &[MemberRole::Admin, MemberRole::Member],
            Self::Given(MemberRole::Member | MemberRole::Finance) => &[],
        }
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

    /// What the role may, in a few words.
    pub const fn means(self) -> &'static str {
        match self {
            Self::Owner => "full access, withdraws commissions",
            Self::Given(role) => role.means(),
        }
    }
}

impl MemberRole {
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
