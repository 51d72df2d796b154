//! A link that staff make for one member (rule 40).

use super::text::{TAKEN, TypedText, before};
use crate::{
    access::{Authorized, may},
    companies::{Company, StaffPermission, rail::CompanyTab},
    db::Db,
    error::{Error, Result},
    ids::{LinkId, MemberId, ProgramId},
    links::{
        LinkText,
        individual::{self, Individual, Made},
        making, text,
    },
    mail::Mailer,
    partners::{PartnerMember, activity::Period},
    paths,
    programs::{fields::read_destination, hosts},
    web::{Avatar, Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused},
};
use actix_web::{
    HttpResponse,
    web::{Path, Query},
};
use askama::Template;
use serde::Deserialize;

/// A link for one member, as the browser sent it; the address may fill in what the form holds.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct LinkForm {
    /// The link's key, made when the form was shown (R15).
    link: String,
    program: String,
    destination: String,
    text: String,
}

#[derive(Template)]
#[template(path = "links/individual.html")]
struct NewPage {
    frame: Frame,
    errors: FormErrors,
    form: LinkForm,
    company: Company,
    of: PartnerMember,
    avatar: Avatar,
    programs: Vec<(ProgramId, String)>,
    hosts: Vec<String>,
    may_list: bool,
    before: String,
    check: String,
    suggestions: Vec<(String, String)>,
}

/// What the page shows of the place.
struct Read {
    of: PartnerMember,
    programs: Vec<(ProgramId, String)>,
    hosts: Vec<String>,
    suggestions: Vec<String>,
}

type At = Path<(String, String, MemberId)>;

/// The form.
pub async fn new(
    by: Authorized<may::MakeLinks>,
    at: At,
    Query(mut form): Query<LinkForm>,
    layout: Layout,
    mailer: Mailer,
    db: Db,
) -> Result<HttpResponse> {
    let (_, team, member) = at.into_inner();
    let read = Read::of(&by, team, member, None, &db).await?;
    if form.link.parse::<LinkId>().is_err() {
        form.link = LinkId::new().to_string();
    }
    page(&NewPage::new(&by, layout, &mailer, read, form, FormErrors::none()))
}

/// Whether a text is free for it, asked by script while it is typed. It changes nothing.
pub async fn availability(by: Authorized<may::MakeLinks>, at: At, Query(typed): Query<TypedText>, db: Db) -> Result<HttpResponse> {
    let (company, (_, team, member)) = (by.company.id, at.into_inner());
    let of = db.run(move |conn| PartnerMember::read(conn, company, &team, member, Period::Days90)).await?;
    typed.stands(of.member.name, member, "theirs", &db).await
}

/// Makes it, and tells the member.
pub async fn create(
    by: Authorized<may::MakeLinks>,
    at: At,
    Form(form): Form<LinkForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let (_, team, member) = at.into_inner();
    let back = paths::partner_member(&by.company.slug, &team, member);
    let new = match form.parse(&team, member) {
        Ok(new) => new,
        Err(errors) => return again(&by, team, member, layout, &mailer, &db, form, errors).await,
    };
    let (actor, staff, letters) = (by.actor.clone(), by.staff.clone(), mailer.clone());
    let errors = match db.run(move |conn| individual::make(conn, &letters, &actor, &staff, &new)).await? {
        Made::Done(text) => return flash.ok(back, format!("The link {text} is made."), "The member has been told."),
        Made::Already => return flash.info(back, "This link was made already.", "Nothing was changed."),
        Made::NotInProgram => FormErrors::one("program", "Choose a program that the team is in"),
        Made::HostUnlisted(host) => FormErrors::one("destination", hosts::says(&host)),
        Made::Taken => FormErrors::one("text", TAKEN),
    };
    again(&by, team, member, layout, &mailer, &db, form, errors).await
}

/// The form again, with what to correct.
#[allow(clippy::too_many_arguments, reason = "the place, the reader, and what was sent")]
async fn again(
    by: &Authorized<may::MakeLinks>,
    team: String,
    member: MemberId,
    layout: Layout,
    mailer: &Mailer,
    db: &Db,
    form: LinkForm,
    errors: FormErrors,
) -> Redirect {
    let instead = errors.get("text").map(|_| form.text.clone());
    let read = Read::of(by, team, member, instead, db).await?;
    let page = NewPage::new(by, layout, mailer, read, form, errors);
    refused(&NewPage { frame: page.frame.clone().with_errors(), ..page })
}

impl Read {
    async fn of(by: &Authorized<may::MakeLinks>, team: String, member: MemberId, instead: Option<String>, db: &Db) -> Result<Self> {
        let company = by.company.id;
        db.run(move |conn| {
            let of = PartnerMember::read(conn, company, &team, member, Period::Days90)?;
            let programs = individual::programs_of(conn, company, &team)?;
            let hosts = hosts::names(conn, company)?;
            let suggestions = match instead {
                Some(typed) => making::suggestions(conn, &typed, &of.member.name)?,
                None => Vec::new(),
            };
            Ok::<_, Error>(Self { of, programs, hosts, suggestions })
        })
        .await
    }
}

impl LinkForm {
    fn parse(&self, team: &str, member: MemberId) -> std::result::Result<Individual, FormErrors> {
        let mut errors = FormErrors::none();
        let program = self.program.parse().map_err(|_| errors.add("program", "Choose a program that the team is in"));
        let url = read_destination(&mut errors, &self.destination);
        let text = match LinkText::parse(&self.text) {
            Ok(text) => Some(text),
            Err(text::Refused::Empty) => None,
            Err(why) => {
                errors.add("text", why.says());
                None
            }
        };
        // A form without its key comes from no page of ours, and makes a link of its own.
        let id = self.link.parse().unwrap_or_else(|_| LinkId::new());
        match program {
            Ok(program) if errors.is_empty() => Ok(Individual { id, team: team.to_owned(), member, program, url, text }),
            _ => Err(errors),
        }
    }

    /// The address of the form with this text in it.
    fn with_text(&self, form: &str, text: &str) -> String {
        let fields = [("link", self.link.as_str()), ("program", &self.program), ("destination", &self.destination), ("text", text)];
        paths::with_query(form, &fields)
    }
}

impl NewPage {
    fn new(by: &Authorized<may::MakeLinks>, layout: Layout, mailer: &Mailer, read: Read, form: LinkForm, errors: FormErrors) -> Self {
        let Read { of, programs, hosts, suggestions } = read;
        let here = paths::new_member_link(&by.company.slug, &of.slug, of.member.id);
        Self {
            frame: by.frame(layout, CompanyTab::Partners, &format!("A link for {}", of.member.name)),
            company: by.company.clone(),
            avatar: Avatar::person(of.member.user_id.uuid(), &of.member.name),
            may_list: by.may(StaffPermission::Administer),
            before: before(mailer),
            check: format!("{}?text=", paths::member_link_availability(&by.company.slug, &of.slug, of.member.id)),
            suggestions: suggestions.into_iter().map(|text| (form.with_text(&here, &text), text)).collect(),
            errors,
            form,
            of,
            programs,
            hosts,
        }
    }

    fn member_href(&self) -> String {
        paths::partner_member(&self.company.slug, &self.of.slug, self.of.member.id)
    }

    fn is_chosen(&self, program: &ProgramId) -> bool {
        self.form.program == program.to_string()
    }

    /// "acme.example, shop.acme.example".
    fn hosts(&self) -> String {
        self.hosts.join(", ")
    }
}
