DROP TABLE ledger, commissions, refunds, conversions, referrals, customers, api_keys;
DROP FUNCTION refuse_ledger_change;
ALTER TABLE programs DROP COLUMN commission_percent, DROP COLUMN commission_amount, DROP COLUMN holding_days;
