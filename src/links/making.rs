//! Making links, and taking texts for them. A text belongs to its link for good (rule 40): it is taken by an insert that another one of the
//! same text can only lose, and never waits for (R20).

use crate::{
    ids::{LinkId, MemberId},
    links::{LinkText, link::NewLink, text::Wishes},
    schema::{link_texts, links},
};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{Array, Bool, Integer, Text},
};
use std::collections::HashSet;
use uuid::Uuid;

/// The first half of the key under which a text is held while it is being taken, until the transaction ends. Who finds it held takes the
/// text for taken: waiting could last, and two who wait for each other would fall.
const HOLDING: i32 = 5_112_938;
/// So many texts at once are not held one by one, since the database has room for a few thousand such locks: they may wait for others.
const MOST_HELD: usize = 1_000;
/// Rows of one insert.
const CHUNK: usize = 1_000;
/// Texts that a form suggests.
const SUGGESTIONS: usize = 3;

#[derive(QueryableByName)]
struct Won {
    #[diesel(sql_type = sql_types::Uuid)]
    link_id: LinkId,
}

/// Makes these links under the first of their wishes that is free; default and secondary ones that are there already are left as they are.
/// Returns the new ones.
pub fn make(conn: &mut PgConnection, new: Vec<NewLink>) -> QueryResult<Vec<(LinkId, String)>> {
    let liked: Vec<&str> = new.iter().flat_map(|link| link.wishes.liked()).collect();
    let mut avoided = taken(conn, &liked)?;
    let mut named: Vec<(NewLink, String)> = Vec::with_capacity(new.len());
    for mut link in new {
        let text = wish(&mut link.wishes, &mut avoided);
        named.push((link, text));
    }
    let made = insert(conn, &named)?;
    named.retain(|(link, _)| made.contains(&link.id));
    let held = named.len() <= MOST_HELD;
    let mut open: HashSet<LinkId> = named.iter().map(|(link, _)| link.id).collect();
    let mut renamed = HashSet::new();
    loop {
        let pairs: Vec<(LinkId, &str)> =
            named.iter().filter(|(link, _)| open.contains(&link.id)).map(|(link, text)| (link.id, text.as_str())).collect();
        for won in claim(conn, &pairs, held)? {
            open.remove(&won);
        }
        if open.is_empty() {
            break;
        }
        for (link, text) in named.iter_mut().filter(|(link, _)| open.contains(&link.id)) {
            *text = wish(&mut link.wishes, &mut avoided);
            renamed.insert(link.id);
        }
    }
    rename(conn, named.iter().filter(|(link, _)| renamed.contains(&link.id)))?;
    Ok(named.into_iter().map(|(link, text)| (link.id, text)).collect())
}

/// Takes that text for that link, which has it from now on; says whether it was free, or the link's own already.
pub fn take(conn: &mut PgConnection, link: LinkId, text: &LinkText) -> QueryResult<bool> {
    let key = text.key();
    if claim(conn, &[(link, &key)], true)?.is_empty() {
        let own = link_texts::table.find(&key).filter(link_texts::link_id.eq(link));
        if !diesel::select(diesel::dsl::exists(own)).get_result::<bool>(conn)? {
            return Ok(false);
        }
    }
    diesel::update(links::table.find(link)).set(links::text.eq(text.as_str())).execute(conn)?;
    Ok(true)
}

/// Writes a link down under that text, which is still to be taken for it; says whether it was not there before.
pub fn insert_as(conn: &mut PgConnection, link: NewLink, text: &LinkText) -> QueryResult<bool> {
    Ok(!insert(conn, &[(link, text.as_str().to_owned())])?.is_empty())
}

/// Three texts that nobody has, instead of the one that was typed.
pub fn suggestions(conn: &mut PgConnection, typed: &str, person: &str) -> QueryResult<Vec<String>> {
    let wishes = Wishes::instead(typed, person);
    let liked: Vec<&str> = wishes.liked().collect();
    let mut avoided = taken(conn, &liked)?;
    Ok(wishes.filter(|text| avoided.insert(text.clone())).take(SUGGESTIONS).collect())
}

