import { deleteExpiredKeys, releaseIdempotencyKey } from "./api/idempotency";
import { endDuePayments } from "./payments/settle-debit";
import { makeDueFundsAvailable } from "./resources/balance/balance-transaction";
import { endDueCaptures } from "./resources/charges/capture";
import { expireDueSessions } from "./resources/checkout-sessions/expire-session";
import { decideDueDisputes } from "./resources/disputes/decide-dispute";
import { endDuePayouts } from "./resources/payouts/payout";
import { settleDueRefunds } from "./resources/refunds/settle-refund";
import { inTransaction, NO_REQUEST, type Runtime, type Tx } from "./runtime";

const INTERVAL_MS = 1_000;

export interface Housekeeping {
  /** Waits for the current round to end. */
  stop(): Promise<void>;
}

type Task = (runtime: Runtime) => Promise<void>;

const tasks: readonly Task[] = [runDueWork, deleteOldKeys, releaseKeys];

/** Runs due work and deletes old idempotency keys about once a second; a slow round delays the next one. */
export function startHousekeeping(runtime: Runtime): Housekeeping {
  let round: Promise<void> | undefined;
  const timer = setInterval(() => {
    round ??= runTasks(runtime).finally(() => {
      round = undefined;
    });
  }, INTERVAL_MS);
  return {
    async stop() {
      clearInterval(timer);
      await round;
    },
  };
}

/** Runs each task separately: one that keeps failing must not block the others. */
async function runTasks(runtime: Runtime): Promise<void> {
  for (const chore of tasks) {
    try {
      await chore(runtime);
    } catch (error) {
      runtime.log.error({ err: error, chore: chore.name }, "sandbox housekeeping failed");
    }
  }
}

async function runDueWork(runtime: Runtime): Promise<void> {
  const [due] = await runtime.db.query("SELECT 1 FROM object WHERE due_at <= $1 LIMIT 1", [
    runtime.clock.now(),
  ]);
  if (due) await inTransaction(runtime, NO_REQUEST, doDueWork);
}

async function deleteOldKeys(runtime: Runtime): Promise<void> {
  await deleteExpiredKeys(runtime.db, runtime.clock.now());
}

async function releaseKeys(runtime: Runtime): Promise<void> {
  for (const key of runtime.keysToRelease) {
    await releaseIdempotencyKey(runtime.db, key);
    runtime.keysToRelease.delete(key);
  }
}

/** Work on objects whose `due_at` has passed; does nothing if there are none. */
type DueWork = (tx: Tx) => Promise<unknown>;

const works: readonly DueWork[] = [
  expireDueSessions,
  endDuePayments,
  endDueCaptures,
  makeDueFundsAvailable,
  settleDueRefunds,
  decideDueDisputes,
  endDuePayouts,
];

/** Does all work that is due on the sandbox's clock. Called about once a second and when the clock moves. */
export async function doDueWork(tx: Tx): Promise<void> {
  for (const work of works) await work(tx);
}
