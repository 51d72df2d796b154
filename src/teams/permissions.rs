//! What each role of a team may do: the one table of rule 35. The locks, the buttons, the page of permissions and the tests read it here.

use crate::{
    teams::{MemberRole, TeamRole},
    text_enum,
};
use diesel::{
    AsExpression, FromSqlRow,
    deserialize::{self, FromSql},
    pg::{Pg, PgValue},
    serialize::{self, Output, ToSql},
    sql_types::{Array, Nullable, Text},
};

text_enum!(
    /// What people of a team may do, in the order of the table.
    TeamPermission {
        /// See the team's page, members, programs and approvals; take training; read group messages.
        SeeTeam = "see team",
        /// Write in the group conversations with companies.
        WriteGroupMessages = "write group messages",
        /// Have referral links of one's own.
        HaveLinks = "have links",
        /// Contribute referrals by the form.
        ContributeReferrals = "contribute referrals",
        /// See how far the others are in their training.
        SeeOthersTraining = "see others training",
        /// See the clicks and referrals of the others.
        SeeActivity = "see activity",
        /// See the team's commissions and withdrawals.
        SeeCommissions = "see commissions",
        /// Ask for a withdrawal.
        Withdraw = "withdraw commissions",
        /// Invite and remove members, and so see who is invited.
        InviteMembers = "invite members",
        /// Give and take the roles of admin and member.
        GiveRoles = "give roles",
        /// Give and take the role of finance.
        GiveFinance = "give finance",
        /// Approve members asked for by a company.
        ApproveMembers = "approve members",
        /// Change the team's name, settings and permissions.
        EditTeam = "edit team",
        /// Join and leave programs, accept or decline program invitations, accept terms.
        AnswerProgramInvitations = "answer program invitations",
        /// Hand over ownership, close the team.
        HandOver = "hand over",
        /// Leave the team.
        Leave = "leave",
    }
);

/// The parts of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// What everybody does all day.
    Work,
    /// Commissions.
    Money,
    /// Who is in, and as what.
    People,
    /// The team itself.
    Team,
}

/// What a cell of the table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Locked: may, in every team.
    Always,
    /// Locked: may not, in any team.
    Never,
    /// The team switches it.
    Switch {
        /// How it is until somebody does.
        at_first: bool,
    },
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
struct Line {
    group: Group,
    /// As the page's row begins.
    action: &'static str,
    /// The same after "Admins may always".
    phrase: &'static str,
    /// Owner, admin, member, finance: the order of [`TeamRole::ALL`].
    rules: [Rule; 4],
    /// Why the locked cells beside the owner's are locked.
    because: &'static str,
}

/// A cell of the table, by its two heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cell {
    /// The column.
    pub role: TeamRole,
    /// The line.
    pub permission: TeamPermission,
}

/// The cells that a team has switched away from how they are at first; all others are as the table says.
#[derive(Debug, Clone, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Array<Nullable<Text>>)]
pub struct Switches(Vec<Cell>);

/// The sentence for those whom an action that is the owner's alone is refused.
pub const OWNER_ALONE: &str = "Only the team's owner can do this.";

