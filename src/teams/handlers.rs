//! The team's home and its members. All four roles may look (rule 46).

use crate::{
    access::locks::{InTeam, may},
    db::Db,
    error::Error,
    home::overview::Overview,
    invitations::pending::{self, Pending},
    partners::handlers::activity::{ActivityQuery, ActivityView},
    paths,
    programs::enrollment::{self, Joined},
    search::Search,
    teams::{MemberRole, Membership, TeamPermission, TeamRole, people::Colleague, rail::TeamTab},
    web::{
        Avatar, Frame, Layout, Moment, Redirect, page,
        pagination::{PAGE_SIZE, Page, Start},
        time::day,
    },
};
use actix_web::web::Query;
use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

/// Of the members' address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    q: String,
    after: String,
    before: String,
}

#[derive(Template)]
#[template(path = "teams/home.html")]
struct HomePage {
    frame: Frame,
    team: String,
    slug: String,
    avatar: Avatar,
    members_count: i32,
    members: String,
    approvals: String,
    alone: Option<Alone>,
    owner_name: String,
    owner_email: String,
    owner_avatar: Avatar,
    is_offered: bool,
    role: TeamRole,
    means: &'static str,
    waiting: i64,
    programs: Vec<Joined>,
    programs_count: String,
    activity: ActivityView,
    may_approve: bool,
    may_answer: bool,
    admins_approve: bool,
    zone: Tz,
}

/// Why the owner is the only one who can act for the team (S29).
enum Alone {
    /// Nobody else is in it.
    NobodyElse,
    /// Nobody else is an admin.
    NoAdmin,
}

#[derive(Template)]
#[template(path = "teams/members.html")]
struct MembersPage {
    frame: Frame,
    team: String,
    slug: String,
    here: String,
    approvals: String,
    members_count: i32,
    q: String,
    rows: Vec<Row>,
    pending: Vec<PendingRow>,
    may_invite: bool,
    previous: Option<String>,
    next: Option<String>,
}

struct Row {
    href: String,
    name: String,
    email: String,
    avatar: Avatar,
    role: &'static str,
    means: &'static str,
    is_you: bool,
    last_active: Option<Moment>,
    joined: Moment,
}

struct PendingRow {
    person: String,
    second: String,
    avatar: Avatar,
    role: &'static str,
    /// "Waiting for approval", or until when the link works or worked.
    waits: String,
    is_waiting: bool,
    is_expired: bool,
    mail_refused: bool,
    asked_by: String,
    /// Where it is sent again and taken back, where the team made it.
    own: Option<(String, String)>,
}

/// The team's home: what it is, who owns it, its programs by company, what waits.
pub async fn home(by: InTeam<may::SeeTeam>, Query(asked): Query<ActivityQuery>, layout: Layout, db: Db) -> Redirect {
    let (member, period) = (by.member.clone(), asked.period());
    let (overview, programs) = db
        .run(move |conn| {
            let overview = Overview::read(conn, &member, period)?;
            Ok::<_, Error>((overview, enrollment::of_team(conn, member.team.id)?))
        })
        .await?;
    let (programs, programs_count) = up_to_most(programs);
    let title = if by.may(TeamPermission::SeeActivity) { "Activity" } else { "Your activity" };
    let frame = by.frame(layout, TeamTab::Overview, "Overview");
    page(&HomePage {
        frame,
        alone: Alone::of(&by.member, overview.admins),
        team: by.team.name.clone(),
        slug: by.team.slug.clone(),
        avatar: Avatar::team(by.team.id.uuid(), &by.team.name),
        members_count: by.team.member_count,
        members: paths::members(&by.team.slug),
        approvals: paths::approvals(&by.team.slug),
        owner_avatar: Avatar::person(overview.owner_id.uuid(), &overview.owner_name),
        owner_name: overview.owner_name,
        is_offered: overview.is_offered,
        owner_email: overview.owner_email,
        activity: ActivityView::new(title, &paths::team(&by.team.slug), &asked, &overview.activity),
        role: by.role,
        means: by.role.means(),
        waiting: by.waiting.all(),
        programs,
        programs_count,
        may_approve: by.may(TeamPermission::ApproveMembers),
        may_answer: by.may(TeamPermission::AnswerProgramInvitations),
        admins_approve: by.team.allows(TeamRole::Given(MemberRole::Admin), TeamPermission::ApproveMembers),
        zone: by.user.zone(),
    })
}

/// The team's members, and for those who may invite, who is asked in and not there yet.
pub async fn members(by: InTeam<may::SeeTeam>, Query(query): Query<ListQuery>, layout: Layout, db: Db) -> Redirect {
    let (team, search, start) = (by.team.id, Search::of(&query.q), Start::from_query(&query.after, &query.before));
    let q = search.as_ref().map_or("", Search::typed).to_owned();
    let shows_pending = by.may(TeamPermission::InviteMembers) && search.is_none() && start == Start::First;
    let (people, pending) = db
        .run(move |conn| {
            let pending = if shows_pending { pending::of_team(conn, team)? } else { Vec::new() };
            Colleague::page(conn, team, search.as_ref(), start).map(|people| (people, pending))
        })
        .await?;
    let frame = by.frame(layout, TeamTab::Members, "Members");
    page(&MembersPage::of(&by, frame, q, people, pending))
}

