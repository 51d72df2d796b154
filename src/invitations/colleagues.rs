//! Asking people to work for a company: the administrators' matter (rule 31).

use crate::{
    access::Limiter,
    audit::{self, Action, Actor, Because, Event},
    companies::{Company, StaffPermission, StaffRole, staff::Staff},
    db::{self, now},
    email_address::EmailAddress,
    error::Result,
    ids::{CompanyId, InvitationId},
    invitations::{
        Invitation, InvitationKind, InvitationStatus,
        invitation::LINK_LIVES,
        quota,
        revoking::{self, Revoked},
        sending::mail_colleague,
        upkeep::{self, Resent},
    },
    mail::{MailStatus, Mailer},
    schema::{invitations, outbox, staff, users},
    tokens::Purpose,
    words,
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;

/// The most invitations that the page lists; those before them stand in the audit log.
const LISTED: i64 = 50;

/// A colleague to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewColleague {
    /// Where the mail goes.
    pub email: EmailAddress,
    /// Empty where it is not known.
    pub name: String,
    /// As what.
    pub role: StaffRole,
}

/// What came of inviting.
#[derive(Debug)]
pub enum Invited {
    /// Their mails are queued; the links work so long.
    Sent(DateTime<Utc>),
    /// These, by their place in the list, need none: nobody was invited.
    Known(Vec<(usize, Known)>),
}

/// Why somebody needs no invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// They work for the company already.
    AtWork,
    /// They were invited then, and the link still works.
    Invited(DateTime<Utc>),
}

/// An invitation as the staff page lists it.
#[derive(Debug, Clone)]
pub struct Line {
    /// The row.
    pub invitation: Invitation,
    /// Who asked.
    pub asker: String,
    /// Whether the newest mail with its link was refused.
    pub mail_refused: bool,
}

/// Invites people to work for the company; all of them or none. One living invitation per address: who has one is not invited again.
pub fn invite(
    conn: &mut PgConnection,
    mailer: &Mailer,
    limiter: &Limiter,
    by: &Actor,
    viewer: &Staff,
    people: &[NewColleague],
) -> Result<Invited> {
    db::transaction(conn, |conn| {
        let company = Company::lock(conn, viewer.company.id)?;
        viewer.recheck(conn, StaffPermission::Administer)?;
        let known = known(conn, company.id, people)?;
        if !known.is_empty() {
            return Ok(Invited::Known(known));
        }
        quota::take_of_company(conn, limiter, viewer, people.len())?;
        revoke_expired(conn, by, company.id, people)?;
        let mut until = Utc::now();
        for person in people {
            let invitation = insert(conn, mailer, viewer, person)?;
            until = invitation.expires_at;
            mail_colleague(conn, mailer, &invitation)?;
            let event = Event::new(Action::StaffInvited).company(company.id).target(invitation.id.uuid());
            audit::record(conn, by, event.after(json!({ "role": person.role })))?;
        }
        Ok(Invited::Sent(until))
    })
}

/// Takes an invitation to work for the company back. `NotFound` where it is none.
pub fn revoke(conn: &mut PgConnection, by: &Actor, viewer: &Staff, id: InvitationId) -> Result<Revoked> {
    db::transaction(conn, |conn| {
        viewer.recheck(conn, StaffPermission::Administer)?;
        let invitation = Invitation::lock_of_staff(conn, viewer.company.id, id)?;
        Ok(match revoking::take_back(conn, by, &[id])? {
            0 => Revoked::Over(crate::invitations::State::Is(invitation.status)),
            _ => Revoked::Done { person: invitation.person().to_owned() },
        })
    })
}

/// An invitation to work for the company that has led to nobody and can be taken back; nothing where it is over. `NotFound` where it is none.
pub fn revocable(conn: &mut PgConnection, company: CompanyId, id: InvitationId) -> QueryResult<Option<Invitation>> {
    let theirs = Invitation::query().filter(invitations::id.eq(id)).filter(invitations::company_id.eq(company));
    let invitation: Invitation = theirs.filter(invitations::kind.eq(InvitationKind::Staff)).first(conn)?;
    Ok(Some(invitation).filter(|invitation| InvitationStatus::LIVING.contains(&invitation.status)))
}

/// Makes a new link, which kills the old one. `NotFound` where it is no invitation to work for the company.
pub fn resend(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, viewer: &Staff, id: InvitationId) -> Result<Resent> {
    db::transaction(conn, |conn| {
        viewer.recheck(conn, StaffPermission::Administer)?;
        let before = Invitation::lock_of_staff(conn, viewer.company.id, id)?;
        upkeep::send_again(conn, mailer, by, &before)
    })
}

