//! Another text for a link of one's own, where the program lets members choose (rule 40).

use super::Shown;
use crate::{
    access::{InTeam, may},
    db::Db,
    error::{Error, Result},
    ids::{LinkId, MemberId},
    links::{
        LinkText,
        choosing::{self, Renamed},
        list::OneLink,
        making::{self, Look},
    },
    mail::Mailer,
    paths,
    teams::rail::TeamTab,
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused},
};
use actix_web::{
    HttpResponse,
    web::{Path, Query},
};
use askama::Template;
use serde::{Deserialize, Serialize};

/// The text, as the browser sent it, in the form or in the address that fills it in.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct TextForm {
    text: String,
}

/// The text that is typed, and for which link; for none, it is for a new one.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct TypedText {
    text: String,
    link: String,
}

#[derive(Template)]
#[template(path = "links/text.html")]
struct TextPage {
    frame: Frame,
    errors: FormErrors,
    link: Shown,
    /// What stands before the text in the whole link.
    before: String,
    typed: String,
    action: String,
    check: String,
    back: String,
    /// Free texts instead of the one that was refused, and the addresses that fill them in.
    suggestions: Vec<(String, String)>,
}

/// What the script is told about a text while it is typed.
#[derive(Debug, Serialize)]
struct Availability {
    free: bool,
    says: String,
    suggestions: Vec<String>,
}

type At = Path<(String, LinkId)>;

/// The form, filled in with the text of the address where one stands there.
pub async fn edit(
    by: InTeam<may::HaveLinks>,
    at: At,
    Query(query): Query<TextForm>,
    layout: Layout,
    mailer: Mailer,
    db: Db,
) -> Result<HttpResponse> {
    let own = read(&by, at.1, &db).await?;
    let typed = if query.text.is_empty() { own.link.text.clone() } else { query.text };
    page(&TextPage::new(&by, layout, own, &mailer, typed))
}

/// Gives the link that text.
pub async fn change(
    by: InTeam<may::HaveLinks>,
    at: At,
    Form(form): Form<TextForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let (id, back) = (at.1, paths::team_links(&by.team.slug));
    let text = match LinkText::parse(&form.text) {
        Ok(text) => text,
        Err(why) => return again(&by, layout, &mailer, &db, id, form, why.says()).await,
    };
    let (actor, member, wanted) = (by.actor.clone(), by.member.clone(), text.clone());
    match db.run(move |conn| choosing::rename(conn, &actor, &member, id, &wanted)).await? {
        Renamed::Done => flash.ok(back, format!("Your link is called {text} now."), "What it was called before works on."),
        Renamed::Same => flash.info(back, "Nothing changed.", "The link is called so already."),
        Renamed::Taken => again(&by, layout, &mailer, &db, id, form, TAKEN).await,
        Renamed::TooMany => again(&by, layout, &mailer, &db, id, form, TOO_MANY).await,
        Renamed::NotChosen => Err(Error::Forbidden("The company chooses the text of links in this program.".into())),
    }
}

/// Whether a text is free for a link of one's own, asked by script while it is typed. It changes nothing.
pub async fn availability(by: InTeam<may::HaveLinks>, Query(typed): Query<TypedText>, db: Db) -> Result<HttpResponse> {
    typed.stands(by.user.name.clone(), by.member.id, "yours", &db).await
}

impl TypedText {
    /// How it stands for a link of that member, whose other links are `theirs`.
    pub(super) async fn stands(&self, person: String, member: MemberId, theirs: &str, db: &Db) -> Result<HttpResponse> {
        let answer = |free, says: String, suggestions| Ok(HttpResponse::Ok().json(Availability { free, says, suggestions }));
        let text = match LinkText::parse(&self.text) {
            Ok(text) => text,
            Err(why) => return answer(false, why.says().to_owned(), Vec::new()),
        };
        let (wanted, link) = (text.clone(), self.link.parse().ok());
        match db.run(move |conn| making::look(conn, &wanted, &person, member, link)).await? {
            Look::Free => answer(true, format!("{text} is free"), Vec::new()),
            Look::Own => answer(true, format!("{text} is a text of this link"), Vec::new()),
            Look::Another(others) => answer(false, format!("{text} is the text of another link of {theirs}"), others),
            Look::Taken(others) => answer(false, format!("{text} is taken"), others),
        }
    }
}

/// What to do where a text is taken.
pub(super) const TAKEN: &str = "This text is taken. Choose another one";
/// What to do where a link has had enough of them.
const TOO_MANY: &str = "This link has had as many texts as a link may have. Choose one of them: each works on";

/// The link, which is the reader's own and whose text may be chosen: any other is not there, and where the company chooses, the page says so.
async fn read(by: &InTeam<may::HaveLinks>, id: LinkId, db: &Db) -> Result<OneLink> {
    let team = by.team.id;
    let one = db.run(move |conn| OneLink::find(conn, team, id)).await?;
    match one.member_id == by.member.id {
        true if one.link.custom_text => Ok(one),
        true => Err(Error::Forbidden(format!("{} chooses the text of links in this program.", one.link.company).into())),
        false => Err(Error::NotFound),
    }
}

/// The form again, with what to correct and three texts that are free.
async fn again(by: &InTeam<may::HaveLinks>, layout: Layout, mailer: &Mailer, db: &Db, id: LinkId, form: TextForm, why: &str) -> Redirect {
    let own = read(by, id, db).await?;
    let (typed, person) = (form.text.clone(), by.user.name.clone());
    let suggestions = match why {
        TOO_MANY => Vec::new(),
        _ => db.run(move |conn| making::suggestions(conn, &typed, &person)).await?,
    };
    let page = TextPage::new(by, layout, own, mailer, form.text);
    let suggestions = suggestions.into_iter().map(|text| (paths::with_query(&page.action, &[("text", &text)]), text));
    refused(&TextPage {
        frame: page.frame.clone().with_errors(),
        errors: FormErrors::one("text", why),
        suggestions: suggestions.collect(),
        ..page
    })
}

impl TextPage {
    fn new(by: &InTeam<may::HaveLinks>, layout: Layout, own: OneLink, mailer: &Mailer, typed: String) -> Self {
        let slug = &by.team.slug;
        Self {
            frame: by.frame(layout, TeamTab::Links, "Choose the text of your link"),
            errors: FormErrors::none(),
            before: before(mailer),
            typed,
            action: paths::team_link(slug, own.link.id, "text"),
            check: format!("{}?link={}&text=", paths::link_availability(slug), own.link.id),
            back: paths::team_links(slug),
            suggestions: Vec::new(),
            link: Shown::new(own.link, mailer.base_url()),
        }
    }
}

/// What stands before a link's text.
pub(super) fn before(mailer: &Mailer) -> String {
    format!("{}{}", mailer.base_url(), paths::go(""))
}
