//! The link's row.

use crate::{
    ids::{CompanyId, DestinationId, LinkId, MemberId, PartnerId, ProgramId, TeamId, UserId},
    links::text::Wishes,
    schema::links,
    text_enum,
};
use diesel::prelude::*;

text_enum!(
    /// What a link is for.
    LinkKind {
        /// Every member has one to each default destination of the program.
        Default = "default",
        /// Staff made it for one member.
        Individual = "individual",
        /// The member switched it on.
        Secondary = "secondary",
    }
);

/// A member's link.
#[derive(Debug, Clone, PartialEq, Eq, HasQuery)]
#[diesel(table_name = links)]
pub struct Link {
    /// Key.
    pub id: LinkId,
    /// Whose program it is for.
    pub company_id: CompanyId,
    /// The team's.
    pub team_id: TeamId,
    /// Whose it is.
    pub member_id: MemberId,
    /// The program.
    pub program_id: ProgramId,
    /// As it is written now.
    pub text: String,
}

/// A link to be made.
#[derive(Debug, Clone)]
pub struct NewLink {
    /// Key.
    pub id: LinkId,
    /// The company.
    pub company: CompanyId,
    /// Its partner.
    pub partner: PartnerId,
    /// The partner's team.
    pub team: TeamId,
    /// Whose it will be.
    pub member: MemberId,
    /// A program that the team is in.
    pub program: ProgramId,
    /// What for.
    pub kind: LinkKind,
    /// A further destination of the program.
    pub destination: Option<DestinationId>,
    /// A destination of its own.
    pub url: Option<String>,
    /// Who made it, where that was a person's wish.
    pub by: Option<UserId>,
    /// What it may be called.
    pub wishes: Wishes,
}
