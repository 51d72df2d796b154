//! The keys with which a company's own system reports sales. Only a hash is kept: nothing in the database opens anything.

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    companies::{Company, StaffPermission, StaffRole, staff::Staff},
    db::{self, now},
    error::{Error, Result},
    ids::{ApiKeyId, CompanyId, RequestId},
    mail::{self, Mailer},
    referrals::emails,
    schema::{api_keys, staff, users},
    tokens::hash_of,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use diesel::{
    dsl::{IntervalDsl, exists},
    prelude::*,
};

/// Before the random part, so that a key is recognised where it lies about.
const PREFIX: &str = "guildhall_";
/// Living keys of a company at most.
pub const MOST: i64 = 50;

/// A key that was shown with a request and lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct ApiKey {
    /// Key of the row.
    pub id: ApiKeyId,
    /// Whose sales it reports.
    pub company: CompanyId,
    last_used_at: Option<DateTime<Utc>>,
}

/// A key about to be made.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Made when the form was shown, so that a second sending of it makes no second key (R15).
    pub id: ApiKeyId,
    /// To tell keys apart.
    pub name: String,
}

/// What came of making a key.
#[derive(Debug)]
pub enum Made {
    /// The key itself, which nobody can be shown again.
    Key(String),
    /// The form was sent before.
    Before,
    /// There are [`MOST`] of them.
    TooMany,
}

/// A key as the company's administrators see it.
#[derive(Debug, Clone, Queryable)]
pub struct KeyRow {
    /// Key.
    pub id: ApiKeyId,
    /// What it is called.
    pub name: String,
    /// Its last four characters.
    pub ending: String,
    /// Who made it.
    pub by: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the hour.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl ApiKey {
    /// The living key with that text, whose use is noted once an hour: a trace, like that of a session.
    pub fn shown(conn: &mut PgConnection, text: &str) -> QueryResult<Option<Self>> {
        let living = api_keys::table.filter(api_keys::key_hash.eq(hash_of(text))).filter(api_keys::revoked_at.is_null());
        let columns = (api_keys::id, api_keys::company_id, api_keys::last_used_at);
        let Some(key) = living.select(columns).first::<Self>(conn).optional()? else { return Ok(None) };
        if key.last_used_at.is_none_or(|at| Utc::now() - at >= chrono::TimeDelta::hours(1)) {
            diesel::update(api_keys::table.find(key.id))
                .filter(api_keys::last_used_at.is_null().or(api_keys::last_used_at.lt((now() - 1.hours()).nullable())))
                .set(api_keys::last_used_at.eq(now().nullable()))
                .execute(conn)?;
        }
        Ok(Some(key))
    }

    /// Asks again inside the transaction that decides: it cannot be revoked until that ends (S31). `KeyRequired` where it was.
    pub fn recheck(&self, conn: &mut PgConnection) -> Result<()> {
        let living = api_keys::table.find(self.id).filter(api_keys::revoked_at.is_null());
        let found: Option<ApiKeyId> = living.select(api_keys::id).for_share().first(conn).optional()?;
        found.map(drop).ok_or(Error::KeyRequired)
    }

    /// Who acts: no person, but the key, through this request.
    pub fn actor(&self, request: Option<RequestId>) -> Actor {
        Actor { request, ..Actor::program() }
    }
}

impl NewKey {
    /// Makes the key; every administrator is told.
    pub fn make(&self, conn: &mut PgConnection, mailer: &Mailer, by: &Actor, staff: &Staff) -> Result<Made> {
        let text = format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()));
        let ending = &text[text.len() - 4..];
        db::transaction(conn, |conn| {
            let company = Company::lock(conn, staff.company.id)?;
            staff.recheck(conn, StaffPermission::Administer)?;
            if diesel::select(exists(api_keys::table.find(self.id))).get_result(conn)? {
                return Ok(Made::Before);
            }
            let living = api_keys::table.filter(api_keys::company_id.eq(company.id)).filter(api_keys::revoked_at.is_null());
            if living.count().get_result::<i64>(conn)? >= MOST {
                return Ok(Made::TooMany);
            }
            let made = diesel::insert_into(api_keys::table)
                .values((
                    api_keys::id.eq(self.id),
                    api_keys::company_id.eq(company.id),
                    api_keys::name.eq(&self.name),
                    api_keys::key_hash.eq(hash_of(&text)),
                    api_keys::ending.eq(ending),
                    api_keys::created_by.eq(staff.user.id),
                ))
                .on_conflict(api_keys::id)
                .do_nothing()
                .execute(conn)?;
            if made == 0 {
                return Ok(Made::Before);
            }
            audit::record(conn, by, Event::new(Action::ApiKeyMade).company(company.id).target(self.id.uuid()))?;
            for to in administrators(conn, company.id)? {
                mail::queue(conn, mailer, Some(company.id), &emails::key_made(&company, &self.name, ending, &staff.user, &to))?;
            }
            Ok(Made::Key(text.clone()))
        })
    }
}

impl KeyRow {
    /// The keys of a company: those that live, then the newest of those that were taken back.
    pub fn all(conn: &mut PgConnection, company: CompanyId) -> QueryResult<Vec<Self>> {
        Self::rows(company).order((api_keys::revoked_at.is_not_null(), api_keys::created_at.desc())).limit(2 * MOST).load(conn)
    }

    /// One of the company's.
    pub fn find(conn: &mut PgConnection, company: CompanyId, id: ApiKeyId) -> QueryResult<Self> {
        Self::rows(company).filter(api_keys::id.eq(id)).first(conn)
    }

    /// Takes the key back; says whether it lived. `NotFound` where it is none of the company's.
    pub fn revoke(conn: &mut PgConnection, by: &Actor, staff: &Staff, id: ApiKeyId) -> Result<(Self, bool)> {
        db::transaction(conn, |conn| {
            staff.recheck(conn, StaffPermission::Administer)?;
            let row = Self::find(conn, staff.company.id, id)?;
            let revoked = diesel::update(api_keys::table.find(id))
                .filter(api_keys::revoked_at.is_null())
                .set(api_keys::revoked_at.eq(now().nullable()))
                .execute(conn)?;
            if revoked == 1 {
                audit::record(conn, by, Event::new(Action::ApiKeyRevoked).company(staff.company.id).target(id.uuid()))?;
            }
            Ok((row, revoked == 1))
        })
    }

    #[diesel::dsl::auto_type(no_type_alias)]
    fn rows(company: CompanyId) -> _ {
        api_keys::table.inner_join(users::table).filter(api_keys::company_id.eq(company)).select((
            api_keys::id,
            api_keys::name,
            api_keys::ending,
            users::name,
            api_keys::created_at,
            api_keys::last_used_at,
            api_keys::revoked_at,
        ))
    }
}

fn administrators(conn: &mut PgConnection, company: CompanyId) -> QueryResult<Vec<User>> {
    staff::table
        .inner_join(users::table)
        .filter(staff::company_id.eq(company))
        .filter(staff::left_at.is_null())
        .filter(staff::role.eq(StaffRole::Administrator))
        .order((users::name, users::id))
        .select(User::as_select())
        .load(conn)
}
