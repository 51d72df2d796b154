-- A sale may be reported with its click alone: then nobody says whose customer it was.
ALTER TABLE conversions ALTER COLUMN customer_id DROP NOT NULL;

-- When the click was that brought the customer: whether later sales earn is judged by it, also when the click is kept no longer.
ALTER TABLE customers ADD COLUMN clicked_at timestamptz NOT NULL;

-- The program's rule as it stood when the sale earned by it; neither: it earned nothing.
ALTER TABLE conversions
    ADD COLUMN commission_percent integer CHECK (commission_percent BETWEEN 1 AND 10000),
    ADD COLUMN commission_amount bigint CHECK (commission_amount BETWEEN 1 AND 100000000000),
    ADD CONSTRAINT conversions_commission CHECK (commission_percent IS NULL OR commission_amount IS NULL);
ALTER TABLE referrals
    ADD COLUMN commission_percent integer CHECK (commission_percent BETWEEN 1 AND 10000),
    ADD COLUMN commission_amount bigint CHECK (commission_amount BETWEEN 1 AND 100000000000),
    ADD CONSTRAINT referrals_commission CHECK (commission_percent IS NULL OR commission_amount IS NULL),
    ADD CONSTRAINT referrals_earn_when_won CHECK (status = 'won' OR (commission_percent IS NULL AND commission_amount IS NULL));

-- Why a lead looks like one that the team sent itself (S55), and whether it was the company's customer already.
ALTER TABLE referrals
    DROP COLUMN self_referral,
    ADD COLUMN self_referral text CHECK (self_referral IN ('member', 'domain', 'staff')),
    ADD COLUMN known_customer boolean NOT NULL DEFAULT false,
    DROP CONSTRAINT referrals_duplicate_of_fkey,
    ADD CONSTRAINT referrals_duplicate_of_fkey FOREIGN KEY (duplicate_of, company_id) REFERENCES referrals (id, company_id);
CREATE INDEX referrals_of_member ON referrals (member_id, created_at DESC, id DESC);