/// How a text stands now, for somebody who types it.
#[derive(Debug, PartialEq, Eq)]
pub enum Look {
    /// No link has or had it.
    Free,
    /// This link has or had it.
    Own,
    /// Another link of this member has or had it; these three are free.
    Another(Vec<String>),
    /// Somebody else's has or had it; these three are free.
    Taken(Vec<String>),
}

/// How that text stands for that link of that member, or for a new one. It takes nothing.
pub fn look(conn: &mut PgConnection, text: &LinkText, person: &str, member: MemberId, link: Option<LinkId>) -> QueryResult<Look> {
    let of = link_texts::table.inner_join(links::table).filter(link_texts::text.eq(text.key())).select((links::id, links::member_id));
    let Some((of, whose)) = of.first::<(LinkId, MemberId)>(conn).optional()? else { return Ok(Look::Free) };
    if whose == member && link == Some(of) {
        return Ok(Look::Own);
    }
    let suggestions = suggestions(conn, text.as_str(), person)?;
    Ok(if whose == member { Look::Another(suggestions) } else { Look::Taken(suggestions) })
}

/// Those of these texts that links have or had.
pub fn taken(conn: &mut PgConnection, texts: &[&str]) -> QueryResult<HashSet<String>> {
    link_texts::table.filter(link_texts::text.eq_any(texts)).select(link_texts::text).load(conn).map(HashSet::from_iter)
}

fn wish(wishes: &mut Wishes, avoided: &mut HashSet<String>) -> String {
    wishes.find(|text| avoided.insert(text.clone())).expect("wishes have no end")
}

fn insert(conn: &mut PgConnection, named: &[(NewLink, String)]) -> QueryResult<HashSet<LinkId>> {
    let mut made = HashSet::new();
    for chunk in named.chunks(CHUNK) {
        let rows: Vec<_> = chunk
            .iter()
            .map(|(link, text)| {
                (
                    links::id.eq(link.id),
                    links::company_id.eq(link.company),
                    links::partner_id.eq(link.partner),
                    links::team_id.eq(link.team),
                    links::member_id.eq(link.member),
                    links::program_id.eq(link.program),
                    links::kind.eq(link.kind),
                    links::destination_id.eq(link.destination),
                    links::url.eq(&link.url),
                    links::text.eq(text),
                    links::created_by.eq(link.by),
                )
            })
            .collect();
        let ids: Vec<LinkId> =
            diesel::insert_into(links::table).values(rows).on_conflict_do_nothing().returning(links::id).get_results(conn)?;
        made.extend(ids);
    }
    Ok(made)
}

/// Writes the texts of these links down as theirs; returns the links whose text was free. SQL, for a lock that is tried and a set of rows.
fn claim(conn: &mut PgConnection, pairs: &[(LinkId, &str)], held: bool) -> QueryResult<Vec<LinkId>> {
    let (ids, texts): (Vec<Uuid>, Vec<&str>) = pairs.iter().map(|(id, text)| (id.uuid(), *text)).unzip();
    let won: Vec<Won> = sql_query(
        "INSERT INTO link_texts (text, link_id) SELECT w.text, w.id FROM unnest($1::text[], $2::uuid[]) w (text, id) \
         WHERE NOT $3 OR pg_try_advisory_xact_lock($4, hashtext(w.text)) ON CONFLICT (text) DO NOTHING RETURNING link_id",
    )
    .bind::<Array<Text>, _>(texts)
    .bind::<Array<sql_types::Uuid>, _>(ids)
    .bind::<Bool, _>(held)
    .bind::<Integer, _>(HOLDING)
    .load(conn)?;
    Ok(won.into_iter().map(|won| won.link_id).collect())
}

fn rename<'a>(conn: &mut PgConnection, links: impl Iterator<Item = &'a (NewLink, String)>) -> QueryResult<()> {
    let (ids, texts): (Vec<Uuid>, Vec<&str>) = links.map(|(link, text)| (link.id.uuid(), text.as_str())).unzip();
    if ids.is_empty() {
        return Ok(());
    }
    sql_query("UPDATE links l SET text = w.text FROM unnest($1::text[], $2::uuid[]) w (text, id) WHERE l.id = w.id")
        .bind::<Array<Text>, _>(texts)
        .bind::<Array<sql_types::Uuid>, _>(ids)
        .execute(conn)
        .map(drop)
}
