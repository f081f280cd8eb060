import { RequestQueue } from "@/lib/platform/request-queue";
import { pool } from "./pool";
import { type Tx, withTransaction } from "./prisma";

/** What a customer has under way: how much of it has a connection, and what waits for one. */
interface Share {
  running: number;
  readonly queue: RequestQueue<void, void>;
}

/** An entry for each customer that has work under way, and for no other. */
const shares = new Map<string, Share>();

/** One customer may use this part of the connections. Its statements wait for its row anyway, one behind the other. */
const SHARE = 1 / 8;

/**
 * Runs work that may wait for a customer's row in the database. Only a small share of the connections does so for one
 * customer at a time, so that a row that is locked for long leaves the others to everybody else. The rest waits in this
 * process.
 *
 * Must not be nested: work that waits for itself would not go on.
 *
 * @throws ServiceUnavailableError it waited for too long; nothing was tried
 */
export async function inCustomerShare<T>(customerId: string, work: () => Promise<T>): Promise<T> {
  const share = shareOf(customerId);
  if (share.running < maxRunning()) share.running += 1;
  else await share.queue.enqueue(); // whoever ends hands its place on
  try {
    return await work();
  } finally {
    handOn(customerId, share);
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

function handOn(customerId: string, share: Share): void {
  const [next] = share.queue.dequeue(1);
  if (next) next.resolve();
  else if (--share.running === 0) shares.delete(customerId);
}

function maxRunning(): number {
  return Math.max(1, Math.floor(pool().options.max * SHARE));
}
