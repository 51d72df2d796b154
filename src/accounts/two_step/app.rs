//! The authenticator app: what it shares with us, and the codes that it makes of that (RFC 6238: SHA-1, six digits, 30 seconds, which
//! every app knows).

use crate::{
    db::now,
    email_address::EmailAddress,
    ids::{AuthenticatorId, UserId},
    schema::authenticators,
    sealing::Sealer,
    web::layout::PRODUCT,
};
use diesel::{
    dsl::{IntervalDsl, sql},
    expression::SqlLiteral,
    prelude::*,
    sql_types::BigInt,
};
use totp_rs::{Builder, Totp};

/// Seconds of one code.
const STEP: u64 = 30;
/// Steps that a clock may be wrong by, either way.
const DRIFT: u16 = 1;

/// The 160 random bits that the app and we share.
#[derive(Clone, PartialEq, Eq)]
pub struct SharedSecret([u8; 20]);

impl SharedSecret {
    /// A new one.
    #[allow(clippy::new_without_default, reason = "a secret out of nowhere is never a default")]
    pub fn new() -> Self {
        Self(rand::random())
    }

    /// Of these bytes, for that person, as a row keeps it.
    pub fn sealed(&self, sealer: &Sealer, user: UserId) -> Vec<u8> {
        sealer.seal(user.uuid(), &self.0)
    }

    /// As a row of that person keeps it; nothing where the key it was sealed under is gone.
    pub fn open(sealer: &Sealer, user: UserId, sealed: &[u8]) -> Option<Self> {
        let opened = sealer.open(user.uuid(), sealed);
        if opened.is_none() {
            tracing::error!(%user, "the secret of an authenticator app was sealed under a key that is no longer there");
        }
        opened?.bytes.try_into().ok().map(Self)
    }

    /// As people type it into an app: base32 in groups of four.
    pub fn in_groups(&self) -> String {
        let letters = self.totp().secret().to_base32();
        letters.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
    }

    /// The address that an app reads, as a QR code or a link.
    pub fn uri(&self, account: &EmailAddress) -> String {
        let totp = Builder::new()
            .with_secret(self.0)
            .with_issuer(Some(PRODUCT))
            .with_account_name(account.as_str().replace(':', " "))
            .build_noncompliant();
        totp.to_url().expect("a name without a colon is sound")
    }

    /// The time step that this code belongs to, where it is one of those around the second `at`.
    fn step_of(&self, code: &str, at: i64) -> Option<i64> {
        let step = self.totp().check(code, u64::try_from(at).ok()?)?;
        i64::try_from(step).ok()
    }

    fn totp(&self) -> Totp {
        Builder::new().with_secret(self.0).with_step_duration(STEP).with_skew(DRIFT).build_noncompliant()
    }
}

/// An app as its row holds it, and the second in which it was read.
#[derive(Queryable)]
pub(super) struct App {
    pub(super) id: AuthenticatorId,
    user: UserId,
    sealed: Vec<u8>,
    at: i64,
}

impl App {
    /// The one whose codes count.
    pub(super) fn in_force(conn: &mut PgConnection, user: UserId) -> QueryResult<Option<Self>> {
        Self::of(user).filter(authenticators::confirmed_at.is_not_null()).first(conn).optional()
    }

    /// The one whose first code is awaited, for an hour.
    pub(super) fn on_trial(conn: &mut PgConnection, user: UserId) -> QueryResult<Option<Self>> {
        Self::of(user)
            .filter(authenticators::confirmed_at.is_null())
            .filter(authenticators::made_at.gt(now() - 1.hours()))
            .first(conn)
            .optional()
    }

    /// Its secret.
    pub(super) fn secret(&self, sealer: &Sealer) -> Option<SharedSecret> {
        SharedSecret::open(sealer, self.user, &self.sealed)
    }

    /// The time step of that code, where it is one of its codes now.
    pub(super) fn step_of(&self, sealer: &Sealer, code: &str) -> Option<i64> {
        self.secret(sealer)?.step_of(code, self.at)
    }

    #[diesel::dsl::auto_type(no_type_alias)]
    fn of(user: UserId) -> _ {
        // SQL, since Diesel has no `extract`: what decides is the database's clock (R26).
        let seconds: SqlLiteral<BigInt> = sql::<BigInt>("floor(extract(epoch FROM now()))::bigint");
        authenticators::table.filter(authenticators::user_id.eq(user)).select((
            authenticators::id,
            authenticators::user_id,
            authenticators::sealed,
            seconds,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::SharedSecret;
    use crate::email_address::EmailAddress;

    /// The secret of the examples in RFC 6238, appendix B.
    const SECRET: SharedSecret = SharedSecret(*b"12345678901234567890");

    #[test]
    fn the_codes_are_those_of_the_standard() {
        for (at, code) in [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")] {
            assert_eq!(SECRET.step_of(code, at), Some(at / 30), "{at}");
            assert_eq!(SECRET.step_of(code, at + 30), Some(at / 30), "one step late");
            assert_eq!(SECRET.step_of(code, at - 30), Some(at / 30), "one step early");
            assert_eq!(SECRET.step_of(code, at + 60), None, "two steps late");
            assert_eq!(SECRET.step_of(code, at - 60), None, "two steps early");
        }
        for none in ["", "28708", "2870820", "+87082", "28708x", "２８７０８２"] {
            assert_eq!(SECRET.step_of(none, 59), None, "{none}");
        }
    }

    #[test]
    fn an_app_reads_whose_codes_they_are() {
        let account = EmailAddress::parse("sam+x@acme.example").unwrap();
        let uri = "otpauth://totp/Guildhall:sam%2Bx%40acme.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Guildhall";
        assert_eq!(SECRET.uri(&account), uri);
        assert_eq!(SECRET.in_groups(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }
}
