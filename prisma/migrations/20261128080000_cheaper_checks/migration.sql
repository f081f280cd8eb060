-- By hand throughout: nothing here that Prisma can express.

-- Postgres reads the text of a CHECK again in every statement that writes to its table. What a type says it reads once in a
-- connection, and looks at only when a statement sets a column of that type. So an account's limits are said by the types of
-- its columns; each keeps the name that it had, by which the code knows it in an error.
CREATE DOMAIN "ledger_account_balance_nanos" AS BIGINT
  CONSTRAINT "ledger_account_balance_in_range" CHECK (VALUE BETWEEN -9000000000000000000 AND 9000000000000000000);
CREATE DOMAIN "ledger_account_held_nanos" AS BIGINT
  CONSTRAINT "ledger_account_held_not_negative" CHECK (VALUE >= 0);
CREATE DOMAIN "ledger_account_last_seq" AS BIGINT
  CONSTRAINT "ledger_account_seq_not_negative" CHECK (VALUE >= 0);
CREATE DOMAIN "ledger_account_status" AS TEXT
  CONSTRAINT "ledger_account_status" CHECK (VALUE IN ('active', 'frozen', 'closed'));

-- One statement, because each would write the table anew.
ALTER TABLE "ledger_account"
  DROP CONSTRAINT "ledger_account_balance_in_range",
  DROP CONSTRAINT "ledger_account_held_not_negative",
  DROP CONSTRAINT "ledger_account_seq_not_negative",
  DROP CONSTRAINT "ledger_account_status",
  ALTER COLUMN "balance_nanos" TYPE "ledger_account_balance_nanos",
  ALTER COLUMN "held_nanos" TYPE "ledger_account_held_nanos",
  ALTER COLUMN "last_seq" TYPE "ledger_account_last_seq",
  ALTER COLUMN "status" TYPE "ledger_account_status";

DROP TRIGGER "ledger_transfer_key_is_no_hold" ON "ledger_transfer";
DROP FUNCTION ledger_refuse_key_of_hold();
ALTER TABLE "ledger_transfer" DROP CONSTRAINT "ledger_transfer_is_lawful";
DROP FUNCTION ledger_transfer_is_lawful(ledger_transfer);

-- Whether a key is a hold's. A connection that planned the look while the table was still small would go on reading the
-- whole table when it has grown, so that way of reading is ruled out: here and not in the trigger, so that a row without a
-- key does not pay for it.
CREATE FUNCTION ledger_key_names_hold(p_customer text, p_owner text, p_key text) RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  RETURN EXISTS (
    SELECT 1 FROM ledger_hold h
    WHERE h.customer_id = p_customer AND h.idempotency_owner = p_owner AND h.idempotency_key = p_key
  );
END
$$;

-- The rules of one transfer, and that its key names nothing else. It names the rule that was broken, as a CHECK of that name
-- would. A condition of the trigger itself (WHEN) would be read again in every statement, as a CHECK is. The account's row is
-- locked by now, and the looks see what was committed before it was: so neither function is STABLE.
CREATE FUNCTION ledger_transfer_is_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  broken text;
BEGIN
  IF NEW.kind = 'charge' THEN
    IF NEW.direction <> 'debit' OR NEW.house_account <> 'revenue' THEN
      broken := 'ledger_transfer_kind';
    END IF;
  ELSIF (NEW.kind, NEW.direction, NEW.house_account) NOT IN (
    ('credit', 'credit', 'stripe_clearing'),
    ('stripe_refund', 'debit', 'stripe_clearing'),
    ('stripe_refund_reversal', 'credit', 'stripe_clearing'),
    ('dispute', 'debit', 'disputes'),
    ('dispute_reversal', 'credit', 'disputes'),
    ('refund', 'credit', 'revenue'),
    ('grant', 'credit', 'promotions'),
    ('expiry', 'debit', 'promotions'),
    ('adjustment', 'credit', 'adjustments'),
    ('adjustment', 'debit', 'adjustments')
  ) THEN
    broken := 'ledger_transfer_kind';
  END IF;

  IF NEW.seq <= 0 THEN
    broken := 'ledger_transfer_seq_positive';
  ELSIF NEW.amount_nanos <= 0 THEN
    broken := 'ledger_transfer_amount_positive';
  ELSIF NEW.held_after_nanos < 0 THEN
    broken := 'ledger_transfer_held_not_negative';
  ELSIF NEW.source_revision < 0 THEN
    broken := 'ledger_transfer_revision_not_negative';
  END IF;

  -- A charge and an adjustment are at most a million dollars.
  IF NEW.amount_nanos > 1000000000000000 AND NEW.kind IN ('charge', 'adjustment') THEN
    broken := 'ledger_transfer_amount_at_most';
  END IF;

  -- A credit is one top-up's, whole cents from $5 to $5,000, and there is no second one.
  IF NEW.kind = 'credit' AND NOT (
    NEW.source_type = 'topup' AND NEW.source_revision = 0
    AND NEW.amount_nanos BETWEEN 5000000000 AND 5000000000000 AND NEW.amount_nanos % 10000000 = 0
  ) THEN
    broken := coalesce(broken, 'ledger_transfer_credit_is_a_topup');
  END IF;

  IF NEW.source_type = 'charge' AND (
    NEW.kind <> 'charge' OR NEW.source_id <> NEW.transfer_id OR NEW.source_revision <> 0
  ) THEN
    broken := 'ledger_transfer_charge_is_its_source';
  END IF;

  IF NEW.idempotency_key IS NULL THEN
    IF NEW.idempotency_owner IS NOT NULL THEN
      broken := 'ledger_transfer_key_has_owner';
    END IF;
  ELSIF NEW.idempotency_owner IS NULL THEN
    broken := 'ledger_transfer_key_has_owner';
  ELSIF NEW.request_hash IS NULL THEN
    broken := 'ledger_transfer_key_has_hash';
  END IF;

  IF broken IS NOT NULL THEN
    RAISE EXCEPTION 'a row of "ledger_transfer" violates the rule "%"', broken
      USING ERRCODE = 'check_violation', TABLE = 'ledger_transfer', CONSTRAINT = broken;
  END IF;

  -- Rows that replication brings had their keys looked up where they were written; here the holds may come later.
  IF NEW.idempotency_key IS NULL OR current_setting('session_replication_role') = 'replica' THEN
    RETURN NEW;
  END IF;
  IF ledger_key_names_hold(NEW.customer_id, NEW.idempotency_owner, NEW.idempotency_key) THEN
    RAISE EXCEPTION 'the key % names a hold', NEW.idempotency_key USING ERRCODE = 'unique_violation';
  END IF;
  -- Top-ups are made by customers alone, so the operator's charges, which are most of all, are spared the look.
  IF NEW.idempotency_owner <> 'operator' THEN
    PERFORM refuse_key_of_topup(NEW.customer_id, NEW.idempotency_owner, NEW.idempotency_key);
  END IF;
  RETURN NEW;
END
$$;

-- INSERT is all that can write a row: "ledger_transfer_append_only" refuses every UPDATE. Triggers run in the order of their
-- names, so one that changes a new row would have to come before this one. ALWAYS: also for a row that replication brings.
CREATE TRIGGER "ledger_transfer_is_lawful" BEFORE INSERT ON "ledger_transfer"
  FOR EACH ROW EXECUTE FUNCTION ledger_transfer_is_lawful();
ALTER TABLE "ledger_transfer" ENABLE ALWAYS TRIGGER "ledger_transfer_is_lawful";
