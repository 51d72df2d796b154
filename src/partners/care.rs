//! What a company's staff keep about a partner for themselves: who it is assigned to, tags, notes (rule 17). The team never sees it, and
//! nothing here changes the team (rule 16).

use crate::{
    audit::{self, Action, Actor, Event},
    companies::{StaffPermission, staff::Staff},
    db,
    error::Result,
    ids::{CompanyId, NoteId, PartnerId, StaffId, TagId},
    programs::Partner,
    schema::{notes, partner_tags, partners, staff, tags, users},
    teams::Team,
    web::pagination::{Cursor, PAGE_SIZE, Page, Start},
};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{self, Array, BigInt, Nullable, Text, Timestamptz},
};
use serde_json::json;
use uuid::Uuid;

/// The most characters of a tag.
pub const TAG_LENGTH: usize = 100;
/// The most tags on one partner.
pub const MOST_TAGS: i64 = 20;
/// The most characters of a note.
pub const NOTE_LENGTH: usize = 2000;

diesel::define_sql_function! {
    /// Lower case, as the unique index on tags compares their names.
    fn lower(text: Text) -> Text;
}

/// What only the company sees of a partner; the columns of [`CARE`].
#[derive(Debug, Clone, QueryableByName)]
pub struct Care {
    /// Whose partner it is.
    #[diesel(sql_type = Nullable<sql_types::Uuid>)]
    pub assigned_to: Option<StaffId>,
    /// Their name.
    #[diesel(sql_type = Nullable<Text>)]
    pub assigned_name: Option<String>,
    /// Everybody it may be assigned to, by name.
    #[diesel(sql_type = Array<sql_types::Uuid>)]
    pub colleague_ids: Vec<Uuid>,
    /// Their names, in the same order.
    #[diesel(sql_type = Array<Text>)]
    pub colleague_names: Vec<String>,
    /// Its tags, by name.
    #[diesel(sql_type = Array<sql_types::Uuid>)]
    pub tag_ids: Vec<Uuid>,
    /// Their names, in the same order.
    #[diesel(sql_type = Array<Text>)]
    pub tag_names: Vec<String>,
    /// The company's other tags, to choose from.
    #[diesel(sql_type = Array<Text>)]
    pub further_tags: Vec<String>,
    /// How many notes there are.
    #[diesel(sql_type = BigInt)]
    pub note_count: i64,
    /// The three newest notes.
    #[diesel(sql_type = Array<Text>)]
    pub note_bodies: Vec<String>,
    /// Who wrote them, in the same order.
    #[diesel(sql_type = Array<Text>)]
    pub note_authors: Vec<String>,
    /// And when.
    #[diesel(sql_type = Array<Timestamptz>)]
    pub note_times: Vec<DateTime<Utc>>,
}

/// SQL to stand beside `partners p`: arrays, because a statement for each of these few rows would be more than the page's five.
pub(super) const CARE: &str = "CROSS JOIN LATERAL (SELECT p.assigned_to, \
        (SELECT u.name FROM staff s JOIN users u ON u.id = s.user_id WHERE s.id = p.assigned_to) AS assigned_name, \
        ARRAY(SELECT g.id FROM partner_tags x JOIN tags g ON g.id = x.tag_id WHERE x.partner_id = p.id ORDER BY lower(g.name), g.id) AS tag_ids, \
        ARRAY(SELECT g.name FROM partner_tags x JOIN tags g ON g.id = x.tag_id WHERE x.partner_id = p.id ORDER BY lower(g.name), g.id) AS tag_names, \
        ARRAY(SELECT g.name FROM tags g WHERE g.company_id = p.company_id \
            AND NOT EXISTS (SELECT FROM partner_tags x WHERE x.partner_id = p.id AND x.tag_id = g.id) ORDER BY lower(g.name) LIMIT 200) AS further_tags, \
        (SELECT count(*) FROM notes n WHERE n.partner_id = p.id) AS note_count) care \
    CROSS JOIN LATERAL (SELECT coalesce(array_agg(s.id ORDER BY u.name, s.id), '{}') AS colleague_ids, \
            coalesce(array_agg(u.name ORDER BY u.name, s.id), '{}') AS colleague_names \
        FROM staff s JOIN users u ON u.id = s.user_id WHERE s.company_id = p.company_id AND s.left_at IS NULL) colleagues \
    CROSS JOIN LATERAL (SELECT coalesce(array_agg(body ORDER BY at DESC, id DESC), '{}') AS note_bodies, \
            coalesce(array_agg(name ORDER BY at DESC, id DESC), '{}') AS note_authors, \
            coalesce(array_agg(at ORDER BY at DESC, id DESC), '{}') AS note_times \
        FROM (SELECT n.body, n.at, n.id, u.name FROM notes n JOIN users u ON u.id = n.user_id WHERE n.partner_id = p.id \
            ORDER BY n.at DESC, n.id DESC LIMIT 3) newest) notes";

