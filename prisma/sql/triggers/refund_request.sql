CREATE TRIGGER "refund_request_key_is_no_other" BEFORE INSERT ON "refund_request"
  FOR EACH ROW WHEN (NEW."idempotency_key" IS NOT NULL) EXECUTE FUNCTION refund_request_refuse_key_of_others();
