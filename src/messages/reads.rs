//! What is new to whom, and who has seen what.

use crate::{ids::*, messages::Conversation, schema::conversation_reads};
use chrono::{DateTime, Utc};
use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{Nullable, Timestamptz},
    upsert::excluded,
};

impl Conversation {
    /// Notes that this person has seen the newest message that was there when the conversation was read: one of the named traces (S15), and
    /// none where nothing is newer.
    pub fn mark_read(&self, conn: &mut PgConnection, reader: UserId) -> QueryResult<()> {
        let (Some(id), Some(newest)) = (self.id, self.last_message_at) else { return Ok(()) };
        if self.own_read_at.is_some_and(|read| read >= newest) && !self.is_unread {
            return Ok(());
        }
        diesel::insert_into(conversation_reads::table)
            .values((
                conversation_reads::conversation_id.eq(id),
                conversation_reads::user_id.eq(reader),
                conversation_reads::read_at.eq(newest),
            ))
            .on_conflict((conversation_reads::conversation_id, conversation_reads::user_id))
            .do_update()
            .set((
                conversation_reads::read_at
                    .eq(sql::<Nullable<Timestamptz>>("greatest(conversation_reads.read_at, ").bind::<Timestamptz, _>(newest).sql(")")),
                // What came meanwhile stays new.
                conversation_reads::unread_at.eq(sql::<Nullable<Timestamptz>>("CASE WHEN conversation_reads.unread_at > ")
                    .bind::<Timestamptz, _>(newest)
                    .sql(" THEN conversation_reads.unread_at END")),
            ))
            .execute(conn)
            .map(drop)
    }
}

/// New to the others, read by who wrote it.
pub(super) fn note_unread(
    conn: &mut PgConnection,
    (id, sent_at): (ConversationId, DateTime<Utc>),
    by: UserId,
    others: &[UserId],
) -> QueryResult<()> {
    let key = (conversation_reads::conversation_id, conversation_reads::user_id);
    let rows: Vec<_> = others
        .iter()
        .map(|user| {
            (conversation_reads::conversation_id.eq(id), conversation_reads::user_id.eq(*user), conversation_reads::unread_at.eq(sent_at))
        })
        .collect();
    diesel::insert_into(conversation_reads::table)
        .values(rows)
        .on_conflict(key)
        .do_update()
        .set(conversation_reads::unread_at.eq(excluded(conversation_reads::unread_at)))
        .execute(conn)?;
    diesel::insert_into(conversation_reads::table)
        .values((conversation_reads::conversation_id.eq(id), conversation_reads::user_id.eq(by), conversation_reads::read_at.eq(sent_at)))
        .on_conflict(key)
        .do_update()
        .set((
            conversation_reads::read_at.eq(excluded(conversation_reads::read_at)),
            conversation_reads::unread_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)?;
    Ok(())
}
