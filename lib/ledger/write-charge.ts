import { isDatabaseUnavailable, isKeyTaken } from "@/lib/platform/db";
import { IdempotencyConflictError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";
import { log } from "@/lib/platform/log";
import { type Queued, RequestQueue } from "@/lib/platform/request-queue";
import { type ChargeEntry, type ChargeRow, type GroupResult, runCharge, runChargeGroup } from "./charge-sql";

type QueuedCharge = Queued<ChargeEntry, ChargeRow | null>;

/** While Postgres writes one batch, this process prepares the next. More batches would only be smaller. */
const MAX_CONCURRENT_BATCHES = 2;

/** A batch of this size takes about ten milliseconds, so its first charge does not wait long for the last. */
const MAX_BATCH_SIZE = 64;

/**
 * When charges of this many customers are queued, they are flushed without waiting for requests that are still being read.
 * Otherwise Postgres idles while this process prepares all of them, and this process idles while Postgres writes them.
 */
const EARLY_FLUSH_SIZE = 4;

/** How long a batch occupies its place among the concurrent ones: a slow batch must not delay the next. */
const FLUSH_TIMEOUT_MS = 20;

/** One customer whose row is locked must not fill the queue for everybody. */
const MAX_QUEUED_PER_CUSTOMER = 2_000;

const queue = new RequestQueue<ChargeEntry, ChargeRow | null>({
  groupOf: ({ customer }) => customer,
  maxPerGroup: MAX_QUEUED_PER_CUSTOMER,
});

/** Customers with charges in an unfinished batch. Their next charges stay in the queue, to keep their order. */
const busyCustomers = new Set<CustomerId>();

let activeBatches = 0;
let isFlushScheduled = false;

/**
 * Writes one charge. Charges that are queued at the same time share one round trip and one wait for the disk (group commit); a
 * charge that is refused does not affect the others. One customer's charges are written in order.
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

/** Flushes once the requests that this process has received are read from their sockets. */
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

/** @returns the charges that need a statement of their own */
async function writeGroup(batch: readonly QueuedCharge[]): Promise<readonly QueuedCharge[]> {
  try {
    const results = await runChargeGroup(batch.map(({ request }) => request));
    return batch.filter((charge, index) => !settle(charge, results[index] as GroupResult));
  } catch (error) {
    if (isDatabaseUnavailable(error)) {
      // It is unknown what was committed. The idempotency keys settle that when the callers try again.
      for (const { reject } of batch) reject(error);
      return [];
    }
    // One charge is at fault, and the others must not fail with it.
    log().warn(
      { err: error, charges: batch.length },
      "a group of charges failed; each charge is retried by itself",
    );
    return batch;
  }
}

/** @returns false when the charge needs a statement of its own */
function settle(charge: QueuedCharge, result: GroupResult): boolean {
  if ("row" in result) charge.resolve(result.row);
  else if (isKeyTaken({ code: result.sqlState })) charge.reject(new IdempotencyConflictError());
  // The SQLSTATE alone does not tell which unique key or which range was violated, and a locked row is worth waiting for.
  else return false;
  return true;
}

/** Writes a customer's charges with a statement each. Never rejects. */
async function writeOneByOne(customer: CustomerId, charges: readonly QueuedCharge[]): Promise<void> {
  let outage: unknown;
  for (const { request, resolve, reject } of charges) {
    try {
      // After an outage the rest is not attempted: each charge would wait for a deadline of its own.
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
