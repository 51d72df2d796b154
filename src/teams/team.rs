//! The team's row.

use crate::{
    accounts::User,
    db::now,
    ids::{MemberId, TeamId, UserId},
    schema::{members, teams},
    teams::{MemberRole, NewMember, TeamPermission, TeamRole, permissions::Switches},
    words,
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// A partner team: one owner, and any number of members.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = teams)]
pub struct Team {
    /// Key.
    pub id: TeamId,
    /// Its part of every URL, made from the name once.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The one owner, who is a member too.
    pub owner_id: UserId,
    /// Present members, owner included (rule 3).
    pub member_count: i32,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// What it switched in the table of permissions (rule 35).
    pub switches: Switches,
    /// Whether its owner and finance must have two-step sign-in (S7, rule 34).
    pub requires_two_step: bool,
}

impl Team {
    /// Whether that role has that permission here, with what the team has switched.
    pub fn allows(&self, role: TeamRole, permission: TeamPermission) -> bool {
        self.switches.allow(role, permission)
    }

    /// The sentence for somebody of that role who does not have that permission here.
    pub fn who_can(&self, role: TeamRole, permission: TeamPermission) -> &'static str {
        permission.who_can(role, &self.switches)
    }

    /// Whether this person, in that role, must set up two-step sign-in before anything of the team opens (S7).
    pub fn awaits_two_step(&self, role: TeamRole, user: &User) -> bool {
        self.requires_two_step && role.may_need_two_step() && user.two_step_at.is_none()
    }

    /// The roles that this one gives and takes here (rule 36).
    pub fn given_by(&self, role: TeamRole) -> Vec<MemberRole> {
        MemberRole::ALL.iter().copied().filter(|given| self.allows(role, given.given_by())).collect()
    }

    /// The team with that id.
    pub fn find(conn: &mut PgConnection, id: TeamId) -> QueryResult<Self> {
        Self::query().filter(teams::id.eq(id)).first(conn)
    }

    /// The team with that slug.
    pub fn by_slug(conn: &mut PgConnection, slug: &str) -> QueryResult<Self> {
        Self::query().filter(teams::slug.eq(slug)).first(conn)
    }

    /// The team with that id, locked until the transaction ends: rules that count or judge roles begin so (S31). Not `FOR UPDATE`, which
    /// would make every insert that points at the row wait.
    pub fn lock(conn: &mut PgConnection, id: TeamId) -> QueryResult<Self> {
        Self::query().filter(teams::id.eq(id)).for_no_key_update().first(conn)
    }

    /// Founds a team with its owner as the first member; its slug gets a number where another has it already.
    pub fn found(conn: &mut PgConnection, name: &str, owner: UserId) -> QueryResult<(Self, MemberId)> {
        let wanted = words::slug(name);
        for number in 1.. {
            let slug = if number == 1 { wanted.clone() } else { format!("{wanted}-{number}") };
            // `/teams/new` is the page that founds a team.
            if slug == "new" {
                continue;
            }
            let id = TeamId::new();
            let made = diesel::insert_into(teams::table)
                .values((
                    teams::id.eq(id),
                    teams::slug.eq(&slug),
                    teams::name.eq(name),
                    teams::search.eq(words::fold(name)),
                    teams::owner_id.eq(owner),
                ))
                .on_conflict(teams::slug)
                .do_nothing()
                .execute(conn)?;
            if made == 1 {
                let member =
                    NewMember { team: id, user: owner, role: MemberRole::Admin }.join(conn)?.expect("a new team has no members yet");
                return Ok((Self::find(conn, id)?, member));
            }
        }
        unreachable!("there are more numbers than teams")
    }
}

impl NewMember {
    /// Makes the membership and counts it; nothing where the person is in the team already. The caller holds the team's lock, or the team
    /// is new.
    pub fn join(&self, conn: &mut PgConnection) -> QueryResult<Option<MemberId>> {
        let id = MemberId::new();
        let made = diesel::insert_into(members::table)
            .values((
                members::id.eq(id),
                members::team_id.eq(self.team),
                members::user_id.eq(self.user),
                members::role.eq(self.role),
                // Joining is being there.
                members::last_active_at.eq(now().nullable()),
            ))
            .on_conflict_do_nothing()
            .execute(conn)?;
        if made == 0 {
            return Ok(None);
        }
        diesel::update(teams::table.find(self.team)).set(teams::member_count.eq(teams::member_count + 1)).execute(conn)?;
        Ok(Some(id))
    }
}
