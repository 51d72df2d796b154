//! What only the company's staff see of a partner: assigned to, tags, notes (rule 17).

use super::{
    care_section::{Note, Typed},
    detail::refuse,
};
use crate::{
    access::{Authorized, may},
    companies::{Company, StaffPermission, rail::CompanyTab},
    db::Db,
    error::{Error, Result},
    ids::{StaffId, TagId},
    partners::care::{self, Assigned, MOST_TAGS, NOTE_LENGTH, NoteRow, TAG_LENGTH, Tagged},
    paths,
    teams::Team,
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, page, pagination::Start, see_other},
};
use actix_web::{
    HttpResponse,
    web::{Path, Query},
};
use askama::Template;
use serde::Deserialize;

/// What assigning sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AssignmentForm {
    /// A place in the company; empty for nobody.
    assigned_to: String,
}

/// What tagging sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TagForm {
    tag: String,
}

/// What writing a note sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NoteForm {
    note: String,
}

/// What the address says of the list of notes.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NotesQuery {
    after: String,
    before: String,
}

#[derive(Template)]
#[template(path = "partners/notes.html")]
struct NotesPage {
    frame: Frame,
    company: Company,
    team: Team,
    may_write: bool,
    notes: Vec<Note>,
    previous: Option<String>,
    next: Option<String>,
}

/// Assigns the partner to a colleague, or to nobody.
pub async fn assign(
    by: Authorized<may::Invite>,
    path: Path<(String, String)>,
    Form(form): Form<AssignmentForm>,
    layout: Layout,
    flash: Flash,
    db: Db,
) -> Redirect {
    let (team, back) = place(&by, path);
    let no_colleague = || FormErrors::one("assigned_to", format!("Choose one of {}’s staff, or nobody", by.company.name));
    let to: Option<StaffId> = match form.assigned_to.as_str() {
        "" => None,
        id => match id.parse() {
            Ok(id) => Some(id),
            Err(_) => {
                let errors = no_colleague();
                return refuse(by, team, Typed::default(), errors, layout, db).await;
            }
        },
    };
    let (staff, actor, slug) = (by.staff.clone(), by.actor.clone(), team.clone());
    match db.run(move |conn| care::assign(conn, &actor, &staff, &slug, to)).await? {
        Assigned::To(name) => flash.ok(back, format!("Assigned to {name}."), ""),
        Assigned::ToNobody => flash.ok(back, "Assigned to nobody.", ""),
        Assigned::Same => see_other(paths::partner_care(&by.company.slug, &team)),
        Assigned::NotStaff => {
            let errors = no_colleague();
            refuse(by, team, Typed::default(), errors, layout, db).await
        }
    }
}

/// Puts a tag on the partner.
pub async fn tag(
    by: Authorized<may::Invite>,
    path: Path<(String, String)>,
    Form(form): Form<TagForm>,
    layout: Layout,
    flash: Flash,
    db: Db,
) -> Redirect {
    let (team, back) = place(&by, path);
    let mut errors = FormErrors::none();
    let name = errors.line("tag", "the tag", &form.tag, TAG_LENGTH);
    if !errors.is_empty() {
        return refuse(by, team, Typed::tag(form.tag), errors, layout, db).await;
    }
    let (staff, actor, slug) = (by.staff.clone(), by.actor.clone(), team.clone());
    match db.run(move |conn| care::tag(conn, &actor, &staff, &slug, &name)).await? {
        Tagged::Done(name) => flash.ok(back, format!("Tagged {name}."), ""),
        Tagged::Already(name) => flash.info(back, format!("{name} is on it already."), ""),
        Tagged::TooMany => {
            let errors = FormErrors::one("tag", format!("Take a tag off first: a partner has at most {MOST_TAGS}"));
            refuse(by, team, Typed::tag(form.tag), errors, layout, db).await
        }
    }
}

/// Takes a tag off the partner.
pub async fn untag(by: Authorized<may::Invite>, path: Path<(String, String, String)>, flash: Flash, db: Db) -> Redirect {
    let (company, team, id) = path.into_inner();
    let back = paths::partner(&company, &team);
    let id: TagId = id.parse().map_err(|_| Error::NotFound)?;
    let (staff, actor) = (by.staff.clone(), by.actor.clone());
    let name = db.run(move |conn| care::untag(conn, &actor, &staff, &team, id)).await?;
    flash.ok(back, format!("{name} is off."), "")
}

/// Writes a note about the partner.
pub async fn note(
    by: Authorized<may::Invite>,
    path: Path<(String, String)>,
    Form(form): Form<NoteForm>,
    layout: Layout,
    flash: Flash,
    db: Db,
) -> Redirect {
    let (team, back) = place(&by, path);
    let mut errors = FormErrors::none();
    let body = errors.lines("note", "the note", &form.note, NOTE_LENGTH);
    if errors.is_empty() && body.is_empty() {
        errors.add("note", "Enter the note");
    }
    if !errors.is_empty() {
        return refuse(by, team, Typed::note(form.note), errors, layout, db).await;
    }
    let (staff, actor) = (by.staff.clone(), by.actor.clone());
    db.run(move |conn| care::note(conn, &actor, &staff, &team, &body)).await?;
    flash.ok(back, "The note is kept.", format!("Only {} sees it.", by.company.name))
}

/// All notes about the partner, the newest first.
pub async fn notes(
    by: Authorized<may::SeePartners>,
    path: Path<(String, String)>,
    Query(query): Query<NotesQuery>,
    layout: Layout,
    db: Db,
) -> Result<HttpResponse> {
    let (company, slug) = (by.company.id, path.into_inner().1);
    let start = Start::from_query(&query.after, &query.before);
    let (team, notes) = db.run(move |conn| care::notes_of(conn, company, &slug, start)).await?;
    let here = paths::partner_notes(&by.company.slug, &team.slug);
    let beside = |name, cursor: String| paths::with_query(&here, &[(name, &cursor)]);
    let shown = |row: &NoteRow| Note::new(&row.body, &row.author, row.at, by.user.zone());
    page(&NotesPage {
        frame: by.frame(layout, CompanyTab::Partners, &format!("Notes about {}", team.name)),
        may_write: by.may(StaffPermission::Invite),
        company: by.company.clone(),
        notes: notes.rows.iter().map(shown).collect(),
        previous: notes.previous.map(|cursor| beside("before", cursor)),
        next: notes.next.map(|cursor| beside("after", cursor)),
        team,
    })
}

/// The team's slug, and its page from the top, where a notice is read.
fn place(by: &Authorized<may::Invite>, path: Path<(String, String)>) -> (String, String) {
    let team = path.into_inner().1;
    let back = paths::partner(&by.company.slug, &team);
    (team, back)
}
