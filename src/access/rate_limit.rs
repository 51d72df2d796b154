//! How often something may be done (S4). The counts stand in PostgreSQL, so that they hold over all copies of the program, and one
//! statement asks and counts: of all who come at once, exactly as many pass as may. A window begins with the first who comes after the one
//! before has ended, by the database's clock; who is refused is not counted, so that trying on never lengthens it. A limit that others
//! could use up for somebody counts them by their network too: whoever comes from elsewhere passes. Where counting fails, nobody passes
//! (S64).

use crate::{
    access::session,
    db::Db,
    email_address::EmailAddress,
    error::{Error, Excess, Result},
    ids::{CompanyId, TeamId, UserId},
    schema::rate_limits,
    web::client::Network,
};
use actix_session::SessionExt;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Binary, Integer},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::{
    future::{Ready, ready},
    sync::Arc,
};

crate::text_enum!(
    /// What is limited.
    Limit {
        /// Passwords for one address from one network.
        SignIn = "sign-in",
        /// Passwords and codes from one network, whatever the address, and forms that were sent empty.
        SignInOfNetwork = "sign-in of a network",
        /// Codes of a second step for one person from one network.
        Code = "code",
        /// Codes of a second step for one person from everywhere: there are so few codes that many networks together would find one.
        /// Whoever tries them knows the password, so that its owner ends it by choosing another.
        CodeOfPerson = "code of a person",
        /// Passwords of somebody signed in, who is asked for it again.
        Proof = "proof",
        /// Links to a new password for one address.
        PasswordReset = "password reset",
        /// Links to a new password that one network asks for.
        PasswordResetOfNetwork = "password reset of a network",
        /// Forms behind a mailed link.
        Link = "link",
        /// Asking for a new invitation in the place of an expired one.
        Renewal = "renewal",
        /// People whom one person invites.
        InvitationsOfPerson = "invitations of a person",
        /// People whom a company's staff invite.
        InvitationsOfCompany = "invitations of a company",
        /// People whom a team's members invite.
        InvitationsOfTeam = "invitations of a team",
        /// Messages of one person.
        Messages = "messages",
        /// New addresses that one person asks for.
        EmailChange = "email change",
        /// Teams that one person founds.
        Teams = "teams",
        /// Referrals that one person contributes.
        Referrals = "referrals",
        /// Withdrawals that a team asks for.
        Withdrawals = "withdrawals",
        /// Files that one person fetches.
        Export = "export",
    }
);

const HOUR: i32 = 60;
const DAY: i32 = 24 * HOUR;

impl Limit {
    /// How often, in how many minutes, and what it says to who is over it. Numbers that a busy person never meets; docs/operating.md
    /// lists them for who runs an installation.
    const fn rule(self) -> (i32, i32, &'static str) {
        match self {
            Self::SignIn => (10, 15, "Too many passwords were tried for this address."),
            Self::SignInOfNetwork => (300, 15, "Too many people tried to sign in from your network."),
            Self::Code => (10, 15, "Too many codes were tried."),
            Self::CodeOfPerson => (30, HOUR, "Too many codes were tried."),
            Self::Proof => (10, 15, "Too many passwords were tried."),
            Self::PasswordReset => (5, HOUR, "Too many links were asked for."),
            Self::PasswordResetOfNetwork => (60, HOUR, "Too many links were asked for from your network."),
            Self::Link => (120, 15, "Too many answers came from your network."),
            Self::Renewal => (20, HOUR, "Too many new links were asked for from your network."),
            Self::InvitationsOfPerson => (200, DAY, "You have invited as many people as one person can in a day."),
            Self::InvitationsOfCompany => (1000, DAY, "Your company has invited as many people as it can in a day."),
            Self::InvitationsOfTeam => (500, DAY, "Your team has invited as many people as it can in a day."),
            Self::Messages => (60, 10, "You have written as many messages as one person can in ten minutes."),
            Self::EmailChange => (5, HOUR, "You have asked for as many new addresses as one person can in an hour."),
            Self::Teams => (10, DAY, "You have founded as many teams as one person can in a day."),
            Self::Referrals => (50, HOUR, "You have contributed as many referrals as one person can in an hour."),
            Self::Withdrawals => (20, HOUR, "Your team has asked for as many withdrawals as it can in an hour."),
            Self::Export => (30, HOUR, "You have fetched this file as often as one person can in an hour."),
        }
    }

    /// How often.
    pub const fn most(self) -> i32 {
        self.rule().0
    }

    /// In how many minutes.
    pub const fn minutes(self) -> i32 {
        self.rule().1
    }
}

