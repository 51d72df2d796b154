//! The one statement of a company's inbox: two ordered parts, each read by its index, and two ways to search them (R31).

use crate::{
    messages::inbox::{LATER, NEWEST, Narrowed, direction},
    web::pagination::{PAGE_SIZE, Start},
};

/// The newest hundred conversations, and whether more than a tenth of them hold the words. Such words are not looked up, since that would
/// find everybody; and where there are no more than these, nothing is looked up among the messages of other companies.
const SAMPLE: &str = "sample AS MATERIALIZED (SELECT count(held.one) > 10 OR count(*) < 100 AS many FROM \
    (SELECT * FROM conversations WHERE company_id = $1 ORDER BY last_message_at DESC, id DESC LIMIT 100) c LEFT JOIN LATERAL";

/// Whether conversation c holds the words of $5 or $6: in the team's name, in its member's name or address, or in what was written. OFFSET 0
/// keeps the planner to the conversation's own messages.
const HOLDS: &str = "((SELECT 1 AS one FROM teams t WHERE t.id = c.team_id AND t.search LIKE ANY ($5) \
    UNION ALL SELECT 1 FROM members m JOIN users u ON u.id = m.user_id WHERE m.id = c.member_id AND u.search LIKE ANY ($5) \
    UNION ALL SELECT 1 FROM (SELECT w.search FROM messages w WHERE w.conversation_id = c.id OFFSET 0) w WHERE w.search LIKE $6) LIMIT 1) held";

/// The conversations that hold them, looked up. OFFSET 0 keeps the planner to one look-up for each name that is found.
const FOUND: &str = "found AS MATERIALIZED ( \
    SELECT c.id FROM teams t CROSS JOIN LATERAL \
        (SELECT c.id FROM conversations c WHERE c.team_id = t.id AND c.company_id = $1 OFFSET 0) c WHERE t.search LIKE ANY ($5) \
    UNION SELECT c.id FROM users u CROSS JOIN LATERAL (SELECT m.id, m.team_id FROM members m WHERE m.user_id = u.id OFFSET 0) m \
        CROSS JOIN LATERAL (SELECT c.id FROM conversations c WHERE c.team_id = m.team_id AND c.member_id = m.id AND c.company_id = $1 OFFSET 0) c \
        WHERE u.search LIKE ANY ($5) \
    UNION SELECT c.id FROM messages w JOIN conversations c ON c.id = w.conversation_id WHERE w.search LIKE $6 AND c.company_id = $1)";

/// How a search narrows a part: what is joined before its conversations, after them, and the condition that is looked at once, so
/// that of the two ways one does nothing.
fn ways(narrowed: &Narrowed, key: &str) -> Vec<(String, String, &'static str)> {
    match narrowed.names {
        None => vec![(String::new(), String::new(), "")],
        Some(_) => vec![
            (format!("JOIN found ON found.id = {key}"), String::new(), "AND NOT (SELECT many FROM sample)"),
            (String::new(), format!("CROSS JOIN LATERAL {HOLDS}"), "AND (SELECT many FROM sample)"),
        ],
    }
}

/// What is new to the reader, in the order in which it came. OFFSET 0 keeps the planner to that order.
fn unread_part(narrowed: &Narrowed, start: Start) -> String {
    let (beyond, way) = direction(start);
    let parts = ways(narrowed, "r.conversation_id").into_iter().map(|(before, after, once)| {
        format!(
            "(SELECT c.*, true AS is_unread, r.unread_at + {LATER} AS sorts_at FROM conversation_reads r {before} CROSS JOIN LATERAL \
                 (SELECT * FROM conversations c WHERE c.id = r.conversation_id AND c.company_id = $1 OFFSET 0) c {after} \
             WHERE r.user_id = $2 AND r.unread_at IS NOT NULL AND (r.unread_at, r.conversation_id) {beyond} ($3 - {LATER}, $4) {once} \
             ORDER BY r.unread_at {way}, r.conversation_id {way} LIMIT {PAGE_SIZE} + 1)"
        )
    });
    parts.collect::<Vec<_>>().join(" UNION ALL ")
}

/// The rest, by its newest message. It is not begun where what is new fills the page: who has read nothing has no rest to be found. OFFSET 0
/// keeps the planner to one look-up for each that is found: it takes them for more than they are.
fn read_part(narrowed: &Narrowed, start: Start) -> String {
    let (beyond, way) = direction(start);
    let room = if beyond == "<" { format!("AND (SELECT count(*) FROM unread) <= {PAGE_SIZE}") } else { String::new() };
    let parts = ways(narrowed, "c.id").into_iter().map(|(before, after, once)| {
        let from = if before.is_empty() {
            "conversations c"
        } else {
            "found CROSS JOIN LATERAL (SELECT * FROM conversations c WHERE c.id = found.id OFFSET 0) c"
        };
        format!(
            "(SELECT c.*, false, c.last_message_at FROM {from} {after} \
             WHERE c.company_id = $1 AND (c.last_message_at, c.id) {beyond} ($3, $4) {once} {room} AND NOT EXISTS \
                 (SELECT FROM conversation_reads r WHERE r.conversation_id = c.id AND r.user_id = $2 AND r.unread_at IS NOT NULL) \
             ORDER BY c.last_message_at {way}, c.id {way} LIMIT {PAGE_SIZE} + 1)"
        )
    });
    parts.collect::<Vec<_>>().join(" UNION ALL ")
}

/// Its parameters: company, reader, the cursor's time and id, patterns of names, pattern of words.
pub(super) fn company_query(narrowed: &Narrowed, start: Start) -> String {
    let way = direction(start).1;
    let with = match narrowed.names {
        Some(_) => format!("{SAMPLE} {HOLDS} ON true), {FOUND}"),
        // Without a search its two parameters are named all the same, since they are sent.
        None => "unused AS (SELECT $5::text[], $6::text)".to_owned(),
    };
    let rest = if narrowed.unread { String::new() } else { format!("UNION ALL {}", read_part(narrowed, start)) };
    format!(
        "WITH {with}, unread AS MATERIALIZED ({unread}) \
         SELECT c.id, k.name AS company_name, t.id AS team_id, t.slug AS team_slug, t.name AS team_name, c.member_id, \
             u.id AS person_id, u.name AS person_name, c.is_unread, c.last_message_at, coalesce(newest.body, '') AS body, \
             newest.user_id AS author_id, coalesce(a.name, '') AS author_name, c.sorts_at \
         FROM (SELECT * FROM (SELECT * FROM unread {rest}) parts ORDER BY sorts_at {way}, id {way} LIMIT {PAGE_SIZE} + 1) c \
         JOIN companies k ON k.id = c.company_id JOIN teams t ON t.id = c.team_id \
         LEFT JOIN members m ON m.id = c.member_id LEFT JOIN users u ON u.id = m.user_id {NEWEST} \
         ORDER BY c.sorts_at {way}, c.id {way}",
        unread = unread_part(narrowed, start),
    )
}
