//! The company's side: its inbox, and the conversations with a team or one of its members.

use crate::{
    access::{Authorized, Limit, Limiter, Whose, may},
    companies::{Company, StaffPermission, rail::CompanyTab, staff::MOST_UNREAD},
    db::Db,
    error::{Error, Result},
    ids::MemberId,
    mail::Mailer,
    messages::{
        Closed, Conversation, Opened, Sent, With,
        handlers::{
            form::{FORM_USED, MessageForm, OpenQuery, refused_opening},
            list::Item,
            thread::{Side, Thread, closed_words, mark, readers},
        },
        inbox::Entry,
        sending,
    },
    paths,
    web::{
        Avatar, Form, FormErrors, Frame, Layout, page,
        pagination::{Page, Start},
        refused, see_other, too_many,
    },
};
use actix_web::{
    HttpResponse,
    web::{Path, Query},
};
use askama::Template;

#[derive(Template)]
#[template(path = "messages/company.html")]
struct InboxPage {
    frame: Frame,
    company: Company,
    errors: FormErrors,
    items: Vec<Item>,
    q: String,
    only_unread: bool,
    unread: i64,
    previous: Option<String>,
    next: Option<String>,
    open: Option<Open>,
}

/// The open conversation.
struct Open {
    h1: String,
    avatar: Avatar,
    /// Of a direct conversation, the team.
    team: Option<String>,
    readers: String,
    partner: (String, &'static str),
    thread: Thread,
}

/// The inbox.
pub async fn inbox(by: Authorized<may::SeePartners>, Query(query): Query<OpenQuery>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let (company, reader, start, narrowed) = (by.company.id, by.user.id, query.start(), query.narrowed());
    let list = db.run(move |conn| Entry::of_company(conn, company, reader, &narrowed, start)).await?;
    if list.rows.is_empty() && start != Start::First {
        return see_other(paths::with_query(&paths::inbox(&by.company.slug), &[("q", &query.typed()), ("only", &query.only)]));
    }
    page(&InboxPage::new(&by, layout, &query, &list, None))
}

/// The conversation with all of a team (rule 13).
pub async fn group(
    by: Authorized<may::SeePartners>,
    path: Path<(String, String)>,
    Query(query): Query<OpenQuery>,
    layout: Layout,
    db: Db,
) -> Result<HttpResponse> {
    let (_, slug) = path.into_inner();
    show(by, slug, With::Group, query, layout, db).await
}

/// The conversation with one member (rule 12).
pub async fn direct(
    by: Authorized<may::SeePartners>,
    path: Path<(String, String, MemberId)>,
    Query(query): Query<OpenQuery>,
    layout: Layout,
    db: Db,
) -> Result<HttpResponse> {
    let (_, slug, member) = path.into_inner();
    show(by, slug, With::Member(member), query, layout, db).await
}

/// Writes to all of a team.
pub async fn write_to_group(
    by: Authorized<may::Message>,
    path: Path<(String, String)>,
    Form(form): Form<MessageForm>,
    layout: Layout,
    db: Db,
    mailer: Mailer,
    limiter: Limiter,
) -> Result<HttpResponse> {
    let (_, slug) = path.into_inner();
    write(by, slug, With::Group, form, layout, db, (mailer, limiter)).await
}

/// Writes to one member.
pub async fn write_to_member(
    by: Authorized<may::Message>,
    path: Path<(String, String, MemberId)>,
    Form(form): Form<MessageForm>,
    layout: Layout,
    db: Db,
    mailer: Mailer,
    limiter: Limiter,
) -> Result<HttpResponse> {
    let (_, slug, member) = path.into_inner();
    write(by, slug, With::Member(member), form, layout, db, (mailer, limiter)).await
}

async fn show(
    by: Authorized<may::SeePartners>,
    slug: String,
    with: With,
    query: OpenQuery,
    layout: Layout,
    db: Db,
) -> Result<HttpResponse> {
    let (company, reader, opening) = (by.company.id, by.user.id, query.opening());
    let opened = db.run(move |conn| Opened::by_staff(conn, company, reader, (&slug, with), &opening)).await?;
    let here = address(&by.company.slug, &opened.conversation);
    let thread = Thread::new(&opened, Side::Company, &here, by.user.zone(), by.user.id);
    let thread = if by.may(StaffPermission::Message) {
        thread.with_composer(&opened.conversation, Side::Company, &here, "")
    } else {
        thread.read_only(StaffPermission::Message.who_can())
    };
    page(&InboxPage::new(&by, layout, &query, &opened.list, Some((&opened.conversation, thread))))
}

async fn write(
    by: Authorized<may::Message>,
    slug: String,
    with: With,
    form: MessageForm,
    layout: Layout,
    db: Db,
    (mailer, limiter): (Mailer, Limiter),
) -> Result<HttpResponse> {
    let sent = match form.parse() {
        Err(errors) => Err(errors),
        Ok(draft) => {
            let (actor, staff, to) = (by.actor.clone(), by.staff.clone(), slug.clone());
            let sent = db.run(move |conn| {
                limiter.take(conn, Limit::Messages, Whose::Person(staff.user.id))?;
                sending::from_company(conn, &mailer, &actor, &staff, (&to, with), &draft)
            });
            match sent.await {
                Err(Error::TooMany(excess)) => {
                    return too_many(&excess, again(&by, slug, with, &form, layout.telling(&excess), &db, None).await);
                }
                sent => Ok(sent?),
            }
        }
    };
    if let Ok(Sent::Sent) = sent {
        return see_other(paths::latest(&address_of(&by.company.slug, &slug, with)));
    }
    again(&by, slug, with, &form, layout, &db, Some(sent)).await
}

/// The conversation with what was typed: refused, where the message was not sent for a reason of its own.
async fn again(
    by: &Authorized<may::Message>,
    slug: String,
    with: With,
    form: &MessageForm,
    layout: Layout,
    db: &Db,
    sent: Option<std::result::Result<Sent, FormErrors>>,
) -> Result<HttpResponse> {
    let (company, reader) = (by.company.id, by.user.id);
    let opened = db.run(move |conn| Opened::by_staff(conn, company, reader, (&slug, with), &refused_opening())).await?;
    let here = address(&by.company.slug, &opened.conversation);
    let thread = Thread::new(&opened, Side::Company, &here, by.user.zone(), by.user.id);
    let thread = thread.with_composer(&opened.conversation, Side::Company, &here, form.typed());
    let again = InboxPage::new(by, layout, &OpenQuery::default(), &opened.list, Some((&opened.conversation, thread)));
    let Some(sent) = sent else { return page(&again) };
    let errors = errors_of(sent, &opened.conversation);
    refused(&InboxPage { errors, frame: again.frame.clone().with_errors(), ..again })
}

/// Why a message was not sent.
pub(super) fn errors_of(sent: std::result::Result<Sent, FormErrors>, conversation: &Conversation) -> FormErrors {
    match sent {
        Err(errors) => errors,
        Ok(Sent::Closed(closed)) => FormErrors::one("body", closed_words(closed, conversation)),
        Ok(Sent::FormUsed | Sent::Sent | Sent::Refused(_)) => FormErrors::one("body", FORM_USED),
    }
}

fn address(company: &str, conversation: &Conversation) -> String {
    address_of(company, &conversation.team_slug, conversation.with)
}

fn address_of(company: &str, team: &str, with: With) -> String {
    match with {
        With::Group => paths::group_messages(company, team),
        With::Member(member) => paths::member_messages(company, team, member),
    }
}

impl InboxPage {
    fn new<P>(by: &Authorized<P>, layout: Layout, query: &OpenQuery, list: &Page<Entry>, open: Option<(&Conversation, Thread)>) -> Self {
        let (slug, zone, q) = (&by.company.slug, by.user.zone(), query.typed());
        let only = if query.only_unread() { "unread" } else { "" };
        let open_at = open.as_ref().map_or_else(String::new, |(conversation, _)| address(slug, conversation));
        let item = |entry: &Entry| {
            let with = entry.member_id.map_or(With::Group, With::Member);
            let href = paths::with_query(&address_of(slug, &entry.team_slug, with), &[("q", &q), ("only", only)]);
            Item::of_company(entry, paths::latest(&href), &open_at, by.user.id, zone)
        };
        let beside = |name: &str, cursor: &String| paths::with_query(&paths::inbox(slug), &[("q", &q), ("only", only), (name, cursor)]);
        let open = open.map(|(conversation, thread)| Open::new(slug, conversation, thread));
        Self {
            frame: by.frame(layout, CompanyTab::Messages, open.as_ref().map_or(CompanyTab::Messages.label(), |open| &open.h1)),
            errors: FormErrors::none(),
            items: list.rows.iter().map(item).collect(),
            only_unread: query.only_unread(),
            unread: by.unread,
            previous: list.previous.as_ref().map(|cursor| beside("before", cursor)),
            next: list.next.as_ref().map(|cursor| beside("after", cursor)),
            company: by.company.clone(),
            open,
            q,
        }
    }

