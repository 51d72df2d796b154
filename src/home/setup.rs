//! Founding a company by a one-time link: `serve` prints one on an empty database, `guildhall company NAME` one for each further company.

use crate::{
    accounts::{Grant, User},
    audit::{self, Action, Actor, Event},
    companies::{Company, StaffRole, staff::Staff},
    db::{self, now},
    email_address::EmailAddress,
    ids::{RequestId, SetupId, UserId},
    mail::Mailer,
    paths,
    programs::{Program, ProgramText, Written},
    schema::{companies, setups},
    tokens::{Purpose, TokenHash},
};
use chrono::{DateTime, Utc};
use diesel::{
    dsl::{IntervalDsl, exists, not},
    prelude::*,
};

const GENERATION: i32 = 1;

/// Where a set-up link leads.
#[derive(Debug, Clone)]
pub struct SetupLink {
    /// The name that `guildhall company NAME` was given.
    pub company_name: Option<String>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// Neither used nor too old.
    pub is_open: bool,
}

/// Who becomes the administrator.
#[derive(Debug, Clone)]
pub enum Founder {
    /// Somebody who is signed in.
    Present(UserId),
    /// Somebody new: the link, which only who runs the installation can make, vouches for the address.
    New {
        /// As others see it.
        name: String,
        /// Has no verified account yet.
        email: EmailAddress,
        /// argon2id, in PHC form.
        password_hash: String,
    },
}

/// A company to be, with its first program.
#[derive(Debug, Clone)]
pub struct NewCompany {
    /// Its name.
    pub name: String,
    /// Its first administrator.
    pub founder: Founder,
    /// Its first program.
    pub program: ProgramText,
    /// The first version of the program's terms.
    pub terms: String,
}

/// What came of founding a company.
#[derive(Debug)]
pub enum Founded {
    /// It is founded by who is signed in, or by somebody new, whose session begins.
    Company(Company, Option<Grant>),
    /// The link was used or has expired. Nothing was made.
    LinkEnded,
    /// The address belongs to a verified account, whose owner must sign in first. Nothing was made.
    AddressTaken,
}

/// Whether there is no company yet, so that `serve` prints a link.
pub fn needs_first(conn: &mut PgConnection) -> QueryResult<bool> {
    diesel::select(not(exists(companies::table.select(companies::id)))).get_result(conn)
}

/// Makes a link of 7 days and returns its whole address. It is shown once: only its hash is kept.
pub fn open_link(conn: &mut PgConnection, mailer: &Mailer, company_name: Option<&str>) -> QueryResult<String> {
    let id = SetupId::new();
    diesel::insert_into(setups::table)
        .values((
            setups::id.eq(id),
            setups::company_name.eq(company_name),
            setups::token_hash.eq(mailer.tokens().hash(Purpose::Setup, id.uuid(), GENERATION)),
            setups::expires_at.eq(now() + 7.days()),
        ))
        .execute(conn)?;
    let token = mailer.tokens().token(Purpose::Setup, id.uuid(), GENERATION);
    Ok(format!("{}{}", mailer.base_url(), paths::setup(&token)))
}

impl SetupLink {
    /// The link whose token has that hash; `NotFound` where there never was one.
    pub fn find(conn: &mut PgConnection, hash: &TokenHash) -> QueryResult<Self> {
        let is_open = setups::closed_at.is_null().and(setups::expires_at.gt(now()));
        let (company_name, expires_at, is_open) =
            setups::table.filter(setups::token_hash.eq(hash)).select((setups::company_name, setups::expires_at, is_open)).first(conn)?;
        Ok(Self { company_name, expires_at, is_open })
    }
}

/// Founds the company with its administrator and its first program, and uses the link up. Every open link without a name, made for the
/// first company, ends with it.
pub fn found(conn: &mut PgConnection, hash: &TokenHash, new: &NewCompany, request: Option<RequestId>) -> QueryResult<Founded> {
    db::transaction(conn, |conn| {
        let Some(links) = lock_open(conn, hash)? else { return Ok(Founded::LinkEnded) };
        let user = match &new.founder {
            Founder::Present(user) => *user,
            Founder::New { name, email, password_hash } => match User::verified_by_link(conn, email, name, password_hash)? {
                Some(user) => user.id,
                None => return Ok(Founded::AddressTaken),
            },
        };
        diesel::update(setups::table.filter(setups::id.eq_any(links))).set(setups::closed_at.eq(now().nullable())).execute(conn)?;
        let company = Company::create(conn, &new.name)?;
        Staff::add(conn, company.id, user, StaffRole::Administrator)?;
        let by = Actor { user: Some(user), role: Some(StaffRole::Administrator.as_str()), request };
        audit::record(conn, &by, Event::new(Action::CompanyFounded).company(company.id).target(company.id.uuid()))?;
        match Program::create(conn, &by, company.id, &new.program, &new.terms)? {
            Written::Saved(_) => {
                let is_new = matches!(new.founder, Founder::New { .. });
                let grant = if is_new { Some(User::grant(conn, user)?) } else { None };
                Ok(Founded::Company(company, grant))
            }
            Written::NameTaken | Written::HostUnlisted(_) => unreachable!("a new company has no other program, and lists its first host"),
        }
    })
}

/// Locks the link with that hash and every other link without a name, always in the same order, so that of two founders at once the
/// second finds its link closed. Nothing where the link is not open.
fn lock_open(conn: &mut PgConnection, hash: &TokenHash) -> QueryResult<Option<Vec<SetupId>>> {
    let is_this = setups::token_hash.eq(hash);
    let is_current = setups::expires_at.gt(now());
    let open: Vec<(SetupId, bool)> = setups::table
        .filter(setups::closed_at.is_null())
        .filter(is_this.or(setups::company_name.is_null()))
        .order(setups::id)
        .for_no_key_update()
        .select((setups::id, is_this.and(is_current)))
        .load(conn)?;
    Ok(open.iter().any(|(_, usable)| *usable).then(|| open.into_iter().map(|(id, _)| id).collect()))
}
