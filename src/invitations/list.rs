//! Invite Partners as a list.

use crate::{
    ids::{CompanyId, InvitationId},
    invitations::{
        Invitation, InvitationKind, InvitationStatus, State,
        upkeep::{RESEND_PAUSE, RESENDS},
    },
    mail::outbox::MailStatus,
    schema::{invitations, outbox, programs, teams, users},
    search::Search,
    teams::Team,
    web::pagination::{PAGE_SIZE, Page, Start},
};
use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types};

/// An invitation as its company sees it.
#[derive(Debug, Clone)]
pub struct Line {
    /// The row.
    pub invitation: Invitation,
    /// The existing team: that they are asked into, or that accepted.
    pub team: Option<Team>,
    /// Of somebody listed: the invitation they wait for.
    pub parent: Option<Parent>,
    /// Program invitations: the program's name.
    pub program: Option<String>,
    /// Who asked.
    pub asker: String,
    /// Whether the mail with the living link was refused (rule 56).
    pub mail_refused: bool,
}

/// The program invitation on which somebody is listed.
#[derive(Debug, Clone)]
pub struct Parent {
    /// Which.
    pub id: InvitationId,
    /// What the team to be is called.
    pub team_name: String,
    /// The owner to be, by name or address.
    pub owner: String,
}

/// What staff most likely do next with an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likely {
    /// Take it back.
    Revoke,
    /// Send a new link.
    Resend,
    /// Remind the owner.
    Remind,
}

/// How many invitations match; counting stops at 10,001 (rule 8).
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Totals {
    /// In any state.
    #[diesel(sql_type = sql_types::BigInt)]
    pub all: i64,
    /// That wait for a team's owner.
    #[diesel(sql_type = sql_types::BigInt)]
    pub waiting: i64,
}

/// Invite Partners as it is read for one page.
#[derive(Debug, Clone)]
pub struct InvitePartners {
    /// The lines.
    pub page: Page<Line>,
    /// How many there are.
    pub totals: Totals,
}

impl InvitePartners {
    /// A page of the company's invitations, newest first, narrowed to those whose person or team the search finds.
    pub fn read(conn: &mut PgConnection, company: CompanyId, search: Option<&Search>, start: Start) -> QueryResult<Self> {
        let lines = lines(conn, company, None, search, start)?;
        let page = Page::of(start, lines, |line| line.invitation.cursor());
        Ok(Self { page, totals: totals(conn, company, search)? })
    }
}

type ParentColumns = (InvitationId, String, String, String);
type LineColumns = (Invitation, Option<Team>, Option<ParentColumns>, Option<String>, String, Option<String>);

/// The lines of a page, or the one with that id.
pub(super) fn lines(
    conn: &mut PgConnection,
    company: CompanyId,
    only: Option<InvitationId>,
    search: Option<&Search>,
    start: Start,
) -> QueryResult<Vec<Line>> {
    let parents = diesel::alias!(invitations as parents);
    let mail = outbox::table
        .filter(outbox::link_id.eq(invitations::id.nullable()))
        .filter(outbox::link_generation.eq(invitations::generation.nullable()))
        .select(outbox::status)
        .single_value();
    let mut query = invitations::table
        .inner_join(users::table.on(users::id.eq(invitations::asked_by)))
        .left_join(teams::table.on(teams::id.nullable().eq(invitations::team_id)))
        .left_join(programs::table.on(programs::id.nullable().eq(invitations::program_id)))
        .left_join(parents.on(parents.field(invitations::id).nullable().eq(invitations::parent_id)))
        .filter(invitations::company_id.eq(company))
        .filter(invitations::kind.ne(InvitationKind::Staff))
        .select((
            Invitation::as_select(),
            Option::<Team>::as_select(),
            parents.fields((invitations::id, invitations::team_name, invitations::name, invitations::email)).nullable(),
            programs::name.nullable(),
            users::name,
            mail,
        ))
        .limit(PAGE_SIZE as i64 + 1)
        .into_boxed();
    if let Some(id) = only {
        query = query.filter(invitations::id.eq(id));
    }
    if let Some((a, b)) = search.map(Search::two_patterns) {
        let named = diesel::alias!(teams as named);
        let named = named
            .filter(named.field(teams::search).like(a.clone()).or(named.field(teams::search).like(b.clone())))
            .select(named.field(teams::id).nullable());
        let (own, parent) = (invitations::search, parents.field(invitations::search));
        query = query.filter(
            own.like(a.clone())
                .or(own.like(b.clone()))
                .or(parent.like(a).or(parent.like(b)).assume_not_null())
                .or(invitations::team_id.eq_any(named).assume_not_null()),
        );
    }
    query = match start {
        Start::First => query,
        Start::After(at) => {
            query.filter(invitations::created_at.lt(at.at).or(invitations::created_at.eq(at.at).and(invitations::id.lt(at.id))))
        }
        Start::Before(at) => {
            query.filter(invitations::created_at.gt(at.at).or(invitations::created_at.eq(at.at).and(invitations::id.gt(at.id))))
        }
    };
    query = match start {
        Start::First | Start::After(_) => query.order((invitations::created_at.desc(), invitations::id.desc())),
        Start::Before(_) => query.order((invitations::created_at, invitations::id)),
    };
    Ok(query.load::<LineColumns>(conn)?.into_iter().map(Line::of).collect())
}

