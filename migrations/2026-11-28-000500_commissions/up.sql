-- The keys with which a company's own system reports sales. Only a hash is kept.
CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    key_hash bytea NOT NULL UNIQUE,
    -- the last four characters, to tell keys apart
    ending text NOT NULL CHECK (length(ending) = 4),
    created_by uuid NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- to the hour
    last_used_at timestamptz,
    revoked_at timestamptz,
    UNIQUE (id, company_id)
);
CREATE INDEX api_keys_of_company ON api_keys (company_id, created_at DESC, id DESC);

-- What a sale earns: a share in basis points, or a fixed amount in minor units; neither: nothing. It is held that many days.
ALTER TABLE programs
    ADD COLUMN commission_percent integer CHECK (commission_percent BETWEEN 1 AND 10000),
    ADD COLUMN commission_amount bigint CHECK (commission_amount BETWEEN 1 AND 100000000000),
    ADD COLUMN holding_days integer NOT NULL DEFAULT 30 CHECK (holding_days BETWEEN 0 AND 365),
    ADD CONSTRAINT programs_commission CHECK (commission_percent IS NULL OR commission_amount IS NULL);

-- A company's customer, and the member who brought them, for good (S55).
CREATE TABLE customers (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies,
    -- as the company's own system calls them
    external_id text NOT NULL CHECK (length(external_id) BETWEEN 1 AND 200),
    partner_id uuid NOT NULL,
    team_id uuid NOT NULL,
    member_id uuid NOT NULL,
    program_id uuid NOT NULL,
    -- through which link and click; NULL: by a referral
    link_id uuid,
    click_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (partner_id, company_id, team_id) REFERENCES partners (id, company_id, team_id),
    FOREIGN KEY (member_id, team_id) REFERENCES members (id, team_id),
    FOREIGN KEY (program_id, company_id) REFERENCES programs (id, company_id),
    FOREIGN KEY (link_id, company_id) REFERENCES links (id, company_id),
    UNIQUE (id, company_id)
);
CREATE UNIQUE INDEX customers_external_id ON customers (company_id, external_id);
CREATE INDEX customers_of_partner ON customers (partner_id, created_at DESC, id DESC);

-- Leads that members contribute by the form (rules 30 and 42).
CREATE TABLE referrals (
    -- made when the form was shown, so that a second sending of it is the same referral
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    team_id uuid NOT NULL,
    member_id uuid NOT NULL,
    program_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    organisation text NOT NULL DEFAULT '' CHECK (length(organisation) <= 100),
    email text NOT NULL CHECK (email = lower(email)),
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
    -- name, organisation and address, folded in Rust as in users.search
    search text NOT NULL,
    status text NOT NULL DEFAULT 'submitted' CHECK (status IN ('submitted', 'approved', 'declined', 'won')),
    reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 500),
    -- the sale, in minor units of the program's currency
    amount bigint CHECK (amount > 0),
    -- noticed when it was submitted, for the company to judge (S55)
    self_referral boolean NOT NULL DEFAULT false,
    duplicate_of uuid REFERENCES referrals,
    created_at timestamptz NOT NULL DEFAULT now(),
    decided_at timestamptz,
    decided_by uuid REFERENCES users,
    FOREIGN KEY (partner_id, company_id, team_id) REFERENCES partners (id, company_id, team_id),
    FOREIGN KEY (member_id, team_id) REFERENCES members (id, team_id),
    FOREIGN KEY (program_id, company_id) REFERENCES programs (id, company_id),
    CHECK ((status = 'won') = (amount IS NOT NULL)),
    CHECK ((status = 'submitted') = (decided_at IS NULL)),
    UNIQUE (id, company_id)
);
CREATE INDEX referrals_of_company ON referrals (company_id, created_at DESC, id DESC);
CREATE INDEX referrals_of_company_by_status ON referrals (company_id, status, created_at DESC, id DESC);
CREATE INDEX referrals_of_partner ON referrals (partner_id, created_at DESC, id DESC);
CREATE INDEX referrals_of_team ON referrals (team_id, created_at DESC, id DESC);
CREATE INDEX referrals_same ON referrals (company_id, email);
CREATE INDEX referrals_search ON referrals USING gin (search gin_trgm_ops);

