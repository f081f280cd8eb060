import type { CallMeter, RateLimitMode } from "./api/call-meter";
import type { FaultList } from "./faults/api-faults";
import type { DeliveryFaultList } from "./faults/delivery-faults";
import type { ConfiguredEndpoint, SandboxLog } from "./options";
import type { Clock } from "./store/clock";
import type { Database, Queryable } from "./store/database";
import { type Random, withRandom } from "./store/random";

/** The state of one running sandbox. Modules have no state, so several sandboxes can run in one process. */
export interface Runtime {
  db: Database;
  clock: Clock;
  log: SandboxLog;
  /** Distinguishes this process from earlier ones that were killed. */
  bootId: string;
  secretKey: string;
  /** Base address of the hosted pages, without a trailing slash. */
  publicUrl: string;
  faults: FaultList;
  deliveryFaults: DeliveryFaultList;
  calls: CallMeter;
  /** The rate limits at the start. */
  rateLimitMode: RateLimitMode;
  /** Permissions that the key lacks, such as `charge_read`. In memory only: a restart clears them. */
  withheldPermissions: Set<string>;
  random: Random;
  deliveries: DeliveryQueue;
  redirectWaitMs: number;
  /** Idempotency keys of requests that failed while the database was unavailable; still to be released. */
  keysToRelease: Set<string>;
  /** The endpoint from the sandbox's options. */
  configuredEndpoint: ConfiguredEndpoint | undefined;
}

/** The part of the delivery loop that the rest of the sandbox uses. */
export interface DeliveryQueue {
  /** Polls for due deliveries now. */
  wake(): void;
  /** Resolves when the current poll has ended, so that changes apply to the next one. */
  afterCurrentPoll(): Promise<void>;
  /** Resolves when every delivery of the event has succeeded, or after the timeout. */
  waitFor(eventId: string, timeoutMs: number): Promise<void>;
}

/** The API request that causes a change; empty for hosted pages and timers. */
export interface Origin {
  requestId: string | null;
  idempotencyKey: string | null;
}

export const NO_REQUEST: Origin = { requestId: null, idempotencyKey: null };

/** One transaction of the sandbox. */
export interface Tx extends Queryable {
  /** Unix seconds; the same for everything in the transaction. */
  now: number;
  origin: Origin;
  publicUrl: string;
  withheldPermissions: ReadonlySet<string>;
}

/**
 * Runs a change, its events and their deliveries as one transaction, then starts the deliveries. The body may run
 * more than once, so it must only query the database.
 */
export async function inTransaction<T>(
  runtime: Runtime,
  origin: Origin,
  body: (tx: Tx) => Promise<T>,
): Promise<T> {
  const result = await withRandom(runtime.random, () =>
    runtime.db.transaction((queryable) =>
      body({
        query: (sql, values) => queryable.query(sql, values),
        now: runtime.clock.now(),
        origin,
        publicUrl: runtime.publicUrl,
        withheldPermissions: runtime.withheldPermissions,
      }),
    ),
  );
  runtime.deliveries.wake();
  return result;
}
