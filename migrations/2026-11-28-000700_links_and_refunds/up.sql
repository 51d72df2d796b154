-- What leads to a host besides programs, for the page of hosts and for taking one off the list.
CREATE INDEX links_of_host ON links (company_id, lower(substring(url from '^https?://([^/:?#]+)'))) WHERE url IS NOT NULL;

-- NULL: where the program leads. So it is once the host of a retired destination was taken off the list.
ALTER TABLE destinations
    ALTER COLUMN url DROP NOT NULL,
    ADD CONSTRAINT destinations_living_url CHECK (url IS NOT NULL OR retired_at IS NOT NULL);

-- The sale's, so that a partner's refunds of a period are found by themselves.
ALTER TABLE conversions ADD CONSTRAINT conversions_partner_key UNIQUE (id, company_id, partner_id);
ALTER TABLE refunds ADD COLUMN partner_id uuid;
UPDATE refunds f SET partner_id = v.partner_id FROM conversions v WHERE v.id = f.conversion_id;
ALTER TABLE refunds
    ALTER COLUMN partner_id SET NOT NULL,
    ADD CONSTRAINT refunds_partner_fkey FOREIGN KEY (conversion_id, company_id, partner_id) REFERENCES conversions (id, company_id, partner_id);
CREATE INDEX refunds_of_partner ON refunds (partner_id, at);

-- Who a member brought, and what those bought, in a period.
CREATE INDEX customers_of_member ON customers (member_id, created_at);
CREATE INDEX conversions_of_member ON conversions (member_id, at);

-- Whether a lead is called like a customer, in whatever case the company's own system writes addresses.
CREATE INDEX customers_by_address ON customers (company_id, lower(external_id));

-- Sales by a referral that the company took back, whole or in part: each takes the same part of the commission back (rule 30).
ALTER TABLE referrals ADD CONSTRAINT referrals_partner_key UNIQUE (id, company_id, partner_id);
CREATE TABLE referral_refunds (
    -- made when the form was shown, so that a second sending of it takes nothing more
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    -- minor units of the program's currency
    amount bigint NOT NULL CHECK (amount > 0),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    refunded_by uuid NOT NULL REFERENCES users,
    at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (referral_id, company_id, partner_id) REFERENCES referrals (id, company_id, partner_id)
);
CREATE INDEX referral_refunds_of_referral ON referral_refunds (referral_id, at);
CREATE INDEX referral_refunds_of_partner ON referral_refunds (partner_id, at);
