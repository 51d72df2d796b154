//! The program's row.

use crate::{
    audit::{self, Action, Actor, Event},
    companies::{StaffPermission, staff::Staff},
    db,
    error::Result,
    ids::{CompanyId, ProgramId, TermsId},
    programs::{Terms, hosts},
    schema::programs,
};
use diesel::prelude::*;
use serde_json::{Value, json};
use url::Url;

/// The most characters of a description.
pub const DESCRIPTION_LENGTH: usize = 2000;
/// The most characters of terms that a form takes.
pub const TERMS_LENGTH: usize = 20_000;
/// The most characters of a destination.
const DESTINATION_LENGTH: usize = 2000;

/// An offer of a company that teams join.
#[derive(Debug, Clone, PartialEq, Eq, HasQuery)]
#[diesel(table_name = programs)]
pub struct Program {
    /// Key.
    pub id: ProgramId,
    /// Whose offer it is.
    pub company_id: CompanyId,
    /// Unique in the company.
    pub name: String,
    /// A paragraph for those who consider joining; may be empty.
    pub description: String,
    /// Where links lead: an http or https URL.
    pub destination: String,
    /// ISO 4217.
    pub currency: String,
    /// Whether any team of the installation may join at once.
    pub open: bool,
}

/// What staff write about a program.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, AsChangeset)]
#[diesel(table_name = programs)]
pub struct ProgramText {
    /// Unique in the company.
    pub name: String,
    /// May be empty.
    pub description: String,
    /// An http or https URL.
    pub destination: String,
    /// ISO 4217.
    pub currency: String,
    /// Whether any team may join at once.
    pub open: bool,
}

/// What staff may change of a program. Its currency stays: money was promised in it.
#[derive(Debug, Clone, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = programs)]
pub struct ProgramChange {
    /// Unique in the company.
    pub name: String,
    /// May be empty.
    pub description: String,
    /// An http or https URL.
    pub destination: String,
    /// Whether any team may join at once.
    pub open: bool,
}

/// What came of making or changing a program.
#[derive(Debug)]
pub enum Written {
    /// It is as wanted.
    Saved(Program),
    /// The company has another program of that name, in whatever case. Nothing was changed.
    NameTaken,
    /// Links of the company may not lead to that host, which is not this person's to list (S53). Nothing was changed.
    HostUnlisted(String),
}

/// An http or https URL as a program keeps it, with a host and without a password; nothing where `text` is none.
pub fn destination(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    let sound = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    let url = String::from(url);
    (sound && hosts::of(&url).is_some() && url.len() <= DESTINATION_LENGTH).then_some(url)
}

impl Program {
    /// Makes a program with the first version of its terms. The host that it leads to is listed by this act.
    pub fn create(conn: &mut PgConnection, by: &Actor, company: CompanyId, text: &ProgramText, terms: &str) -> QueryResult<Written> {
        db::transaction(conn, |conn| {
            let id = ProgramId::new();
            let row = (programs::id.eq(id), programs::company_id.eq(company), text);
            let made = db::unless_broken(conn, NAME, |conn| {
                diesel::insert_into(programs::table).values(row).returning(Self::as_returning()).get_result(conn)
            })?;
            let Some(program) = made else { return Ok(Written::NameTaken) };
            Terms::publish(conn, by.user, id, TermsId::new(), terms)?;
            if let Some(host) = hosts::of(&program.destination) {
                hosts::list(conn, by, company, &host)?;
            }
            audit::record(conn, by, Event::new(Action::ProgramCreated).company(company).target(id.uuid()).after(program.noted()))?;
            Ok(Written::Saved(program))
        })
    }

    /// A program of that company.
    pub fn find(conn: &mut PgConnection, company: CompanyId, id: ProgramId) -> QueryResult<Self> {
        Self::query().filter(programs::id.eq(id)).filter(programs::company_id.eq(company)).first(conn)
    }

    /// All programs of that company, by name.
    pub fn all(conn: &mut PgConnection, company: CompanyId) -> QueryResult<Vec<Self>> {
        Self::query().filter(programs::company_id.eq(company)).order((programs::name, programs::id)).load(conn)
    }

    /// Makes a program in the staff's company, with the first version of its terms.
    pub fn add(conn: &mut PgConnection, by: &Actor, staff: &Staff, text: &ProgramText, terms: &str) -> Result<Written> {
        db::transaction(conn, |conn| {
            staff.recheck(conn, StaffPermission::WritePrograms)?;
            if let Some(host) = hosts::refused(conn, by, staff, &text.destination)? {
                return Ok(Written::HostUnlisted(host));
            }
            Ok(Self::create(conn, by, staff.company.id, text, terms)?)
        })
    }

    /// Changes a program. `NotFound` where it is none of the company's.
    pub fn edit(conn: &mut PgConnection, by: &Actor, staff: &Staff, id: ProgramId, change: &ProgramChange) -> Result<Written> {
        db::transaction(conn, |conn| {
            staff.recheck(conn, StaffPermission::WritePrograms)?;
            let company = staff.company.id;
            let ours = Self::query().filter(programs::id.eq(id)).filter(programs::company_id.eq(company));
            let before = ours.for_no_key_update().first(conn)?;
            if let Some(host) = hosts::refused(conn, by, staff, &change.destination)? {
                return Ok(Written::HostUnlisted(host));
            }
            let saved = db::unless_broken(conn, NAME, |conn| {
                diesel::update(programs::table.find(id)).set(change).returning(Self::as_returning()).get_result(conn)
            })?;
            let Some(after) = saved else { return Ok(Written::NameTaken) };
            if before != after {
                let event = Event::new(Action::ProgramEdited).company(company).target(id.uuid());
                audit::record(conn, by, event.before(before.noted()).after(after.noted()))?;
            }
            Ok(Written::Saved(after))
        })
    }

    /// What the audit log keeps of it: a name of ours and a switch, no texts (S61).
    fn noted(&self) -> Value {
        json!({ "name": self.name, "open": self.open })
    }
}

/// One name, one program, in each company.
const NAME: &str = "programs_name";

#[cfg(test)]
mod tests {
    use super::destination;

    #[test]
    fn a_destination_is_an_address_of_the_web() {
        assert_eq!(destination(" https://acme.example/partners ").as_deref(), Some("https://acme.example/partners"));
        assert_eq!(destination("http://acme.example").as_deref(), Some("http://acme.example/"));
        for text in [
            "",
            "acme.example",
            "javascript:alert(1)",
            "ftp://acme.example",
            "https://",
            "https://user:secret@acme.example/",
            "//acme.example",
        ] {
            assert_eq!(destination(text), None, "{text:?}");
        }
        assert_eq!(destination(&format!("https://acme.example/{}", "a".repeat(2000))), None);
    }
}
