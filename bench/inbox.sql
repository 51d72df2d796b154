-- What the partners of plans.sql and their companies have written: a conversation with each team, one with a member of each team of
-- "large", three messages in each. The first reader has forty that are new to them, the second has never read anything.
SELECT setseed(0.42);

INSERT INTO users (id, email, name, search, email_verified_at)
    SELECT gen_random_uuid(), email, 'Rita Reader', 'rita reader ' || email, now()
    FROM unnest('{reader@large.example,behind@large.example}'::text[]) email;

INSERT INTO conversations (id, company_id, partner_id, team_id, last_message_at)
    SELECT p.id, p.company_id, p.id, p.team_id, p.joined_at
    FROM partners p JOIN companies c ON c.id = p.company_id WHERE c.slug IN ('large', 'other');

INSERT INTO conversations (id, company_id, partner_id, team_id, member_id, last_message_at)
    SELECT gen_random_uuid(), p.company_id, p.id, p.team_id, m.id, p.joined_at + random() * (now() - p.joined_at)
    FROM companies c JOIN partners p ON p.company_id = c.id
    CROSS JOIN LATERAL (SELECT id FROM members WHERE team_id = p.team_id AND role = 'member' ORDER BY id LIMIT 1) m
    WHERE c.slug = 'large';

INSERT INTO messages (id, conversation_id, user_id, from_company, body, search, sent_at)
    SELECT gen_random_uuid(), c.id, u.id, true, body, lower(body), c.last_message_at - n * interval '1 minute'
    FROM conversations c JOIN companies k ON k.id = c.company_id AND k.slug IN ('large', 'other')
    CROSS JOIN generate_series(0, 2) n JOIN users u ON u.email = 'reader@large.example'
    CROSS JOIN LATERAL (SELECT 'Thank you for the ' || (ARRAY['deck', 'report', 'call', 'list', 'draft'])[1 + floor(random() * 5)]
        || ' number ' || left(md5(c.id::text || n), 8) AS body) said;

INSERT INTO conversation_reads (conversation_id, user_id, read_at)
    SELECT c.id, u.id, c.last_message_at FROM conversations c, users u WHERE u.email = 'reader@large.example' AND c.member_id IS NULL;
UPDATE conversation_reads SET read_at = NULL, unread_at = c.last_message_at
    FROM (SELECT c.id, c.last_message_at FROM conversations c JOIN companies k ON k.id = c.company_id AND k.slug = 'large' WHERE c.member_id IS NULL ORDER BY c.id LIMIT 40) c
    WHERE conversation_id = c.id;
INSERT INTO conversation_reads (conversation_id, user_id, unread_at)
    SELECT c.id, u.id, c.last_message_at FROM conversations c, users u WHERE u.email = 'behind@large.example';