/// As many as are shown, and how many there are: "100+" where there are more.
fn up_to_most(mut programs: Vec<Joined>) -> (Vec<Joined>, String) {
    let most = enrollment::MOST;
    let count = if programs.len() > most { format!("{most}+") } else { programs.len().to_string() };
    programs.truncate(most);
    (programs, count)
}

impl Alone {
    /// For the owner alone: the others cannot change it.
    fn of(viewer: &Membership, admins: i64) -> Option<Self> {
        match (viewer.role, admins, viewer.team.member_count) {
            (TeamRole::Owner, 0, 1) => Some(Self::NobodyElse),
            (TeamRole::Owner, 0, _) => Some(Self::NoAdmin),
            (TeamRole::Owner | TeamRole::Given(_), _, _) => None,
        }
    }
}

impl HomePage {
    fn waits(&self) -> String {
        match self.waiting {
            0 => "Nothing waits for a decision".to_owned(),
            1 => "1 decision waits".to_owned(),
            several => format!("{several} decisions wait"),
        }
    }

    /// The sentence for those who may not do everything here (rule 46); empty for those who may.
    fn who_can(&self) -> &'static str {
        match (self.may_answer, self.may_approve, self.admins_approve) {
            (false, _, true) => "Only the team’s owner and admins join programs, invite and approve people, and edit the team.",
            (false, _, false) => {
                "Only the team’s owner and admins join programs, invite people and edit the team. Only the owner approves people that companies ask for."
            }
            (true, false, _) => "Only the team’s owner approves people that companies ask for, and only the owner hands over the team.",
            (true, true, _) => "",
        }
    }

    fn article(&self) -> &'static str {
        match self.role {
            TeamRole::Owner => "the owner",
            TeamRole::Given(MemberRole::Admin) => "an admin",
            TeamRole::Given(MemberRole::Member) => "a member",
            TeamRole::Given(MemberRole::Finance) => "in finance",
        }
    }

    fn day(&self, at: &DateTime<Utc>) -> String {
        day(*at, self.zone)
    }
}

impl MembersPage {
    fn of(by: &InTeam<may::SeeTeam>, frame: Frame, q: String, people: Page<Colleague>, pending: Vec<Pending>) -> Self {
        let here = paths::members(&by.team.slug);
        let (now, zone) = (Utc::now(), by.user.zone());
        let link = |name: &str, cursor: String| paths::with_query(&here, &[("q", &q), (name, &cursor)]);
        Self {
            frame,
            team: by.team.name.clone(),
            slug: by.team.slug.clone(),
            approvals: paths::approvals(&by.team.slug),
            members_count: by.team.member_count,
            rows: people.rows.into_iter().map(|person| Row::of(person, by, now)).collect(),
            pending: pending.into_iter().map(|pending| PendingRow::of(pending, &by.team.slug, now, zone)).collect(),
            may_invite: by.may(TeamPermission::InviteMembers),
            previous: people.previous.map(|cursor| link("before", cursor)),
            next: people.next.map(|cursor| link("after", cursor)),
            q,
            here,
        }
    }

    fn words(&self) -> String {
        format!("{PAGE_SIZE} per page · {}", self.count())
    }

    fn count(&self) -> String {
        match self.members_count {
            1 => "1 member".to_owned(),
            several => format!("{several} members"),
        }
    }
}

impl Row {
    fn of(person: Colleague, by: &InTeam<may::SeeTeam>, now: DateTime<Utc>) -> Self {
        let zone = by.user.zone();
        Self {
            href: paths::member(&by.team.slug, person.id),
            avatar: Avatar::person(person.user.uuid(), &person.name),
            name: person.name,
            email: person.email.to_string(),
            role: person.role.label(),
            means: person.role.means(),
            is_you: person.user == by.user.id,
            last_active: person.last_active_at.map(|at| Moment::new(at, now, zone)),
            joined: Moment::new(person.joined_at, now, zone),
        }
    }
}

impl PendingRow {
    fn of(pending: Pending, team: &str, now: DateTime<Utc>, zone: Tz) -> Self {
        let (own, is_expired) = (pending.is_own(), pending.is_expired(now));
        let Pending { invitation, company, asker, mail_refused } = pending;
        let action = |noun| paths::team_invitation_action(team, invitation.id, noun);
        let until = Moment::new(invitation.expires_at, now, zone).date;
        let is_waiting = !invitation.is_sent();
        Self {
            person: invitation.person().to_owned(),
            second: if invitation.name.is_empty() { "Name not known yet".to_owned() } else { invitation.email.to_string() },
            avatar: Avatar::pending(),
            role: invitation.role.map_or("", |role| role.label()),
            waits: match (is_waiting, is_expired) {
                (true, _) => format!("Waiting for approval until {until}"),
                (false, true) => format!("Expired on {until}"),
                (false, false) => format!("Invited until {until}"),
            },
            is_waiting,
            is_expired,
            mail_refused,
            own: own.then(|| (action("resending"), action("revocation"))),
            asked_by: company.map_or_else(|| asker.clone(), |company| format!("{asker} of {company}")),
        }
    }
}