/// How many the search finds. SQL, since Diesel has no LIMIT inside a counted subquery.
fn totals(conn: &mut PgConnection, company: CompanyId, search: Option<&Search>) -> QueryResult<Totals> {
    diesel::sql_query(
        "SELECT count(*) AS \"all\", count(*) FILTER (WHERE status = 'waiting' AND team_id IS NOT NULL AND expires_at > now()) AS waiting FROM ( \
         SELECT i.status, i.team_id, i.expires_at FROM invitations i LEFT JOIN invitations p ON p.id = i.parent_id \
         WHERE i.company_id = $1 AND i.kind <> 'staff' AND ($2 IS NULL OR i.search LIKE ANY ($2) OR p.search LIKE ANY ($2) \
         OR i.team_id IN (SELECT id FROM teams WHERE search LIKE ANY ($2))) LIMIT 10001) found",
    )
    .bind::<sql_types::Uuid, _>(company)
    .bind::<sql_types::Nullable<sql_types::Array<sql_types::Text>>, _>(search.map(Search::patterns))
    .get_result(conn)
}

impl Line {
    fn of((invitation, team, parent, program, asker, mail): LineColumns) -> Self {
        let parent = parent.map(|(id, team_name, name, email)| Parent { id, team_name, owner: if name.is_empty() { email } else { name } });
        let mail_refused = mail.is_some_and(|status| status == MailStatus::Refused.as_str());
        Self { invitation, team, parent, program, asker, mail_refused }
    }

    /// Whether it waits on the invitation of the owner to be.
    pub fn is_listed(&self) -> bool {
        self.parent.is_some() && self.team.is_none()
    }

    /// The team's name, to be or as it is.
    pub fn team_name(&self) -> &str {
        match (&self.team, &self.parent) {
            (Some(team), _) => &team.name,
            (None, Some(parent)) => &parent.team_name,
            (None, None) => &self.invitation.team_name,
        }
    }

    /// Whether the team existed when this was asked.
    pub fn is_for_existing_team(&self) -> bool {
        self.invitation.kind == InvitationKind::Member && self.parent.is_none()
    }

    /// "Owner", or the role that is asked for.
    pub fn role_label(&self) -> &'static str {
        self.invitation.role.map_or("Owner", |role| role.label())
    }

    /// The name of its badge: what is stored, or that it is expired, or that its mail was refused.
    pub fn badge(&self, now: DateTime<Utc>) -> &'static str {
        match self.invitation.state(now) {
            State::Expired => "expired",
            State::Is(InvitationStatus::Sent) if self.mail_refused => "refused",
            State::Is(status) => status.as_str(),
        }
    }

    /// The one likely action.
    pub fn likely(&self, now: DateTime<Utc>) -> Option<Likely> {
        let may_resend = self.may_resend(now);
        match self.invitation.state(now) {
            State::Is(InvitationStatus::Sent) if self.mail_refused && may_resend => Some(Likely::Resend),
            State::Is(InvitationStatus::Sent) => Some(Likely::Revoke),
            State::Is(InvitationStatus::Waiting) if self.may_remind(now) => Some(Likely::Remind),
            State::Is(InvitationStatus::Waiting) => Some(Likely::Revoke),
            State::Expired if may_resend => Some(Likely::Resend),
            State::Expired | State::Is(_) => None,
        }
    }

    /// Whether resending would be refused neither by its state nor by the clock; the deciding statement asks again.
    pub fn may_resend(&self, now: DateTime<Utc>) -> bool {
        let invitation = &self.invitation;
        invitation.status == InvitationStatus::Sent
            && invitation.generation <= RESENDS
            && invitation.sent_at.is_some_and(|at| at + RESEND_PAUSE <= now)
    }

    /// The same for reminding the owner.
    pub fn may_remind(&self, now: DateTime<Utc>) -> bool {
        self.waits_for_team(now) && self.invitation.remind_at() <= now
    }

    /// Whether the team's owner is asked to decide.
    pub fn waits_for_team(&self, now: DateTime<Utc>) -> bool {
        self.team.is_some() && self.invitation.state(now) == State::Is(InvitationStatus::Waiting)
    }

    /// Whether revoking would do something.
    pub fn is_living(&self) -> bool {
        InvitationStatus::LIVING.contains(&self.invitation.status)
    }
}
