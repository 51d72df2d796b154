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
        "who has two-step sign-in on has an app for it",
        "SELECT u.id FROM users u WHERE (u.two_step_at IS NOT NULL) <> EXISTS (SELECT FROM authenticators a WHERE a.user_id = u.id AND a.confirmed_at IS NOT NULL)",
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
        "a closed team is in no program",
        "SELECT e.id FROM teams t JOIN partners p ON p.team_id = t.id JOIN enrollments e ON e.partner_id = p.id AND e.left_at IS NULL WHERE t.closed_at IS NOT NULL",
    ),
    (
        "nobody is asked into a closed team",
        "SELECT i.id FROM teams t JOIN invitations i ON i.team_id = t.id AND i.kind = 'member' AND i.status IN ('waiting', 'sent') WHERE t.closed_at IS NOT NULL",
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
        "a withdrawal has one reserved line of its amount, and one returned line of it where it failed or was taken back",
        "SELECT w.id FROM withdrawals w LEFT JOIN ledger l ON l.withdrawal_id = w.id GROUP BY w.id \
         HAVING count(*) FILTER (WHERE l.kind = 'reserved' AND l.amount = -w.amount AND l.partner_id = w.partner_id AND l.currency = w.currency) <> 1 \
         OR count(*) FILTER (WHERE l.kind = 'returned' AND l.amount = w.amount AND l.partner_id = w.partner_id AND l.currency = w.currency) \
             <> CASE WHEN w.status IN ('failed', 'cancelled') THEN 1 ELSE 0 END \
         OR count(l.id) <> CASE WHEN w.status IN ('failed', 'cancelled') THEN 2 ELSE 1 END",
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
         - (SELECT coalesce(sum(w.amount), 0) FROM withdrawals w WHERE w.partner_id = b.partner_id AND w.currency = b.currency AND w.status NOT IN ('failed', 'cancelled'))",
    ),
    (
        "what was asked for within three days after payout details were changed waits until they are over",
        "SELECT w.id FROM withdrawals w JOIN payout_details d ON d.id = w.details_id WHERE w.held_until < d.changed_at + interval '72 hours' \
         AND EXISTS (SELECT FROM payout_details o WHERE o.team_id = d.team_id AND (o.changed_at, o.id) < (d.changed_at, d.id))",
    ),
    (
        "every present member of a team has one link to each default destination of its programs",
        "SELECT m.id FROM enrollments e JOIN partners p ON p.id = e.partner_id JOIN programs g ON g.id = e.program_id AND g.links_made_at IS NOT NULL \
         JOIN members m ON m.team_id = p.team_id AND m.left_at IS NULL \
         CROSS JOIN LATERAL (SELECT NULL::uuid AS id UNION ALL SELECT d.id FROM destinations d WHERE d.program_id = g.id AND d.kind = 'default' AND d.retired_at IS NULL) d \
         WHERE e.left_at IS NULL AND 1 <> (SELECT count(*) FROM links l \
             WHERE l.member_id = m.id AND l.program_id = g.id AND l.kind = 'default' AND l.destination_id IS NOT DISTINCT FROM d.id)",
    ),
    (
        "a link's text is taken for that link",
        "SELECT l.id FROM links l WHERE NOT EXISTS (SELECT FROM link_texts t WHERE t.text = lower(l.text) AND t.link_id = l.id)",
    ),
    (
        "a link is of one company",
        "SELECT l.id FROM links l JOIN partners p ON p.id = l.partner_id JOIN members m ON m.id = l.member_id JOIN programs g ON g.id = l.program_id \
         LEFT JOIN destinations d ON d.id = l.destination_id \
         WHERE l.company_id <> p.company_id OR l.company_id <> g.company_id OR l.company_id <> d.company_id OR l.team_id <> p.team_id OR l.team_id <> m.team_id",
    ),
    (
        "links lead to hosts that their company listed",
        "SELECT led.id FROM (SELECT g.id, g.company_id, g.destination AS url FROM programs g UNION ALL SELECT d.id, d.company_id, d.url FROM destinations d WHERE d.url IS NOT NULL \
             UNION ALL SELECT l.id, l.company_id, l.url FROM links l WHERE l.url IS NOT NULL) led \
         WHERE NOT EXISTS (SELECT FROM link_hosts h WHERE h.company_id = led.company_id AND h.host = lower(substring(led.url from '^https?://([^/:?#]+)')))",
    ),
    (
        "a program has two further default destinations at most",
        "SELECT program_id FROM destinations WHERE kind = 'default' AND retired_at IS NULL GROUP BY program_id HAVING count(*) > 2",
    ),
    (
        "a commission has one earned line, of its amount and its partner",
        "SELECT c.id FROM commissions c WHERE (SELECT count(*) FROM ledger l WHERE l.commission_id = c.id AND l.kind = 'earned') <> 1 \
         OR NOT EXISTS (SELECT FROM ledger l WHERE l.commission_id = c.id AND l.kind = 'earned' AND l.amount = c.amount AND l.partner_id = c.partner_id \
             AND l.currency = c.currency AND l.available_at = c.available_at)",
    ),
    (
        "of a commission no more is taken back than was earned, and where it was",
        "SELECT c.id FROM commissions c WHERE (SELECT sum(l.amount) FROM ledger l WHERE l.commission_id = c.id) < 0 \
         OR EXISTS (SELECT FROM ledger l WHERE l.commission_id = c.id AND (l.partner_id <> c.partner_id OR l.currency <> c.currency OR l.available_at <> c.available_at))",
    ),
    (
        "a commission is in its program's currency, by its team's member",
        "SELECT c.id FROM commissions c JOIN programs g ON g.id = c.program_id JOIN members m ON m.id = c.member_id JOIN partners p ON p.id = c.partner_id \
         WHERE g.currency <> c.currency OR m.team_id <> c.team_id OR p.team_id <> c.team_id",
    ),
    (
        "a reported sale earned what the rule gave, for who brought it",
        "SELECT s.id FROM conversions s LEFT JOIN commissions c ON c.conversion_id = s.id \
         WHERE coalesce(s.amount::numeric * s.commission_percent / 10000, s.commission_amount, 0)::numeric >= 1 AND c.id IS NULL \
         OR c.amount <> coalesce(floor(s.amount::numeric * s.commission_percent / 10000), s.commission_amount, 0) \
         OR (c.partner_id, c.team_id, c.member_id, c.program_id, c.sale, c.currency) <> (s.partner_id, s.team_id, s.member_id, s.program_id, s.amount, s.currency)",
    ),
    (
        "a won referral earned what the rule gave, for who brought it",
        "SELECT r.id FROM referrals r LEFT JOIN commissions c ON c.referral_id = r.id \
         WHERE coalesce(r.amount::numeric * r.commission_percent / 10000, r.commission_amount, 0)::numeric >= 1 AND c.id IS NULL \
         OR c.amount <> coalesce(floor(r.amount::numeric * r.commission_percent / 10000), r.commission_amount, 0) \
         OR (c.partner_id, c.team_id, c.member_id, c.program_id, c.sale) <> (r.partner_id, r.team_id, r.member_id, r.program_id, r.amount)",
    ),
    (
        "a reported sale is in its program's currency, and its link's and its customer's",
        "SELECT s.id FROM conversions s JOIN programs g ON g.id = s.program_id LEFT JOIN links l ON l.id = s.link_id LEFT JOIN customers c ON c.id = s.customer_id \
         WHERE g.currency <> s.currency OR (l.partner_id, l.member_id, l.program_id) <> (s.partner_id, s.member_id, s.program_id) \
         OR (c.partner_id, c.member_id, c.program_id) <> (s.partner_id, s.member_id, s.program_id)",
    ),
    (
        "refunds are no more than the sale",
        "SELECT s.id FROM conversions s WHERE s.amount < (SELECT coalesce(sum(f.amount), 0) FROM refunds f WHERE f.conversion_id = s.id)",
    ),
    (
        "of a refunded sale the commission keeps the part that is left",
        "SELECT c.id FROM commissions c JOIN conversions s ON s.id = c.conversion_id \
         CROSS JOIN LATERAL (SELECT coalesce(sum(f.amount), 0) AS refunded FROM refunds f WHERE f.conversion_id = s.id) f \
         WHERE (SELECT sum(l.amount) FROM ledger l WHERE l.commission_id = c.id) <> div(c.amount::numeric * (s.amount - f.refunded), s.amount::numeric)",
    ),
    (
        "a referral's sale is taken back where there is one, and no more of it than it was",
        "SELECT r.id FROM referrals r JOIN referral_refunds f ON f.referral_id = r.id GROUP BY r.id HAVING r.amount IS NULL OR r.amount < sum(f.amount)",
    ),
    (
        "of a referral's sale that was taken back the commission keeps the part that is left",
        "SELECT c.id FROM commissions c JOIN referrals r ON r.id = c.referral_id \
         CROSS JOIN LATERAL (SELECT coalesce(sum(f.amount), 0) AS refunded FROM referral_refunds f WHERE f.referral_id = r.id) f \
         WHERE (SELECT sum(l.amount) FROM ledger l WHERE l.commission_id = c.id) <> div(c.amount::numeric * (r.amount - f.refunded), r.amount::numeric)",
    ),
    (
        "a duplicate is of the first, which is none itself",
        "SELECT r.id FROM referrals r JOIN referrals f ON f.id = r.duplicate_of WHERE f.email <> r.email OR f.duplicate_of IS NOT NULL",
    ),
    (
        "a link's clicks by day are its clicks, for the thirteen months that these are kept",
        "WITH counted AS (SELECT link_id, (at AT TIME ZONE 'UTC')::date AS day, count(*) AS clicks, count(*) FILTER (WHERE repeated) AS repeated FROM clicks GROUP BY 1, 2) \
         SELECT coalesce(d.link_id, c.link_id) FROM click_days d FULL JOIN counted c ON c.link_id = d.link_id AND c.day = d.day \
         WHERE (d.clicks, d.repeated) IS DISTINCT FROM (c.clicks, c.repeated) \
         AND coalesce(d.day, c.day) > ((now() - interval '13 months') AT TIME ZONE 'UTC')::date GROUP BY 1",
    ),
    ("clicks are of a link", "SELECT DISTINCT d.link_id FROM click_days d WHERE NOT EXISTS (SELECT FROM links l WHERE l.id = d.link_id)"),
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
    conn.transaction(|conn| {
        // A rule is about every row there is.
        sql_query("SET LOCAL statement_timeout = 0").execute(conn)?;
        let mut faults = Vec::new();
        for (rule, query) in RULES {
            let broken: Broken = sql_query(format!(
                "SELECT coalesce(array_agg(id::text), '{{}}') AS ids FROM (SELECT * FROM ({query}) q (id) LIMIT 10) ten"
            ))
            .get_result(conn)?;
            if !broken.ids.is_empty() {
                faults.push(Fault { rule, ids: broken.ids });
            }
        }
        Ok(faults)
    })
}
