-- By hand throughout: nothing here that Prisma can express.

-- A customer's key names one effect among charges, holds, refunds and top-ups. Top-ups are made by customers alone, so the
-- operator's charges, which are most of all, are spared the look. The error is one of our own: there is no earlier effect of
-- the same request that could be answered again.
CREATE OR REPLACE FUNCTION ledger_refuse_key_of_hold() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM ledger_hold h
    WHERE h.customer_id = NEW.customer_id AND h.idempotency_owner = NEW.idempotency_owner AND h.idempotency_key = NEW.idempotency_key
  ) THEN
    RAISE EXCEPTION 'the key % names a hold', NEW.idempotency_key USING ERRCODE = 'unique_violation';
  END IF;
  IF NEW.idempotency_owner <> 'operator' THEN
    PERFORM refuse_key_of_topup(NEW.customer_id, NEW.idempotency_owner, NEW.idempotency_key);
  END IF;
  RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION ledger_refuse_key_of_transfer() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM ledger_transfer t
    WHERE t.customer_id = NEW.customer_id AND t.idempotency_owner = NEW.idempotency_owner AND t.idempotency_key = NEW.idempotency_key
  ) THEN
    RAISE EXCEPTION 'the key % names a transfer', NEW.idempotency_key USING ERRCODE = 'unique_violation';
  END IF;
  IF NEW.idempotency_owner <> 'operator' THEN
    PERFORM refuse_key_of_topup(NEW.customer_id, NEW.idempotency_owner, NEW.idempotency_key);
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION refuse_key_of_topup(p_customer text, p_owner text, p_key text) RETURNS void LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM topup_intent i
    WHERE i.customer_id = p_customer AND i.idempotency_owner = p_owner AND i.idempotency_key = p_key
  ) THEN
    RAISE EXCEPTION 'the key % names a top-up', p_key USING ERRCODE = 'BRK01';
  END IF;
END
$$;

-- The other way round. The account's lock comes first: a charge that holds it is then either committed, and seen, or has not
-- looked yet, and will see this row.
CREATE FUNCTION topup_refuse_key_of_spending() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  PERFORM 1 FROM ledger_account a WHERE a.customer_id = NEW.customer_id FOR NO KEY UPDATE;
  IF EXISTS (
    SELECT 1 FROM ledger_transfer t
    WHERE t.customer_id = NEW.customer_id AND t.idempotency_owner = NEW.idempotency_owner AND t.idempotency_key = NEW.idempotency_key
  ) OR EXISTS (
    SELECT 1 FROM ledger_hold h
    WHERE h.customer_id = NEW.customer_id AND h.idempotency_owner = NEW.idempotency_owner AND h.idempotency_key = NEW.idempotency_key
  ) THEN
    RAISE EXCEPTION 'the key % names a charge or a hold', NEW.idempotency_key USING ERRCODE = 'BRK01';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER "topup_intent_key_is_no_spending" BEFORE INSERT ON "topup_intent"
  FOR EACH ROW WHEN (NEW."idempotency_key" IS NOT NULL) EXECUTE FUNCTION topup_refuse_key_of_spending();
