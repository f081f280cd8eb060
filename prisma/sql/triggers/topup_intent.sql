CREATE TRIGGER "topup_intent_key_is_no_spending" BEFORE INSERT ON "topup_intent"
  FOR EACH ROW WHEN (NEW."idempotency_key" IS NOT NULL) EXECUTE FUNCTION topup_refuse_key_of_spending();
