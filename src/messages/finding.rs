//! How a conversation is found, from either side.

use crate::{
    companies::Company,
    email_address::EmailAddress,
    ids::*,
    messages::{Closed, Conversation, Person, With},
    teams::{MemberRole, TeamRole},
};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{Array, Bool, Nullable, Text, Timestamptz},
};

/// One person with the conversation's head before them: a statement of its own for the head would be the page's sixth.
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = sql_types::Uuid)]
    partner_id: PartnerId,
    #[diesel(embed)]
    company: CompanyColumns,
    #[diesel(sql_type = sql_types::Uuid)]
    team_id: TeamId,
    #[diesel(sql_type = Text)]
    team_slug: String,
    #[diesel(sql_type = Text)]
    team_name: String,
    #[diesel(sql_type = Bool)]
    ended: bool,
    #[diesel(sql_type = Bool)]
    archived: bool,
    #[diesel(sql_type = Bool)]
    closed: bool,
    #[diesel(sql_type = Bool)]
    is_direct: bool,
    #[diesel(sql_type = Nullable<sql_types::Uuid>)]
    conversation_id: Option<ConversationId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_message_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    own_read_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    is_unread: bool,
    #[diesel(sql_type = Bool)]
    company_has_seen: bool,
    #[diesel(sql_type = Array<Text>)]
    answerers: Vec<String>,
    #[diesel(sql_type = sql_types::Uuid)]
    member_id: MemberId,
    #[diesel(sql_type = sql_types::Uuid)]
    user_id: UserId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    email: EmailAddress,
    #[diesel(sql_type = Text)]
    stored_role: MemberRole,
    #[diesel(sql_type = Bool)]
    is_owner: bool,
    #[diesel(sql_type = Bool)]
    has_left: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    read_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    refused_at: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct CompanyColumns {
    #[diesel(sql_type = sql_types::Uuid)]
    company_id: CompanyId,
    #[diesel(sql_type = Text)]
    company_slug: String,
    #[diesel(sql_type = Text)]
    company_name: String,
}

/// SQL for its optional rows side by side, one index look-up each.
const COLUMNS: &str = "p.id AS partner_id, k.id AS company_id, k.slug AS company_slug, k.name AS company_name, t.id AS team_id, \
    t.slug AS team_slug, t.name AS team_name, p.ended_at IS NOT NULL AS ended, p.archived_at IS NOT NULL AS archived, \
    t.closed_at IS NOT NULL AS closed, c.id AS conversation_id, c.last_message_at, own.read_at AS own_read_at, \
    own.unread_at IS NOT NULL AS is_unread, m.id AS member_id, u.id AS user_id, u.name, u.email, m.role AS stored_role, \
    m.user_id = t.owner_id AS is_owner, m.left_at IS NOT NULL AS has_left, r.read_at";

const READS: &str = "LEFT JOIN conversation_reads own ON own.conversation_id = c.id AND own.user_id = $4 \
    LEFT JOIN conversation_reads r ON r.conversation_id = c.id AND r.user_id = u.id";

/// The newest mail of this company to a person, where it was refused.
const REFUSED: &str = "(SELECT CASE WHEN o.status = 'refused' THEN coalesce(o.refused_at, o.created_at) END FROM outbox o \
    WHERE o.recipient = u.email AND o.company_id = p.company_id AND o.status <> 'queued' ORDER BY o.created_at DESC LIMIT 1)";

/// Who of the company is told of an answer: whoever of its present staff wrote last there and may still write, and the colleague whom the
/// partner is assigned to. Where neither is there to answer, everybody who may.
pub(super) fn answerers(company: &str, conversation: &str, assigned_to: &str) -> String {
    let may_write = "left_at IS NULL AND role IN ('administrator', 'manager')";
    format!(
        "SELECT s.user_id FROM staff s WHERE s.company_id = {company} AND s.left_at IS NULL AND (s.id = {assigned_to} OR s.{may_write} \
             AND s.user_id = coalesce((SELECT w.user_id FROM messages w WHERE w.conversation_id = {conversation} AND w.from_company \
                     AND w.user_id IN (SELECT user_id FROM staff WHERE company_id = {company} AND {may_write}) \
                 ORDER BY w.sent_at DESC, w.id DESC LIMIT 1), (SELECT x.user_id FROM staff x WHERE x.id = {assigned_to} AND x.{may_write}), s.user_id))"
    )
}

