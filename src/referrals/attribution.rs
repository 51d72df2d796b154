//! Whose sale it is (S55). A click names its link, and the link its member. The first sale that names a customer binds that customer to the
//! member for good: whatever is clicked later, the customer's sales are that member's.

use crate::{
    db::now,
    ids::*,
    schema::{clicks, customers, enrollments, links},
};
use chrono::{DateTime, Utc};
use diesel::{
    dsl::{IntervalDsl, exists},
    prelude::*,
};

/// For so many days a click counts.
pub const CLICK_DAYS: i32 = 90;

/// Who brought a sale, through which click.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Brought {
    /// The partner.
    pub partner: PartnerId,
    /// Its team.
    pub team: TeamId,
    /// The member, present or former.
    pub member: MemberId,
    /// The program whose link it was.
    pub program: ProgramId,
    /// The link.
    pub link: Option<LinkId>,
    /// The click.
    pub click: Option<ClickId>,
    /// When that was.
    pub clicked_at: DateTime<Utc>,
}

/// A customer who is bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Key.
    pub id: CustomerId,
    /// To whom.
    pub brought: Brought,
}

/// A click on a link of the company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Click {
    /// Who brought it.
    pub brought: Brought,
    /// Whether it is older than [`CLICK_DAYS`].
    pub is_old: bool,
}

impl Click {
    /// A click on a link of that company; of another company's there is none.
    pub fn find(conn: &mut PgConnection, company: CompanyId, id: ClickId) -> QueryResult<Option<Self>> {
        let found = clicks::table
            .inner_join(links::table.on(links::id.eq(clicks::link_id)))
            .filter(clicks::id.eq(id))
            .filter(links::company_id.eq(company))
            .select((
                (
                    links::partner_id,
                    links::team_id,
                    links::member_id,
                    links::program_id,
                    links::id.nullable(),
                    clicks::id.nullable(),
                    clicks::at,
                ),
                clicks::at.lt(now() - CLICK_DAYS.days()),
            ))
            .first::<(Brought, bool)>(conn)
            .optional()?;
        Ok(found.map(|(brought, is_old)| Self { brought, is_old }))
    }
}

impl Customer {
    /// The company's customer of that name, where one is bound.
    pub fn find(conn: &mut PgConnection, company: CompanyId, external: &str) -> QueryResult<Option<Self>> {
        let found = customers::table
            .filter(customers::company_id.eq(company))
            .filter(customers::external_id.eq(external))
            .select((
                customers::id,
                (
                    customers::partner_id,
                    customers::team_id,
                    customers::member_id,
                    customers::program_id,
                    customers::link_id,
                    customers::click_id,
                    customers::clicked_at,
                ),
            ))
            .first::<(CustomerId, Brought)>(conn)
            .optional()?;
        Ok(found.map(|(id, brought)| Self { id, brought }))
    }

    /// Binds the customer of that name to who brought them, unless another sale has just done so: then the earlier one stays.
    pub fn bind(conn: &mut PgConnection, company: CompanyId, external: &str, brought: &Brought) -> QueryResult<Self> {
        diesel::insert_into(customers::table)
            .values((
                customers::id.eq(CustomerId::new()),
                customers::company_id.eq(company),
                customers::external_id.eq(external),
                customers::partner_id.eq(brought.partner),
                customers::team_id.eq(brought.team),
                customers::member_id.eq(brought.member),
                customers::program_id.eq(brought.program),
                customers::link_id.eq(brought.link),
                customers::click_id.eq(brought.click),
                customers::clicked_at.eq(brought.clicked_at),
            ))
            .on_conflict((customers::company_id, customers::external_id))
            .do_nothing()
            .execute(conn)?;
        Ok(Self::find(conn, company, external)?.expect("this statement or another one bound the customer"))
    }
}

impl Brought {
    /// Whether the team was in the program when it was clicked: only then the sale earns.
    pub fn was_in_program(&self, conn: &mut PgConnection) -> QueryResult<bool> {
        let places = enrollments::table
            .filter(enrollments::partner_id.eq(self.partner))
            .filter(enrollments::program_id.eq(self.program))
            .filter(enrollments::joined_at.le(self.clicked_at))
            .filter(enrollments::left_at.is_null().or(enrollments::left_at.gt(self.clicked_at)));
        diesel::select(exists(places)).get_result(conn)
    }
}
