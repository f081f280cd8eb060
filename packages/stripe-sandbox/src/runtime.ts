import type { FaultList } from "./faults/api-faults";
import type { DeliveryFaultList } from "./faults/delivery-faults";
import type { ConfiguredEndpoint, SandboxLog } from "./options";
import type { PaymentResult } from "./resources/payment-intents/payment-result";
import type { Clock } from "./store/clock";
import type { Database, Queryable } from "./store/database";
import { type Random, withRandom } from "./store/random";

/** Everything one running sandbox owns. Passed down; there is no state in modules, so many can run side by side. */
export interface Runtime {
  db: Database;
  clock: Clock;
  log: SandboxLog;
  /** Tells claims of this process from those that a killed one left behind. */
  bootId: string;
  secretKey: string;
  /** Where a browser finds the hosted pages; no slash at the end. */
  publicUrl: string;
  faults: FaultList;
  deliveryFaults: DeliveryFaultList;
  random: Random;
  deliveries: DeliveryQueue;
  redirectWaitMs: number;
  /** Idempotency keys whose request failed while the database was away; still to be given back. */
  keysToRelease: Set<string>;
  /** The endpoint that exists without having been made through the API. */
  configuredEndpoint: ConfiguredEndpoint | undefined;
  /** Tells the Checkout Session or invoice of a payment how the payment ended. */
  notifyPaymentOwner(tx: Tx, result: PaymentResult): Promise<unknown>;
}

/** What the rest of the sandbox may ask of the delivery loop. */
export interface DeliveryQueue {
  /** Looks for due deliveries now instead of at the next poll. */
  wake(): void;
  /** Resolves when the look for due deliveries that is going on has ended: what was changed holds for the next. */
  afterCurrentPoll(): Promise<void>;
  /** Resolves when every delivery of the event has been answered with 2xx, or when the time is up. */
  waitFor(eventId: string, timeoutMs: number): Promise<void>;
}

/** Why something changes: the API request behind it, or nobody for the hosted page and timers. */
export interface Origin {
  requestId: string | null;
  idempotencyKey: string | null;
}

export const NO_REQUEST: Origin = { requestId: null, idempotencyKey: null };

/** One transaction of the sandbox, with the time at which it happens. */
export interface Tx extends Queryable {
  /** Unix seconds; the same for everything in the transaction. */
  now: number;
  origin: Origin;
  publicUrl: string;
  /** Tells the Checkout Session or invoice of a payment how the payment ended. */
  notifyPaymentOwner(result: PaymentResult): Promise<unknown>;
}

/**
 * Runs a change, its events and their deliveries as one transaction, then starts the deliveries. The body may run
 * more than once, so it does nothing but queries.
 */
export async function inTransaction<T>(
  runtime: Runtime,
  origin: Origin,
  body: (tx: Tx) => Promise<T>,
): Promise<T> {
  const result = await withRandom(runtime.random, () =>
    runtime.db.transaction((queryable) => {
      const tx: Tx = {
        query: (sql, values) => queryable.query(sql, values),
        now: runtime.clock.now(),
        origin,
        publicUrl: runtime.publicUrl,
        notifyPaymentOwner: (result) => runtime.notifyPaymentOwner(tx, result),
      };
      return body(tx);
    }),
  );
  runtime.deliveries.wake();
  return result;
}
