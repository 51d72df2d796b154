//! What a mailed link opens for whoever follows it. The page and every form on it ask here, so that they answer alike (rules 49 and 61).

use crate::{
    accounts::User,
    companies::{Company, StaffPermission, StaffRole},
    db::now,
    ids::{TeamId, UserId},
    invitations::{Invitation, InvitationKind, InvitationStatus, listed},
    paths,
    programs::{Program, Terms},
    schema::{companies, invitations, members, programs, staff, teams, terms, users},
    teams::{MemberRole, Team, TeamPermission, TeamRole, member::role_in},
    tokens::hash_of,
};
use chrono::{DateTime, Utc};
use diesel::{alias, dsl::exists, dsl::not, prelude::*};

/// An invitation as its link shows it to one viewer.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The row.
    pub invitation: Invitation,
    /// The company that asks; none where a team asks for itself.
    pub company: Option<Company>,
    /// Program: which.
    pub program: Option<Program>,
    /// Program: the terms in force, where it has any.
    pub terms: Option<Terms>,
    /// Member: the team they are asked into. Program: the team that accepted.
    pub team: Option<Team>,
    /// Who asks.
    pub asker: User,
    /// Who approved it for the team, by name.
    pub approver: Option<String>,
    /// Who answered it, by name.
    pub answerer: Option<String>,
    /// Program: the people who come along.
    pub listed: Vec<Invitation>,
    /// The database's time of the look.
    pub now: DateTime<Utc>,
    /// The first state that fits.
    pub standing: Standing,
}

/// What the link is to its viewer: the first that fits (rule 61).
#[derive(Debug, Clone)]
pub enum Standing {
    /// Accepted by them, or they are in already. Leads there.
    In(Home),
    /// There is nothing to answer any more.
    Ended {
        /// Why.
        how: Ending,
        /// Whether the viewer is in the team that it was about, and so may read by whom.
        inside: bool,
    },
    /// Signed in as another person than the invited one (S37).
    SomeoneElse,
    /// In teams, and owner or admin of none (rule 50).
    NotPermitted(Vec<Place>),
    /// Signed out, and the address has an account.
    SignIn,
    /// Nobody has proved the address before: the link does, and they set name and password (rule 51).
    New,
    /// The invited person; the teams are those they own or administer.
    Known(Vec<Place>),
}

/// Why a link leads nowhere any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It works once.
    Accepted,
    /// By the invitee, or by the team it was put to.
    Declined,
    /// The asker took it back, the team refused, the team is closed, or who asked may not any more.
    Revoked,
    /// Its seven days are over (S41).
    Expired,
}

/// What an invitation leads into.
#[derive(Debug, Clone)]
pub enum Home {
    /// A team.
    Team(Team),
    /// A company, at work.
    Company(Company),
}

impl Home {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Team(team) => &team.name,
            Self::Company(company) => &company.name,
        }
    }

    /// Its first page.
    pub fn path(&self) -> String {
        match self {
            Self::Team(team) => paths::team(&team.slug),
            Self::Company(company) => paths::partners(&company.slug),
        }
    }
}

/// A present place of the viewer in a team.
#[derive(Debug, Clone)]
pub struct Place {
    /// The team.
    pub team: Team,
    /// As what.
    pub role: TeamRole,
    /// The owner's name.
    pub owner: String,
    /// The admins' names.
    pub admins: Vec<String>,
}

impl Opened {
    /// The invitation behind a token, as that viewer meets it; nothing where the token opens nothing. Three statements at most, all of
    /// them of one moment: an acceptance is seen whole or not at all.
    pub fn by_token(conn: &mut PgConnection, token: &str, viewer: Option<UserId>) -> QueryResult<Option<Self>> {
        conn.build_transaction().read_only().repeatable_read().run(|conn| {
            let Some(mut row) = Row::by_token(conn, token)? else { return Ok(None) };
            let places = match (row.opened.invitation.kind, viewer) {
                (InvitationKind::Program | InvitationKind::Member, Some(viewer)) => Place::all_of(conn, viewer)?,
                (InvitationKind::Program | InvitationKind::Member, None) => Vec::new(),
                (InvitationKind::Staff, viewer) => {
                    row.look_at_staff(conn, viewer)?;
                    Vec::new()
                }
            };
            let mut opened = row.seen_by(viewer, places);
            match &mut opened.standing {
                Standing::NotPermitted(places) => Place::name_admins(conn, places)?,
                Standing::New | Standing::Known(_) => opened.listed = listed::waiting(conn, opened.invitation.id)?,
                Standing::In(_) | Standing::Ended { .. } | Standing::SomeoneElse | Standing::SignIn => {}
            }
            Ok(Some(opened))
        })
    }

    /// Where the acceptance led, where it was this person's.
    pub fn accepted_by(&self, viewer: UserId) -> Option<Home> {
        let theirs = self.invitation.status == InvitationStatus::Accepted && self.invitation.answered_by == Some(viewer);
        self.home().filter(|_| theirs)
    }

