//! An email address as it is compared, stored and sent to.

use std::fmt;

/// An address that was looked at: one `@`, a domain with a dot, no spaces or control characters, the whole in lower case and the domain
/// in punycode, at most 254 bytes. Two spellings of one address are equal (S37).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, diesel::AsExpression, diesel::FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The address in `text`, or nothing where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches(' ');
        let (local, domain) = text.rsplit_once('@')?;
        let domain = idna::domain_to_ascii_strict(domain).ok()?;
        let address = format!("{}@{domain}", local.to_lowercase());
        let sound = domain.contains('.')
            && address.len() <= 254
            && local.is_ascii()
            && address.parse::<lettre::Address>().is_ok()
            && !local.contains(['"', ' ']);
        sound.then_some(Self(address))
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address as shown to somebody it may not belong to: `o•••@northwind.example`.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.split_once('@').unwrap_or((&self.0, ""));
        format!("{}•••@{domain}", local.chars().next().unwrap_or('•'))
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::pg::Pg> for EmailAddress {
    fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
        <String as diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::pg::Pg>>::from_sql(bytes).map(Self)
    }
}

impl diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg> for EmailAddress {
    fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>) -> diesel::serialize::Result {
        diesel::serialize::ToSql::<diesel::sql_types::Text, diesel::pg::Pg>::to_sql(self.0.as_str(), out)
    }
}

#[cfg(test)]
mod tests {
    use super::EmailAddress;

    #[test]
    fn an_address_is_lower_case_with_its_domain_in_punycode() {
        assert_eq!(EmailAddress::parse(" Olivia@Bücher.Example ").unwrap().as_str(), "olivia@xn--bcher-kva.example");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "olivia",
            "olivia@",
            "@northwind.example",
            "olivia@northwind",
            "a b@c.example",
            "a@b.example\r\nBcc: x@y.example",
            "a@b@c.example",
            "\"a b\"@c.example",
            "a@-b.example",
            "a@b..example",
        ] {
            assert!(EmailAddress::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn a_masked_address_shows_one_letter() {
        assert_eq!(EmailAddress::parse("olivia@northwind.example").unwrap().masked(), "o•••@northwind.example");
    }
}
