//! The team's side: its conversations with companies.

use crate::{
    access::{InTeam, Limit, Limiter, Whose, may},
    db::Db,
    error::{Error, Result},
    ids::ConversationId,
    mail::Mailer,
    messages::{
        Conversation, Opened, Sent,
        handlers::{
            company::errors_of,
            form::{MessageForm, OpenQuery, refused_opening},
            list::Item,
            thread::{Side, Thread, readers},
        },
        inbox::Entry,
        sending,
    },
    paths,
    programs::partner::{self, CompanyOf},
    teams::{Team, rail::TeamTab},
    web::{Avatar, Form, FormErrors, Frame, Layout, page, pagination::Start, refused, see_other, too_many},
};
use actix_web::{
    HttpResponse,
    web::{Path, Query},
};
use askama::Template;
use serde::Deserialize;

/// What the address of the list says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    company: String,
    after: String,
    before: String,
}

#[derive(Template)]
#[template(path = "messages/team_list.html")]
struct ListPage {
    frame: Frame,
    team: Team,
    items: Vec<Item>,
    companies: Vec<CompanyOf>,
    chosen: String,
    previous: Option<String>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "messages/team_conversation.html")]
struct ConversationPage {
    frame: Frame,
    team: Team,
    errors: FormErrors,
    h1: String,
    avatar: Avatar,
    readers: String,
    thread: Thread,
}

/// The team's conversations: the group with each company, and the reader's own.
pub async fn conversations(by: InTeam<may::SeeTeam>, Query(query): Query<ListQuery>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let (team, reader, start) = (by.team.id, (by.member.id, by.user.id), Start::from_query(&query.after, &query.before));
    let chosen = query.company.clone();
    let (list, companies) = db
        .run(move |conn| {
            let list = Entry::of_team(conn, team, reader, Some(chosen.as_str()).filter(|slug| !slug.is_empty()), start)?;
            partner::companies_of(conn, team).map(|companies| (list, companies))
        })
        .await?;
    let here = paths::team_messages(&by.team.slug);
    let beside = |name: &str, cursor: &String| paths::with_query(&here, &[("company", &query.company), (name, cursor)]);
    let item = |entry: &Entry| {
        let href = paths::latest(&paths::team_conversation(&by.team.slug, entry.id));
        Item::of_team(entry, href, by.user.id, by.user.zone())
    };
    page(&ListPage {
        items: list.rows.iter().map(item).collect(),
        previous: list.previous.as_ref().map(|cursor| beside("before", cursor)),
        next: list.next.as_ref().map(|cursor| beside("after", cursor)),
        frame: by.frame(layout, TeamTab::Messages, TeamTab::Messages.label()),
        team: by.team.clone(),
        chosen: query.company,
        companies,
    })
}

/// One conversation: the group, or the reader's own.
pub async fn conversation(
    by: InTeam<may::SeeTeam>,
    path: Path<(String, ConversationId)>,
    Query(query): Query<OpenQuery>,
    layout: Layout,
    db: Db,
) -> Result<HttpResponse> {
    let (team, reader, opening, (_, id)) = (by.team.id, (by.member.id, by.user.id), query.opening(), path.into_inner());
    let opened = db.run(move |conn| Opened::by_member(conn, team, reader, id, &opening)).await?;
    let permission = sending::permission(opened.conversation.with);
    let here = paths::team_conversation(&by.team.slug, id);
    let thread = Thread::new(&opened, Side::Team, &here, by.user.zone(), by.user.id);
    let thread = if by.may(permission) {
        thread.with_composer(&opened.conversation, Side::Team, &here, "")
    } else {
        thread.read_only(by.who_can(permission))
    };
    page(&ConversationPage::new(&by, layout, &opened.conversation, thread))
}

/// Writes to the company there.
pub async fn answer(
    by: InTeam<may::SeeTeam>,
    path: Path<(String, ConversationId)>,
    Form(form): Form<MessageForm>,
    layout: Layout,
    db: Db,
    mailer: Mailer,
    limiter: Limiter,
) -> Result<HttpResponse> {
    let (_, id) = path.into_inner();
    let here = paths::team_conversation(&by.team.slug, id);
    let sent = match form.parse() {
        Err(errors) => Err(errors),
        Ok(draft) => {
            let (actor, member) = (by.actor.clone(), by.member.clone());
            let sent = db.run(move |conn| {
                limiter.take(conn, Limit::Messages, Whose::Person(member.user.id))?;
                sending::from_team(conn, &mailer, &actor, &member, id, &draft)
            });
            match sent.await {
                Err(Error::TooMany(excess)) => {
                    return too_many(&excess, again(&by, id, &form, layout.telling(&excess), &db, None).await);
                }
                sent => Ok(sent?),
            }
        }
    };
    if let Ok(Sent::Refused(why)) = sent {
        return Err(Error::Forbidden(why.into()));
    }
    if let Ok(Sent::Sent) = sent {
        return see_other(paths::latest(&here));
    }
    again(&by, id, &form, layout, &db, Some(sent)).await
}

/// The conversation with what was typed: refused, where the message was not sent for a reason of its own.
async fn again(
    by: &InTeam<may::SeeTeam>,
    id: ConversationId,
    form: &MessageForm,
    layout: Layout,
    db: &Db,
    sent: Option<std::result::Result<Sent, FormErrors>>,
) -> Result<HttpResponse> {
    let here = paths::team_conversation(&by.team.slug, id);
    let (team, reader) = (by.team.id, (by.member.id, by.user.id));
    let opened = db.run(move |conn| Opened::by_member(conn, team, reader, id, &refused_opening())).await?;
    let permission = sending::permission(opened.conversation.with);
    if !by.may(permission) {
        return Err(Error::Forbidden(by.who_can(permission).into()));
    }
    let thread = Thread::new(&opened, Side::Team, &here, by.user.zone(), by.user.id);
    let thread = thread.with_composer(&opened.conversation, Side::Team, &here, form.typed());
    let again = ConversationPage::new(by, layout, &opened.conversation, thread);
    let Some(sent) = sent else { return page(&again) };
    let errors = errors_of(sent, &opened.conversation);
    refused(&ConversationPage { errors, frame: again.frame.clone().with_errors(), ..again })
}

impl ConversationPage {
    fn new<P>(by: &InTeam<P>, layout: Layout, conversation: &Conversation, thread: Thread) -> Self {
        let company = &conversation.company.name;
        let told = match conversation.answerers.as_slice() {
            [] => String::new(),
            [one] => format!(" {one} gets your answer by mail."),
            several => format!(" {} people of {company} get your answer by mail.", several.len()),
        };
        Self {
            frame: by.frame(layout, TeamTab::Messages, company),
            team: by.team.clone(),
            errors: FormErrors::none(),
            h1: company.clone(),
            avatar: Avatar::company(company),
            readers: format!("{}.{told}", readers(conversation)),
            thread,
        }
    }
}

impl ListPage {
    fn here(&self) -> String {
        paths::team_messages(&self.team.slug)
    }
    fn company_href(&self, company: &CompanyOf) -> String {
        paths::with_query(&self.here(), &[("company", &company.slug)])
    }
}
