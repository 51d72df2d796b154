//! The people who work for a company, as its administrators see and change them (rule 31). The company's row is locked while a role is
//! judged: nobody changes their own, so that whoever removes or demotes an administrator is another one, who stays. Invitations end with
//! the right of who asked (S32).

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    companies::{Company, StaffPermission, StaffRole, staff::Staff},
    db::{self, now},
    error::{Error, Result},
    ids::{CompanyId, StaffId, UserId},
    invitations::{InvitationKind, revoking},
    mail::{self, Mailer},
    schema::{partners, staff, users},
    staffing::emails,
    web::pagination::{Cursor, PAGE_SIZE, Page, Start},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;

/// Somebody who works for the company.
#[derive(Debug, Clone, Queryable)]
pub struct Colleague {
    /// Their place.
    pub id: StaffId,
    /// The person.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their role.
    pub role: StaffRole,
    /// Since when.
    pub joined_at: DateTime<Utc>,
}

/// What came of changing a role.
#[derive(Debug, PartialEq, Eq)]
pub enum RoleChanged {
    /// They have the new role.
    Done {
        /// Their name.
        name: String,
        /// How many invitations of theirs are revoked: the new role could not have asked.
        revoked: usize,
    },
    /// They had it already.
    Same,
}

/// What came of removing somebody.
#[derive(Debug, PartialEq, Eq)]
pub struct Removed {
    /// Their name.
    pub name: String,
    /// How many partners are assigned to nobody now.
    pub unassigned: usize,
    /// How many invitations of theirs are revoked.
    pub revoked: usize,
}

/// A colleague who may be removed, and what would end with their place (G14).
#[derive(Debug, Clone)]
pub struct Leaving {
    /// The person.
    pub colleague: Colleague,
    /// Partners that are assigned to them.
    pub partners: usize,
    /// Invitations that they sent or asked for, and that nobody has answered.
    pub invitations: usize,
}

const NOT_ONESELF: &str = "Nobody changes their own role or removes themselves. Ask another administrator.";

impl Colleague {
    /// One page of those who work for the company now, the newest first.
    pub fn page(conn: &mut PgConnection, company: CompanyId, start: Start) -> QueryResult<Page<Self>> {
        let mut rows = staff::table
            .inner_join(users::table)
            .filter(staff::company_id.eq(company))
            .filter(staff::left_at.is_null())
            .select((staff::id, users::id, users::name, users::email, staff::role, staff::joined_at))
            .limit(PAGE_SIZE as i64 + 1)
            .into_boxed();
        rows = match start {
            Start::First => rows.order((staff::joined_at.desc(), staff::id.desc())),
            Start::After(Cursor { at, id }) => rows
                .filter(staff::joined_at.lt(at).or(staff::joined_at.eq(at).and(staff::id.lt(StaffId::from(id)))))
                .order((staff::joined_at.desc(), staff::id.desc())),
            Start::Before(Cursor { at, id }) => rows
                .filter(staff::joined_at.gt(at).or(staff::joined_at.eq(at).and(staff::id.gt(StaffId::from(id)))))
                .order((staff::joined_at, staff::id)),
        };
        Ok(Page::of(start, rows.load(conn)?, |row: &Self| Cursor { at: row.joined_at, id: row.id.uuid() }))
    }

    /// Somebody who works for the company now.
    pub fn find(conn: &mut PgConnection, company: CompanyId, id: StaffId) -> QueryResult<Self> {
        staff::table
            .inner_join(users::table)
            .filter(staff::id.eq(id))
            .filter(staff::company_id.eq(company))
            .filter(staff::left_at.is_null())
            .select((staff::id, users::id, users::name, users::email, staff::role, staff::joined_at))
            .first(conn)
    }

    /// Somebody whom this viewer may change. `NotFound` where they do not work for the company, `Forbidden` where it is oneself.
    pub fn other(conn: &mut PgConnection, viewer: &Staff, id: StaffId) -> Result<Self> {
        let colleague = Self::find(conn, viewer.company.id, id)?;
        if colleague.id == viewer.id { Err(Error::Forbidden(NOT_ONESELF.into())) } else { Ok(colleague) }
    }
}