/// Whose use is counted.
#[derive(Clone, Copy)]
pub enum Whose<'a> {
    /// Of the network that the request comes from.
    Network,
    /// Of whoever has this address, whether anybody has.
    Address(&'a EmailAddress),
    /// The same, from the network that the request comes from.
    AddressHere(&'a EmailAddress),
    /// Of this person.
    Person(UserId),
    /// Of this person, from the network that the request comes from.
    PersonHere(UserId),
    /// Of everybody who works for this company.
    Company(CompanyId),
    /// Of everybody in this team.
    Team(TeamId),
}

/// Counts what a request does. An extractor, since it knows the network that the request comes from.
#[derive(Clone)]
pub struct Limiter {
    /// None where nothing is counted.
    counting: Option<Counting>,
    network: Network,
}

#[derive(Clone)]
struct Counting {
    key: Arc<[u8]>,
    /// Every limit times this.
    factor: i32,
}

#[derive(QueryableByName)]
struct Counted {
    /// How often it was too much in a row, this time included.
    #[diesel(sql_type = Integer)]
    refused: i32,
    #[diesel(sql_type = BigInt)]
    seconds: i64,
}

impl Limiter {
    /// With the installation's secret key, and what every limit is multiplied by.
    pub fn new(key: &[u8], factor: i32) -> Self {
        Self { counting: Some(Counting { key: key.into(), factor }), network: Network::Unknown }
    }

    /// One that counts nothing: for a command that does at once what people do over months.
    pub fn off() -> Self {
        Self { counting: None, network: Network::Unknown }
    }

    /// Counts one use; `TooMany` where that would be over the limit, and then nothing is counted.
    pub fn take(&self, conn: &mut PgConnection, limit: Limit, whose: Whose<'_>) -> Result<()> {
        self.take_many(conn, limit, whose, 1)
    }

    /// Counts several uses, all or none. In a transaction they count when it commits, and others who are counted alike wait until then.
    pub fn take_many(&self, conn: &mut PgConnection, limit: Limit, whose: Whose<'_>, uses: usize) -> Result<()> {
        self.excess(conn, limit, whose, uses)?.map_or(Ok(()), |excess| Err(Error::TooMany(excess)))
    }

    /// The same for whose answer must not tell: what was too much, or nothing.
    pub fn excess(&self, conn: &mut PgConnection, limit: Limit, whose: Whose<'_>, uses: usize) -> QueryResult<Option<Excess>> {
        let Some(counting) = &self.counting else { return Ok(None) };
        let (most, minutes, fact) = limit.rule();
        let most = most.saturating_mul(counting.factor);
        let too_much = |seconds| Excess { limit: limit.as_str(), fact, seconds };
        let Some(uses) = i32::try_from(uses).ok().filter(|uses| *uses <= most) else {
            return Ok(Some(too_much(i64::from(minutes) * 60)));
        };
        let counted: Counted = sql_query(
            "INSERT INTO rate_limits AS held (key, used, refused, ends_at) VALUES ($1, $2, 0, now() + $4 * interval '1 minute') \
             ON CONFLICT (key) DO UPDATE SET \
                 used = CASE WHEN held.ends_at <= now() THEN $2 WHEN held.used + $2 <= $3 THEN held.used + $2 ELSE held.used END, \
                 refused = CASE WHEN held.ends_at <= now() OR held.used + $2 <= $3 THEN 0 ELSE held.refused + 1 END, \
                 ends_at = CASE WHEN held.ends_at <= now() THEN EXCLUDED.ends_at ELSE held.ends_at END \
             RETURNING refused, greatest(1, ceil(extract(epoch FROM ends_at - now())))::bigint AS seconds",
        )
        .bind::<Binary, _>(counting.key_of(limit, whose, self.network))
        .bind::<Integer, _>(uses)
        .bind::<Integer, _>(most)
        .bind::<Integer, _>(minutes)
        .get_result(conn)?;
        Ok((counted.refused > 0).then(|| too_much(counted.seconds)))
    }

    /// Forgets what was counted: who has got it right begins anew.
    pub fn forget(&self, conn: &mut PgConnection, limit: Limit, whose: Whose<'_>) -> QueryResult<()> {
        let Some(counting) = &self.counting else { return Ok(()) };
        diesel::delete(rate_limits::table.find(counting.key_of(limit, whose, self.network))).execute(conn).map(drop)
    }
}

/// The second step of signing in.
impl Limiter {
    /// Counts a code that is tried for this person, before it is looked at.
    pub fn take_code(&self, conn: &mut PgConnection, person: UserId) -> Result<()> {
        // Whose network is over its limit does not use up the person's.
        self.take(conn, Limit::Code, Whose::PersonHere(person))?;
        self.take(conn, Limit::CodeOfPerson, Whose::Person(person))
    }

    /// The code was right: who signs in often is no guesser.
    pub fn forget_code(&self, conn: &mut PgConnection, person: UserId) -> QueryResult<()> {
        self.forget(conn, Limit::Code, Whose::PersonHere(person))?;
        self.forget(conn, Limit::CodeOfPerson, Whose::Person(person))
    }
}

impl Counting {
    /// An HMAC of what is counted and whose it is, so that neither an address nor a network can be found out from a dump.
    fn key_of(&self, limit: Limit, whose: Whose<'_>, network: Network) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        let mut add = |part: &[u8]| {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        };
        // Apart from the links, which are made with the same key.
        add(b"rate limit");
        add(limit.as_str().as_bytes());
        match whose {
            Whose::Network | Whose::AddressHere(_) | Whose::PersonHere(_) => add(network.bytes()),
            Whose::Address(_) | Whose::Person(_) | Whose::Company(_) | Whose::Team(_) => {}
        }
        match whose {
            Whose::Network => {}
            Whose::Address(address) | Whose::AddressHere(address) => add(address.as_str().as_bytes()),
            Whose::Person(person) | Whose::PersonHere(person) => add(person.uuid().as_bytes()),
            Whose::Company(company) => add(company.uuid().as_bytes()),
            Whose::Team(team) => add(team.uuid().as_bytes()),
        }
        mac.finalize().into_bytes().to_vec()
    }
}

/// What the limit of a whole route is counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// The network that a request comes from.
    Network,
    /// Who is signed in; who is not gets no further anyway.
    Person,
}

