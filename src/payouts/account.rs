//! An account as people write it: an IBAN, or what the country calls an account and a bank.

use crate::words;
use diesel::{
    AsExpression, FromSqlRow,
    deserialize::{self, FromSql},
    pg::{Pg, PgValue},
    serialize::{self, Output, ToSql},
    sql_types::Text,
};
use std::fmt;

/// The least and the most characters of an account.
pub const SHORTEST: usize = 4;
/// The most characters of an account.
pub const LONGEST: usize = 200;
/// Of an account, so many characters at most are shown to whom it is not shown whole.
const ENDING: usize = 4;

/// Where money goes. Shown whole only by [`Account::whole`]; written anywhere else, it is its ending.
#[derive(Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Account(String);

/// Why an account is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is written like an IBAN, and its check digits do not fit.
    Checksum,
    /// Too few characters.
    TooShort,
    /// As a line of text is.
    Line(words::Refused),
}

impl Account {
    /// What a person typed. An IBAN is kept without its spaces, in capitals; anything else as it was written.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        // "PayPal pay@northwind.com" is one: mail shows how it ends, and no more.
        let line = words::line_with_links(text, LONGEST).map_err(Refused::Line)?;
        let packed: String = line.chars().filter(|c| !matches!(c, ' ' | '-')).flat_map(char::to_uppercase).collect();
        match looks_like_iban(&packed) {
            true if has_right_checksum(&packed) => Ok(Self(packed)),
            true => Err(Refused::Checksum),
            false if line.chars().count() < SHORTEST => Err(Refused::TooShort),
            false => Ok(Self(line)),
        }
    }

    /// All of it, an IBAN in groups of four: for who may withdraw, and who pays.
    pub fn whole(&self) -> String {
        if !looks_like_iban(&self.0) {
            return self.0.clone();
        }
        let letters: Vec<char> = self.0.chars().collect();
        letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    }

    /// As a bank's program reads it.
    pub fn packed(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Account {
    /// "•••• 3000"; of a short one not even four characters, so that most of it stays hidden.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters: Vec<char> = self.0.chars().filter(|c| !c.is_whitespace()).collect();
        let shown = ENDING.min(letters.len() / 2);
        write!(f, "•••• {}", letters[letters.len() - shown..].iter().collect::<String>())
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl ToSql<Text, Pg> for Account {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <str as ToSql<Text, Pg>>::to_sql(&self.0, out)
    }
}

impl FromSql<Text, Pg> for Account {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        <String as FromSql<Text, Pg>>::from_sql(bytes).map(Self)
    }
}

/// A country, two check digits, and 11 to 30 letters and digits (ISO 13616).
fn looks_like_iban(packed: &str) -> bool {
    let bytes = packed.as_bytes();
    (15..=34).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes[4..].iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Letters count from 10 on, the first four characters stand at the end, and what is left over of 97 is 1.
fn has_right_checksum(iban: &str) -> bool {
    let (front, rest) = iban.split_at(4);
    let digit = |left: u32, c: char| match c.to_digit(36) {
        Some(value) if value > 9 => (left * 100 + value) % 97,
        Some(value) => (left * 10 + value) % 97,
        None => left,
    };
    rest.chars().chain(front.chars()).fold(0, digit) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iban_is_kept_packed_and_shown_in_groups() {
        for (typed, whole) in [
            ("DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00"),
            ("gb82west12345698765432", "GB82 WEST 1234 5698 7654 32"),
            ("NO93-8601-1117-947", "NO93 8601 1117 947"),
            ("MT84 MALT 0110 0001 2345 MTLC AST0 01S", "MT84 MALT 0110 0001 2345 MTLC AST0 01S"),
        ] {
            let account = Account::parse(typed).unwrap();
            assert_eq!(account.whole(), whole);
            assert_eq!(account.packed(), whole.replace(' ', ""));
        }
    }

    #[test]
    fn a_mistyped_iban_is_refused() {
        for typed in ["DE89 3704 0044 0532 0130 01", "DE98 3704 0044 0532 0130 00", "GB82WEST12345698765423"] {
            assert_eq!(Account::parse(typed), Err(Refused::Checksum), "{typed}");
        }
    }

    #[test]
    fn what_is_no_iban_is_kept_as_written() {
        let account = Account::parse("Sort code 12-34-56, account 31926819").unwrap();
        assert_eq!(account.whole(), "Sort code 12-34-56, account 31926819");
        assert_eq!(Account::parse("PayPal pay@northwind.com").unwrap().whole(), "PayPal pay@northwind.com");
        assert_eq!(Account::parse("123"), Err(Refused::TooShort));
        assert_eq!(Account::parse(""), Err(Refused::Line(words::Refused::Empty)));
        assert_eq!(Account::parse(&"1".repeat(201)), Err(Refused::Line(words::Refused::TooLong)));
        assert_eq!(Account::parse("12\n34"), Err(Refused::Line(words::Refused::Control)));
    }

    #[test]
    fn only_its_ending_is_seen_unless_it_is_asked_for_whole() {
        let masked = |typed: &str| Account::parse(typed).unwrap().to_string();
        assert_eq!(masked("DE89 3704 0044 0532 0130 00"), "•••• 3000");
        assert_eq!(masked("Account 31926819"), "•••• 6819");
        assert_eq!(masked("1234"), "•••• 34");
        assert_eq!(format!("{:?}", Account::parse("GB82WEST12345698765432").unwrap()), "•••• 5432");
    }
}
