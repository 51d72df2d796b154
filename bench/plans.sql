-- guildhall.teams teams of three people each, half of them partners of the company "large", the rest of "other". Made in SQL, since the
-- program's own functions would take an hour. Names come from lists, so that letters are as common and as rare as in life, and without
-- accents, so that lower() folds them.
SELECT setseed(0.42);

CREATE TEMP TABLE words AS SELECT
    '{Olivia,Adam,Mia,Frank,Tomas,Eloise,Priyanka,Jonas,Sunniva,Ben,Grete,Marta,Theo,Aroha,Ines,Hana,Rosa,Li,Amara,Noor,Kofi,Yuki,Lars,Zoe,Soren,Anais,Pavel,Chidi,Leila,Marek,Ingrid,Oskar,Fatima,Diego,Lucia,Bjorn,Aisha,Viktor,Elena,Teo}'::text[] AS first,
    '{Park,Reyes,Chen,Osei,Herrera,Beranger,Raghunathan,Weber,Aas,Adeyemi,Lindholm,Nowak,Vance,Tamihana,Okafor,Silva,Kato,Lindqvist,Ferrand,Whitaker,Achebe,Moreau,Schneider,Rossi,Novak,Haddad,Kowalski,Jensen,Muller,Costa,Ivanov,Dubois,Bakker,Nielsen,Horvat,Santos,Yamada,Singh,Murphy,Fischer,Larsen,Popescu,Kaya,Petrov,Gallo,Mensah,Eriksen,Varga,Doyle,Quinn}'::text[] AS last,
    '{North,Bright,Kestrel,Fjord,Lark,Hal,Oak,Pixel,Tide,Cedar,Ember,Quartz,Raven,Summit,Willow,Harbor,Beacon,Copper,Delta,Echo,Falcon,Granite,Hazel,Indigo,Juniper,Karst,Lumen,Maple,Nimbus,Onyx,Prairie,Ridge,Sable,Thistle,Umber,Vertex,Yarrow,Zephyr,Alder,Birch}'::text[] AS front,
    '{wind,water,line,spur,cyon,stone,field,works,bridge,light,brook,ford,gate,haven,crest,mark,point,side,vale,wood}'::text[] AS back,
    '{Digital,Consulting,Studio,Agency,Partners,Commerce,Systems,Media,Group,Labs,Advisory,Solutions}'::text[] AS kind;

CREATE TEMP TABLE made AS
    SELECT n, gen_random_uuid() AS team_id, front[1 + floor(random() * 40)] || back[1 + floor(random() * 20)] AS stem, kind[1 + floor(random() * 12)] AS kind,
        now() - random() * interval '4 years' AS joined_at
    FROM words, generate_series(1, current_setting('guildhall.teams')::int) n;

CREATE TEMP TABLE people AS
    SELECT gen_random_uuid() AS user_id, n, team_id, place, first[1 + floor(random() * 40)] AS first, last[1 + floor(random() * 50)] AS last, lower(stem) AS host, joined_at
    FROM words, made, generate_series(1, 3) place;

INSERT INTO users (id, email, name, search, email_verified_at)
    SELECT user_id, email, name, lower(name || ' ' || email), joined_at
    FROM people, LATERAL (SELECT first || ' ' || last AS name, lower(first || '.' || last || n || place || '@' || host || '.example') AS email) said;

INSERT INTO teams (id, slug, name, search, owner_id, member_count, created_at)
    SELECT made.team_id, 'team-' || made.n, name, lower(name), user_id, 3, made.joined_at
    FROM made JOIN people USING (team_id), LATERAL (SELECT stem || ' ' || kind AS name) said
    WHERE place = 1;

INSERT INTO members (id, team_id, user_id, role, joined_at, last_active_at)
    SELECT gen_random_uuid(), team_id, user_id, CASE place WHEN 1 THEN 'admin' ELSE 'member' END, joined_at, now() - random() * interval '90 days'
    FROM people;

INSERT INTO companies (id, slug, name) VALUES (gen_random_uuid(), 'large', 'Large'), (gen_random_uuid(), 'other', 'Other');
INSERT INTO programs (id, company_id, name, destination, currency)
    SELECT gen_random_uuid(), companies.id, offer, 'https://large.example/', 'USD'
    FROM companies, unnest('{Resellers,Referral,Affiliates}'::text[]) offer;

INSERT INTO partners (id, company_id, team_id, joined_at)
    SELECT gen_random_uuid(), companies.id, team_id, joined_at
    FROM made JOIN companies ON slug = CASE n % 2 WHEN 0 THEN 'large' ELSE 'other' END;

INSERT INTO enrollments (id, company_id, partner_id, program_id, joined_at)
    SELECT gen_random_uuid(), partners.company_id, partners.id, programs.id, partners.joined_at
    FROM partners JOIN programs USING (company_id)
    WHERE programs.name = 'Resellers' OR random() < 0.2;

-- A link for everybody in Resellers, called by their name and a number.
CREATE TEMP TABLE linked AS
    SELECT gen_random_uuid() AS link_id, partners.company_id, partners.id AS partner_id, people.team_id, members.id AS member_id, programs.id AS program_id,
        lower(first || '-' || last || '-' || people.n || '-' || place) AS text, partners.joined_at
    FROM people JOIN partners USING (team_id) JOIN members ON members.team_id = people.team_id AND members.user_id = people.user_id
    JOIN programs ON programs.company_id = partners.company_id AND programs.name = 'Resellers';
INSERT INTO links (id, company_id, partner_id, team_id, member_id, program_id, kind, text, created_at)
    SELECT link_id, company_id, partner_id, team_id, member_id, program_id, 'default', text, joined_at FROM linked;
INSERT INTO link_texts (text, link_id, made_at) SELECT text, link_id, joined_at FROM linked;

DROP TABLE words, made, people, linked;

