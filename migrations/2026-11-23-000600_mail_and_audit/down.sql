DROP TABLE audit, outbox;
DROP FUNCTION refuse_change();
