-- Limits of an account's columns, as domain types. Postgres parses a table's CHECK constraints again in every statement that
-- writes to the table, but a domain's only once per connection, for statements that set such a column.
CREATE DOMAIN "ledger_account_balance_nanos" AS BIGINT
  CONSTRAINT "ledger_account_balance_in_range" CHECK (VALUE BETWEEN -9000000000000000000 AND 9000000000000000000);
CREATE DOMAIN "ledger_account_held_nanos" AS BIGINT
  CONSTRAINT "ledger_account_held_not_negative" CHECK (VALUE >= 0);
CREATE DOMAIN "ledger_account_last_seq" AS BIGINT
  CONSTRAINT "ledger_account_seq_not_negative" CHECK (VALUE >= 0);
CREATE DOMAIN "ledger_account_status" AS TEXT
  CONSTRAINT "ledger_account_status" CHECK (VALUE IN ('active', 'frozen', 'closed'));

ALTER TABLE "ledger_account"
  ALTER COLUMN "balance_nanos" TYPE "ledger_account_balance_nanos",
  ALTER COLUMN "held_nanos" TYPE "ledger_account_held_nanos",
  ALTER COLUMN "last_seq" TYPE "ledger_account_last_seq",
  ALTER COLUMN "status" TYPE "ledger_account_status";
