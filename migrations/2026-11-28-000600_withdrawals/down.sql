DROP INDEX ledger_of_withdrawal;
ALTER TABLE ledger DROP CONSTRAINT ledger_withdrawal;
DROP TABLE withdrawals, withdrawal_minimums, payout_details;
