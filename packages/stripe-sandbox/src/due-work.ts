import { endDuePayments } from "./payments/settle-debit";
import { makeDueMovementsAvailable } from "./resources/balance-transactions/make-available";
import { endDueCaptures } from "./resources/charges/late-capture";
import { expireDueSessions } from "./resources/checkout-sessions/expire-session";
import { decideDueDisputes } from "./resources/disputes/due-disputes";
import { settleDueRefunds } from "./resources/refunds/due-refunds";
import type { Tx } from "./runtime";

/** One kind of work that waits for its time (`due_at`); does nothing when nothing is due. */
export type DueWork = (tx: Tx) => Promise<unknown>;

const works: readonly DueWork[] = [
  expireDueSessions,
  endDuePayments,
  endDueCaptures,
  makeDueMovementsAvailable,
  settleDueRefunds,
  decideDueDisputes,
];

/** Does everything whose time has come on the sandbox's clock. Called about once a second and when the clock moves. */
export async function doDueWork(tx: Tx): Promise<void> {
  for (const work of works) await work(tx);
}
