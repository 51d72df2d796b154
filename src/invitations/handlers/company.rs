//! Invite Partners: the list of a company's invitations (rules 19 and 24).

use crate::{
    access::locks::{Authorized, may},
    companies::{StaffPermission, rail::CompanyTab},
    db::Db,
    invitations::{
        handlers::facts::{self, Badge},
        list::{InvitePartners, Likely, Line, Totals},
    },
    partners::{Counts, counts::said},
    paths,
    search::Search,
    web::{
        Avatar, Frame, Layout, Moment, Redirect, page,
        pagination::{PAGE_SIZE, Start},
    },
};
use actix_web::web::Query;
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

/// Of the list's address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    q: String,
    after: String,
    before: String,
}

#[derive(Template)]
#[template(path = "invitations/index.html")]
struct ListPage {
    frame: Frame,
    all_partners: String,
    here: String,
    new_team: Option<String>,
    new_members: String,
    partners: String,
    invitations: String,
    totals: Totals,
    q: String,
    rows: Vec<Row>,
    previous: Option<String>,
    next: Option<String>,
}

/// One line of the list, ready to show.
struct Row {
    person: String,
    second: String,
    avatar: Avatar,
    href: String,
    team: String,
    team_kind: &'static str,
    role: &'static str,
    badge: Badge,
    asker: String,
    asked: Moment,
    expires: Option<Moment>,
    /// To the page that asks whether to revoke it, where that is the likely action.
    revocation: Option<String>,
    action: Option<(&'static str, String)>,
}

/// Invite Partners.
pub async fn index(by: Authorized<may::SeePartners>, Query(query): Query<ListQuery>, layout: Layout, db: Db) -> Redirect {
    let (company, search) = (by.company.id, Search::of(&query.q));
    let start = Start::from_query(&query.after, &query.before);
    let q = search.as_ref().map_or("", Search::typed).to_owned();
    let (read, counts) = db
        .run(move |conn| {
            InvitePartners::read(conn, company, search.as_ref(), start).and_then(|read| Ok((read, Counts::of(conn, company)?)))
        })
        .await?;
    let frame = by.frame(layout, CompanyTab::Partners, "Invite Partners");
    page(&ListPage::of(&by, frame, q, read, counts))
}

impl ListPage {
    fn of(
        by: &Authorized<may::SeePartners>,
        frame: Frame,
        q: String,
        InvitePartners { page: lines, totals }: InvitePartners,
        counts: Counts,
    ) -> Self {
        let slug = &by.company.slug;
        let here = paths::invitations(slug);
        let link = |name: &str, cursor: String| paths::with_query(&here, &[("q", &q), (name, &cursor)]);
        let now = Utc::now();
        Self {
            frame,
            all_partners: paths::partners(slug),
            new_team: by.may(StaffPermission::Invite).then(|| paths::new_team_invitation(slug)),
            new_members: paths::new_member_invitations(slug),
            partners: said(counts.partners),
            invitations: said(counts.invitations),
            totals,
            rows: lines.rows.into_iter().map(|line| Row::of(by, line, now)).collect(),
            previous: lines.previous.map(|cursor| link("before", cursor)),
            next: lines.next.map(|cursor| link("after", cursor)),
            q,
            here,
        }
    }

    fn words(&self) -> String {
        format!("{PAGE_SIZE} per page · {}", self.found())
    }

    fn found(&self) -> String {
        match self.totals.all {
            1 => "1 invitation".to_owned(),
            all => format!("{} invitations", said(all)),
        }
    }

    /// "2 wait for a team’s owner"; nothing where none does.
    fn waiting(&self) -> Option<String> {
        match self.totals.waiting {
            0 => None,
            1 => Some("1 waits for a team’s owner".to_owned()),
            waiting => Some(format!("{} wait for a team’s owner", said(waiting))),
        }
    }
}

impl Row {
    fn of(by: &Authorized<may::SeePartners>, line: Line, now: DateTime<Utc>) -> Self {
        let (slug, zone) = (&by.company.slug, by.user.zone());
        let invitation = &line.invitation;
        let likely = line.likely(now).filter(|_| by.may(StaffPermission::Invite));
        let is_open = matches!(line.badge(now), "waiting" | "sent" | "refused");
        Self {
            person: invitation.person().to_owned(),
            second: facts::second_line(invitation),
            avatar: facts::avatar(invitation),
            href: paths::invitation(slug, invitation.id),
            team: line.team_name().to_owned(),
            team_kind: if line.is_for_existing_team() { "Existing team" } else { "New team" },
            role: line.role_label(),
            badge: Badge::of(&line, now),
            asker: line.asker.clone(),
            asked: Moment::new(invitation.created_at, now, zone),
            expires: is_open.then(|| Moment::new(invitation.expires_at, now, zone)),
            revocation: likely
                .filter(|likely| *likely == Likely::Revoke)
                .map(|_| paths::with_query(&paths::invitation_action(slug, invitation.id, "revocation"), &[("from", "list")])),
            action: likely.and_then(|likely| match likely {
                Likely::Revoke => None,
                Likely::Resend => Some(("Resend", paths::invitation_action(slug, invitation.id, "resending"))),
                Likely::Remind => Some(("Remind", paths::invitation_action(slug, invitation.id, "reminder"))),
            }),
        }
    }
}
