ALTER TABLE ledger DROP COLUMN number;
CREATE INDEX withdrawals_open ON withdrawals (company_id, requested_at, id) WHERE status = 'requested';
DROP INDEX withdrawals_of_company_by_status;
ALTER TABLE withdrawals DROP CONSTRAINT withdrawals_held, DROP COLUMN export_id, ADD COLUMN exported_at timestamptz;
DROP TABLE withdrawal_exports;
