import { AsyncLocalStorage } from "node:async_hooks";
import pg from "pg";
import Stripe from "stripe";
import type { Tx } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { hintFromStored, STRIPE_API_VERSION } from "@/lib/stripe";
import { HANDLERS, handleEvent } from "@/lib/stripe-events";
import { claimEvent, storeEvent } from "@/lib/stripe-events/event-store";
import type { RunningBrim } from "./brim";
import { onFileEnd } from "./file-resources";

/** An event of the sandbox, as it was recorded. */
export interface FedEvent {
  id: string;
  type: string;
  created: number;
  data: { object: Record<string, unknown> };
}

/** Reads the sandbox's events from its database, which is far faster than paging through its API. */
export interface EventFeed {
  /** Returns the events since the last call that Brim has a handler for, oldest first. */
  readNew(): Promise<FedEvent[]>;
  stop(): Promise<void>;
}

/** How many of the last events each read looks at again, because an event may be committed after a later one. */
const OVERLAP = 200;

/** Starts a feed. From then on the sandbox delivers nothing by itself. */
export async function startEventFeed(brim: RunningBrim): Promise<EventFeed> {
  for await (const { id } of brim.stripe.webhookEndpoints.list()) await brim.stripe.webhookEndpoints.del(id);
  const database = new pg.Pool({ connectionString: brim.sandboxDatabaseUrl, max: 2 });
  const forget = onFileEnd("the event feed", () => database.end());
  let recent: { id: string; seq: number }[] = [];

  async function read(): Promise<FedEvent[]> {
    const { rows } = await database.query<FedEvent & { seq: number }>(
      `SELECT seq::int, id, type, created::int, data FROM event
       WHERE seq > $1 AND type = ANY ($2) AND NOT id = ANY ($3) ORDER BY seq`,
      [(recent.at(-1)?.seq ?? 0) - OVERLAP, Object.keys(HANDLERS), recent.map(({ id }) => id)],
    );
    recent = [...recent, ...rows.map(({ id, seq }) => ({ id, seq }))]
      .sort((a, b) => a.seq - b.seq)
      .slice(-2 * OVERLAP);
    return rows;
  }

  let reading: Promise<unknown> = Promise.resolve();
  return {
    readNew() {
      const next = reading.then(read);
      reading = next.catch(() => undefined);
      return next;
    },
    async stop() {
      forget();
      await database.end();
    },
  };
}

/** Handles an event as the webhook does, without its signature and the network. */
export function handle(event: FedEvent): Promise<string> {
  return handleEvent(hintOf(event), new Date());
}

class CrashSignal extends Error {}

/** Handles an event in a process that dies before it commits: the event is stored, and nothing else remains. */
export async function handleAndCrash(event: FedEvent): Promise<void> {
  const hint = hintOf(event);
  const status = await storeEvent(hint, new Date());
  if (status !== "received" && status !== "failed") return;
  const claim = async (tx: Tx) => {
    await claimEvent(tx, hint, "processed");
    throw new CrashSignal();
  };
  try {
    await HANDLERS[event.type]?.(hint, claim, new Date());
  } catch (error) {
    if (!(error instanceof CrashSignal)) throw error;
  }
}

function hintOf(event: FedEvent) {
  return hintFromStored({ ...event, object: "event", api_version: STRIPE_API_VERSION, livemode: false });
}

let copies = 0;

/** Returns the same change under another event id, as Stripe sometimes sends it. */
export function copyOf(event: FedEvent): FedEvent {
  copies += 1;
  return { ...event, id: `${event.id}_copy${copies}` };
}

const outages = new AsyncLocalStorage<{ calls: number }>();

/** Lets the first calls to Stripe of some work fail without a response. Work that runs at the same time is not affected. */
export function withOutage<T>(calls: number, work: () => Promise<T>): Promise<T> {
  return outages.run({ calls }, work);
}

/** Gives Brim a client of Stripe that obeys `withOutage` and never retries by itself. */
export function installFallibleStripe(): void {
  const base = new URL(env().STRIPE_API_BASE ?? "");
  const brimStripe = new Stripe(env().STRIPE_SECRET_KEY, {
    apiVersion: STRIPE_API_VERSION,
    maxNetworkRetries: 0,
    telemetry: false,
    httpClient: Stripe.createFetchHttpClient(async (...request: Parameters<typeof fetch>) => {
      const outage = outages.getStore();
      if (outage && outage.calls-- > 0) throw new TypeError("fetch failed");
      return fetch(...request);
    }),
    protocol: "http",
    host: base.hostname,
    port: base.port,
  });
  Object.assign(globalThis, { brimStripe });
}
