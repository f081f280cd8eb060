-- AlterTable
ALTER TABLE "ledger_hold" ADD COLUMN     "next_expiry_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "usage_rollup_mark" ADD COLUMN     "next_try_at" TIMESTAMPTZ(3);

-- From here on by hand: what Prisma cannot express.

-- Ends one hold whose time is over. Its next try is planned first, and stays planned when the hold cannot be ended: then the
-- reason is the answer, and the caller goes on with the next one. The waits grow with the time that the hold is overdue, up to
-- an hour. A hold that is being captured is passed over: the capture wins.
DROP FUNCTION ledger_expire_hold(timestamptz);
CREATE FUNCTION ledger_expire_hold(
  p_customer text, p_hold text, p_now timestamptz, OUT outcome text, OUT reason text
) LANGUAGE plpgsql SET enable_seqscan = off SET lock_timeout = '1s' AS $$
DECLARE
  hold public.ledger_hold%ROWTYPE;
BEGIN
  SELECT * INTO hold FROM public.ledger_hold h WHERE h.customer_id = p_customer AND h.hold_id = p_hold
  FOR UPDATE SKIP LOCKED;
  IF NOT FOUND OR hold.status <> 'open' OR hold.expires_at IS NULL OR hold.expires_at > p_now
    OR hold.next_expiry_at > p_now
  THEN
    outcome := 'passed_over';
    RETURN;
  END IF;
  UPDATE public.ledger_hold h
  SET next_expiry_at = p_now + least(interval '1 hour', greatest(interval '1 minute', p_now - hold.expires_at))
  WHERE h.customer_id = p_customer AND h.hold_id = p_hold;
  BEGIN
    UPDATE public.ledger_hold h SET status = 'expired', closed_at = clock_timestamp()
    WHERE h.customer_id = p_customer AND h.hold_id = p_hold;
    UPDATE public.ledger_account a SET held_nanos = a.held_nanos - hold.amount_nanos WHERE a.customer_id = p_customer;
    IF NOT FOUND THEN RAISE EXCEPTION 'the customer has no ledger account'; END IF;
    outcome := 'expired';
  EXCEPTION
    -- Another transaction is in the way: whoever called repeats the whole, or comes again.
    WHEN serialization_failure OR deadlock_detected OR lock_not_available THEN RAISE;
    WHEN OTHERS THEN
      outcome := 'failed';
      reason := SQLERRM;
  END;
END
$$;

-- "Not handled yet" is not "handled": an event of a type that no version has known waits until one does.
ALTER TABLE "stripe_event"
  DROP CONSTRAINT "stripe_event_status",
  DROP CONSTRAINT "stripe_event_finished";
UPDATE "stripe_event"
SET "status" = 'foreign'
WHERE "status" = 'ignored' AND "type" IN (
  'checkout.session.completed', 'checkout.session.async_payment_succeeded', 'checkout.session.async_payment_failed',
  'checkout.session.expired', 'payment_intent.succeeded', 'payment_intent.payment_failed', 'payment_method.attached',
  'payment_method.updated', 'payment_method.automatically_updated', 'payment_method.detached', 'customer.updated',
  'customer.deleted', 'invoice.paid'
);
UPDATE "stripe_event" SET "status" = 'unhandled', "finished_at" = NULL WHERE "status" = 'ignored';
ALTER TABLE "stripe_event"
  ADD CONSTRAINT "stripe_event_status" CHECK ("status" IN ('processed', 'foreign', 'unhandled', 'failed')),
  ADD CONSTRAINT "stripe_event_finished" CHECK (("status" IN ('unhandled', 'failed')) = ("finished_at" IS NULL));
CREATE INDEX "stripe_event_unhandled" ON "stripe_event" ("type") WHERE "status" = 'unhandled';

-- What is undecided, and what was credited before its invoice was known: two sweeps, so that the first never waits for the other.
DROP INDEX "topup_intent_due";
CREATE INDEX "topup_intent_due" ON "topup_intent" ("next_check_at", "customer_id", "topup_intent_id")
  WHERE "next_check_at" IS NOT NULL AND "credited_at" IS NULL;
CREATE INDEX "topup_intent_invoice_due" ON "topup_intent" ("next_check_at", "customer_id", "topup_intent_id")
  WHERE "next_check_at" IS NOT NULL AND "credited_at" IS NOT NULL;
UPDATE "topup_intent" SET "next_check_at" = CURRENT_TIMESTAMP, "check_count" = 0
WHERE "credited_at" IS NOT NULL AND "invoice_hosted_url" IS NULL
  AND "session_params" -> 'invoice_creation' ->> 'enabled' = 'true';