impl TeamPermission {
    const fn line(self) -> Line {
        use Rule::{Always, Never};
        const ON: Rule = Rule::Switch { at_first: true };
        const OFF: Rule = Rule::Switch { at_first: false };
        match self {
            Self::SeeTeam => Line {
                group: Group::Work,
                action: "See the team’s page, members and programs, take training, read group messages",
                phrase: "see the team",
                rules: [Always, Always, Always, Always],
                because: "Whoever is in a team sees the team.",
            },
            Self::WriteGroupMessages => Line {
                group: Group::Work,
                action: "Write in the group conversations",
                phrase: "write in the group conversations",
                rules: [Always, Always, ON, ON],
                because: "Admins run the team together with its owner.",
            },
            Self::HaveLinks => Line {
                group: Group::Work,
                action: "Have links",
                phrase: "have links",
                rules: [Always, Always, Always, Always],
                because: "Everybody has links of their own, so that what they bring is known to be theirs.",
            },
            Self::ContributeReferrals => Line {
                group: Group::Work,
                action: "Contribute referrals by the form",
                phrase: "contribute referrals",
                rules: [Always, Always, Always, OFF],
                because: "Contributing referrals is what admins and members do.",
            },
            Self::SeeOthersTraining => Line {
                group: Group::Work,
                action: "See how far teammates are in their training",
                phrase: "see how far teammates are in their training",
                rules: [Always, Always, Never, Never],
                because: "Who runs the team sees how far it is.",
            },
            Self::SeeActivity => Line {
                group: Group::Work,
                action: "See teammates’ clicks and referrals",
                phrase: "see teammates’ clicks and referrals",
                rules: [Always, ON, ON, OFF],
                because: "",
            },
            Self::SeeCommissions => Line {
                group: Group::Money,
                action: "See the team’s commissions",
                phrase: "see the team’s commissions",
                rules: [Always, OFF, OFF, Always],
                because: "Viewing commissions is what the finance role is for.",
            },
            Self::Withdraw => Line {
                group: Group::Money,
                action: "Withdraw commissions",
                phrase: "withdraw commissions",
                rules: [Always, Never, Never, Always],
                because: "Money leaves a team only through its owner and the people who were given the finance role.",
            },
            Self::InviteMembers => Line {
                group: Group::People,
                action: "Invite and remove members",
                phrase: "invite and remove members",
                rules: [Always, Always, Never, Never],
                because: "The owner and the admins decide who is in the team.",
            },
            Self::GiveRoles => Line {
                group: Group::People,
                action: "Give and take the roles admin and member",
                phrase: "give and take the roles admin and member",
                rules: [Always, Always, Never, Never],
                because: "The owner and the admins give roles, and nobody changes their own.",
            },
            Self::GiveFinance => Line {
                group: Group::People,
                action: "Give and take the role finance",
                phrase: "give and take the role finance",
                rules: [Always, OFF, Never, Never],
                because: "The finance role opens the team’s money.",
            },
            Self::ApproveMembers => Line {
                group: Group::People,
                action: "Approve members asked for by a company",
                phrase: "approve members asked for by a company",
                rules: [Always, OFF, Never, Never],
                because: "Companies ask the owner, who may let the admins answer too.",
            },
            Self::EditTeam => Line {
                group: Group::Team,
                action: "Edit the team and its permissions",
                phrase: "edit the team and its permissions",
                rules: [Always, Always, Never, Never],
                because: "The owner and the admins keep the team’s name, settings and permissions.",
            },
            Self::AnswerProgramInvitations => Line {
                group: Group::Team,
                action: "Join or leave programs, answer program invitations, accept terms",
                phrase: "join programs or accept terms",
                rules: [Always, Always, Never, Never],
                because: "A program binds the whole team, so its owner and admins decide.",
            },
            Self::HandOver => Line {
                group: Group::Team,
                action: "Hand over ownership, close the team",
                phrase: "hand over ownership or close the team",
                rules: [Always, Never, Never, Never],
                because: "Nobody but the owner can give the team away.",
            },
            Self::Leave => Line {
                group: Group::Team,
                action: "Leave the team",
                phrase: "leave the team",
                rules: [Never, Always, Always, Always],
                because: "Nobody is held in a team.",
            },
        }
    }

    /// What the table says for that role.
    pub const fn rule(self, role: TeamRole) -> Rule {
        let [owner, admin, member, finance] = self.line().rules;
        match role {
            TeamRole::Owner => owner,
            TeamRole::Given(MemberRole::Admin) => admin,
            TeamRole::Given(MemberRole::Member) => member,
            TeamRole::Given(MemberRole::Finance) => finance,
        }
    }

    /// The part of the page it stands in.
    pub const fn group(self) -> Group {
        self.line().group
    }

    /// The action in plain English.
    pub const fn action(self) -> &'static str {
        self.line().action
    }

    /// The action inside a sentence: "write in the group conversations".
    pub const fn phrase(self) -> &'static str {
        self.line().phrase
    }

    /// The sentence for somebody of that role who does not have it in a team with these switches: who can, and where it can be switched on,
    /// by whom.
    pub fn who_can(self, role: TeamRole, switches: &Switches) -> &'static str {
        match (self.rule(role), role) {
            (Rule::Never | Rule::Always, TeamRole::Owner) => "Hand over the ownership first: a team always has an owner.",
            (Rule::Switch { .. }, TeamRole::Given(MemberRole::Admin)) if self.is_owners_at_first() => {
                "Only the team's owner can do this. They may switch it on for admins."
            }
            (Rule::Switch { .. }, TeamRole::Given(MemberRole::Admin)) => "This is switched off for admins. Ask the team's owner.",
            (Rule::Switch { .. }, _) => "This is switched off for your role. Ask the team's owner or an admin.",
            (Rule::Never | Rule::Always, TeamRole::Given(_)) => self.holders(switches),
        }
    }

    /// Whether at first the owner alone has it.
    fn is_owners_at_first(self) -> bool {
        TeamRole::ALL.iter().all(|role| *role == TeamRole::Owner || !Switches::default().allow(*role, self))
    }

    /// Who has it, as a sentence.
    fn holders(self, switches: &Switches) -> &'static str {
        let has = |role| switches.allow(TeamRole::Given(role), self);
        match (has(MemberRole::Admin), has(MemberRole::Finance)) {
            (true, _) => "Only the team's owner and admins can do this.",
            (_, true) => "Only the team's owner and finance team members can do this.",
            (false, false) => OWNER_ALONE,
        }
    }
}