impl Leaving {
    /// Read before the question is asked. `NotFound` where they do not work for the company, `Forbidden` where it is oneself.
    pub fn read(conn: &mut PgConnection, viewer: &Staff, id: StaffId) -> Result<Self> {
        let colleague = Colleague::other(conn, viewer, id)?;
        let theirs = partners::table.filter(partners::company_id.eq(viewer.company.id)).filter(partners::assigned_to.eq(id));
        let partners: i64 = theirs.count().get_result(conn)?;
        let invitations = revoking::living_of_asker(conn, viewer.company.id, colleague.user)?.len();
        Ok(Self { colleague, partners: partners as usize, invitations })
    }
}

/// Gives a colleague another role, and mails them. `NotFound` where they do not work for the company, `Forbidden` where it is oneself.
pub fn change_role(
    conn: &mut PgConnection,
    mailer: &Mailer,
    by: &Actor,
    viewer: &Staff,
    id: StaffId,
    role: StaffRole,
) -> Result<RoleChanged> {
    db::transaction(conn, |conn| {
        let colleague = judge(conn, viewer, id)?;
        if colleague.role == role {
            return Ok(RoleChanged::Same);
        }
        diesel::update(staff::table.find(id)).set(staff::role.eq(role)).execute(conn)?;
        let event = Event::new(Action::StaffRoleChanged).company(viewer.company.id).target(id.uuid());
        audit::record(conn, by, event.before(json!({ "role": colleague.role })).after(json!({ "role": role })))?;
        let revoked = revoking::of_asker(conn, by, viewer.company.id, colleague.user, out_of_reach(role))?;
        let user = User::find(conn, colleague.user)?;
        let letter = emails::role_changed(&user, &viewer.company, &viewer.user, colleague.role, role);
        mail::queue(conn, mailer, Some(viewer.company.id), &letter)?;
        Ok(RoleChanged::Done { name: colleague.name, revoked })
    })
}

/// Ends a colleague's place and their sessions, and mails them (S10). Their partners are assigned to nobody, their invitations revoked.
/// `NotFound` where they do not work for the company, `Forbidden` where it is oneself.
pub fn remove(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, viewer: &Staff, id: StaffId) -> Result<Removed> {
    db::transaction(conn, |conn| {
        let colleague = judge(conn, viewer, id)?;
        diesel::update(staff::table.find(id)).set(staff::left_at.eq(now().nullable())).execute(conn)?;
        let theirs = partners::table.filter(partners::company_id.eq(viewer.company.id)).filter(partners::assigned_to.eq(id));
        let unassigned = diesel::update(theirs).set(partners::assigned_to.eq(None::<StaffId>)).execute(conn)?;
        let event = Event::new(Action::StaffRemoved).company(viewer.company.id).target(id.uuid());
        audit::record(conn, by, event.before(json!({ "role": colleague.role, "partners": unassigned })))?;
        let revoked = revoking::of_asker(conn, by, viewer.company.id, colleague.user, InvitationKind::ALL)?;
        User::end_sessions(conn, colleague.user)?;
        let user = User::find(conn, colleague.user)?;
        mail::queue(conn, mailer, Some(viewer.company.id), &emails::removed(&user, &viewer.company, &viewer.user))?;
        Ok(Removed { name: colleague.name, unassigned, revoked })
    })
}

/// The colleague, where the viewer still is an administrator and somebody else, with the company's row and theirs locked.
fn judge(conn: &mut PgConnection, viewer: &Staff, id: StaffId) -> Result<Colleague> {
    let company = Company::lock(conn, viewer.company.id)?;
    viewer.recheck(conn, StaffPermission::Administer)?;
    let theirs = staff::table.filter(staff::id.eq(id)).filter(staff::company_id.eq(company.id));
    theirs.select(staff::id).for_no_key_update().first::<StaffId>(conn)?;
    Colleague::other(conn, viewer, id)
}

/// What somebody in that role may not invite to.
fn out_of_reach(role: StaffRole) -> &'static [InvitationKind] {
    match (role.may(StaffPermission::Administer), role.may(StaffPermission::Invite)) {
        (true, _) => &[],
        (false, true) => &[InvitationKind::Staff],
        (false, false) => InvitationKind::ALL,
    }
}
