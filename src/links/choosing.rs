//! What members do with their links: switch on what a program offers, choose another text (rule 40).

use crate::{
    audit::{self, Action, Actor, Event},
    db,
    error::Result,
    ids::{DestinationId, LinkId},
    links::{
        DestinationKind, LinkKind, LinkText,
        link::{Link, NewLink},
        making,
        text::Wishes,
    },
    schema::{destinations, enrollments, link_texts, links, partners, programs},
    teams::{Membership, Team, TeamPermission},
};
use diesel::prelude::*;

/// The most texts that a link may have had: nobody collects them.
const MOST_TEXTS: usize = 20;

/// What came of switching on.
#[derive(Debug, PartialEq, Eq)]
pub enum SwitchedOn {
    /// The member has a link of that text.
    Done(String),
    /// They had it before.
    Already,
}

/// What came of choosing a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Renamed {
    /// The link is called so; what it was called works on.
    Done,
    /// It was called so already.
    Same,
    /// Another link has or had that text. Nothing was changed.
    Taken,
    /// It has had [`MOST_TEXTS`] of them. Nothing was changed.
    TooMany,
    /// The program does not let members choose. Nothing was changed.
    NotChosen,
}

/// Switches on a link that a program of the team offers. `NotFound` where none does.
pub fn switch_on(conn: &mut PgConnection, by: &Actor, member: &Membership, destination: DestinationId) -> Result<SwitchedOn> {
    db::transaction(conn, |conn| {
        let team = Team::lock(conn, member.team.id)?;
        member.recheck(conn, &team, TeamPermission::HaveLinks)?;
        let (program, name, of) = destinations::table
            .inner_join(programs::table.on(programs::id.eq(destinations::program_id)))
            .filter(destinations::id.eq(destination))
            .filter(destinations::kind.eq(DestinationKind::Secondary))
            .filter(destinations::retired_at.is_null())
            .select((programs::id, destinations::name, programs::name))
            .for_share()
            .first::<(_, String, String)>(conn)?;
        let (company, partner) = enrollments::table
            .inner_join(partners::table.on(partners::id.eq(enrollments::partner_id)))
            .filter(enrollments::program_id.eq(program))
            .filter(enrollments::left_at.is_null())
            .filter(partners::team_id.eq(team.id))
            .select((partners::company_id, partners::id))
            .first(conn)?;
        let link = NewLink {
            id: LinkId::new(),
            company,
            partner,
            team: team.id,
            member: member.id,
            program,
            kind: LinkKind::Secondary,
            destination: Some(destination),
            url: None,
            by: Some(member.user.id),
            wishes: Wishes::of(&member.user.name, &of, Some(&name)),
        };
        let Some((id, text)) = making::make(conn, vec![link])?.pop() else { return Ok(SwitchedOn::Already) };
        audit::record(conn, by, Event::new(Action::LinkSwitchedOn).company(company).team(team.id).target(id.uuid()))?;
        Ok(SwitchedOn::Done(text))
    })
}

/// Gives a link of the member's own another text. `NotFound` where it is not theirs.
pub fn rename(conn: &mut PgConnection, by: &Actor, member: &Membership, id: LinkId, text: &LinkText) -> Result<Renamed> {
    db::transaction(conn, |conn| {
        let team = Team::lock(conn, member.team.id)?;
        member.recheck(conn, &team, TeamPermission::HaveLinks)?;
        let own = Link::query().filter(links::id.eq(id)).filter(links::member_id.eq(member.id));
        let link = own.for_no_key_update().first(conn)?;
        let chosen: bool = programs::table.find(link.program_id).select(programs::custom_link_text).for_share().first(conn)?;
        if !chosen {
            return Ok(Renamed::NotChosen);
        }
        if link.text == text.as_str() {
            return Ok(Renamed::Same);
        }
        let had: Vec<String> = link_texts::table.filter(link_texts::link_id.eq(id)).select(link_texts::text).load(conn)?;
        if had.len() >= MOST_TEXTS && !had.contains(&text.key()) {
            return Ok(Renamed::TooMany);
        }
        if !making::take(conn, id, text)? {
            return Ok(Renamed::Taken);
        }
        let event = Event::new(Action::LinkTextChanged).company(link.company_id).team(link.team_id).target(id.uuid());
        audit::record(conn, by, event)?;
        Ok(Renamed::Done)
    })
}