/// A note.
#[derive(Debug, Clone, Queryable)]
pub struct NoteRow {
    /// Key.
    pub id: NoteId,
    /// What it says.
    pub body: String,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Who wrote it.
    pub author: String,
}

/// What came of assigning.
#[derive(Debug, PartialEq, Eq)]
pub enum Assigned {
    /// To the person of that name.
    To(String),
    /// To nobody any more.
    ToNobody,
    /// It was so already.
    Same,
    /// They do not work for the company, or no longer.
    NotStaff,
}

/// What came of tagging.
#[derive(Debug, PartialEq, Eq)]
pub enum Tagged {
    /// The tag, as it was first written.
    Done(String),
    /// It was on the partner already.
    Already(String),
    /// The partner has [`MOST_TAGS`].
    TooMany,
}

/// Assigns a partner to a colleague, or to nobody. `NotFound` where the company has no such partner.
pub fn assign(conn: &mut PgConnection, by: &Actor, viewer: &Staff, team: &str, to: Option<StaffId>) -> Result<Assigned> {
    db::transaction(conn, |conn| {
        viewer.recheck(conn, StaffPermission::Invite)?;
        let colleague = to.map(|id| colleague(conn, viewer.company.id, id)).transpose()?;
        if colleague == Some(None) {
            return Ok(Assigned::NotStaff);
        }
        let (partner, team) = lock(conn, viewer, team)?;
        let before: Option<StaffId> = partners::table.find(partner.id).select(partners::assigned_to).first(conn)?;
        if before == to {
            return Ok(Assigned::Same);
        }
        diesel::update(partners::table.find(partner.id)).set(partners::assigned_to.eq(to)).execute(conn)?;
        let event = about(Action::PartnerAssigned, &partner, &team).before(json!({ "staff": before })).after(json!({ "staff": to }));
        audit::record(conn, by, event)?;
        Ok(colleague.flatten().map_or(Assigned::ToNobody, Assigned::To))
    })
}

/// Puts a tag on a partner; a tag that the company does not have is made. `NotFound` where the company has no such partner.
pub fn tag(conn: &mut PgConnection, by: &Actor, viewer: &Staff, team: &str, name: &str) -> Result<Tagged> {
    db::transaction(conn, |conn| {
        viewer.recheck(conn, StaffPermission::Invite)?;
        let (partner, team) = lock(conn, viewer, team)?;
        let here = partner_tags::table.filter(partner_tags::partner_id.eq(partner.id));
        if here.count().get_result::<i64>(conn)? >= MOST_TAGS {
            return Ok(Tagged::TooMany);
        }
        let company = viewer.company.id;
        diesel::insert_into(tags::table)
            .values((tags::id.eq(TagId::new()), tags::company_id.eq(company), tags::name.eq(name)))
            .on_conflict_do_nothing()
            .execute(conn)?;
        let (id, name): (TagId, String) = tags::table
            .filter(tags::company_id.eq(company))
            .filter(lower(tags::name).eq(lower(name)))
            .select((tags::id, tags::name))
            .first(conn)?;
        let values = (partner_tags::company_id.eq(company), partner_tags::partner_id.eq(partner.id), partner_tags::tag_id.eq(id));
        if diesel::insert_into(partner_tags::table).values(values).on_conflict_do_nothing().execute(conn)? == 0 {
            return Ok(Tagged::Already(name));
        }
        audit::record(conn, by, about(Action::PartnerTagged, &partner, &team).after(json!({ "tag": id })))?;
        Ok(Tagged::Done(name))
    })
}

