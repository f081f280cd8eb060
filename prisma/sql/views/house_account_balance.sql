-- The other side of all transfers. House accounts have no stored balance, because every posting would wait for that one row.
CREATE OR REPLACE VIEW "house_account_balance" AS
  SELECT "house_account",
         sum(CASE "direction" WHEN 'credit' THEN -"amount_nanos" ELSE "amount_nanos" END) AS "balance_nanos",
         count(*) AS "transfers"
  FROM "ledger_transfer"
  GROUP BY "house_account";
