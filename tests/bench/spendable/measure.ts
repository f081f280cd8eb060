import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { pool } from "@/lib/platform/db";
import { startElectedJob } from "@/lib/platform/jobs";
import { READ_EVENTS_JOB } from "@/lib/reconciliation";
import { countLookUps } from "../../support/count-look-ups";
import { type BlockedCustomer, blockCustomer, charge } from "./customers";
import type { StripeProcess } from "./stripe-process";

export interface Scenario {
  name: string;
  customers: number;
  /** Payments a second; Infinity: all before the reader of events starts. */
  perSecond: number;
  dropsEvents: boolean;
  /** What the 99th percentile should not exceed. */
  limitMs: number;
}

/**
 * A payment costs about a quarter of a second of CPU time here: Stripe sends six events, and the local Stripe and Postgres share
 * the machine. Two cores keep up with seven payments a second; beyond that the script measures its own queue.
 */
export const SCENARIOS: readonly Scenario[] = [
  { name: "with events", customers: 1_000, perSecond: 5, dropsEvents: false, limitMs: 1_000 },
  {
    name: "every event dropped, 5 payments a second",
    customers: 200,
    perSecond: 5,
    dropsEvents: true,
    limitMs: 15_000,
  },
  {
    name: "every event dropped, 1,000 payments at once",
    customers: 1_000,
    perSecond: Number.POSITIVE_INFINITY,
    dropsEvents: true,
    limitMs: 60_000,
  },
];

const AT_ONCE = 8;

/** When nobody has been credited for this long, the scenario ends. */
const GIVE_UP_MS = 120_000;

interface Result {
  blocked: readonly BlockedCustomer[];
  /** When each customer's first charge succeeded. */
  spentAt: Map<string, number>;
  /** Charges that were refused although the credit was committed before. */
  refused: string[];
  lookUps: Date[];
}

/** Runs a scenario and prints what it measured. */
export async function measure(
  scenario: Scenario,
  share: number,
  { url, stripe }: { url: string; stripe: StripeProcess },
): Promise<void> {
  await stripe.control("/deliveries/mode", { mode: scenario.dropsEvents ? "drop" : "deliver" });
  const count = Math.ceil(scenario.customers * share);
  const blocked = shuffle(await inParallel(Array.from({ length: count }), () => blockCustomer(url)));
  const lookUps = await countLookUps();
  const isAtOnce = scenario.perSecond === Number.POSITIVE_INFINITY;
  let reader = isAtOnce ? null : startElectedJob(READ_EVENTS_JOB);
  const cpu = { brim: process.cpuUsage(), stripe: stripe.cpuSeconds() };
  const spending = spendWhenCredited(blocked, url);
  await pay(blocked, scenario, stripe);
  if (isAtOnce) for (const customer of blocked) customer.paidAt = Date.now();
  reader ??= startElectedJob(READ_EVENTS_JOB);
  const { spentAt, refused } = await spending;
  await reader.stop();
  report(scenario, { blocked, spentAt, refused, lookUps: await lookUps() });
  await reportStages(blocked);
  const { user, system } = process.cpuUsage(cpu.brim);
  const each = (seconds: number) => `${((seconds * 1_000) / count).toFixed(0)} ms`;
  console.log(
    `  CPU time for each payment: Brim and this script ${each((user + system) / 1e6)}, ` +
      `the local Stripe ${each(stripe.cpuSeconds() - cpu.stripe)}`,
  );
}

/** Sends a charge for each customer as soon as the credit is committed, until all have succeeded. */
async function spendWhenCredited(
  blocked: readonly BlockedCustomer[],
  url: string,
): Promise<Pick<Result, "spentAt" | "refused">> {
  const spentAt = new Map<string, number>();
  const refused: string[] = [];
  let progressAt = Date.now();
  while (spentAt.size < blocked.length && Date.now() - progressAt < GIVE_UP_MS) {
    await inParallel(await newlyCredited(blocked, spentAt), async ({ customerId, key }) => {
      const { status, text } = await charge(url, key);
      if (status === 200) spentAt.set(customerId, Date.now());
      else refused.push(`${status} ${text}`);
      progressAt = Date.now();
    });
    if (blocked.some(({ paidAt }) => paidAt === 0)) progressAt = Date.now();
    await sleep(50);
  }
  return { spentAt, refused };
}