/// The company's invitations that led to nobody yet, newest first: out, expired, declined.
pub fn pending(conn: &mut PgConnection, company: CompanyId) -> QueryResult<Vec<Line>> {
    let mail = outbox::table
        .filter(outbox::link_id.eq(invitations::id.nullable()))
        .filter(outbox::link_generation.eq(invitations::generation.nullable()))
        .select(outbox::status)
        .single_value();
    let rows: Vec<(Invitation, String, Option<String>)> = invitations::table
        .inner_join(users::table.on(users::id.eq(invitations::asked_by)))
        .filter(invitations::company_id.eq(company))
        .filter(invitations::kind.eq(InvitationKind::Staff))
        .filter(invitations::status.eq_any([InvitationStatus::Sent, InvitationStatus::Declined]))
        .order((invitations::created_at.desc(), invitations::id.desc()))
        .limit(LISTED)
        .select((Invitation::as_select(), users::name, mail))
        .load(conn)?;
    let line = |(invitation, asker, mail): (Invitation, String, Option<String>)| Line {
        invitation,
        asker,
        mail_refused: mail.is_some_and(|status| status == MailStatus::Refused.as_str()),
    };
    Ok(rows.into_iter().map(line).collect())
}

fn insert(conn: &mut PgConnection, mailer: &Mailer, viewer: &Staff, person: &NewColleague) -> QueryResult<Invitation> {
    let (id, first) = (InvitationId::new(), 1);
    diesel::insert_into(invitations::table)
        .values((
            invitations::id.eq(id),
            invitations::kind.eq(InvitationKind::Staff),
            invitations::company_id.eq(viewer.company.id),
            invitations::email.eq(&person.email),
            invitations::name.eq(&person.name),
            invitations::search.eq(words::fold(&format!("{} {}", person.name, person.email))),
            invitations::staff_role.eq(person.role),
            invitations::asked_by.eq(viewer.user.id),
            invitations::status.eq(InvitationStatus::Sent),
            invitations::generation.eq(first),
            invitations::token_hash.eq(mailer.tokens().hash(Purpose::Invitation, id.uuid(), first)),
            invitations::sent_at.eq(now().nullable()),
            invitations::expires_at.eq(now() + LINK_LIVES),
        ))
        .returning(Invitation::as_returning())
        .get_result(conn)
}

fn known(conn: &mut PgConnection, company: CompanyId, people: &[NewColleague]) -> QueryResult<Vec<(usize, Known)>> {
    let emails: Vec<&EmailAddress> = people.iter().map(|person| &person.email).collect();
    let at_work: Vec<EmailAddress> = staff::table
        .inner_join(users::table)
        .filter(staff::company_id.eq(company))
        .filter(staff::left_at.is_null())
        .filter(users::email.eq_any(&emails))
        .select(users::email)
        .load(conn)?;
    let invited: Vec<(EmailAddress, DateTime<Utc>)> = invitations::table
        .filter(invitations::company_id.eq(company))
        .filter(invitations::kind.eq(InvitationKind::Staff))
        .filter(invitations::status.eq(InvitationStatus::Sent))
        .filter(invitations::expires_at.gt(now()))
        .filter(invitations::email.eq_any(&emails))
        .select((invitations::email, invitations::created_at))
        .load(conn)?;
    let about = |person: &NewColleague| {
        let asked = invited.iter().find(|(email, _)| *email == person.email).map(|(_, at)| Known::Invited(*at));
        if at_work.contains(&person.email) { Some(Known::AtWork) } else { asked }
    };
    Ok(people.iter().enumerate().filter_map(|(nth, person)| about(person).map(|known| (nth, known))).collect())
}

/// Makes room where the one before has expired.
fn revoke_expired(conn: &mut PgConnection, by: &Actor, company: CompanyId, people: &[NewColleague]) -> QueryResult<()> {
    let expired: Vec<InvitationId> = invitations::table
        .filter(invitations::company_id.eq(company))
        .filter(invitations::kind.eq(InvitationKind::Staff))
        .filter(invitations::status.eq(InvitationStatus::Sent))
        .filter(invitations::expires_at.le(now()))
        .filter(invitations::email.eq_any(people.iter().map(|person| &person.email)))
        .select(invitations::id)
        .load(conn)?;
    revoking::end(conn, by, &expired, Because::Expired).map(drop)
}