impl Conversation {
    /// A company's conversation with its partner of that slug, or with a member of it; `NotFound` where there is no such partner or member.
    /// A former member is found where something was written.
    pub fn of_company(conn: &mut PgConnection, company: CompanyId, slug: &str, with: With, reader: UserId) -> QueryResult<Self> {
        let (who, which, member) = match with {
            With::Group => ("m.left_at IS NULL AND $3 IS NULL", "c.id = p.id", None),
            With::Member(id) => ("m.id = $3", "c.partner_id = p.id AND c.member_id = $3", Some(id)),
        };
        let rows: Vec<Row> = sql_query(format!(
            "SELECT {COLUMNS}, $3 IS NOT NULL AS is_direct, false AS company_has_seen, '{{}}'::text[] AS answerers, {REFUSED} AS refused_at \
             FROM partners p JOIN companies k ON k.id = p.company_id JOIN teams t ON t.id = p.team_id \
             JOIN members m ON m.team_id = t.id AND {who} JOIN users u ON u.id = m.user_id LEFT JOIN conversations c ON {which} {READS} \
             WHERE p.company_id = $1 AND t.slug = $2 AND (m.left_at IS NULL OR c.id IS NOT NULL) ORDER BY is_owner DESC, m.joined_at, m.id"
        ))
        .bind::<sql_types::Uuid, _>(company)
        .bind::<Text, _>(slug)
        .bind::<Nullable<sql_types::Uuid>, _>(member)
        .bind::<sql_types::Uuid, _>(reader)
        .load(conn)?;
        Self::from_rows(rows)
    }

    /// A conversation of a team as that member of it may read it: a group, or their own; `NotFound` for every other.
    pub fn of_team(conn: &mut PgConnection, team: TeamId, id: ConversationId, reader: (MemberId, UserId)) -> QueryResult<Self> {
        let answerers = answerers("p.company_id", "c.id", "p.assigned_to");
        let rows: Vec<Row> = sql_query(format!(
            "SELECT {COLUMNS}, c.member_id IS NOT NULL AS is_direct, NULL::timestamptz AS refused_at, \
                 EXISTS (SELECT FROM conversation_reads x JOIN staff s ON s.user_id = x.user_id AND s.company_id = p.company_id \
                     AND s.left_at IS NULL WHERE x.conversation_id = c.id AND x.read_at >= c.last_message_at) AS company_has_seen, \
                 ARRAY(SELECT a.name FROM users a WHERE a.id IN ({answerers}) ORDER BY a.name, a.id) AS answerers \
             FROM partners p JOIN companies k ON k.id = p.company_id JOIN teams t ON t.id = p.team_id \
             LEFT JOIN conversations c ON c.id = $2 AND c.partner_id = p.id \
             JOIN members m ON m.team_id = t.id AND CASE WHEN c.member_id IS NULL THEN m.left_at IS NULL ELSE m.id = c.member_id END \
             JOIN users u ON u.id = m.user_id {READS} \
             WHERE p.team_id = $1 AND p.id = coalesce((SELECT x.partner_id FROM conversations x WHERE x.id = $2), $2) \
                 AND (c.member_id IS NULL OR c.member_id = $3) ORDER BY is_owner DESC, m.joined_at, m.id"
        ))
        .bind::<sql_types::Uuid, _>(team)
        .bind::<sql_types::Uuid, _>(id)
        .bind::<sql_types::Uuid, _>(reader.0)
        .bind::<sql_types::Uuid, _>(reader.1)
        .load(conn)?;
        Self::from_rows(rows)
    }

    fn from_rows(rows: Vec<Row>) -> QueryResult<Self> {
        let Some(row) = rows.first() else { return Err(diesel::NotFound) };
        let with = if row.is_direct { With::Member(row.member_id) } else { With::Group };
        let closed = match row {
            Row { closed: true, .. } => Some(Closed::TeamClosed),
            Row { ended: true, .. } => Some(Closed::Ended),
            Row { archived: true, .. } => Some(Closed::Archived),
            Row { has_left: true, .. } => Some(Closed::MemberLeft),
            _ => None,
        };
        let CompanyColumns { company_id: id, company_slug: slug, company_name: name } = &row.company;
        Ok(Self {
            id: row.conversation_id,
            partner: row.partner_id,
            company: Company { id: *id, slug: slug.clone(), name: name.clone() },
            team: row.team_id,
            team_slug: row.team_slug.clone(),
            team_name: row.team_name.clone(),
            with,
            closed,
            last_message_at: row.last_message_at,
            own_read_at: row.own_read_at,
            is_unread: row.is_unread,
            company_has_seen: row.company_has_seen,
            answerers: row.answerers.clone(),
            people: rows.into_iter().map(Person::from).collect(),
        })
    }
}

impl From<Row> for Person {
    fn from(row: Row) -> Self {
        Self {
            member: row.member_id,
            user: row.user_id,
            name: row.name,
            email: row.email,
            role: if row.is_owner { TeamRole::Owner } else { TeamRole::Given(row.stored_role) },
            read_at: row.read_at,
            refused_at: row.refused_at,
        }
    }
}
