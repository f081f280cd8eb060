import type { Tx } from "../../runtime";

/** Turns pending money whose day has come into available money. One statement: a busy day has many payments. */
export async function makeDueMovementsAvailable(tx: Tx): Promise<void> {
  await tx.query(
    `UPDATE object SET due_at = NULL, data = jsonb_set(data::jsonb, '{status}', '"available"')::json
     WHERE id IN (
       SELECT id FROM object WHERE type = 'balance_transaction' AND due_at <= $1
       ORDER BY due_at, id FOR UPDATE SKIP LOCKED)`,
    [tx.now],
  );
}
