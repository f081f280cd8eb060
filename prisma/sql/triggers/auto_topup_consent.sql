CREATE TRIGGER "auto_topup_consent_append_only" BEFORE UPDATE OR DELETE ON "auto_topup_consent"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER "auto_topup_consent_no_truncate" BEFORE TRUNCATE ON "auto_topup_consent"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
