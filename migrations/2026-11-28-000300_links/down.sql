DROP TABLE link_texts, links, destinations, link_hosts;
ALTER TABLE programs DROP COLUMN custom_link_text;
