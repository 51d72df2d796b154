//! The hosts that links of a company may lead to (S53): each is listed by an administrator, on the page of settings or by the act of
//! letting a program lead there.

use crate::{
    audit::{self, Action, Actor, Event},
    companies::{Company, StaffPermission, staff::Staff},
    db,
    error::{Error, Result},
    ids::CompanyId,
    schema::{destinations, link_hosts, links},
};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{Array, BigInt, Text, Timestamptz},
};
use serde_json::json;
use url::{Host, Url};

/// The host of a URL in a column, as SQL: as [`of`] reads it, from URLs as [`super::program::destination`] writes them.
pub const HOST_OF: &str = "lower(substring(URL from '^https?://([^/:?#]+)'))";
/// The most characters of a host.
const HOST_LENGTH: usize = 253;

/// A host with what leads there.
#[derive(Debug, Clone, QueryableByName)]
pub struct ListedHost {
    /// Lower case, without a port.
    #[diesel(sql_type = Text)]
    pub host: String,
    /// Since when it is listed.
    #[diesel(sql_type = Timestamptz)]
    pub added_at: DateTime<Utc>,
    /// Programs and their further destinations that lead there, by name.
    #[diesel(sql_type = Array<Text>)]
    pub programs: Vec<String>,
    /// Links made for one member, and retired destinations, that lead there.
    #[diesel(sql_type = BigInt)]
    pub others: i64,
}

/// What came of taking a host off the list.
#[derive(Debug, PartialEq, Eq)]
pub enum Unlisted {
    /// It is off. What led there besides programs leads to the program's own destination now.
    Done,
    /// These programs lead there. Nothing was changed.
    LedTo(Vec<String>),
}

/// The host of a URL; none where it is written as an IPv6 address.
pub fn of(url: &str) -> Option<String> {
    match Url::parse(url).ok()?.host()? {
        Host::Domain(name) => Some(name.to_ascii_lowercase()),
        Host::Ipv4(address) => Some(address.to_string()),
        Host::Ipv6(_) => None,
    }
}

/// What was typed as a host: the host itself, or a whole URL that is there.
pub fn parse(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let host = if typed.contains("://") { of(typed)? } else { of(&format!("https://{typed}"))? };
    let is_name = host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    (is_name && host.len() <= HOST_LENGTH && !typed.contains('@')).then_some(host)
}

/// What to do where a host is not listed and it is not this person's to list.
pub fn says(host: &str) -> String {
    format!(
        "Links may not lead to {host} yet. An administrator of the company lists it under Settings; choose another address, or ask one of them"
    )
}

/// The host where links of the staff's company may not lead to that URL. An administrator lists it by this act instead. What is listed stays
/// so until the transaction ends.
pub fn refused(conn: &mut PgConnection, by: &Actor, staff: &Staff, url: &str) -> Result<Option<String>> {
    let Some(host) = of(url) else { return Ok(Some(url.to_owned())) };
    if is_listed(conn, staff.company.id, &host)? {
        return Ok(None);
    }
    match staff.recheck(conn, StaffPermission::Administer) {
        Ok(()) => list(conn, by, staff.company.id, &host).map(|_| None).map_err(Error::from),
        Err(Error::Forbidden(_)) => Ok(Some(host)),
        Err(error) => Err(error),
    }
}

/// Whether links of the company may lead to that host, which then stays listed until the transaction ends.
pub fn is_listed(conn: &mut PgConnection, company: CompanyId, host: &str) -> QueryResult<bool> {
    let row = link_hosts::table.find((company, host)).select(link_hosts::host).for_key_share().first::<String>(conn).optional()?;
    Ok(row.is_some())
}

/// The names of all listed hosts.
pub fn names(conn: &mut PgConnection, company: CompanyId) -> QueryResult<Vec<String>> {
    link_hosts::table.filter(link_hosts::company_id.eq(company)).select(link_hosts::host).order(link_hosts::host).load(conn)
}

/// Lists a host; says whether it was not before.
pub fn list(conn: &mut PgConnection, by: &Actor, company: CompanyId, host: &str) -> QueryResult<bool> {
    let row = (link_hosts::company_id.eq(company), link_hosts::host.eq(host));
    let new = diesel::insert_into(link_hosts::table).values(row).on_conflict_do_nothing().execute(conn)? == 1;
    if new {
        audit::record(conn, by, Event::new(Action::HostListed).company(company).target(company.uuid()).after(json!({ "host": host })))?;
    }
    Ok(new)
}

