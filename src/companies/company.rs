//! The company's row.

use crate::{ids::CompanyId, schema::companies, words};
use diesel::prelude::*;

/// An organisation that runs partner programs.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = companies)]
pub struct Company {
    /// Key.
    pub id: CompanyId,
    /// Its part of every URL, made from the name once.
    pub slug: String,
    /// Its name.
    pub name: String,
}

impl Company {
    /// The company with that id.
    pub fn find(conn: &mut PgConnection, id: CompanyId) -> QueryResult<Self> {
        Self::query().filter(companies::id.eq(id)).first(conn)
    }

    /// The company's row, locked until the transaction ends: rules that judge its staff's roles come one after the other.
    pub fn lock(conn: &mut PgConnection, id: CompanyId) -> QueryResult<Self> {
        Self::query().filter(companies::id.eq(id)).for_no_key_update().first(conn)
    }

    /// Makes a company; its slug gets a number where another has it already.
    pub fn create(conn: &mut PgConnection, name: &str) -> QueryResult<Self> {
        let wanted = words::slug(name);
        for number in 1.. {
            let slug = if number == 1 { wanted.clone() } else { format!("{wanted}-{number}") };
            let id = CompanyId::new();
            let made = diesel::insert_into(companies::table)
                .values((companies::id.eq(id), companies::slug.eq(&slug), companies::name.eq(name)))
                .on_conflict(companies::slug)
                .do_nothing()
                .execute(conn)?;
            if made == 1 {
                return Ok(Self { id, slug, name: name.to_owned() });
            }
        }
        unreachable!("there are more numbers than companies")
    }
}