-- Sales that the company's own system reported.
CREATE TABLE conversions (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    api_key_id uuid NOT NULL,
    -- the company's own, so that the same report counts once; what it said, to tell another report under the same key
    idempotency_key text NOT NULL CHECK (length(idempotency_key) BETWEEN 1 AND 200),
    request_hash bytea NOT NULL,
    customer_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    team_id uuid NOT NULL,
    member_id uuid NOT NULL,
    program_id uuid NOT NULL,
    link_id uuid,
    click_id uuid,
    -- minor units of the program's currency
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (api_key_id, company_id) REFERENCES api_keys (id, company_id),
    FOREIGN KEY (customer_id, company_id) REFERENCES customers (id, company_id),
    FOREIGN KEY (partner_id, company_id, team_id) REFERENCES partners (id, company_id, team_id),
    FOREIGN KEY (member_id, team_id) REFERENCES members (id, team_id),
    FOREIGN KEY (program_id, company_id) REFERENCES programs (id, company_id),
    FOREIGN KEY (link_id, company_id) REFERENCES links (id, company_id),
    UNIQUE (company_id, idempotency_key),
    UNIQUE (id, company_id)
);
CREATE INDEX conversions_of_partner ON conversions (partner_id, at DESC, id DESC);
CREATE INDEX conversions_of_customer ON conversions (customer_id);

-- Refunds of those sales, whole or in part.
CREATE TABLE refunds (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    conversion_id uuid NOT NULL,
    api_key_id uuid NOT NULL,
    idempotency_key text NOT NULL CHECK (length(idempotency_key) BETWEEN 1 AND 200),
    request_hash bytea NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (conversion_id, company_id) REFERENCES conversions (id, company_id),
    FOREIGN KEY (api_key_id, company_id) REFERENCES api_keys (id, company_id),
    UNIQUE (company_id, idempotency_key)
);
CREATE INDEX refunds_of_conversion ON refunds (conversion_id);

-- What a sale earned, by the program's rule as it stood then.
CREATE TABLE commissions (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    team_id uuid NOT NULL,
    member_id uuid NOT NULL,
    program_id uuid NOT NULL,
    -- from one of the two
    conversion_id uuid UNIQUE,
    referral_id uuid UNIQUE,
    -- the sale, and what it earned, in minor units
    sale bigint NOT NULL CHECK (sale > 0),
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- until then it is held
    available_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (partner_id, company_id, team_id) REFERENCES partners (id, company_id, team_id),
    FOREIGN KEY (member_id, team_id) REFERENCES members (id, team_id),
    FOREIGN KEY (program_id, company_id) REFERENCES programs (id, company_id),
    FOREIGN KEY (conversion_id, company_id) REFERENCES conversions (id, company_id),
    FOREIGN KEY (referral_id, company_id) REFERENCES referrals (id, company_id),
    CHECK ((conversion_id IS NULL) <> (referral_id IS NULL)),
    UNIQUE (id, company_id)
);
CREATE INDEX commissions_of_partner ON commissions (partner_id, created_at DESC, id DESC);
CREATE INDEX commissions_of_team ON commissions (team_id, created_at DESC, id DESC);
CREATE INDEX commissions_of_company ON commissions (company_id, created_at DESC, id DESC);

-- The truth about money (R22): a balance is a sum of these lines. They are only added to.
CREATE TABLE ledger (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    kind text NOT NULL CHECK (kind IN ('earned', 'reversed', 'reserved', 'returned')),
    -- minor units: what comes in is positive, what goes out negative
    amount bigint NOT NULL CHECK (CASE kind WHEN 'earned' THEN amount > 0 WHEN 'returned' THEN amount > 0 ELSE amount < 0 END),
    -- from then on it can be withdrawn; what is reversed follows what was earned
    available_at timestamptz NOT NULL,
    commission_id uuid,
    withdrawal_id uuid,
    -- what happened, once: "commission 0190…", "refund 0190…", "withdrawal 0190… failed"
    event text NOT NULL UNIQUE,
    at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (partner_id, company_id) REFERENCES partners (id, company_id),
    FOREIGN KEY (commission_id, company_id) REFERENCES commissions (id, company_id),
    CHECK ((commission_id IS NULL) <> (withdrawal_id IS NULL)),
    CHECK ((kind IN ('earned', 'reversed')) = (commission_id IS NOT NULL))
);
CREATE INDEX ledger_balance ON ledger (partner_id, currency, available_at) INCLUDE (amount);
CREATE INDEX ledger_of_commission ON ledger (commission_id) WHERE commission_id IS NOT NULL;
CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'lines of the ledger are never changed' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change();
CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