impl Group {
    /// Every part, in the page's order.
    pub const ALL: [Self; 4] = [Self::Work, Self::Money, Self::People, Self::Team];

    /// Its heading.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Work => "Work",
            Self::Money => "Money",
            Self::People => "People",
            Self::Team => "Team",
        }
    }
}

impl Cell {
    /// Every cell of the table, line by line.
    pub fn all() -> impl Iterator<Item = Self> {
        TeamPermission::ALL.iter().flat_map(|permission| TeamRole::ALL.map(|role| Self { role, permission: *permission }))
    }

    /// What the table says here.
    pub const fn rule(self) -> Rule {
        self.permission.rule(self.role)
    }

    /// As forms and the database spell it: "finance: see activity".
    pub fn word(self) -> String {
        format!("{}: {}", self.role.as_str(), self.permission)
    }

    /// The cell of that word.
    pub fn parse(word: &str) -> Option<Self> {
        let (role, permission) = word.split_once(": ")?;
        Some(Self { role: TeamRole::parse(role)?, permission: TeamPermission::parse(permission)? })
    }

    /// Who switches it: the owner every free cell, admins those of members and finance (rule 35).
    pub const fn is_switched_by(self, by: TeamRole) -> bool {
        match (self.rule(), self.role, by) {
            (Rule::Always | Rule::Never, _, _) => false,
            (Rule::Switch { .. }, _, TeamRole::Owner) => true,
            (Rule::Switch { .. }, TeamRole::Given(MemberRole::Member | MemberRole::Finance), TeamRole::Given(MemberRole::Admin)) => true,
            (Rule::Switch { .. }, _, TeamRole::Given(_)) => false,
        }
    }

    /// Why it cannot be switched by somebody of that role: the fact, and the reason or who can. Of cells that they may switch it says
    /// nothing.
    pub fn why_locked(self, viewer: TeamRole) -> (String, &'static str) {
        let (who, phrase) = (self.role.plural(), self.permission.phrase());
        match (self.rule(), self.role) {
            (Rule::Never, TeamRole::Owner) => ("The owner leaves after handing over.".to_owned(), "A team always has an owner."),
            (Rule::Always, TeamRole::Owner) => (format!("{who} may always {phrase}."), "Owning a team is full access to it."),
            (Rule::Always, TeamRole::Given(_)) => (format!("{who} may always {phrase}."), self.permission.line().because),
            (Rule::Never, TeamRole::Given(_)) => (format!("{who} may never {phrase}."), self.permission.line().because),
            (Rule::Switch { .. }, _) if self.is_switched_by(viewer) => (String::new(), ""),
            (Rule::Switch { .. }, TeamRole::Given(MemberRole::Admin)) => {
                ("The owner switches this.".to_owned(), "What admins may is for the team’s owner to decide.")
            }
            (Rule::Switch { .. }, _) => ("The owner and the admins switch this.".to_owned(), "Ask one of them."),
        }
    }
}

impl Switches {
    /// Whether that role has that permission in a team with these switches.
    pub fn allow(&self, role: TeamRole, permission: TeamPermission) -> bool {
        match permission.rule(role) {
            Rule::Always => true,
            Rule::Never => false,
            Rule::Switch { at_first } => at_first != self.0.contains(&Cell { role, permission }),
        }
    }

    /// Whether that cell is not as it is at first.
    pub fn has(&self, cell: Cell) -> bool {
        self.0.contains(&cell)
    }

    /// The other way at these cells; the caller has judged who switches them.
    pub fn switched(&self, cells: &[Cell]) -> Self {
        Self(Cell::all().filter(|cell| self.has(*cell) != cells.contains(cell)).collect())
    }
}

impl FromSql<Array<Nullable<Text>>, Pg> for Switches {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let words = <Vec<Option<String>> as FromSql<Array<Nullable<Text>>, Pg>>::from_sql(bytes)?;
        let cells = words.iter().flatten().map(|word| Cell::parse(word).ok_or_else(|| format!("no cell of the table: {word}")));
        Ok(Self(cells.collect::<Result<_, _>>()?))
    }
}