    /// What it leads, or led, into; nothing before a program invitation is accepted.
    pub fn home(&self) -> Option<Home> {
        match self.invitation.kind {
            InvitationKind::Program | InvitationKind::Member => self.team.clone().map(Home::Team),
            InvitationKind::Staff => self.company.clone().map(Home::Company),
        }
    }

    /// Whether the viewer must set up two-step sign-in before they do anything for that team of theirs (S7): the link is no way around.
    pub fn awaits_two_step(&self, viewer: &User, team: TeamId) -> bool {
        let (Standing::Known(places) | Standing::NotPermitted(places)) = &self.standing else { return false };
        places.iter().any(|place| place.team.id == team && place.team.awaits_two_step(place.role, viewer))
    }

    /// Whether a new link is what is wanted (rule 53).
    pub fn is_expired(&self) -> bool {
        matches!(self.standing, Standing::Ended { how: Ending::Expired, .. })
    }

    /// Who asks, as a name: the company, or the team that asks for itself.
    pub fn asking(&self) -> &str {
        match (&self.company, &self.team) {
            (Some(company), _) => &company.name,
            (None, Some(team)) => &team.name,
            (None, None) => &self.asker.name,
        }
    }
}

struct Row {
    opened: Opened,
    /// Whose address it is, and whether a link has proved it.
    invitee: Option<(UserId, bool)>,
    /// Staff: who asks may not any more, so that it counts as taken back (S32).
    is_void: bool,
    /// Staff: whether the viewer works for the company.
    works_there: bool,
    /// What whoever stands for it is in the team now (S32).
    voucher: Option<MemberRole>,
}

type Known = (
    Invitation,
    Option<Company>,
    Option<Program>,
    Option<Terms>,
    Option<Team>,
    User,
    Option<String>,
    Option<String>,
    Option<(UserId, bool)>,
    Option<MemberRole>,
    DateTime<Utc>,
);

impl Row {
    fn by_token(conn: &mut PgConnection, token: &str) -> QueryResult<Option<Self>> {
        let (askers, approvers, answerers, invitees) = alias!(users as askers, users as approvers, users as answerers, users as invitees);
        let is_voucher = members::user_id
            .nullable()
            .eq(invitations::approved_by)
            .or(invitations::approved_by.is_null().and(invitations::company_id.is_null()).and(members::user_id.eq(invitations::asked_by)));
        let later = alias!(terms as later);
        let superseded =
            later.filter(later.field(terms::program_id).eq(terms::program_id)).filter(later.field(terms::number).gt(terms::number));
        let found = invitations::table
            .inner_join(askers.on(askers.field(users::id).eq(invitations::asked_by)))
            .left_join(approvers.on(approvers.field(users::id).nullable().eq(invitations::approved_by)))
            .left_join(answerers.on(answerers.field(users::id).nullable().eq(invitations::answered_by)))
            .left_join(invitees.on(invitees.field(users::email).eq(invitations::email)))
            .left_join(companies::table.on(companies::id.nullable().eq(invitations::company_id)))
            .left_join(programs::table.on(programs::id.nullable().eq(invitations::program_id)))
            .left_join(terms::table.on(terms::program_id.nullable().eq(invitations::program_id).and(not(exists(superseded)))))
            .left_join(teams::table.on(teams::id.nullable().eq(invitations::team_id)))
            .left_join(
                members::table.on(members::team_id.nullable().eq(invitations::team_id).and(members::left_at.is_null()).and(is_voucher)),
            )
            .filter(invitations::token_hash.eq(hash_of(token)))
            .select((
                Invitation::as_select(),
                Option::<Company>::as_select(),
                Option::<Program>::as_select(),
                Option::<Terms>::as_select(),
                Option::<Team>::as_select(),
                askers.fields((users::id, users::email, users::name, users::time_zone, users::two_step_at)),
                approvers.field(users::name).nullable(),
                answerers.field(users::name).nullable(),
                invitees.fields((users::id, users::email_verified_at.is_not_null())).nullable(),
                members::role.nullable(),
                now(),
            ))
            .first::<Known>(conn)
            .optional()?;
        Ok(found.map(|(invitation, company, program, terms, team, asker, approver, answerer, invitee, voucher, now)| {
            let opened = Opened {
                invitation,
                company,
                program,
                terms,
                team,
                asker,
                approver,
                answerer,
                listed: Vec::new(),
                now,
                standing: Standing::SignIn,
            };
            Self { opened, invitee, is_void: false, works_there: false, voucher }
        }))
    }

    fn look_at_staff(&mut self, conn: &mut PgConnection, viewer: Option<UserId>) -> QueryResult<()> {
        let asker = self.opened.asker.id;
        let company = self.opened.company.as_ref().map(|company| company.id);
        let places: Vec<(UserId, StaffRole)> = staff::table
            .filter(staff::company_id.nullable().eq(company))
            .filter(staff::user_id.eq_any([Some(asker), viewer].into_iter().flatten().collect::<Vec<_>>()))
            .filter(staff::left_at.is_null())
            .select((staff::user_id, staff::role))
            .load(conn)?;
        self.is_void = !places.iter().any(|(user, role)| *user == asker && role.may(StaffPermission::Administer));
        self.works_there = places.iter().any(|(user, _)| Some(*user) == viewer);
        Ok(())
    }

