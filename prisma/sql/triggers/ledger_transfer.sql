CREATE TRIGGER "ledger_transfer_append_only" BEFORE UPDATE OR DELETE ON "ledger_transfer"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER "ledger_transfer_no_truncate" BEFORE TRUNCATE ON "ledger_transfer"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- For INSERT only, because rows cannot be updated. Triggers run in name order, so one that changes a new row must
-- come before this one. ALWAYS includes rows from replication. There is no WHEN condition, because Postgres would parse it again
-- in every statement.
CREATE TRIGGER "ledger_transfer_is_lawful" BEFORE INSERT ON "ledger_transfer"
  FOR EACH ROW EXECUTE FUNCTION ledger_transfer_is_lawful();
ALTER TABLE "ledger_transfer" ENABLE ALWAYS TRIGGER "ledger_transfer_is_lawful";
