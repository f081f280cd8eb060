import { isDatabaseUnavailable, isKeyTaken } from "@/lib/platform/db";
import { IdempotencyConflictError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";
import { log } from "@/lib/platform/log";
import { type Queued, RequestQueue } from "@/lib/platform/request-queue";
import {
  type ChargeEntry,
  type ChargeRow,
  type GroupResult,
  runCharge,
  runChargeGroup,
} from "./charge-statements";

type QueuedCharge = Queued<ChargeEntry, ChargeRow | null>;

/** While Postgres writes one batch, this process prepares the other. More would only be smaller. */
const MAX_CONCURRENT_BATCHES = 2;

/** A batch is written in some ten milliseconds, so the first charge of it does not wait long for the last. */
const MAX_BATCH_SIZE = 64;

/**
 * This many are flushed at once, without waiting for requests that are still being read: otherwise Postgres idles while
 * this process prepares all of them, and this process idles while Postgres writes them.
 */
const EARLY_FLUSH_SIZE = 4;

/** How long a batch may keep the next one from being sent. */
const FLUSH_TIMEOUT_MS = 20;

/** One customer whose row is locked must not fill the queue for everybody. */
const MAX_QUEUED_PER_CUSTOMER = 2_000;

const queue = new RequestQueue<ChargeEntry, ChargeRow | null>({
  groupOf: ({ customer }) => customer,
  maxPerGroup: MAX_QUEUED_PER_CUSTOMER,
});

/** Customers with charges in a batch that is being written. Their next ones stay in the queue, which keeps the order. */
const busyCustomers = new Set<CustomerId>();

let activeBatches = 0;
let isFlushScheduled = false;

/**
 * Writes one charge. Charges that are queued at the same time, of any customers, share one round trip and one wait for the
 * disk (group commit); each is still a transaction of its own. One customer's charges are written in order.
 *
 * @returns null when nothing was written, because the key is known or the account does not allow it
 * @throws what `runCharge` throws
 * @throws ServiceUnavailableError the charge timed out in the queue and was never attempted
 */
export function writeCharge(entry: ChargeEntry): Promise<ChargeRow | null> {
  const result = queue.enqueue(entry);
  if (queue.groups >= EARLY_FLUSH_SIZE) flush();
  else scheduleFlush();
  return result;
}

/** Flushes after all requests that this process has already received were read from their sockets. */
function scheduleFlush(): void {
  if (isFlushScheduled || queue.length === 0) return;
  isFlushScheduled = true;
  setImmediate(() => {
    isFlushScheduled = false;
    flush();
  });
}

function flush(): void {
  while (activeBatches < MAX_CONCURRENT_BATCHES) {
    const batch = queue.dequeue(MAX_BATCH_SIZE, ({ customer }) => !busyCustomers.has(customer));
    if (batch.length === 0) return;
    for (const { request } of batch) busyCustomers.add(request.customer);
    void sendBatch(batch);
  }
}

async function sendBatch(batch: readonly QueuedCharge[]): Promise<void> {
  activeBatches += 1;
  await settledWithin(FLUSH_TIMEOUT_MS, writeBatch(batch));
  activeBatches -= 1;
  flush();
}

/** Waits until `work` is done, at most for `timeoutMs`. */
function settledWithin(timeoutMs: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    void work.finally(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Writes a batch and settles the promise of each charge. Never rejects. */
async function writeBatch(batch: readonly QueuedCharge[]): Promise<void> {
  const unwritten = batch.length === 1 ? batch : await writeGroup(batch);
  const waiting = groupByCustomer(unwritten);
  release(batch.map(({ request }) => request.customer).filter((customer) => !waiting.has(customer)));
  await Promise.all([...waiting].map(([customer, charges]) => writeOneByOne(customer, charges)));
}

/** @returns the charges that have to be written by themselves */
async function writeGroup(batch: readonly QueuedCharge[]): Promise<readonly QueuedCharge[]> {
  try {
    const results = await runChargeGroup(batch.map(({ request }) => request));
    return batch.filter((charge, index) => !settle(charge, results[index] as GroupResult));
  } catch (error) {
    if (isDatabaseUnavailable(error)) {
      // What was committed is unknown. The idempotency keys tell when the callers try again.
      for (const { reject } of batch) reject(error);
      return [];
    }
    // One of them is at fault, and the others must not suffer for it.
    log().warn({ err: error, charges: batch.length }, "a group of charges failed; each is written by itself");
    return batch;
  }
}

/** @returns false when the charge has to be written by itself */
function settle(charge: QueuedCharge, result: GroupResult): boolean {
  if ("row" in result) charge.resolve(result.row);
  else if (isKeyTaken({ code: result.sqlState })) charge.reject(new IdempotencyConflictError());
  // The SQLSTATE does not tell which unique key it was or what is out of range, and a locked row is worth waiting for.
  else return false;
  return true;
}

/** Writes a customer's charges with a statement each. Never rejects. */
async function writeOneByOne(customer: CustomerId, charges: readonly QueuedCharge[]): Promise<void> {
  let outage: unknown;
  for (const { request, resolve, reject } of charges) {
    try {
      // After an outage the others are not attempted: each would wait for a deadline of its own.
      if (outage) throw outage;
      resolve(await runCharge(request));
    } catch (error) {
      if (isDatabaseUnavailable(error)) outage = error;
      reject(error);
    }
  }
  release([customer]);
}

function release(customers: readonly CustomerId[]): void {
  for (const customer of customers) busyCustomers.delete(customer);
  scheduleFlush();
}

function groupByCustomer(charges: readonly QueuedCharge[]): Map<CustomerId, QueuedCharge[]> {
  const groups = new Map<CustomerId, QueuedCharge[]>();
  for (const charge of charges) {
    const { customer } = charge.request;
    const group = groups.get(customer);
    if (group) group.push(charge);
    else groups.set(customer, [charge]);
  }
  return groups;
}
