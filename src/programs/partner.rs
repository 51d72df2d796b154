//! The partner's row: where a company and a team meet.

use crate::{
    accounts::User,
    companies::StaffRole,
    ids::{CompanyId, PartnerId, TeamId, UserId},
    schema::{companies, partners, staff, teams, users},
    search::Search,
    teams::Team,
    words,
};
use chrono::{DateTime, Utc};
use diesel::{dsl::exists, prelude::*};

/// A team as one company sees it.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = partners)]
pub struct Partner {
    /// Key.
    pub id: PartnerId,
    /// The company.
    pub company_id: CompanyId,
    /// The team.
    pub team_id: TeamId,
    /// Since when.
    pub joined_at: DateTime<Utc>,
    /// Taken out of the list.
    pub archived_at: Option<DateTime<Utc>>,
    /// The partnership has ended (rule 26).
    pub ended_at: Option<DateTime<Utc>>,
}

impl Partner {
    /// The partner row of a company and a team, made where they have not met; a partnership that had ended begins again.
    pub fn meet(conn: &mut PgConnection, company: CompanyId, team: TeamId) -> QueryResult<Self> {
        diesel::insert_into(partners::table)
            .values((partners::id.eq(PartnerId::new()), partners::company_id.eq(company), partners::team_id.eq(team)))
            .on_conflict((partners::company_id, partners::team_id))
            .do_update()
            .set((partners::ended_at.eq(None::<DateTime<Utc>>), partners::archived_at.eq(None::<DateTime<Utc>>)))
            .returning(Self::as_returning())
            .get_result(conn)
    }

    /// The company's partner whose team has that slug: outside its sight there is none.
    pub fn of(conn: &mut PgConnection, company: CompanyId, team_slug: &str) -> QueryResult<(Self, Team)> {
        partners::table
            .inner_join(teams::table)
            .filter(partners::company_id.eq(company))
            .filter(teams::slug.eq(team_slug))
            .select((Self::as_select(), Team::as_select()))
            .first(conn)
    }
}

/// Teams to choose from at most; the others are found by the search.
const MOST_CHOICES: usize = 200;

/// Some of a company's partners to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices {
    /// By name.
    pub teams: Vec<Choice>,
    /// Whether there are more than are here.
    pub more: bool,
}

/// A team to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its part of the URL.
    pub slug: String,
    /// Its name.
    pub name: String,
}

impl Choices {
    /// The newest of the company's partners that the search finds, and in any case the one with the slug `chosen`.
    pub fn read(conn: &mut PgConnection, company: CompanyId, search: Option<&Search>, chosen: &str) -> QueryResult<Self> {
        let mut query = partners::table
            .inner_join(teams::table)
            .filter(partners::company_id.eq(company))
            .filter(partners::archived_at.is_null())
            .filter(partners::ended_at.is_null())
            .filter(teams::closed_at.is_null())
            .order((partners::joined_at.desc(), partners::id.desc()))
            .limit(MOST_CHOICES as i64 + 1)
            .select((teams::slug, teams::name))
            .into_boxed();
        if let Some((a, b)) = search.map(Search::two_patterns) {
            query = query.filter(teams::search.like(a).or(teams::search.like(b)));
        }
        let mut teams: Vec<Choice> = query.load(conn)?.into_iter().map(|(slug, name)| Choice { slug, name }).collect();
        let more = teams.len() > MOST_CHOICES;
        teams.truncate(MOST_CHOICES);
        if !teams.iter().any(|team| team.slug == chosen) {
            let chosen = Partner::of(conn, company, chosen).optional()?;
            teams.extend(chosen.map(|(_, team)| Choice { slug: team.slug, name: team.name }));
        }
        teams.sort_by_key(|team| words::fold(&team.name));
        Ok(Self { teams, more })
    }
}

/// Whether this user works for a company that has that team as its partner (rule 61).
pub fn is_staff_of_a_partner_company(conn: &mut PgConnection, user: UserId, team_slug: &str) -> QueryResult<bool> {
    let meeting = partners::table.inner_join(teams::table).filter(teams::slug.eq(team_slug)).select(partners::company_id);
    let place = staff::table.filter(staff::user_id.eq(user)).filter(staff::left_at.is_null()).filter(staff::company_id.eq_any(meeting));
    diesel::select(exists(place)).get_result(conn)
}

/// Who of the company hears about a partner: the colleague it is assigned to, or where it is nobody's, the administrators.
pub fn in_charge(conn: &mut PgConnection, partner: PartnerId) -> QueryResult<Vec<User>> {
    let place = || {
        staff::table
            .inner_join(users::table)
            .inner_join(partners::table.on(partners::company_id.eq(staff::company_id)))
            .filter(partners::id.eq(partner))
            .filter(staff::left_at.is_null())
            .select(User::as_select())
    };
    let assigned: Vec<User> = place().filter(partners::assigned_to.eq(staff::id.nullable())).load(conn)?;
    if assigned.is_empty() { place().filter(staff::role.eq(StaffRole::Administrator)).order(users::name).load(conn) } else { Ok(assigned) }
}

/// A company that a team works with.
#[derive(Debug, Clone, Queryable)]
pub struct CompanyOf {
    /// Its part of the URL.
    pub slug: String,
    /// Its name.
    pub name: String,
}

/// The companies of a team, by name.
pub fn companies_of(conn: &mut PgConnection, team: TeamId) -> QueryResult<Vec<CompanyOf>> {
    partners::table
        .inner_join(companies::table)
        .filter(partners::team_id.eq(team))
        .order((companies::name, companies::id))
        .select((companies::slug, companies::name))
        .load(conn)
}
