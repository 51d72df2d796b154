//! The terms of a program, published as versions.

use crate::{
    ids::{PartnerId, ProgramId, TermsId, UserId},
    schema::{acceptances, programs, terms},
    web::Prose,
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
    /// The text, in Markdown.
    pub body: String,
    /// When it came into force.
    pub published_at: DateTime<Utc>,
}

impl Terms {
    /// The version in force, where the program has terms.
    pub fn current(conn: &mut PgConnection, program: ProgramId) -> QueryResult<Option<Self>> {
        Self::query().filter(terms::program_id.eq(program)).order(terms::number.desc()).first(conn).optional()
    }

    /// The version in force, which no other takes the place of before this transaction ends: whoever publishes locks the program.
    pub fn held(conn: &mut PgConnection, program: ProgramId) -> QueryResult<Option<Self>> {
        programs::table.find(program).select(programs::id).for_share().first::<ProgramId>(conn)?;
        Self::current(conn, program)
    }

    /// That version of that program.
    pub fn find(conn: &mut PgConnection, program: ProgramId, id: TermsId) -> QueryResult<Self> {
        Self::query().filter(terms::id.eq(id)).filter(terms::program_id.eq(program)).first(conn)
    }

    /// Publishes the next version under that id. The caller holds the program's lock, or the program is new.
    pub fn publish(conn: &mut PgConnection, by: Option<UserId>, program: ProgramId, id: TermsId, body: &str) -> QueryResult<Self> {
        let last: Option<i32> = terms::table.filter(terms::program_id.eq(program)).select(diesel::dsl::max(terms::number)).first(conn)?;
        diesel::insert_into(terms::table)
            .values((
                terms::id.eq(id),
                terms::program_id.eq(program),
                terms::number.eq(last.unwrap_or(0) + 1),
                terms::body.eq(body),
                terms::published_by.eq(by),
            ))
            .returning(Self::as_returning())
            .get_result(conn)
    }

    /// Notes who accepted this version for a partner; the first one stays. Says whether it is new.
    pub fn accept(&self, conn: &mut PgConnection, partner: PartnerId, user: UserId) -> QueryResult<bool> {
        let made = diesel::insert_into(acceptances::table)
            .values((acceptances::terms_id.eq(self.id), acceptances::partner_id.eq(partner), acceptances::user_id.eq(user)))
            .on_conflict_do_nothing()
            .execute(conn)?;
        Ok(made == 1)
    }

    /// The text as pages show it.
    pub fn prose(&self) -> Prose {
        Prose::lesson(&self.body)
    }
}
