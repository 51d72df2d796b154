//! The terms of a program, published as versions.

use crate::{
    ids::{PartnerId, ProgramId, TermsId, UserId},
    schema::{acceptances, terms},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// One published version of a program's terms.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = terms)]
pub struct Terms {
    /// Key.
    pub id: TermsId,
    /// From 1.
    pub number: i32,
    /// The text.
    pub body: String,
    /// When it came into force.
    pub published_at: DateTime<Utc>,
}

impl Terms {
    /// The version in force, where the program has terms.
    pub fn current(conn: &mut PgConnection, program: ProgramId) -> QueryResult<Option<Self>> {
        Self::query().filter(terms::program_id.eq(program)).order(terms::number.desc()).first(conn).optional()
    }

    /// Publishes the next version. The caller holds the program's lock, or the program is new.
    pub fn publish(conn: &mut PgConnection, program: ProgramId, body: &str) -> QueryResult<Self> {
        let last: Option<i32> = terms::table.filter(terms::program_id.eq(program)).select(diesel::dsl::max(terms::number)).first(conn)?;
        let id = TermsId::new();
        diesel::insert_into(terms::table)
            .values((terms::id.eq(id), terms::program_id.eq(program), terms::number.eq(last.unwrap_or(0) + 1), terms::body.eq(body)))
            .execute(conn)?;
        Self::query().filter(terms::id.eq(id)).first(conn)
    }

    /// Notes who accepted this version for a partner; the first one stays.
    pub fn accept(&self, conn: &mut PgConnection, partner: PartnerId, user: UserId) -> QueryResult<()> {
        diesel::insert_into(acceptances::table)
            .values((acceptances::terms_id.eq(self.id), acceptances::partner_id.eq(partner), acceptances::user_id.eq(user)))
            .on_conflict_do_nothing()
            .execute(conn)
            .map(drop)
    }
}