/// Takes a tag off a partner; says its name. Where it was off already, nothing is changed. `NotFound` where the company has no such partner
/// or tag.
pub fn untag(conn: &mut PgConnection, by: &Actor, viewer: &Staff, team: &str, id: TagId) -> Result<String> {
    db::transaction(conn, |conn| {
        viewer.recheck(conn, StaffPermission::Invite)?;
        let name = tags::table.find(id).filter(tags::company_id.eq(viewer.company.id)).select(tags::name).first(conn)?;
        let (partner, team) = lock(conn, viewer, team)?;
        if diesel::delete(partner_tags::table.find((partner.id, id))).execute(conn)? == 1 {
            audit::record(conn, by, about(Action::PartnerUntagged, &partner, &team).before(json!({ "tag": id })))?;
        }
        Ok(name)
    })
}

/// Writes a note about a partner. `NotFound` where the company has no such partner.
pub fn note(conn: &mut PgConnection, by: &Actor, viewer: &Staff, team: &str, body: &str) -> Result<()> {
    db::transaction(conn, |conn| {
        viewer.recheck(conn, StaffPermission::Invite)?;
        let (partner, team) = Partner::of(conn, viewer.company.id, team)?;
        let id = NoteId::new();
        diesel::insert_into(notes::table)
            .values((
                notes::id.eq(id),
                notes::company_id.eq(viewer.company.id),
                notes::partner_id.eq(partner.id),
                notes::user_id.eq(viewer.user.id),
                notes::body.eq(body),
            ))
            .execute(conn)?;
        audit::record(conn, by, about(Action::NoteAdded, &partner, &team).after(json!({ "note": id })))?;
        Ok(())
    })
}

/// One page of the notes about a partner, the newest first, and the team. `NotFound` where the company has no such partner.
pub fn notes_of(conn: &mut PgConnection, company: CompanyId, team: &str, start: Start) -> QueryResult<(Team, Page<NoteRow>)> {
    let (partner, team) = Partner::of(conn, company, team)?;
    let mut rows = notes::table
        .inner_join(users::table)
        .filter(notes::partner_id.eq(partner.id))
        .select((notes::id, notes::body, notes::at, users::name))
        .limit(PAGE_SIZE as i64 + 1)
        .into_boxed();
    rows = match start {
        Start::First => rows.order((notes::at.desc(), notes::id.desc())),
        Start::After(Cursor { at, id }) => rows
            .filter(notes::at.lt(at).or(notes::at.eq(at).and(notes::id.lt(NoteId::from(id)))))
            .order((notes::at.desc(), notes::id.desc())),
        Start::Before(Cursor { at, id }) => {
            rows.filter(notes::at.gt(at).or(notes::at.eq(at).and(notes::id.gt(NoteId::from(id))))).order((notes::at, notes::id))
        }
    };
    let page = Page::of(start, rows.load(conn)?, |row: &NoteRow| Cursor { at: row.at, id: row.id.uuid() });
    Ok((team, page))
}

/// The name of a present colleague, whose place cannot end before this transaction does.
fn colleague(conn: &mut PgConnection, company: CompanyId, id: StaffId) -> QueryResult<Option<String>> {
    let present: Option<crate::ids::UserId> = staff::table
        .find(id)
        .filter(staff::company_id.eq(company))
        .filter(staff::left_at.is_null())
        .select(staff::user_id)
        .for_share()
        .first(conn)
        .optional()?;
    present.map(|user| users::table.find(user).select(users::name).first(conn)).transpose()
}

/// The partner's row, so that two people change it one after the other.
fn lock(conn: &mut PgConnection, viewer: &Staff, team: &str) -> QueryResult<(Partner, Team)> {
    let (partner, team) = Partner::of(conn, viewer.company.id, team)?;
    partners::table.find(partner.id).select(partners::id).for_no_key_update().first::<PartnerId>(conn)?;
    Ok((partner, team))
}

fn about(action: Action, partner: &Partner, team: &Team) -> Event {
    Event::new(action).company(partner.company_id).team(team.id).target(partner.id.uuid())
}
