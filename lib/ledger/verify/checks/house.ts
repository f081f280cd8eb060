import type { Check } from "../finding";

/** Every transfer has two sides, so that all balances together are nothing. */
export const HOUSE_CHECKS: readonly Check[] = [
  {
    name: "house_total",
    sql: `
      SELECT NULL AS customer_id, NULL AS seq, NULL AS subject_id,
             format('The customers and the house accounts have %s nanos together, not 0.', customers + house) AS message
      FROM (SELECT coalesce(sum(balance_nanos), 0) AS customers FROM ledger_account) c,
           (SELECT coalesce(sum(balance_nanos), 0) AS house FROM house_account_balance) h
      WHERE customers + house <> 0`,
  },
];
