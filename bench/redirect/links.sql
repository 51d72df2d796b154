-- A company, a team with one member, and guildhall.links individual links of theirs. Besides, in a schema of their own, the rows that pgbench
-- writes: as many as it can write in one run, with ids in the order of time as the program makes them.
SET LOCAL session_replication_role = replica;

CREATE SCHEMA bench;
CREATE FUNCTION bench.id(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT ('019' || kind || lpad(to_hex(n), 8, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid
$$;

INSERT INTO companies (id, slug, name) VALUES (bench.id(0, 1), 'bench', 'Bench');
INSERT INTO users (id, email, name, search, email_verified_at) VALUES (bench.id(0, 2), 'mia@bench.example', 'Mia', 'mia', now());
INSERT INTO staff (id, company_id, user_id, role) VALUES (bench.id(0, 8), bench.id(0, 1), bench.id(0, 2), 'administrator');
INSERT INTO teams (id, slug, name, search, owner_id, member_count) VALUES (bench.id(0, 3), 'bench', 'Bench', 'bench', bench.id(0, 2), 1);
INSERT INTO members (id, team_id, user_id, role) VALUES (bench.id(0, 4), bench.id(0, 3), bench.id(0, 2), 'admin');
INSERT INTO partners (id, company_id, team_id) VALUES (bench.id(0, 5), bench.id(0, 1), bench.id(0, 3));
INSERT INTO programs (id, company_id, name, destination, currency)
    VALUES (bench.id(0, 6), bench.id(0, 1), 'Bench', 'https://bench.example/start?from=partners#top', 'EUR');
INSERT INTO terms (id, program_id, number, body) VALUES (bench.id(0, 7), bench.id(0, 6), 1, 'None.');

INSERT INTO links (id, company_id, partner_id, team_id, member_id, program_id, kind, text)
    SELECT bench.id(1, n), bench.id(0, 1), bench.id(0, 5), bench.id(0, 3), bench.id(0, 4), bench.id(0, 6), 'individual', 'Link-' || n
    FROM generate_series(1, current_setting('guildhall.links')::int) n;
INSERT INTO link_texts (text, link_id) SELECT lower(text), id FROM links;

CREATE TABLE bench.made (n int PRIMARY KEY, id uuid NOT NULL, link_id uuid NOT NULL, visitor bytea NOT NULL);
INSERT INTO bench.made
    SELECT n, bench.id(2, n), bench.id(1, 1 + floor(random() * current_setting('guildhall.links')::int)::int),
        substr(sha256(int4send(floor(random() * current_setting('guildhall.visitors')::int)::int)), 1, 16)
    FROM generate_series(1, current_setting('guildhall.made')::int) n;
