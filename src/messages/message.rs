//! Messages of a conversation, by pages that begin with the newest.

use crate::{
    ids::*,
    teams::{MemberRole, TeamRole},
    web::pagination::{Cursor, PAGE_SIZE, Page, Start},
};
use chrono::{DateTime, TimeZone, Utc};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{Bool, Nullable, Text, Timestamptz},
};
use uuid::Uuid;

/// The most characters of a message.
pub const MESSAGE_LENGTH: usize = 10_000;

/// A message with its writer.
#[derive(Debug, Clone, QueryableByName)]
pub struct Message {
    /// Key.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: MessageId,
    /// Who wrote it.
    #[diesel(sql_type = sql_types::Uuid)]
    pub user_id: UserId,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Whether they wrote for the company.
    #[diesel(sql_type = Bool)]
    pub from_company: bool,
    /// Markdown, as typed.
    #[diesel(sql_type = Text)]
    pub body: String,
    /// When it was sent.
    #[diesel(sql_type = Timestamptz)]
    pub sent_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    stored_role: Option<MemberRole>,
    #[diesel(sql_type = Bool)]
    is_owner: bool,
}

impl Message {
    /// Their role in the team now; none where they wrote for the company, or have left.
    pub fn role(&self) -> Option<TeamRole> {
        self.stored_role.filter(|_| !self.from_company).map(|role| if self.is_owner { TeamRole::Owner } else { TeamRole::Given(role) })
    }

    /// A page of a conversation, the newest first. SQL for its row comparison.
    pub fn page(conn: &mut PgConnection, conversation: ConversationId, team: TeamId, start: Start) -> QueryResult<Page<Self>> {
        let (beyond, way, beside) = match start {
            Start::First => ("<", "DESC", end_of_time()),
            Start::After(row) => ("<", "DESC", row),
            Start::Before(row) => (">", "ASC", row),
        };
        let rows = sql_query(format!(
            "SELECT w.id, w.user_id, u.name, w.from_company, w.body, w.sent_at, m.role AS stored_role, t.owner_id = u.id AS is_owner \
             FROM messages w JOIN users u ON u.id = w.user_id JOIN teams t ON t.id = $2 \
             LEFT JOIN members m ON m.team_id = t.id AND m.user_id = u.id AND m.left_at IS NULL \
             WHERE w.conversation_id = $1 AND (w.sent_at, w.id) {beyond} ($3, $4) \
             ORDER BY w.sent_at {way}, w.id {way} LIMIT {PAGE_SIZE} + 1"
        ))
        .bind::<sql_types::Uuid, _>(conversation)
        .bind::<sql_types::Uuid, _>(team)
        .bind::<Timestamptz, _>(beside.at)
        .bind::<sql_types::Uuid, _>(beside.id)
        .load(conn)?;
        Ok(Page::of(start, rows, |row: &Self| Cursor { at: row.sent_at, id: row.id.uuid() }))
    }
}

/// A cursor before every row of a list that falls in time.
pub(super) fn end_of_time() -> Cursor {
    Cursor { at: Utc.with_ymd_and_hms(9999, 1, 1, 0, 0, 0).single().unwrap_or(DateTime::<Utc>::MAX_UTC), id: Uuid::max() }
}