impl ToSql<Array<Nullable<Text>>, Pg> for Switches {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let words: Vec<Option<String>> = self.0.iter().map(|cell| Some(cell.word())).collect();
        ToSql::<Array<Nullable<Text>>, Pg>::to_sql(&words, &mut out.reborrow())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PRODUCT's table, as it stands there, with the line of rule 46 about others' training.
    const TABLE: &str = "
        see team                   | yes | yes         | yes         | yes
        write group messages       | yes | yes         | yes, switch | yes, switch
        have links                 | yes | yes         | yes         | yes
        contribute referrals       | yes | yes         | yes         | no, switch
        see others training        | yes | yes         | no          | no
        see activity               | yes | yes, switch | yes, switch | no, switch
        see commissions            | yes | no, switch  | no, switch  | yes
        withdraw commissions       | yes | no          | no          | yes
        invite members             | yes | yes         | no          | no
        give roles                 | yes | yes         | no          | no
        give finance               | yes | no, switch  | no          | no
        approve members            | yes | no, switch  | no          | no
        edit team                  | yes | yes         | no          | no
        answer program invitations | yes | yes         | no          | no
        hand over                  | yes | no          | no          | no
        leave                      | no  | yes         | yes         | yes";

    fn word(rule: Rule) -> &'static str {
        match rule {
            Rule::Always => "yes",
            Rule::Never => "no",
            Rule::Switch { at_first: true } => "yes, switch",
            Rule::Switch { at_first: false } => "no, switch",
        }
    }

    #[test]
    fn the_table_is_the_one_of_the_rules() {
        let lines: Vec<Vec<&str>> = TABLE.lines().skip(1).map(|line| line.split('|').map(str::trim).collect()).collect();
        assert_eq!(lines.len(), TeamPermission::ALL.len());
        for (permission, line) in TeamPermission::ALL.iter().zip(lines) {
            let built: Vec<&str> = [permission.as_str()].into_iter().chain(TeamRole::ALL.map(|role| word(permission.rule(role)))).collect();
            assert_eq!(built, line);
        }
    }

    #[test]
    fn only_the_owner_switches_what_admins_may_and_nobody_a_locked_cell() {
        for cell in Cell::all() {
            assert_eq!(Cell::parse(&cell.word()), Some(cell));
            let free = matches!(cell.rule(), Rule::Switch { .. });
            assert_eq!(cell.is_switched_by(TeamRole::Owner), free);
            let of_admins = cell.role == TeamRole::Given(MemberRole::Admin);
            assert_eq!(cell.is_switched_by(TeamRole::Given(MemberRole::Admin)), free && !of_admins);
            assert!(
                !cell.is_switched_by(TeamRole::Given(MemberRole::Member)) && !cell.is_switched_by(TeamRole::Given(MemberRole::Finance))
            );
            for viewer in TeamRole::ALL {
                let (fact, reason) = cell.why_locked(viewer);
                assert_eq!(fact.is_empty() || reason.is_empty(), cell.is_switched_by(viewer), "{} for {viewer:?}", cell.word());
            }
        }
    }

    #[test]
    fn who_can_is_said_as_the_team_has_switched_it() {
        let (admin, member) = (TeamRole::Given(MemberRole::Admin), TeamRole::Given(MemberRole::Member));
        let (usual, approving) = (Switches::default(), TeamPermission::ApproveMembers);
        let on = usual.switched(&[Cell { role: admin, permission: approving }]);
        assert_eq!(approving.who_can(member, &usual), OWNER_ALONE);
        assert_eq!(approving.who_can(member, &on), "Only the team's owner and admins can do this.");
        assert_eq!(approving.who_can(admin, &usual), "Only the team's owner can do this. They may switch it on for admins.");
        assert_eq!(TeamPermission::Withdraw.who_can(admin, &on), "Only the team's owner and finance team members can do this.");
    }

    #[test]
    fn a_switch_turns_one_cell_and_back() {
        let cell = Cell { role: TeamRole::Given(MemberRole::Admin), permission: TeamPermission::GiveFinance };
        let on = Switches::default().switched(&[cell]);
        assert!(on.allow(cell.role, cell.permission) && !Switches::default().allow(cell.role, cell.permission));
        assert_eq!(
            Cell::all()
                .filter(|other| on.allow(other.role, other.permission) != Switches::default().allow(other.role, other.permission))
                .count(),
            1
        );
        assert_eq!(on.switched(&[cell]), Switches::default());
    }
}
