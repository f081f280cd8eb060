-- Leaves room on each page, so that updating a balance stays on the page (a HOT update, which changes no index).
ALTER TABLE "ledger_account" SET (fillfactor = 70);
ALTER TABLE "ledger_account"
  ADD CONSTRAINT "ledger_account_customer" FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id") ON DELETE RESTRICT;

-- The trigger ledger_transfer_is_lawful checks the rules of a single transfer.
CREATE UNIQUE INDEX "ledger_transfer_idempotency" ON "ledger_transfer" ("customer_id", "idempotency_owner", "idempotency_key")
  WHERE "idempotency_key" IS NOT NULL;

-- A charge is its own source, and the index on (customer_id, transfer_id) already makes it unique. The index on the source
-- therefore leaves charges out.
CREATE UNIQUE INDEX "ledger_transfer_source" ON "ledger_transfer"
  ("customer_id", "source_type", "source_id", "kind", "source_revision") WHERE "source_type" <> 'charge';

-- For pages of one kind of transfer. Leaves charges out, so that they do not have to maintain it.
CREATE INDEX "ledger_transfer_rare" ON "ledger_transfer" ("customer_id", "kind", "seq" DESC) WHERE "kind" <> 'charge';

-- Transfers that moved money at Stripe, by time, for the daily comparison with Stripe.
CREATE INDEX "ledger_transfer_at_stripe" ON "ledger_transfer" ("created_at")
  WHERE "kind" IN ('credit', 'stripe_refund', 'stripe_refund_reversal', 'dispute', 'dispute_reversal');

-- A hold is limited to a million dollars.
ALTER TABLE "ledger_hold"
  ADD CONSTRAINT "ledger_hold_amount_positive" CHECK ("amount_nanos" > 0),
  ADD CONSTRAINT "ledger_hold_amount_at_most" CHECK ("amount_nanos" <= 1000000000000000),
  ADD CONSTRAINT "ledger_hold_status" CHECK ("status" IN ('open', 'captured', 'released', 'expired')),
  ADD CONSTRAINT "ledger_hold_captured" CHECK (("status" = 'captured') = ("captured_nanos" IS NOT NULL)),
  ADD CONSTRAINT "ledger_hold_captured_positive" CHECK ("captured_nanos" > 0),
  ADD CONSTRAINT "ledger_hold_closed" CHECK (("status" = 'open') = ("closed_at" IS NULL)),
  ADD CONSTRAINT "ledger_hold_key_has_owner" CHECK (("idempotency_owner" IS NULL) = ("idempotency_key" IS NULL));

CREATE UNIQUE INDEX "ledger_hold_idempotency" ON "ledger_hold" ("customer_id", "idempotency_owner", "idempotency_key")
  WHERE "idempotency_key" IS NOT NULL;

-- For the sweep of expired holds.
CREATE INDEX "ledger_hold_due" ON "ledger_hold" ("expires_at") WHERE "status" = 'open' AND "expires_at" IS NOT NULL;

ALTER TABLE "ledger_charge_refund"
  ADD CONSTRAINT "ledger_charge_refund_in_range" CHECK ("refunded_nanos" BETWEEN 0 AND "charged_nanos");
