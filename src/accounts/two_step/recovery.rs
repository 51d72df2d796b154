//! Recovery codes: ten, each of 120 random bits and for one use, so that a plain hash of them tells a dump nothing.

use crate::{
    db::now,
    ids::UserId,
    schema::recovery_codes,
    tokens::{TokenHash, hash_of},
};
use diesel::prelude::*;
use std::fmt;

/// How many there are at first.
pub const MANY: usize = 10;
/// Letters of one.
const LENGTH: usize = 24;
/// Without those that are taken for one another (Crockford's base 32): O reads as 0, I and L as 1.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Stands in for the app, once.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(String);

impl RecoveryCode {
    /// A new one.
    #[allow(clippy::new_without_default, reason = "a code out of nowhere is never a default")]
    pub fn new() -> Self {
        let bytes: [u8; LENGTH] = rand::random();
        Self(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
    }

    /// As typed: in any case, with spaces and dashes or without.
    pub fn parse(typed: &str) -> Option<Self> {
        let letter = |c: char| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            c => c,
        };
        let code: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(letter).collect();
        let sound = code.len() == LENGTH && code.bytes().all(|byte| LETTERS.contains(&byte));
        sound.then_some(Self(code))
    }

    fn hash(&self) -> TokenHash {
        hash_of(&self.0)
    }
}

/// In groups of six.
impl fmt::Display for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups: Vec<&str> = (0..LENGTH).step_by(6).map(|at| &self.0[at..at + 6]).collect();
        f.write_str(&groups.join("-"))
    }
}

/// Makes ten, in place of those there are. Only their hashes stay.
pub(super) fn issue(conn: &mut PgConnection, user: UserId) -> QueryResult<Vec<RecoveryCode>> {
    let codes: Vec<RecoveryCode> = (0..MANY).map(|_| RecoveryCode::new()).collect();
    drop_all(conn, user)?;
    let row = |code: &RecoveryCode| (recovery_codes::user_id.eq(user), recovery_codes::code_hash.eq(code.hash()));
    diesel::insert_into(recovery_codes::table).values(codes.iter().map(row).collect::<Vec<_>>()).execute(conn)?;
    Ok(codes)
}

/// Throws all of them away.
pub(super) fn drop_all(conn: &mut PgConnection, user: UserId) -> QueryResult<usize> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user))).execute(conn)
}

/// Uses one; says no where it is none of theirs, or was used.
pub(super) fn consume(conn: &mut PgConnection, user: UserId, code: &RecoveryCode) -> QueryResult<bool> {
    let unused = recovery_codes::table.find((user, code.hash())).filter(recovery_codes::used_at.is_null());
    Ok(diesel::update(unused).set(recovery_codes::used_at.eq(now().nullable())).execute(conn)? == 1)
}

/// How many are not used yet.
pub(super) fn left(conn: &mut PgConnection, user: UserId) -> QueryResult<i64> {
    recovery_codes::table.filter(recovery_codes::user_id.eq(user)).filter(recovery_codes::used_at.is_null()).count().get_result(conn)
}

#[cfg(test)]
mod tests {
    use super::RecoveryCode;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = RecoveryCode::new();
        let shown = code.to_string();
        assert_eq!(shown.len(), 27);
        for typed in [shown.clone(), shown.replace('-', ""), shown.replace('-', " ").to_uppercase(), format!(" {shown}\t")] {
            assert!(RecoveryCode::parse(&typed) == Some(code.clone()), "{typed}");
        }
        assert!(RecoveryCode::parse(&shown.replace('0', "O").replace('1', "l")) == Some(code));
        for none in ["", "287082", &shown[1..], &shown.replace(&shown[..1], "u"), &"é".repeat(12)] {
            assert!(RecoveryCode::parse(none).is_none(), "{none}");
        }
    }
}
