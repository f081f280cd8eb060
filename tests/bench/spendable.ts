import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { startSandbox } from "stripe-sandbox";
import { createApiKey } from "@/lib/api-keys";
import { createCustomer } from "@/lib/customers";
import { apiListener } from "@/lib/http";
import { closeDatabase, pool } from "@/lib/platform/db";
import { startElectedJob } from "@/lib/platform/jobs";
import { applyMigrations } from "@/lib/platform/migrations";
import { READ_EVENTS_JOB } from "@/lib/reconciliation";
import { HANDLERS } from "@/lib/stripe-events";
import { countLookUps } from "../support/count-look-ups";
import { applySettings } from "../support/settings";
import { startBenchPostgres } from "./ledger/bench-database";

/**
 * `npm run bench:spendable`: how long it takes from a payment until its credit can be spent. Everything runs on this machine,
 * the local Stripe too. Customers are blocked (402) and pay in shuffled order; as soon as a credit is committed, a charge is
 * sent, which must succeed.
 */
const SCENARIOS = {
  "with events": { customers: 1_000, perSecond: 10, drops: false, isLate: false, limitMs: 1_000 },
  "every event dropped, 5 payments a second": {
    customers: 300,
    perSecond: 5,
    drops: true,
    isLate: false,
    limitMs: 15_000,
  },
  "every event dropped, 1,000 payments at once": {
    customers: 1_000,
    perSecond: Number.POSITIVE_INFINITY,
    drops: true,
    isLate: true,
    limitMs: 60_000,
  },
};
type Scenario = (typeof SCENARIOS)[keyof typeof SCENARIOS];

const SECRET_KEY = "sk_test_spendable";
const WEBHOOK_SECRET = "whsec_spendable";
const AT_ONCE = 8;

/** `--percent=20` runs with a fifth of the customers. */
const SCALE = Number(/^--percent=(\d+)$/.exec(process.argv[2] ?? "")?.[1] ?? 100) / 100;

interface Blocked {
  customerId: string;
  key: string;
  sessionId: string;
  paidAt: number;
}

const server = createServer(apiListener);
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const postgres = await startBenchPostgres(null);
try {
  const databaseUrl = await postgres.empty("spendable");
  await applyMigrations({ databaseUrl });
  const sandbox = await startSandbox({
    databaseUrl: await postgres.empty("spendable_stripe"),
    secretKey: SECRET_KEY,
    webhook: {
      url: `${url}/api/webhooks/stripe`,
      secret: WEBHOOK_SECRET,
      enabledEvents: Object.keys(HANDLERS),
    },
    redirectWaitMs: 0,
  });
  applySettings({
    APP_URL: url,
    DATABASE_URL: databaseUrl,
    STRIPE_SECRET_KEY: SECRET_KEY,
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    STRIPE_API_BASE: sandbox.url,
    STRIPE_LOOK_UPS_PER_SECOND: "5",
  });
  for (const [name, scenario] of Object.entries(SCENARIOS)) await measure(name, scenario, sandbox.url);
  await sandbox.stop();
} finally {
  server.close();
  server.closeAllConnections();
  await closeDatabase();
  await postgres.stop();
}
process.exit();

async function measure(name: string, scenario: Scenario, stripeUrl: string): Promise<void> {
  await control(stripeUrl, "/deliveries/mode", { mode: scenario.drops ? "drop" : "deliver" });
  const blocked = shuffle(
    await inParallel(Array.from({ length: Math.ceil(scenario.customers * SCALE) }), block),
  );
  const lookUps = await countLookUps();
  const spendable = new Map<string, number>();
  const refused: number[] = [];
  let isOver = false;
  const watch = (async () => {
    while (!isOver) {
      const credited = await newlyCredited(blocked, spendable);
      await inParallel(credited, async (customer) => {
        const status = await charge(customer.key);
        if (status === 200) spendable.set(customer.customerId, Date.now());
        else refused.push(status);
      });
      await sleep(50);
    }
  })();
  const startReader = () => startElectedJob(READ_EVENTS_JOB);
  let reader = scenario.isLate ? null : startReader();
  await pay(blocked, scenario, stripeUrl);
  const readerStartedAt = Date.now();
  if (scenario.isLate) for (const customer of blocked) customer.paidAt = readerStartedAt;
  reader ??= startReader();
  while (spendable.size < blocked.length && Date.now() - readerStartedAt < 300_000) await sleep(50);
  isOver = true;
  await watch;
  await reader.stop();
  report(name, scenario, { blocked, spendable, refused, lookUps: await lookUps() });
}

