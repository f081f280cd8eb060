import { deleteExpiredKeys, releaseIdempotencyKey } from "./api/idempotency";
import { endDuePayments } from "./payments/settle-debit";
import { makeDueMovementsAvailable } from "./resources/balance-transactions/make-available";
import { endDueCaptures } from "./resources/charges/late-capture";
import { expireDueSessions } from "./resources/checkout-sessions/expire-session";
import { decideDueDisputes } from "./resources/disputes/due-disputes";
import { settleDueRefunds } from "./resources/refunds/due-refunds";
import { inTransaction, NO_REQUEST, type Runtime, type Tx } from "./runtime";

const INTERVAL_MS = 1_000;

export interface Housekeeping {
  /** Lets the round that is going on end. */
  stop(): Promise<void>;
}

type Task = (runtime: Runtime) => Promise<void>;

const tasks: readonly Task[] = [runDueWork, deleteOldKeys, releaseKeys];

/** Does what is due and forgets old idempotency keys, about once a second; a slow round delays the next one. */
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

/** Each chore on its own: work that fails every time must not keep the others from being done. */
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

/** One kind of work that waits for its time (`due_at`); does nothing when nothing is due. */
type DueWork = (tx: Tx) => Promise<unknown>;

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