/// Lists a host for the staff's company; says whether it was not before.
pub fn add(conn: &mut PgConnection, by: &Actor, staff: &Staff, host: &str) -> Result<bool> {
    db::transaction(conn, |conn| {
        staff.recheck(conn, StaffPermission::Administer)?;
        Ok(list(conn, by, staff.company.id, host)?)
    })
}

/// Takes a host off the list. `NotFound` where it is not on it.
pub fn remove(conn: &mut PgConnection, by: &Actor, staff: &Staff, host: &str) -> Result<Unlisted> {
    db::transaction(conn, |conn| {
        let company = Company::lock(conn, staff.company.id)?.id;
        staff.recheck(conn, StaffPermission::Administer)?;
        // Whoever lets something lead there holds the row until they are through.
        link_hosts::table.find((company, host)).select(link_hosts::host).for_update().first::<String>(conn)?;
        let listed = ListedHost::find(conn, company, host)?;
        if !listed.programs.is_empty() {
            return Ok(Unlisted::LedTo(listed.programs));
        }
        lead_home(conn, company, host)?;
        diesel::delete(link_hosts::table.find((company, host))).execute(conn)?;
        let event = Event::new(Action::HostUnlisted).company(company).target(company.uuid());
        audit::record(conn, by, event.before(json!({ "host": host })))?;
        Ok(Unlisted::Done)
    })
}

/// Lets what else led to that host lead to the program's own destination: links made for one member, and retired destinations.
fn lead_home(conn: &mut PgConnection, company: CompanyId, host: &str) -> QueryResult<()> {
    let leads_there =
        || diesel::dsl::sql::<sql_types::Bool>(&format!("{} = ", HOST_OF.replace("URL", "url"))).bind::<Text, _>(host.to_owned());
    diesel::update(links::table.filter(links::company_id.eq(company)).filter(links::url.is_not_null()).filter(leads_there()))
        .set(links::url.eq(None::<String>))
        .execute(conn)?;
    let retired = destinations::table.filter(destinations::company_id.eq(company)).filter(leads_there());
    diesel::update(retired).set(destinations::url.eq(None::<String>)).execute(conn).map(drop)
}

impl ListedHost {
    /// All of a company, by name.
    pub fn all(conn: &mut PgConnection, company: CompanyId) -> QueryResult<Vec<Self>> {
        sql_query(format!("{} ORDER BY h.host", Self::query())).bind::<sql_types::Uuid, _>(company).load(conn)
    }

    /// One of a company.
    pub fn find(conn: &mut PgConnection, company: CompanyId, host: &str) -> QueryResult<Self> {
        sql_query(format!("{} AND h.host = $2", Self::query())).bind::<sql_types::Uuid, _>(company).bind::<Text, _>(host).get_result(conn)
    }

    /// SQL for its arrays, and for the host inside a URL.
    fn query() -> String {
        let at = |url: &str| format!("{} = h.host", HOST_OF.replace("URL", url));
        format!(
            "SELECT h.host, h.added_at, \
                 ARRAY(SELECT g.name FROM programs g WHERE g.company_id = h.company_id AND {program} \
                     UNION ALL SELECT g.name || ': ' || d.name FROM destinations d JOIN programs g ON g.id = d.program_id \
                     WHERE d.company_id = h.company_id AND d.retired_at IS NULL AND {destination} ORDER BY 1) AS programs, \
                 (SELECT count(*) FROM links l WHERE l.company_id = h.company_id AND l.url IS NOT NULL AND {link}) \
                     + (SELECT count(*) FROM destinations d WHERE d.company_id = h.company_id AND d.retired_at IS NOT NULL AND {destination}) AS others \
             FROM link_hosts h WHERE h.company_id = $1",
            program = at("g.destination"),
            destination = at("d.url"),
            link = at("l.url"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{of, parse};

    #[test]
    fn a_host_is_read_from_what_people_type() {
        for typed in ["acme.example", " ACME.example ", "https://acme.example/start?x=1", "acme.example:8443", "http://acme.example"] {
            assert_eq!(parse(typed).as_deref(), Some("acme.example"), "{typed:?}");
        }
        assert_eq!(parse("bücher.example").as_deref(), Some("xn--bcher-kva.example"));
        assert_eq!(parse("127.0.0.1").as_deref(), Some("127.0.0.1"));
        for typed in
            ["", "https://", "a b", "sam@acme.example", "https://user:secret@acme.example/", "[::1]", "javascript:alert(1)", "<acme>"]
        {
            assert_eq!(parse(typed), None, "{typed:?}");
        }
        assert_eq!(of("https://Acme.example:443/x").as_deref(), Some("acme.example"));
    }
}
