//! Taking an invitation back: the page that says what ends with it, and the deed (rule 24, G14).

use crate::{
    access::locks::{Authorized, may},
    companies::rail::CompanyTab,
    db::Db,
    ids::InvitationId,
    invitations::{
        InvitationStatus,
        detail::Detail,
        handlers::{facts, one::Pressed},
        list::Line,
        revoking::{self, Revoked},
    },
    paths,
    web::{Flash, Form, Frame, Layout, Redirect, page, see_other},
};
use actix_web::web::{Path, Query};
use askama::Template;

#[derive(Template)]
#[template(path = "invitations/revocation.html")]
struct RevocationPage {
    frame: Frame,
    all_partners: String,
    list: String,
    /// Where it was asked for.
    back: String,
    action: String,
    from: String,
    line: Line,
    /// What becomes of the recipient, whose address stands before it.
    says: String,
    /// Name and address of those who are listed on it and go with it.
    listed: Vec<(String, String)>,
}

/// Asks whether an invitation is to be taken back. What is over already has nothing to ask: its page says so.
pub async fn confirm(
    by: Authorized<may::Invite>,
    path: Path<(String, InvitationId)>,
    Query(pressed): Query<Pressed>,
    layout: Layout,
    db: Db,
) -> Redirect {
    let (company, id) = (by.company.id, path.1);
    let detail = db.run(move |conn| Detail::read(conn, company, id)).await?;
    if !detail.line.is_living() {
        return see_other(paths::invitation(&by.company.slug, id));
    }
    page(&RevocationPage::of(&by, layout, detail, pressed))
}

/// Takes an invitation back.
pub async fn revoke(
    by: Authorized<may::Invite>,
    path: Path<(String, InvitationId)>,
    Form(pressed): Form<Pressed>,
    flash: Flash,
    db: Db,
) -> Redirect {
    let (staff, actor, id) = (by.staff.clone(), by.actor.clone(), path.1);
    let back = pressed.back(&by.company.slug, id);
    match db.run(move |conn| revoking::revoke(conn, &actor, &staff, id)).await? {
        Revoked::Done { person } => flash.ok(back, format!("The invitation of {person} is revoked."), "Its link leads nowhere now."),
        Revoked::Over(state) => flash.bad(back, "This invitation is over already.", facts::over(state)),
    }
}

impl RevocationPage {
    fn of(by: &Authorized<may::Invite>, layout: Layout, Detail { line, listed, .. }: Detail, pressed: Pressed) -> Self {
        let (slug, id) = (&by.company.slug, line.invitation.id);
        let waiting = listed.iter().filter(|listed| listed.status == InvitationStatus::Waiting);
        Self {
            frame: by.frame(layout, CompanyTab::Partners, &format!("Revoke the invitation of {}?", line.invitation.person())),
            all_partners: paths::partners(slug),
            list: paths::invitations(slug),
            back: pressed.back(slug, id),
            action: paths::invitation_action(slug, id, "revocation"),
            from: pressed.from,
            says: says(&by.company.name, &line),
            listed: waiting.map(|listed| (listed.person().to_owned(), facts::second_line(listed))).collect(),
            line,
        }
    }
}

/// What the recipient's link shows then, or who is not asked about them any more.
fn says(company: &str, line: &Line) -> String {
    match (&line.parent, line.invitation.is_sent()) {
        (_, true) => {
            format!("is not told by mail. Whoever opens the link reads then: “{}”", facts::taken_back(company, &line.asker))
        }
        (Some(parent), false) if line.is_listed() => format!("has had no mail. {} is not asked about them any more.", parent.owner),
        (_, false) => format!("has had no mail. The team {} is not asked to approve them any more.", line.team_name()),
    }
}
