import type { CustomerCheck } from "../finding";

/** Every customer has one account, every row of the ledger belongs to an account, and each account is within its limits. */
export const ACCOUNT_CHECKS: readonly CustomerCheck[] = [
  {
    name: "customer_without_account",
    sql: (part) => `
      SELECT c.customer_id, NULL AS seq, NULL AS subject_id, 'The customer has no ledger account.' AS message
      FROM ${part("customer")} c LEFT JOIN ${part("ledger_account")} a USING (customer_id)
      WHERE a.customer_id IS NULL`,
  },
  {
    name: "account_without_customer",
    sql: (part) => `
      SELECT a.customer_id, NULL AS seq, NULL AS subject_id,
             format('The ledger account has a balance of %s nanos but no customer.', a.balance_nanos) AS message
      FROM ${part("ledger_account")} a LEFT JOIN ${part("customer")} c USING (customer_id)
      WHERE c.customer_id IS NULL`,
  },
  {
    name: "transfer_without_account",
    sql: (part) => `
      SELECT t.customer_id, t.seq, t.transfer_id AS subject_id,
             format('The %s of %s nanos belongs to a customer without a ledger account.', t.kind, t.amount_nanos) AS message
      FROM ${part("ledger_transfer")} t LEFT JOIN ${part("ledger_account")} a USING (customer_id)
      WHERE a.customer_id IS NULL`,
  },
  {
    name: "hold_without_account",
    sql: (part) => `
      SELECT h.customer_id, NULL AS seq, h.hold_id AS subject_id,
             format('The hold of %s nanos belongs to a customer without a ledger account.', h.amount_nanos) AS message
      FROM ${part("ledger_hold")} h LEFT JOIN ${part("ledger_account")} a USING (customer_id)
      WHERE a.customer_id IS NULL`,
  },
  {
    name: "account_limits",
    sql: (part) => `
      SELECT customer_id, NULL AS seq, NULL AS subject_id,
             format('The account is outside its limits: status %s, balance %s nanos, held %s nanos, last sequence number %s.',
                    status, balance_nanos, held_nanos, last_seq) AS message
      FROM ${part("ledger_account")} p
      WHERE status NOT IN ('active', 'frozen', 'closed') OR (frozen_by IS NOT NULL AND status <> 'frozen') OR held_nanos < 0 OR last_seq < 0
        OR balance_nanos NOT BETWEEN -9000000000000000000 AND 9000000000000000000`,
  },
];
