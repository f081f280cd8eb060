import { isDatabaseUnavailable, isKeyTaken, onPool, type Statement } from "@/lib/platform/db";
import { IdempotencyConflictError } from "@/lib/platform/errors";
import { log } from "@/lib/platform/log";
import { type Queued, RequestQueue } from "@/lib/platform/request-queue";
import { type ChargeEntry, type ChargeRow, runCharge } from "./charge-statement";

/** Its text stands in the migration that makes the procedure: it must be there, because it commits as it goes. */
export const CHARGE_IN_TURN: Statement = {
  name: "ledger_charge_in_turn",
  text: "CALL ledger_charge_in_turn($1::jsonb)",
};

/** What was written, null where nothing was, or the SQLSTATE of what went wrong. */
type Answer = [balance: string, held: string, at: string] | null | string;

type QueuedCharge = Queued<ChargeEntry, ChargeRow | null>;

const queue = new RequestQueue<ChargeEntry, ChargeRow | null>();

/** While the database works on one, this process prepares the other. More would only be smaller. */
const MAX_TRIPS = 2;

/** They are written in some ten milliseconds: the first does not wait long for the last. */
const MAX_TOGETHER = 64;

/**
 * So many leave at once, and do not wait for those that are still being read: otherwise the database rests while this
 * process prepares all of them, and this process while the database writes them.
 */
const ENOUGH = 4;

/** How long a trip may keep others waiting, who have nothing to do with its customers' rows. */
const PATIENCE_MS = 20;

let tripsUnderWay = 0;
let isLeaving = false;

/**
 * Writes one charge. Those of other customers that come at the same time travel together in one round trip, where each is a
 * transaction of its own; only the disk is waited for once for all of them.
 *
 * @returns null when nothing was written, because of a known key or of what the account says
 * @throws what `runCharge` throws · ServiceUnavailableError those before took too long; nothing was tried
 */
export function chargeInTurn(entry: ChargeEntry): Promise<ChargeRow | null> {
  const result = queue.enqueue(entry);
  if (queue.length >= ENOUGH) leave();
  else if (!isLeaving) {
    isLeaving = true;
    setImmediate(leave); // with whoever has come by then: all requests that the process has read from its sockets
  }
  return result;
}

function leave(): void {
  isLeaving = false;
  if (tripsUnderWay < MAX_TRIPS) void travel();
}

/** Makes trips until nobody waits. */
async function travel(): Promise<void> {
  tripsUnderWay += 1;
  for (let next = queue.dequeue(MAX_TOGETHER); next.length > 0; next = queue.dequeue(MAX_TOGETHER)) {
    await patiently(write(next));
  }
  tripsUnderWay -= 1;
}

function write(together: readonly QueuedCharge[]): Promise<void> {
  const [first, second] = together;
  return first && !second ? writeAlone(first) : writeInTurn(together);
}

/** Waits for some work, but not for long. Does not throw. */
function patiently(work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS);
    void work.finally(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Tells a caller what became of its charge. Does not throw. */
function writeAlone({ request, resolve, reject }: QueuedCharge): Promise<void> {
  return runCharge(request).then(resolve, reject);
}

async function writeInTurn(together: readonly QueuedCharge[]): Promise<void> {
  try {
    const entries = JSON.stringify(together.map(({ request }) => request));
    const [row] = await onPool().run<{ items: Answer[] }>(CHARGE_IN_TURN, [entries]);
    together.forEach((one, index) => {
      tell(one, row?.items[index]);
    });
  } catch (error) {
    // A database that is away is so for all, and nobody knows what it has written: the key tells, when they ask again.
    if (isDatabaseUnavailable(error)) {
      for (const { reject } of together) reject(error);
      return;
    }
    // Anything else is the fault of one of them, and the others must not suffer for it.
    log().warn({ err: error, charges: together.length }, "charges could not travel together");
    for (const one of together) void writeAlone(one);
  }
}

function tell(one: QueuedCharge, answer: Answer | undefined): void {
  if (Array.isArray(answer)) {
    const [balance, held, at] = answer;
    one.resolve({ balance, held, created_at: new Date(at) });
    return;
  }
  if (answer === null) one.resolve(null);
  else if (isKeyTaken({ code: answer })) one.reject(new IdempotencyConflictError());
  // A unique key, of which the code does not tell which; a locked row; a balance out of range: alone it waits as long as it
  // takes, or says what is wrong.
  else void writeAlone(one);
}
