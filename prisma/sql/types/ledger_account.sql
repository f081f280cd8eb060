-- The limits of an account's columns. Postgres reads the text of a CHECK again in every statement that writes to its table;
-- what a type says it reads once in a connection, and only for statements that set a column of that type.
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
