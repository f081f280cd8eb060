CREATE TRIGGER "topup_timeline_append_only" BEFORE UPDATE OR DELETE ON "topup_timeline"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
