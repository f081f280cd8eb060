import type { Tx } from "../../runtime";
import { canEscalate, closeWarning, escalateInquiry, loseDispute, winDispute } from "./decide-dispute";
import { type LockedDispute, lockDispute } from "./lock-dispute";

/** Lets the banks decide what they have promised, and ends what nobody answered. */
export async function decideDueDisputes(tx: Tx): Promise<void> {
  const due = await tx.query<{ id: string }>(
    "SELECT id FROM object WHERE type = 'dispute' AND due_at <= $1 ORDER BY due_at, seq",
    [tx.now],
  );
  for (const { id } of due) {
    const locked = await lockDispute(tx, id);
    // Somebody else was quicker when the row, now locked, is no longer due.
    const [still] = await tx.query("SELECT 1 FROM object WHERE id = $1 AND due_at <= $2", [id, tx.now]);
    if (still) await decide(tx, locked);
  }
}

async function decide(tx: Tx, locked: LockedDispute): Promise<void> {
  const { next } = locked.secrets;
  switch (next) {
    case "win":
      await winDispute(tx, locked);
      return;
    case "lose":
      await loseDispute(tx, locked);
      return;
    case "escalate":
      // Refunded or taken in the meantime: the bank has nothing left to take.
      await ((await canEscalate(tx, locked)) ? escalateInquiry(tx, locked) : closeWarning(tx, locked));
      return;
    case "close_warning":
      await closeWarning(tx, locked);
      return;
    case null:
      return;
    default:
      next satisfies never;
  }
}
