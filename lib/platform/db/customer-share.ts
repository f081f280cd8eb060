import { RequestQueue } from "@/lib/platform/request-queue";
import { pool } from "./pool";
import { type Tx, withTransaction } from "./prisma";

/** The work of one customer: how much of it is running, and what is queued. */
interface Share {
  running: number;
  readonly queue: RequestQueue<void, void>;
}

/** Has an entry only for customers with running work. */
const shares = new Map<string, Share>();

/** The part of the connections that one customer may use. Its statements wait for each other's locks anyway. */
const SHARE = 1 / 8;

/**
 * Runs work that may wait for a lock on a customer's rows. One customer uses only a small share of the connections, so that a
 * row that is locked for long does not block other customers. The rest is queued in this process.
 *
 * Must not be nested: it would wait for itself.
 *
 * @throws ServiceUnavailableError it timed out in the queue and was never attempted
 */
export async function inCustomerShare<T>(customerId: string, work: () => Promise<T>): Promise<T> {
  const share = shareOf(customerId);
  if (share.running < maxRunning()) share.running += 1;
  else await share.queue.enqueue(); // `release` passes the place on
  try {
    return await work();
  } finally {
    release(customerId, share);
  }
}

/** Runs `body` in a transaction that may wait for a customer's rows. */
export function withCustomerTransaction<T>(customerId: string, body: (tx: Tx) => Promise<T>): Promise<T> {
  return inCustomerShare(customerId, () => withTransaction(body));
}

function shareOf(customerId: string): Share {
  const known = shares.get(customerId);
  if (known) return known;
  const share = { running: 0, queue: new RequestQueue<void, void>() };
  shares.set(customerId, share);
  return share;
}

function release(customerId: string, share: Share): void {
  const [next] = share.queue.dequeue(1);
  if (next) next.resolve();
  else if (--share.running === 0) shares.delete(customerId);
}

function maxRunning(): number {
  return Math.max(1, Math.floor(pool().options.max * SHARE));
}
