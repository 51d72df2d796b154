DROP INDEX referrals_of_member;
ALTER TABLE referrals
    DROP CONSTRAINT referrals_duplicate_of_fkey,
    ADD CONSTRAINT referrals_duplicate_of_fkey FOREIGN KEY (duplicate_of) REFERENCES referrals,
    DROP COLUMN known_customer,
    DROP COLUMN self_referral,
    ADD COLUMN self_referral boolean NOT NULL DEFAULT false,
    DROP CONSTRAINT referrals_earn_when_won,
    DROP COLUMN commission_amount,
    DROP COLUMN commission_percent;
ALTER TABLE customers DROP COLUMN clicked_at;
ALTER TABLE conversions
    DROP COLUMN commission_amount,
    DROP COLUMN commission_percent,
    ALTER COLUMN customer_id SET NOT NULL;