    fn all_href(&self) -> String {
        paths::with_query(&paths::inbox(&self.company.slug), &[("q", &self.q)])
    }
    fn unread_href(&self) -> String {
        paths::with_query(&paths::inbox(&self.company.slug), &[("q", &self.q), ("only", "unread")])
    }
    /// "3", "99+".
    fn unread_words(&self) -> String {
        if self.unread >= MOST_UNREAD { format!("{MOST_UNREAD}+") } else { self.unread.to_string() }
    }
    fn is_narrowed(&self) -> bool {
        !self.q.is_empty() || self.only_unread
    }
}

impl Open {
    fn new(company: &str, conversation: &Conversation, thread: Thread) -> Self {
        let (avatar, h1) = mark(conversation);
        let (team, partner) = match conversation.with {
            With::Group => (None, (paths::partner(company, &conversation.team_slug), "Open partner")),
            With::Member(_) if conversation.closed == Some(Closed::MemberLeft) => {
                (Some(conversation.team_name.clone()), (paths::partner(company, &conversation.team_slug), "Open partner"))
            }
            With::Member(member) => {
                (Some(conversation.team_name.clone()), (paths::partner_member(company, &conversation.team_slug, member), "Open member"))
            }
        };
        Self { h1, avatar, team, readers: readers(conversation), partner, thread }
    }
}
