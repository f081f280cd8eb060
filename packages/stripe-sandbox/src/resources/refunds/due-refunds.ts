import type { Tx } from "../../runtime";
import { lockRefund } from "./lock-refund";
import { failRefund, showRefundReference, succeedRefund } from "./settle-refund";

/** Lets time do to refunds what it does: settle, fail, or bring the network's reference. */
export async function settleDueRefunds(tx: Tx): Promise<void> {
  const due = await tx.query<{ id: string }>(
    "SELECT id FROM object WHERE type = 'refund' AND due_at <= $1 ORDER BY due_at, seq",
    [tx.now],
  );
  for (const { id } of due) await settle(tx, id);
}

async function settle(tx: Tx, id: string): Promise<void> {
  const locked = await lockRefund(tx, id);
  // Somebody else was quicker when the row, now locked, is no longer due.
  const [due] = await tx.query("SELECT 1 FROM object WHERE id = $1 AND due_at <= $2", [id, tx.now]);
  if (!due || locked.secrets.next === null) return;
  switch (locked.secrets.next) {
    case "succeed":
      await succeedRefund(tx, locked);
      return;
    case "fail":
      await failRefund(tx, locked, "expired_or_canceled_card");
      return;
    case "reference":
      await showRefundReference(tx, locked);
      return;
    default:
      locked.secrets.next satisfies never;
  }
}
