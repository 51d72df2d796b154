CREATE INDEX commissions_of_company ON commissions (company_id, created_at DESC, id DESC);
-- Refused where a withdrawal was taken back: nothing before knows of that.
ALTER TABLE withdrawals
    DROP CONSTRAINT withdrawals_cancelled,
    DROP CONSTRAINT withdrawals_decided_by_another,
    ADD CONSTRAINT withdrawals_check2 CHECK (decided_by <> requested_by),
    DROP CONSTRAINT withdrawals_status_check,
    ADD CONSTRAINT withdrawals_status_check CHECK (status IN ('requested', 'paid', 'failed'));
