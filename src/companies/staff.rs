//! A person's place in a company.

use crate::{
    accounts::User,
    audit::Actor,
    companies::{Company, StaffPermission, StaffRole},
    error::{Error, Result},
    ids::{CompanyId, RequestId, StaffId, UserId},
    schema::{companies, members, staff, users},
};
use diesel::{
    dsl::{count_star, exists, sql},
    expression::SqlLiteral,
    prelude::*,
    sql_types::{BigInt, Bool},
};

/// A person at work in a company: who, where, and as what.
#[derive(Debug, Clone)]
pub struct Staff {
    /// Key of the place.
    pub id: StaffId,
    /// The company.
    pub company: Company,
    /// The person.
    pub user: User,
    /// Their role.
    pub role: StaffRole,
    /// Whether they have other places, in companies or teams.
    pub has_other_places: bool,
    /// Conversations of the company with something new to them, counted up to [`MOST_UNREAD`].
    pub unread: i64,
    /// Whether the company has courses.
    pub has_courses: bool,
    /// Whether the company's staff must have two-step sign-in (S7).
    pub requires_two_step: bool,
}

/// Counting unread conversations stops here: nobody needs to know more, and every page counts.
pub const MOST_UNREAD: i64 = 99;

/// SQL for its limit, which stops the counting; it stands in the statement of the lock, since every page of the company shows it.
fn unread() -> SqlLiteral<BigInt> {
    sql(&format!(
        "(SELECT count(*) FROM (SELECT FROM conversation_reads r JOIN conversations c ON c.id = r.conversation_id \
          WHERE r.user_id = users.id AND r.unread_at IS NOT NULL AND c.company_id = companies.id LIMIT {MOST_UNREAD}) few)"
    ))
}

impl Staff {
    /// Whether they may.
    pub fn may(&self, permission: StaffPermission) -> bool {
        self.role.may(permission)
    }

    /// Whether they must set up two-step sign-in before anything of the company opens (S7).
    pub fn awaits_two_step(&self) -> bool {
        self.requires_two_step && self.user.two_step_at.is_none()
    }

    /// The actor of the audit log.
    pub fn actor(&self, request: Option<RequestId>) -> Actor {
        Actor { user: Some(self.user.id), role: Some(self.role.as_str()), request }
    }

    /// Asks again whether they may, inside the transaction that decides: their place cannot change until it ends (S31). `Forbidden` where
    /// they no longer may, `NotFound` where they have left.
    pub fn recheck(&self, conn: &mut PgConnection, permission: StaffPermission) -> Result<()> {
        let role: StaffRole = staff::table.find(self.id).filter(staff::left_at.is_null()).select(staff::role).for_share().first(conn)?;
        if role.may(permission) { Ok(()) } else { Err(Error::Forbidden(permission.who_can().into())) }
    }

    /// Whether that user works for that company now.
    pub fn works_for(conn: &mut PgConnection, company: CompanyId, user: UserId) -> QueryResult<bool> {
        let places = staff::table.filter(staff::company_id.eq(company)).filter(staff::user_id.eq(user)).filter(staff::left_at.is_null());
        diesel::select(exists(places)).get_result(conn)
    }

    /// Whether that user works for that company now, in a role that may.
    pub fn holds(conn: &mut PgConnection, company: CompanyId, user: UserId, permission: StaffPermission) -> QueryResult<bool> {
        let role: Option<StaffRole> = staff::table
            .filter(staff::company_id.eq(company))
            .filter(staff::user_id.eq(user))
            .filter(staff::left_at.is_null())
            .select(staff::role)
            .first(conn)
            .optional()?;
        Ok(role.is_some_and(|role| role.may(permission)))
    }

    /// The place of this user in the company with that slug: the company is found through the viewer.
    pub fn of(conn: &mut PgConnection, user: UserId, slug: &str) -> QueryResult<Self> {
        let (teams_of, companies_of) = diesel::alias!(members as teams_of, staff as companies_of);
        let in_teams = teams_of
            .filter(teams_of.field(members::user_id).eq(user))
            .filter(teams_of.field(members::left_at).is_null())
            .select(count_star())
            .single_value();
        let in_companies = companies_of
            .filter(companies_of.field(staff::user_id).eq(user))
            .filter(companies_of.field(staff::left_at).is_null())
            .select(count_star())
            .single_value();
        // SQL, since Diesel has no subquery about the row of the statement around it.
        let has_courses = sql::<Bool>("EXISTS (SELECT FROM courses c WHERE c.company_id = companies.id)");
        let about = (unread(), has_courses, companies::requires_two_step);
        let (id, company, user, role, in_teams, in_companies, (unread, has_courses, requires_two_step)) = staff::table
            .inner_join(companies::table)
            .inner_join(users::table)
            .filter(staff::user_id.eq(user))
            .filter(staff::left_at.is_null())
            .filter(companies::slug.eq(slug))
            .select((staff::id, Company::as_select(), User::as_select(), staff::role, in_teams, in_companies, about))
            .first::<(StaffId, Company, User, StaffRole, Option<i64>, Option<i64>, (i64, bool, bool))>(conn)?;
        let has_other_places = in_teams.unwrap_or(0) + in_companies.unwrap_or(0) > 1;
        Ok(Self { id, company, user, role, has_other_places, unread, has_courses, requires_two_step })
    }

    /// Every present place of this user in companies, by name.
    pub fn all_of(conn: &mut PgConnection, user: UserId) -> QueryResult<Vec<(Company, StaffRole)>> {
        staff::table
            .inner_join(companies::table)
            .filter(staff::user_id.eq(user))
            .filter(staff::left_at.is_null())
            .order((companies::name, companies::id))
            .select((Company::as_select(), staff::role))
            .load(conn)
    }

    /// Gives a user a place in a company.
    pub fn add(conn: &mut PgConnection, company: CompanyId, user: UserId, role: StaffRole) -> QueryResult<StaffId> {
        let id = StaffId::new();
        diesel::insert_into(staff::table)
            .values((staff::id.eq(id), staff::company_id.eq(company), staff::user_id.eq(user), staff::role.eq(role)))
            .execute(conn)?;
        Ok(id)
    }
}
