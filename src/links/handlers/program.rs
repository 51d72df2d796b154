//! Where links of a program lead: its own destination, the further ones, and whether members choose the text of theirs.

use crate::{
    access::{Authorized, may},
    companies::{Company, StaffPermission, rail::CompanyTab},
    db::Db,
    error::Result,
    ids::{DestinationId, ProgramId},
    links::{
        Destination, DestinationKind,
        destination::{self, Added, DestinationText, MOST_DEFAULTS, ProgramLinks},
    },
    paths,
    programs::{fields::read_url, hosts},
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused},
    words::{NAME_LENGTH, counted},
};
use actix_web::{HttpResponse, web::Path};
use askama::Template;
use serde::Deserialize;

/// A further destination, as the browser sent it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DestinationForm {
    /// The destination's key, made when the form was shown (R15).
    pub(super) form: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) url: String,
}

/// Whether members choose the text of their links, as the browser sent it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChoiceForm {
    chosen: String,
}

#[derive(Template)]
#[template(path = "links/program.html")]
struct LinksPage {
    frame: Frame,
    company: Company,
    may_write: bool,
    id: ProgramId,
    links: ProgramLinks,
    errors: FormErrors,
    form: DestinationForm,
}

type At = Path<(String, ProgramId)>;

/// The page.
pub async fn show(by: Authorized<may::SeePartners>, at: At, layout: Layout, db: Db) -> Result<HttpResponse> {
    page(&LinksPage::read(&by, at.1, layout, &db).await?)
}

/// Adds a destination.
pub async fn add(
    by: Authorized<may::WritePrograms>,
    at: At,
    Form(form): Form<DestinationForm>,
    layout: Layout,
    flash: Flash,
    db: Db,
) -> Redirect {
    let (key, text) = match form.parse() {
        Ok(typed) => typed,
        Err(errors) => return again(&by, at.1, layout, &db, form, errors).await,
    };
    let (id, actor, staff, wanted) = (at.1, by.actor.clone(), by.staff.clone(), text.clone());
    let (added, kind) = (db.run(move |conn| destination::add(conn, &actor, &staff, id, key, &wanted)).await?, key.1);
    let back = paths::program_links(&by.company.slug, id);
    let rest = match (added, kind) {
        (Added::Done, DestinationKind::Default) => "Every member of the program’s teams has a link there.",
        (Added::Done, DestinationKind::Secondary) => "Members find it on their page of links.",
        (Added::Underway, _) => "The links of all members are being made now, which takes a few minutes.",
        (Added::Already, _) => return flash.info(back, "This destination was added already.", "Nothing was changed."),
        (Added::NameTaken, _) => return again(&by, id, layout, &db, form, FormErrors::one("name", NAME_TAKEN)).await,
        (Added::TooMany, _) => return again(&by, id, layout, &db, form, FormErrors::one("kind", too_many(kind))).await,
        (Added::HostUnlisted(host), _) => return again(&by, id, layout, &db, form, FormErrors::one("url", hosts::says(&host))).await,
    };
    flash.ok(back, format!("{} is added.", text.name), rest)
}

/// Lets members choose the text of their links, or no longer.
pub async fn let_choose(by: Authorized<may::WritePrograms>, at: At, Form(form): Form<ChoiceForm>, flash: Flash, db: Db) -> Redirect {
    let (id, on, actor, staff) = (at.1, !form.chosen.is_empty(), by.actor.clone(), by.staff.clone());
    let back = paths::program_links(&by.company.slug, id);
    match (db.run(move |conn| destination::let_choose(conn, &actor, &staff, id, on)).await?, on) {
        (true, true) => flash.ok(back, "Members choose the text of their links.", ""),
        (true, false) => flash.ok(back, "Members choose the text of their links no longer.", "What they chose stays."),
        (false, _) => flash.info(back, "Nothing changed.", ""),
    }
}

impl DestinationForm {
    pub(super) fn text(&self, errors: &mut FormErrors) -> DestinationText {
        let name = errors.line("name", "a name", &self.name, NAME_LENGTH);
        DestinationText { name, url: read_url(errors, "url", &self.url) }
    }

    fn parse(&self) -> std::result::Result<((DestinationId, DestinationKind), DestinationText), FormErrors> {
        let mut errors = FormErrors::none();
        let text = self.text(&mut errors);
        let kind = DestinationKind::parse(&self.kind);
        if kind.is_none() {
            errors.add("kind", "Choose who has a link there");
        }
        // A form without its key comes from no page of ours, and adds a destination of its own.
        let id = self.form.parse().unwrap_or_else(|_| DestinationId::new());
        kind.filter(|_| errors.is_empty()).map(|kind| ((id, kind), text)).ok_or(errors)
    }
}

/// What to do where another destination has that name.
pub(super) const NAME_TAKEN: &str = "Choose another name: a destination of this program has this one";

fn too_many(kind: DestinationKind) -> &'static str {
    match kind {
        DestinationKind::Default => {
            "A program has two further destinations for every member at most. Retire one first, or offer this one to be switched on"
        }
        DestinationKind::Secondary => "A program offers twenty destinations at most. Retire one first",
    }
}

/// The page with what was typed and what to correct.
async fn again(
    by: &Authorized<may::WritePrograms>,
    id: ProgramId,
    layout: Layout,
    db: &Db,
    form: DestinationForm,
    errors: FormErrors,
) -> Redirect {
    let page = LinksPage::read(by, id, layout, db).await?;
    refused(&LinksPage { frame: page.frame.clone().with_errors(), form, errors, ..page })
}

impl LinksPage {
    async fn read<P>(by: &Authorized<P>, id: ProgramId, layout: Layout, db: &Db) -> Result<Self> {
        let company = by.company.id;
        let links = db.run(move |conn| ProgramLinks::read(conn, company, id)).await?;
        Ok(Self {
            frame: by.frame(layout, CompanyTab::Programs, &format!("Links of {}", links.program.name)),
            company: by.company.clone(),
            may_write: by.may(StaffPermission::WritePrograms),
            id,
            links,
            errors: FormErrors::none(),
            form: DestinationForm { form: DestinationId::new().to_string(), ..DestinationForm::default() },
        })
    }

    fn defaults(&self) -> Vec<&(Destination, i64)> {
        self.links.living(DestinationKind::Default).collect()
    }

    fn secondary(&self) -> Vec<&(Destination, i64)> {
        self.links.living(DestinationKind::Secondary).collect()
    }

    fn retired(&self) -> Vec<&(Destination, i64)> {
        self.links.destinations.iter().filter(|(destination, _)| destination.retired_at.is_some()).collect()
    }

    /// Whether another default destination may be added.
    fn has_room(&self) -> bool {
        self.defaults().len() < usize::try_from(MOST_DEFAULTS).unwrap_or_default()
    }

    fn is_kind(&self, kind: &str) -> bool {
        self.form.kind == kind || (self.form.kind.is_empty() && (kind == "default") == self.has_room())
    }

    fn href(&self, destination: &Destination) -> String {
        paths::program_destination(&self.company.slug, self.id, destination.id)
    }

    fn leads_to<'a>(&self, destination: &'a Destination) -> &'a str {
        destination.url.as_deref().unwrap_or_default()
    }

    fn links_words(&self, links: &i64) -> String {
        counted(*links, "link")
    }
}
