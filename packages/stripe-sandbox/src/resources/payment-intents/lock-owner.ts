import type { Tx } from "../../runtime";

/**
 * Locks what an intent belongs to, before the intent itself. The hosted page takes its locks in this order too, so the
 * two never wait for each other.
 */
export async function lockOwner(tx: Tx, intentId: string): Promise<void> {
  const field = intentId.startsWith("seti_") ? "setup_intent" : "payment_intent";
  await tx.query(
    `SELECT id FROM object
     WHERE (type = 'checkout.session' AND refs @> $1)
        OR (type = 'invoice' AND id IN (
              SELECT refs ->> 'invoice' FROM object WHERE type = 'invoice_payment' AND refs @> $1))
     ORDER BY id FOR UPDATE`,
    [JSON.stringify({ [field]: intentId })],
  );
}
