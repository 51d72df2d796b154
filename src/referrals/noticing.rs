//! What is noticed about a lead when it comes in, for the company to judge (S55): that it looks like one of the team's own, that it is
//! there already. Nothing is refused for it, and no team reads it.

use crate::{
    accounts::User,
    email_address::EmailAddress,
    ids::*,
    schema::{customers, members, referrals, staff, users},
    text_enum,
};
use diesel::{
    dsl::{exists, sql},
    prelude::*,
    sql_types::Text,
};

text_enum!(
    /// Why a lead looks like one of the team's own.
    SelfReferral {
        /// Its address is that of somebody who is or was in the team.
        Member = "member",
        /// Its address is at the domain of who sent it.
        Domain = "domain",
        /// Its address is that of somebody who works for the company.
        Staff = "staff",
    }
);

/// What was noticed.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = referrals)]
pub struct Noticed {
    self_referral: Option<SelfReferral>,
    /// The first lead that this company was sent with that address.
    duplicate_of: Option<ReferralId>,
    /// Whether a customer of the company is called by that address.
    known_customer: bool,
}

/// Domains under which anybody has an address: two of them say nothing about each other.
const PUBLIC_DOMAINS: &[&str] = &[
    "126.com",
    "163.com",
    "aol.com",
    "att.net",
    "bigpond.com",
    "bk.ru",
    "bol.com.br",
    "btinternet.com",
    "comcast.net",
    "daum.net",
    "fastmail.com",
    "free.fr",
    "freenet.de",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hanmail.net",
    "hey.com",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.de",
    "hotmail.fr",
    "hotmail.it",
    "icloud.com",
    "inbox.ru",
    "interia.pl",
    "laposte.net",
    "libero.it",
    "list.ru",
    "live.com",
    "mac.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "naver.com",
    "o2.pl",
    "orange.fr",
    "outlook.com",
    "outlook.de",
    "pm.me",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "rambler.ru",
    "rediffmail.com",
    "rogers.com",
    "sbcglobal.net",
    "seznam.cz",
    "shaw.ca",
    "t-online.de",
    "terra.com.br",
    "tutanota.com",
    "uol.com.br",
    "verizon.net",
    "wanadoo.fr",
    "web.de",
    "wp.pl",
    "yahoo.co.jp",
    "yahoo.co.uk",
    "yahoo.com",
    "yahoo.de",
    "yahoo.fr",
    "yandex.com",
    "yandex.ru",
    "ymail.com",
    "zoho.com",
];

impl Noticed {
    /// What is known about a lead with that address, sent by that person of the team. The caller holds the company's lock, so that of two
    /// leads at once the later one sees the earlier.
    pub fn about(conn: &mut PgConnection, company: CompanyId, team: TeamId, by: &User, lead: &EmailAddress) -> QueryResult<Self> {
        let duplicate_of = referrals::table
            .filter(referrals::company_id.eq(company))
            .filter(referrals::email.eq(lead.as_str()))
            // Of several at once the first may have begun later: it is the one that is no duplicate itself.
            .filter(referrals::duplicate_of.is_null())
            .order((referrals::created_at, referrals::id))
            .select(referrals::id)
            .first(conn)
            .optional()?;
        // However the company's own system writes it.
        let called = sql::<Text>("lower(external_id)").eq(lead.as_str());
        let customer = customers::table.filter(customers::company_id.eq(company)).filter(called);
        let known_customer = diesel::select(exists(customer)).get_result(conn)?;
        Ok(Self { self_referral: Self::whose(conn, company, team, by, lead)?, duplicate_of, known_customer })
    }

    fn whose(
        conn: &mut PgConnection,
        company: CompanyId,
        team: TeamId,
        by: &User,
        lead: &EmailAddress,
    ) -> QueryResult<Option<SelfReferral>> {
        let in_team = members::table.inner_join(users::table).filter(members::team_id.eq(team)).filter(users::email.eq(lead));
        if diesel::select(exists(in_team)).get_result(conn)? {
            return Ok(Some(SelfReferral::Member));
        }
        let at_work = staff::table
            .inner_join(users::table)
            .filter(staff::company_id.eq(company))
            .filter(staff::left_at.is_null())
            .filter(users::email.eq(lead));
        if diesel::select(exists(at_work)).get_result(conn)? {
            return Ok(Some(SelfReferral::Staff));
        }
        Ok(share_a_domain(&by.email, lead).then_some(SelfReferral::Domain))
    }
}

/// Whether two addresses are at one domain that is not everybody's.
fn share_a_domain(one: &EmailAddress, other: &EmailAddress) -> bool {
    let domain = |address: &EmailAddress| address.as_str().rsplit('@').next().unwrap_or_default().to_owned();
    domain(one) == domain(other) && !PUBLIC_DOMAINS.contains(&domain(one).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_domain_says_something_where_it_is_not_everybodys() {
        let address = |text| EmailAddress::parse(text).unwrap();
        assert!(share_a_domain(&address("mia@northwind.example"), &address("Pat@Northwind.example")));
        assert!(!share_a_domain(&address("mia@northwind.example"), &address("pat@mail.northwind.example")));
        assert!(!share_a_domain(&address("mia@gmail.com"), &address("pat@gmail.com")));
    }

    #[test]
    fn the_list_of_public_domains_is_in_order() {
        assert!(PUBLIC_DOMAINS.is_sorted());
    }
}
