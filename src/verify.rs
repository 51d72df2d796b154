//! Every invariant that spans rows, as SQL: what `guildhall verify` and the tests ask of a database at rest. A rule that a constraint keeps
//! is not repeated here.

use diesel::{
    prelude::*,
    sql_query,
    sql_types::{Array, Text},
};

/// A rule, and a query for the ids of the rows that break it.
const RULES: &[(&str, &str)] = &[
    (
        "a team's owner is a present member of it",
        "SELECT t.id FROM teams t WHERE NOT EXISTS (SELECT FROM members m WHERE m.team_id = t.id AND m.user_id = t.owner_id AND m.left_at IS NULL)",
    ),
    (
        "a team's member count is its present members",
        "SELECT t.id FROM teams t WHERE t.member_count <> (SELECT count(*) FROM members m WHERE m.team_id = t.id AND m.left_at IS NULL)",
    ),
    (
        "a company has an administrator",
        "SELECT c.id FROM companies c WHERE NOT EXISTS (SELECT FROM staff s WHERE s.company_id = c.id AND s.role = 'administrator' AND s.left_at IS NULL)",
    ),
    ("a program has terms", "SELECT p.id FROM programs p WHERE NOT EXISTS (SELECT FROM terms t WHERE t.program_id = p.id)"),
    (
        "nobody is in a team or company without a verified address",
        "SELECT u.id FROM users u WHERE u.email_verified_at IS NULL AND (EXISTS (SELECT FROM members m WHERE m.user_id = u.id) OR EXISTS (SELECT FROM staff s WHERE s.user_id = u.id))",
    ),
    (
        "an accepted program invitation led to an enrollment",
        "SELECT i.id FROM invitations i WHERE i.kind = 'program' AND i.status = 'accepted' AND NOT EXISTS (SELECT FROM partners p JOIN enrollments e ON e.partner_id = p.id WHERE p.company_id = i.company_id AND p.team_id = i.team_id AND e.program_id = i.program_id)",
    ),
    (
        "an accepted member invitation led to a membership",
        "SELECT i.id FROM invitations i WHERE i.kind = 'member' AND i.status = 'accepted' AND NOT EXISTS (SELECT FROM members m JOIN users u ON u.id = m.user_id WHERE m.team_id = i.team_id AND u.id = i.answered_by)",
    ),
    (
        "an accepted staff invitation led to a place",
        "SELECT i.id FROM invitations i WHERE i.kind = 'staff' AND i.status = 'accepted' AND NOT EXISTS (SELECT FROM staff s WHERE s.company_id = i.company_id AND s.user_id = i.answered_by)",
    ),
    (
        "a partner is assigned to somebody who works for the company",
        "SELECT p.id FROM partners p JOIN staff s ON s.id = p.assigned_to WHERE s.left_at IS NOT NULL",
    ),
    (
        "an answered invitation says when",
        "SELECT id FROM invitations WHERE status IN ('accepted', 'declined', 'rejected') AND answered_at IS NULL",
    ),
    (
        "people listed for a new team wait only while it does",
        "SELECT i.id FROM invitations i JOIN invitations p ON p.id = i.parent_id WHERE i.status = 'waiting' AND i.team_id IS NULL AND p.status <> 'sent'",
    ),
    (
        "nobody is asked into a team they are in",
        "SELECT i.id FROM invitations i JOIN users u ON u.email = i.email JOIN members m ON m.user_id = u.id AND m.team_id = i.team_id AND m.left_at IS NULL WHERE i.kind = 'member' AND i.status IN ('waiting', 'sent')",
    ),
    (
        "an acceptance of terms is by a partner of their company",
        "SELECT a.partner_id FROM acceptances a JOIN terms t ON t.id = a.terms_id JOIN programs g ON g.id = t.program_id JOIN partners p ON p.id = a.partner_id WHERE p.company_id <> g.company_id",
    ),
    (
        "a conversation was last written in when its newest message was sent",
        "SELECT c.id FROM conversations c WHERE c.last_message_at IS DISTINCT FROM (SELECT max(m.sent_at) FROM messages m WHERE m.conversation_id = c.id)",
    ),
    (
        "who has done every published lesson of a course has finished it",
        "SELECT d.member_id FROM completions d JOIN lessons l ON l.id = d.lesson_id AND l.published_at IS NOT NULL GROUP BY d.member_id, l.course_id \
         HAVING count(*) = (SELECT count(*) FROM lessons o WHERE o.course_id = l.course_id AND o.published_at IS NOT NULL) \
         AND NOT EXISTS (SELECT FROM course_completions f WHERE f.course_id = l.course_id AND f.member_id = d.member_id)",
    ),
    (
        "a withdrawal has one reserved line of its amount, and one returned line of it where it failed",
        "SELECT w.id FROM withdrawals w LEFT JOIN ledger l ON l.withdrawal_id = w.id GROUP BY w.id \
         HAVING count(*) FILTER (WHERE l.kind = 'reserved' AND l.amount = -w.amount AND l.partner_id = w.partner_id AND l.currency = w.currency) <> 1 \
         OR count(*) FILTER (WHERE l.kind = 'returned' AND l.amount = w.amount AND l.partner_id = w.partner_id AND l.currency = w.currency) \
             <> CASE w.status WHEN 'failed' THEN 1 ELSE 0 END \
         OR count(l.id) <> CASE w.status WHEN 'failed' THEN 2 ELSE 1 END",
    ),
    (
        "so much was available before a withdrawal as it takes",
        "SELECT r.withdrawal_id FROM ledger r WHERE r.kind = 'reserved' AND -r.amount > (SELECT coalesce(sum(l.amount), 0) FROM ledger l \
         WHERE l.partner_id = r.partner_id AND l.currency = r.currency AND l.number < r.number AND l.available_at <= r.at)",
    ),
    (
        "a balance is what was earned and not taken back, less what was taken out and did not come back",
        "SELECT b.partner_id FROM (SELECT partner_id, currency, sum(amount) AS amount FROM ledger GROUP BY partner_id, currency) b \
         WHERE b.amount <> (SELECT coalesce(sum(l.amount), 0) FROM ledger l WHERE l.partner_id = b.partner_id AND l.currency = b.currency AND l.commission_id IS NOT NULL) \
         - (SELECT coalesce(sum(w.amount), 0) FROM withdrawals w WHERE w.partner_id = b.partner_id AND w.currency = b.currency AND w.status <> 'failed')",
    ),
    (
        "what was asked for within three days after payout details were changed waits until they are over",
        "SELECT w.id FROM withdrawals w JOIN payout_details d ON d.id = w.details_id WHERE w.held_until < d.changed_at + interval '72 hours' \
         AND EXISTS (SELECT FROM payout_details o WHERE o.team_id = d.team_id AND (o.changed_at, o.id) < (d.changed_at, d.id))",
    ),
    (
        "a sent invitation has a mail",
        "SELECT i.id FROM invitations i WHERE i.status = 'sent' AND NOT EXISTS (SELECT FROM outbox o WHERE o.link_id = i.id AND o.link_generation = i.generation)",
    ),
];

#[derive(QueryableByName)]
struct Broken {
    #[diesel(sql_type = Array<Text>)]
    ids: Vec<String>,
}

/// A broken rule and the first rows that break it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The rule.
    pub rule: &'static str,
    /// Ids of up to ten rows.
    pub ids: Vec<String>,
}

/// What is broken; nothing, if all is well.
pub fn faults(conn: &mut PgConnection) -> QueryResult<Vec<Fault>> {
    let mut faults = Vec::new();
    for (rule, query) in RULES {
        let broken: Broken =
            sql_query(format!("SELECT coalesce(array_agg(id::text), '{{}}') AS ids FROM (SELECT * FROM ({query}) q (id) LIMIT 10) ten"))
                .get_result(conn)?;
        if !broken.ids.is_empty() {
            faults.push(Fault { rule, ids: broken.ids });
        }
    }
    Ok(faults)
}
