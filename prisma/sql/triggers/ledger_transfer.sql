CREATE TRIGGER "ledger_transfer_append_only" BEFORE UPDATE OR DELETE ON "ledger_transfer"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER "ledger_transfer_no_truncate" BEFORE TRUNCATE ON "ledger_transfer"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Only an INSERT can write a row. Triggers run in the order of their names, so one that changes a new row would have to come
-- before this one. ALWAYS: also for a row that replication brings. A condition (WHEN) would be read again in every statement.
CREATE TRIGGER "ledger_transfer_is_lawful" BEFORE INSERT ON "ledger_transfer"
  FOR EACH ROW EXECUTE FUNCTION ledger_transfer_is_lawful();
ALTER TABLE "ledger_transfer" ENABLE ALWAYS TRIGGER "ledger_transfer_is_lawful";
