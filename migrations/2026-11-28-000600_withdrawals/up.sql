-- Where a team's money goes. Each change is a row of its own; the newest is in force.
CREATE TABLE payout_details (
    id uuid PRIMARY KEY,
    team_id uuid NOT NULL REFERENCES teams,
    holder text NOT NULL CHECK (length(holder) BETWEEN 1 AND 100),
    -- an IBAN, or an account and a bank in the words of the country
    account text NOT NULL CHECK (length(account) BETWEEN 4 AND 200),
    changed_by uuid NOT NULL REFERENCES users,
    changed_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (id, team_id)
);
CREATE INDEX payout_details_of_team ON payout_details (team_id, changed_at DESC, id DESC);

-- The least that a company pays out at once, in minor units; where none is said, any amount.
CREATE TABLE withdrawal_minimums (
    company_id uuid NOT NULL REFERENCES companies,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount bigint NOT NULL CHECK (amount > 0),
    PRIMARY KEY (company_id, currency)
);

CREATE TABLE withdrawals (
    -- made when the form was shown, so that a second sending of it is the same withdrawal
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    team_id uuid NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount bigint NOT NULL CHECK (amount > 0),
    details_id uuid NOT NULL,
    status text NOT NULL DEFAULT 'requested' CHECK (status IN ('requested', 'paid', 'failed')),
    requested_by uuid NOT NULL REFERENCES users,
    requested_at timestamptz NOT NULL DEFAULT now(),
    -- changed details are waited for (S56)
    held_until timestamptz NOT NULL DEFAULT now(),
    exported_at timestamptz,
    decided_by uuid REFERENCES users,
    decided_at timestamptz,
    reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 500),
    FOREIGN KEY (partner_id, company_id, team_id) REFERENCES partners (id, company_id, team_id),
    FOREIGN KEY (details_id, team_id) REFERENCES payout_details (id, team_id),
    CHECK ((status = 'requested') = (decided_at IS NULL)),
    CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
    -- who asked for money never says that it was paid
    CHECK (decided_by <> requested_by),
    UNIQUE (id, company_id)
);
CREATE INDEX withdrawals_of_company ON withdrawals (company_id, requested_at DESC, id DESC);
CREATE INDEX withdrawals_open ON withdrawals (company_id, requested_at, id) WHERE status = 'requested';
CREATE INDEX withdrawals_of_team ON withdrawals (team_id, requested_at DESC, id DESC);
CREATE INDEX withdrawals_of_partner ON withdrawals (partner_id, requested_at DESC, id DESC);

ALTER TABLE ledger
    ADD CONSTRAINT ledger_withdrawal FOREIGN KEY (withdrawal_id, company_id) REFERENCES withdrawals (id, company_id);
CREATE INDEX ledger_of_withdrawal ON ledger (withdrawal_id) WHERE withdrawal_id IS NOT NULL;
