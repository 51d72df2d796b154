//! Sending a message: once, whatever the browser repeats (R15), with the mail of it in the same transaction (R1).

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    companies::{StaffPermission, staff::Staff},
    db,
    error::Result,
    ids::*,
    mail::{self, Mailer},
    messages::{
        Closed, Conversation, With,
        emails::{self, About},
        finding::answerers,
        reads,
    },
    programs::Partner,
    schema::{conversations, messages, partners, staff, users},
    teams::{Membership, Team, TeamPermission},
    words,
};
use chrono::{DateTime, Utc};
use diesel::{dsl::sql, prelude::*, sql_types, sql_types::Timestamptz};

/// What somebody wrote.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The message's key, made when the form was shown: sending the form again is the same message.
    pub id: MessageId,
    /// Markdown, 1 to 10,000 characters.
    pub body: String,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It stands in the conversation, by this sending of the form or by an earlier one.
    Sent,
    /// The form was sent before with other words; nothing was changed.
    FormUsed,
    /// Nobody writes here any more.
    Closed(Closed),
    /// The team has switched it off for their role; the sentence says who can. The try is written down.
    Refused(&'static str),
}

/// Sends what staff wrote to a team or a member of it. `Forbidden` where they may not write any more.
pub fn from_company(
    conn: &mut PgConnection,
    mailer: &Mailer,
    by: &Actor,
    staff: &Staff,
    (slug, with): (&str, With),
    draft: &Draft,
) -> Result<Sent> {
    db::transaction(conn, |conn| {
        staff.recheck(conn, StaffPermission::Message)?;
        let (partner, team) = Partner::of(conn, staff.company.id, slug)?;
        lock(conn, team.id, partner.id)?;
        let conversation = Conversation::of_company(conn, staff.company.id, slug, with, staff.user.id)?;
        let written = match write(conn, &conversation, staff.user.id, true, draft)? {
            Ok(written) => written,
            Err(not_sent) => return Ok(not_sent),
        };
        let others: Vec<UserId> = conversation.people.iter().map(|person| person.user).filter(|user| *user != staff.user.id).collect();
        reads::note_unread(conn, (written.id, written.sent_at), staff.user.id, &others)?;
        let about = About { conversation: &conversation, id: written.id, by: &staff.user, body: &draft.body };
        for person in conversation.people.iter().filter(|person| person.user != staff.user.id) {
            mail::queue(conn, mailer, Some(staff.company.id), &emails::to_team(&about, person))?;
        }
        record(conn, by, &conversation, written.id)?;
        Ok(Sent::Sent)
    })
}

/// Sends what a member wrote to a company, in the group or in their own conversation. `Forbidden` where they may not write there any more.
pub fn from_team(
    conn: &mut PgConnection,
    mailer: &Mailer,
    by: &Actor,
    member: &Membership,
    id: ConversationId,
    draft: &Draft,
) -> Result<Sent> {
    let reader = (member.id, member.user.id);
    let partner = Conversation::of_team(conn, member.team.id, id, reader)?.partner;
    db::transaction(conn, |conn| {
        let team = lock(conn, member.team.id, partner)?;
        let conversation = Conversation::of_team(conn, member.team.id, id, reader)?;
        let (role, needed) = (member.recheck(conn, &team, TeamPermission::SeeTeam)?, permission(conversation.with));
        if !team.allows(role, needed) {
            audit::record(conn, by, Event::new(Action::Refused).team(team.id))?;
            return Ok(Sent::Refused(team.who_can(role, needed)));
        }
        let written = match write(conn, &conversation, member.user.id, false, draft)? {
            Ok(written) => written,
            Err(not_sent) => return Ok(not_sent),
        };
        let told = told(conn, &conversation, written.id, member.user.id)?;
        let staff: Vec<UserId> = staff::table
            .filter(staff::company_id.eq(conversation.company.id))
            .filter(staff::left_at.is_null())
            .select(staff::user_id)
            .load(conn)?;
        let others = conversation.people.iter().map(|person| person.user).chain(staff);
        let mut others: Vec<UserId> = others.filter(|user| *user != member.user.id).collect();
        others.sort();
        others.dedup();
        reads::note_unread(conn, (written.id, written.sent_at), member.user.id, &others)?;
        let about = About { conversation: &conversation, id: written.id, by: &member.user, body: &draft.body };
        for user in &told {
            mail::queue(conn, mailer, Some(conversation.company.id), &emails::to_company(&about, user))?;
        }
        record(conn, by, &conversation, written.id)?;
        Ok(Sent::Sent)
    })
}

/// What writing there needs: a direct conversation is its member's own, whatever the team has switched off.
pub fn permission(with: With) -> TeamPermission {
    match with {
        With::Group => TeamPermission::WriteGroupMessages,
        With::Member(_) => TeamPermission::SeeTeam,
    }
}