    /// Whether there is nothing to join any more in the team it is about: it is closed, or nobody stands for the invitation now (S32).
    fn is_over_in(&self, team: &Team) -> bool {
        let invitation = &self.opened.invitation;
        let voucher = invitation.voucher().zip(self.voucher).map(|(user, role)| role_in(team, user, role));
        team.closed_at.is_some() || (invitation.kind == InvitationKind::Member && !invitation.is_vouched_for(team, voucher))
    }

    /// Judges; the order is rule 61's.
    fn seen_by(mut self, viewer: Option<UserId>, places: Vec<Place>) -> Opened {
        self.opened.standing = self.judge(viewer, places);
        self.opened
    }

    fn judge(&self, viewer: Option<UserId>, places: Vec<Place>) -> Standing {
        let Opened { invitation, team, now, .. } = &self.opened;
        let inside = self.works_there || places.iter().any(|place| Some(place.team.id) == invitation.team_id);
        if let Some(home) = viewer.and_then(|viewer| self.opened.accepted_by(viewer)) {
            return Standing::In(home);
        }
        let is_theirs = viewer.is_some() && viewer == self.invitee.map(|(invitee, _)| invitee);
        let is_in = match invitation.kind {
            InvitationKind::Member => inside,
            // A colleague is told whom it is for, not that they work there.
            InvitationKind::Staff => inside && is_theirs,
            InvitationKind::Program => false,
        };
        if let (true, Some(home)) = (is_in, self.opened.home()) {
            return Standing::In(home);
        }
        if let Some(how) = Ending::of(invitation, self.is_void || team.as_ref().is_some_and(|team| self.is_over_in(team)), *now) {
            return Standing::Ended { how, inside };
        }
        match (viewer, self.invitee) {
            (None, Some((_, true))) => Standing::SignIn,
            (None, Some((_, false)) | None) => Standing::New,
            (Some(viewer), Some((invitee, verified))) if viewer == invitee => match verified {
                true => known(invitation.kind, places),
                false => Standing::New,
            },
            (Some(_), Some(_) | None) => Standing::SomeoneElse,
        }
    }
}

/// Who is in teams must be owner or admin of one to answer a program invitation (rule 50).
fn known(kind: InvitationKind, places: Vec<Place>) -> Standing {
    let (theirs, others): (Vec<_>, Vec<_>) =
        places.into_iter().partition(|place| place.team.allows(place.role, TeamPermission::AnswerProgramInvitations));
    match kind {
        InvitationKind::Program if theirs.is_empty() && !others.is_empty() => Standing::NotPermitted(others),
        InvitationKind::Program | InvitationKind::Member | InvitationKind::Staff => Standing::Known(theirs),
    }
}

impl Ending {
    fn of(invitation: &Invitation, is_void: bool, now: DateTime<Utc>) -> Option<Self> {
        match invitation.status {
            InvitationStatus::Accepted => Some(Self::Accepted),
            InvitationStatus::Declined => Some(Self::Declined),
            InvitationStatus::Rejected | InvitationStatus::Revoked => Some(Self::Revoked),
            InvitationStatus::Sent | InvitationStatus::Waiting if is_void => Some(Self::Revoked),
            InvitationStatus::Sent | InvitationStatus::Waiting if invitation.expires_at <= now => Some(Self::Expired),
            InvitationStatus::Sent | InvitationStatus::Waiting => None,
        }
    }
}

impl Place {
    /// Every present place of this user in teams, by name, without the admins' names.
    fn all_of(conn: &mut PgConnection, user: UserId) -> QueryResult<Vec<Self>> {
        let rows = members::table
            .inner_join(teams::table.inner_join(users::table))
            .filter(members::user_id.eq(user))
            .filter(members::left_at.is_null())
            .filter(teams::closed_at.is_null())
            .order((teams::name, teams::id))
            .select((Team::as_select(), members::role, users::name))
            .load::<(Team, MemberRole, String)>(conn)?;
        let place = |(team, role, owner): (Team, MemberRole, String)| {
            let role = role_in(&team, user, role);
            Self { team, role, owner, admins: Vec::new() }
        };
        Ok(rows.into_iter().map(place).collect())
    }

    /// Adds the admins' names.
    fn name_admins(conn: &mut PgConnection, places: &mut [Self]) -> QueryResult<()> {
        let ids: Vec<TeamId> = places.iter().map(|place| place.team.id).collect();
        let admins = members::table
            .inner_join(users::table)
            .filter(members::team_id.eq_any(ids))
            .filter(members::left_at.is_null())
            .filter(members::role.eq(MemberRole::Admin))
            .order((users::name, users::id))
            .select((members::team_id, users::id, users::name))
            .load::<(TeamId, UserId, String)>(conn)?;
        for (team, user, name) in admins {
            // The owner's own row says admin: what they would fall back to (rule 37).
            if let Some(place) = places.iter_mut().find(|place| place.team.id == team && place.team.owner_id != user) {
                place.admins.push(name);
            }
        }
        Ok(())
    }
}