/** A customer without money, whose charge is refused, and who has opened the Checkout page. */
async function block(): Promise<Blocked> {
  const { customerId } = await createCustomer({ name: "Acme", email: "acme@example.com" });
  const { secret: key } = await createApiKey({ customerId, name: "bench", scopes: "all" });
  if ((await charge(key)) !== 402) throw new Error("A charge without money was not refused.");
  const response = await post(key, "/api/v1/billing/checkout-session", { amount_usd: "10.00" });
  const { session_id: sessionId } = (await response.json()) as { session_id: string };
  return { customerId, key, sessionId, paidAt: 0 };
}

async function pay(blocked: readonly Blocked[], { perSecond }: Scenario, stripeUrl: string): Promise<void> {
  const payOne = async (customer: Blocked) => {
    await control(stripeUrl, `/checkout/${customer.sessionId}/pay`, {});
    customer.paidAt = Date.now();
  };
  if (perSecond === Number.POSITIVE_INFINITY) {
    await inParallel(blocked, payOne);
    return;
  }
  const paying: Promise<void>[] = [];
  const startedAt = Date.now();
  for (const [index, customer] of blocked.entries()) {
    await sleep(Math.max(0, startedAt + (index * 1_000) / perSecond - Date.now()));
    // From before the payment, which is at Stripe some time before its response is here.
    customer.paidAt = Date.now();
    paying.push(control(stripeUrl, `/checkout/${customer.sessionId}/pay`, {}));
  }
  await Promise.all(paying);
}

async function newlyCredited(
  blocked: readonly Blocked[],
  spendable: ReadonlyMap<string, number>,
): Promise<Blocked[]> {
  const { rows } = await pool().query<{ customer_id: string }>(
    "SELECT customer_id FROM topup_intent WHERE credited_at IS NOT NULL",
  );
  const credited = new Set(rows.map(({ customer_id }) => customer_id));
  return blocked.filter(({ customerId }) => credited.has(customerId) && !spendable.has(customerId));
}

async function charge(key: string): Promise<number> {
  const body = { amount_usd: "0.01", idempotency_key: crypto.randomUUID() };
  return (await post(key, "/api/v1/usage/charges", body)).status;
}

function post(key: string, path: string, body: object): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
}

async function control(stripeUrl: string, path: string, body: object): Promise<void> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${stripeUrl}/_control${path}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
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

function report(
  name: string,
  { limitMs }: Scenario,
  result: { blocked: Blocked[]; spendable: Map<string, number>; refused: number[]; lookUps: Date[] },
): void {
  const { blocked, spendable, refused, lookUps } = result;
  const delays = blocked
    .flatMap(({ customerId, paidAt }) => (spendable.get(customerId) ?? Number.NaN) - paidAt)
    .sort((a, b) => a - b);
  const at = (share: number) =>
    delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? Number.NaN;
  const seconds = ((lookUps.at(-1)?.getTime() ?? 0) - (lookUps[0]?.getTime() ?? 0)) / 1_000;
  const rate = seconds > 0 ? ((lookUps.length - 1) / seconds).toFixed(2) : "0";
  console.log(
    `${name}: ${spendable.size} of ${blocked.length} spendable; refused after their credit: ${refused.join(", ") || "none"}`,
  );
  console.log(`  load average of the last minute: ${loadavg()[0]?.toFixed(1)}`);
  console.log(
    `  p50 ${at(0.5)} ms, p99 ${at(0.99)} ms (at most ${limitMs}), max ${at(1)} ms; ` +
      `${lookUps.length} look-ups at Stripe in ${seconds.toFixed(0)} s, ${rate} a second`,
  );
}
