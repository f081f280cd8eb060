CREATE TRIGGER "ledger_hold_key_is_no_transfer" BEFORE INSERT ON "ledger_hold"
  FOR EACH ROW WHEN (NEW."idempotency_key" IS NOT NULL) EXECUTE FUNCTION ledger_refuse_key_of_transfer();
