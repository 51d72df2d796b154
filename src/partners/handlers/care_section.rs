//! The section "Only Acme sees this" of the partner detail view.

use crate::{
    companies::Company,
    ids::StaffId,
    partners::detail::PartnerHead,
    paths,
    web::{Avatar, Moment},
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// What was typed into a form that was refused.
#[derive(Debug, Default)]
pub struct Typed {
    /// A tag.
    pub tag: String,
    /// A note.
    pub note: String,
}

/// The section "Only Acme sees this".
pub struct CareView {
    /// The person it is assigned to.
    pub assigned: Option<(Avatar, String)>,
    /// Everybody it may be assigned to.
    pub colleagues: Vec<Colleague>,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// Others of the company, to choose from.
    pub further_tags: Vec<String>,
    /// The newest notes.
    pub notes: Vec<Note>,
    /// How many there are.
    pub note_count: i64,
    /// What was typed.
    pub typed: Typed,
    /// Where its forms go.
    pub to: Routes,
}

/// Where the forms of the section go.
pub struct Routes {
    /// Assigned to.
    pub assignment: String,
    /// Tags.
    pub tags: String,
    /// Notes, and their list.
    pub notes: String,
}

/// Somebody it may be assigned to.
pub struct Colleague {
    /// Their place.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Whether it is assigned to them.
    pub chosen: bool,
}

/// A tag.
pub struct Tag {
    /// Its name.
    pub name: String,
    /// Takes it off.
    pub removal: String,
}

/// A note as it is read.
pub struct Note {
    /// What it says, as text.
    pub body: String,
    /// By whom.
    pub author: String,
    /// When.
    pub at: Moment,
}

impl Typed {
    /// A tag.
    pub fn tag(tag: String) -> Self {
        Self { tag, ..Self::default() }
    }
    /// A note.
    pub fn note(note: String) -> Self {
        Self { note, ..Self::default() }
    }
}

impl CareView {
    /// The section about that partner, for somebody in that zone.
    pub fn new(head: &PartnerHead, company: &Company, zone: Tz, typed: Typed) -> Self {
        let care = &head.care;
        let colleagues = care.colleague_ids.iter().zip(&care.colleague_names);
        let tags = care.tag_ids.iter().zip(&care.tag_names);
        let notes = care.note_bodies.iter().zip(&care.note_authors).zip(&care.note_times);
        let (company, team) = (&company.slug, &head.slug);
        Self {
            assigned: care.assigned_to.zip(care.assigned_name.clone()).map(|(id, name)| (Avatar::person(id.uuid(), &name), name)),
            colleagues: colleagues
                .map(|(id, name)| Colleague {
                    id: id.to_string(),
                    name: name.clone(),
                    chosen: care.assigned_to.map(StaffId::uuid) == Some(*id),
                })
                .collect(),
            tags: tags
                .map(|(id, name)| Tag { name: name.clone(), removal: paths::partner_tag_removal(company, team, (*id).into()) })
                .collect(),
            further_tags: care.further_tags.clone(),
            notes: notes.map(|((body, author), at)| Note::new(body, author, *at, zone)).collect(),
            note_count: care.note_count,
            typed,
            to: Routes {
                assignment: paths::partner_assignment(company, team),
                tags: paths::partner_tags(company, team),
                notes: paths::partner_notes(company, team),
            },
        }
    }
}

impl Note {
    /// For somebody in that zone.
    pub fn new(body: &str, author: &str, at: DateTime<Utc>, zone: Tz) -> Self {
        Self { body: body.to_owned(), author: author.to_owned(), at: Moment::new(at, Utc::now(), zone) }
    }
}