/// Counts a request against the limit of its route, before anything of it is read.
pub async fn require(req: &HttpRequest, limit: Limit, per: Per) -> Result<()> {
    // Lives through the wait: it borrows nothing.
    let whose: Whose<'static> = match per {
        Per::Network => Whose::Network,
        Per::Person => match session::user_of(&req.get_session())? {
            Some(user) => Whose::Person(user),
            None => return Ok(()),
        },
    };
    let limiter = Limiter::from_request(req, &mut Payload::None).into_inner()?;
    let db = Db::from_request(req, &mut Payload::None).into_inner()?;
    db.run(move |conn| limiter.take(conn, limit, whose)).await
}

/// Forgets windows that have ended, so that the table holds what runs now. It waits for nobody: a row that somebody counts in stays. In
/// parts, since a statement has its time.
pub fn forget_ended(conn: &mut PgConnection) -> QueryResult<()> {
    const PART: usize = 5_000;
    let part = format!(
        "DELETE FROM rate_limits WHERE key IN \
             (SELECT key FROM rate_limits WHERE ends_at < now() ORDER BY ends_at LIMIT {PART} FOR UPDATE SKIP LOCKED)"
    );
    while sql_query(&part).execute(conn)? == PART {}
    Ok(())
}

impl FromRequest for Limiter {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let limiter = req.app_data::<Data<Self>>().expect("Limiter is registered in app.rs").get_ref().clone();
        ready(Ok(Self { network: Network::of(req), ..limiter }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn everything_that_is_counted_apart_has_a_key_of_its_own() {
        let (one, other) = (EmailAddress::parse("a@example.com").unwrap(), EmailAddress::parse("ab@example.com").unwrap());
        let person = UserId::new();
        let mut keys = HashSet::new();
        for secret in [&b"one key"[..], b"another key"] {
            for network in [Network::V4([10, 0, 0, 1]), Network::V4([10, 0, 0, 2]), Network::V6([10, 0, 0, 1, 0, 0, 0, 0])] {
                let counting = Counting { key: secret.into(), factor: 1 };
                for limit in [Limit::SignIn, Limit::Proof] {
                    for whose in [Whose::Network, Whose::AddressHere(&one), Whose::AddressHere(&other), Whose::PersonHere(person)] {
                        assert!(keys.insert(counting.key_of(limit, whose, network)), "{limit}");
                        assert_eq!(counting.key_of(limit, whose, network), counting.key_of(limit, whose, network));
                    }
                }
            }
            let anywhere = |network| Counting { key: secret.into(), factor: 1 }.key_of(Limit::Proof, Whose::Person(person), network);
            assert!(keys.insert(anywhere(Network::Unknown)));
            assert_eq!(anywhere(Network::Unknown), anywhere(Network::V4([10, 0, 0, 1])), "wherever they are");
        }
        assert!(keys.iter().all(|key| key.len() == 32));
    }
}
