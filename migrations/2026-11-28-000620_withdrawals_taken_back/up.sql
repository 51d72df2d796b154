-- A team may take back what it asked for, while no file for payment holds it.
ALTER TABLE withdrawals
    DROP CONSTRAINT withdrawals_status_check,
    ADD CONSTRAINT withdrawals_status_check CHECK (status IN ('requested', 'paid', 'failed', 'cancelled')),
    DROP CONSTRAINT withdrawals_check2,
    -- who asked for money never says that it was paid, nor that it was not
    ADD CONSTRAINT withdrawals_decided_by_another CHECK (decided_by <> requested_by OR status = 'cancelled'),
    ADD CONSTRAINT withdrawals_cancelled CHECK (status <> 'cancelled' OR export_id IS NULL);

-- Commissions are read by team and by partner.
DROP INDEX commissions_of_company;