async function newlyCredited(
  blocked: readonly BlockedCustomer[],
  spentAt: ReadonlyMap<string, number>,
): Promise<BlockedCustomer[]> {
  const waiting = blocked.filter(({ customerId, paidAt }) => paidAt > 0 && !spentAt.has(customerId));
  const { rows } = await pool().query<{ customer_id: string }>(
    "SELECT customer_id FROM topup_intent WHERE credited_at IS NOT NULL AND customer_id = ANY ($1)",
    [waiting.map(({ customerId }) => customerId)],
  );
  const credited = new Set(rows.map(({ customer_id }) => customer_id));
  return waiting.filter(({ customerId }) => credited.has(customerId));
}

async function pay(
  blocked: readonly BlockedCustomer[],
  { perSecond }: Scenario,
  stripe: StripeProcess,
): Promise<void> {
  const payOne = async (customer: BlockedCustomer) => {
    // From before the payment, which is at Stripe some time before its response is here.
    customer.paidAt = Date.now();
    await stripe.control(`/checkout/${customer.sessionId}/pay`, {});
  };
  if (perSecond === Number.POSITIVE_INFINITY) {
    await inParallel(blocked, payOne);
    return;
  }
  const paying: Promise<void>[] = [];
  const startedAt = Date.now();
  for (const [index, customer] of blocked.entries()) {
    await sleep(Math.max(0, startedAt + (index * 1_000) / perSecond - Date.now()));
    paying.push(payOne(customer));
  }
  await Promise.all(paying);
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const run = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
  return results;
}

function shuffle<T>(items: T[]): T[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [items[last], items[other]] = [items[other] as T, items[last] as T];
  }
  return items;
}

function report({ name, limitMs }: Scenario, { blocked, spentAt, refused, lookUps }: Result): void {
  const delays = blocked.map(({ customerId, paidAt }) => (spentAt.get(customerId) ?? Infinity) - paidAt);
  const seconds = ((lookUps.at(-1)?.getTime() ?? 0) - (lookUps[0]?.getTime() ?? 0)) / 1_000;
  const rate = seconds > 0 ? ((lookUps.length - 1) / seconds).toFixed(2) : "0";
  console.log(
    `${name}: ${spentAt.size} of ${blocked.length} spendable; refused after their credit: ${refused.join(", ") || "none"}`,
  );
  console.log(`  load average of the last minute: ${loadavg()[0]?.toFixed(1)}`);
  console.log(
    `  payment to first charge: ${percentiles(delays)} (p99 at most ${limitMs}); ` +
      `${lookUps.length} look-ups at Stripe in ${seconds.toFixed(0)} s, ${rate} a second`,
  );
}

/** Prints where the time was spent: until Stripe's event was received, and from then until the credit. */
async function reportStages(blocked: readonly BlockedCustomer[]): Promise<void> {
  const { rows } = await pool().query<{ customer_id: string; received_at: Date; posted_at: Date }>(
    `SELECT i.customer_id, min(e.received_at) AS received_at, min(t.created_at) AS posted_at
     FROM topup_intent i
     JOIN stripe_event e ON e.object_id IN (i.stripe_session_id, i.stripe_payment_intent_id)
     JOIN ledger_transfer t ON t.customer_id = i.customer_id AND t.kind = 'credit'
     WHERE i.customer_id = ANY ($1) GROUP BY 1`,
    [blocked.map(({ customerId }) => customerId)],
  );
  const paidAt = new Map(blocked.map((customer) => [customer.customerId, customer.paidAt]));
  const received = rows.map((row) => row.received_at.getTime() - (paidAt.get(row.customer_id) ?? 0));
  const posted = rows.map((row) => row.posted_at.getTime() - row.received_at.getTime());
  console.log(
    `  payment to its first event: ${percentiles(received)}; event to credit: ${percentiles(posted)}`,
  );
}

function percentiles(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`;
}