/// Team before partner, as everywhere: neither who is in the team nor whether the partnership lives changes until this is done.
fn lock(conn: &mut PgConnection, team: TeamId, partner: PartnerId) -> QueryResult<Team> {
    let team = Team::lock(conn, team)?;
    partners::table.find(partner).select(partners::id).for_share().first::<PartnerId>(conn)?;
    Ok(team)
}

struct Written {
    id: ConversationId,
    sent_at: DateTime<Utc>,
}

/// Writes the message and the conversation's time, or says why not.
fn write(
    conn: &mut PgConnection,
    conversation: &Conversation,
    by: UserId,
    from_company: bool,
    draft: &Draft,
) -> QueryResult<std::result::Result<Written, Sent>> {
    if let Some(closed) = conversation.closed {
        return Ok(Err(Sent::Closed(closed)));
    }
    let id = begin(conn, conversation)?;
    // After everything that was written here before, also where two transactions began in the other order.
    let sent_at = conversations::table
        .find(id)
        .select(sql::<Timestamptz>("greatest(now(), last_message_at + interval '1 microsecond')"))
        .first::<DateTime<Utc>>(conn)?;
    let new = diesel::insert_into(messages::table)
        .values((
            messages::id.eq(draft.id),
            messages::conversation_id.eq(id),
            messages::user_id.eq(by),
            messages::from_company.eq(from_company),
            messages::body.eq(&draft.body),
            messages::search.eq(words::fold(&draft.body)),
            messages::sent_at.eq(sent_at),
        ))
        .on_conflict(messages::id)
        .do_nothing()
        .execute(conn)?;
    if new == 0 {
        // Whoever's it is: what it says is neither shown nor changed.
        let same = messages::table
            .find(draft.id)
            .filter(messages::conversation_id.eq(id))
            .filter(messages::user_id.eq(by))
            .filter(messages::body.eq(&draft.body));
        let is_same: bool = diesel::select(diesel::dsl::exists(same)).get_result(conn)?;
        if is_same {
            return Ok(Err(Sent::Sent));
        }
        // A conversation that was begun for nothing is not kept.
        diesel::delete(conversations::table.find(id).filter(conversations::last_message_at.eq(DateTime::UNIX_EPOCH))).execute(conn)?;
        return Ok(Err(Sent::FormUsed));
    }
    diesel::update(conversations::table.find(id)).set(conversations::last_message_at.eq(sent_at)).execute(conn)?;
    Ok(Ok(Written { id, sent_at }))
}

/// The conversation's key; its row is made where nobody has written yet. The team's lock is held.
fn begin(conn: &mut PgConnection, conversation: &Conversation) -> QueryResult<ConversationId> {
    if let Some(id) = conversation.id {
        return Ok(id);
    }
    let (id, member) = match conversation.with {
        With::Group => (ConversationId::from(conversation.partner.uuid()), None),
        With::Member(member) => (ConversationId::new(), Some(member)),
    };
    diesel::insert_into(conversations::table)
        .values((
            conversations::id.eq(id),
            conversations::company_id.eq(conversation.company.id),
            conversations::partner_id.eq(conversation.partner),
            conversations::team_id.eq(conversation.team),
            conversations::member_id.eq(member),
            conversations::last_message_at.eq(DateTime::UNIX_EPOCH),
        ))
        .execute(conn)?;
    Ok(id)
}

/// Who of the company gets the mail. SQL shared with the page that names them before sending.
fn told(conn: &mut PgConnection, conversation: &Conversation, id: ConversationId, by: UserId) -> QueryResult<Vec<User>> {
    use diesel::sql_types::Bool;
    let among = sql::<Bool>("users.id IN (WITH here AS (SELECT ")
        .bind::<sql_types::Uuid, _>(conversation.company.id)
        .sql(" AS company, ")
        .bind::<sql_types::Uuid, _>(id)
        .sql(" AS conversation, (SELECT assigned_to FROM partners WHERE id = ")
        .bind::<sql_types::Uuid, _>(conversation.partner)
        .sql(&format!(
            ") AS assigned_to) {})",
            answerers("(SELECT company FROM here)", "(SELECT conversation FROM here)", "(SELECT assigned_to FROM here)")
        ));
    User::query().filter(among).filter(users::id.ne(by)).order((users::name, users::id)).load(conn)
}

fn record(conn: &mut PgConnection, by: &Actor, conversation: &Conversation, id: ConversationId) -> QueryResult<()> {
    let event = Event::new(Action::MessageSent).company(conversation.company.id).team(conversation.team).target(id.uuid());
    audit::record(conn, by, event)
}
