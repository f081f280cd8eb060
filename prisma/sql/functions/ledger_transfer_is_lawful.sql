-- Checks the rules of a single transfer, and that its key is not used elsewhere. Reports a violation under a name, like a CHECK
-- constraint. It is not a constraint, because Postgres parses those again in every statement. The account is locked by then,
-- and the look-ups must see everything committed before that, so neither this function nor ledger_key_names_hold is STABLE. It
-- runs for every charge, so it qualifies its names instead of setting the search path.
CREATE OR REPLACE FUNCTION ledger_transfer_is_lawful() RETURNS trigger LANGUAGE plpgsql AS $$
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
  IF public.ledger_key_names_hold(NEW.customer_id, NEW.idempotency_owner, NEW.idempotency_key) THEN
    RAISE EXCEPTION 'the key % names a hold', NEW.idempotency_key USING ERRCODE = 'unique_violation';
  END IF;
  -- The operator's charges, which are most of all, are spared the look.
  IF NEW.idempotency_owner <> 'operator' OR NEW.kind <> 'charge' THEN
    PERFORM public.refuse_key_of_topup(NEW.customer_id, NEW.idempotency_owner, NEW.idempotency_key);
  END IF;
  RETURN NEW;
END
$$;
