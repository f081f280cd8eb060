import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type AutoCustomer,
  anAutoCustomer,
  autoTopUps,
  availableOf,
  finishCharge,
  invoicesAtStripe,
  mailKindsOf,
  spend,
} from "@/tests/support/auto-top-up";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { type BundledCommand, bundleCommand } from "@/tests/support/bundled-command";
import { installCrashPoints, killAtWrite, removeCrashPoints, WRITES } from "@/tests/support/crash-points";
import { atDepth } from "@/tests/support/depth";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { SimulatedTime } from "@/tests/support/simulated-time";
import { type RelayedCall, startStripeRelay } from "@/tests/support/stripe-relay";

let brim: RunningBrim;
let time: SimulatedTime;
let bundle: BundledCommand;

beforeAll(async () => {
  [brim, bundle] = await Promise.all([startBrim(), bundleCommand("tests/support/charge-process.ts")]);
  await brim.control("/deliveries/mode", { mode: "drop" });
  await installCrashPoints();
  time = new SimulatedTime(brim);
});
afterAll(async () => {
  await removeCrashPoints();
  await expectLedgerVerified();
  bundle.remove();
  await brim.stop();
});

/** The calls of a charge, in order. The first one looks for invoices that the database does not know. */
const CALLS = [
  "GET /v1/invoices",
  "POST /v1/invoices",
  "POST /v1/invoices/:id/add_lines",
  "GET /v1/invoices/:id",
  "POST /v1/invoices/:id/finalize",
  "POST /v1/invoices/:id/pay",
];

interface Point {
  name: string;
  kill: (customer: AutoCustomer) => Promise<void>;
}

const atWrites = Object.entries(WRITES).map(([write, number]) => ({
  name: `at the write "${write}"`,
  kill: (customer: AutoCustomer) => killedAtWrite(customer, number),
}));
const atCalls = CALLS.flatMap((name) =>
  (["before", "after"] as const).map((moment) => ({
    name: moment === "before" ? `before ${name} is received` : `after ${name}, before its answer`,
    kill: (customer: AutoCustomer) => killedAtCall(customer, { name, moment }),
  })),
);
const POINTS: Point[] = [...atWrites, ...atCalls];

/** The ones after which the process knows least. */
const FEW = POINTS.filter(({ name }) =>
  [
    "after POST /v1/invoices, before its answer",
    "after POST /v1/invoices/:id/pay, before its answer",
    'at the write "attempt"',
    'at the write "credit"',
  ].includes(name),
);

function startCharge({ customerId }: AutoCustomer, stripeUrl: string): ChildProcess {
  const env = { ...process.env, CUSTOMER_ID: customerId, STRIPE_API_BASE: stripeUrl };
  return spawn(process.execPath, [bundle.file], { env, stdio: "ignore" });
}

async function killNow(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  expect(child.exitCode).toBeNull(); // it has not ended by itself
  child.kill("SIGKILL");
  await ended;
}

async function killedAtCall(customer: AutoCustomer, point: RelayedCall): Promise<void> {
  const relay = await startStripeRelay();
  relay.target = brim.sandbox.url;
  const killed = new Promise<void>((resolve, reject) => {
    relay.onCall = async ({ name, moment }) => {
      if (name !== point.name || moment !== point.moment) return;
      await killNow(child).then(resolve, reject);
      return false;
    };
    const child = startCharge(customer, relay.url);
    child.once("exit", (code) => {
      if (code !== null) reject(new Error(`The process ended with ${code} before ${point.name}.`));
    });
  });
  await killed.finally(() => relay.stop());
}

async function killedAtWrite(customer: AutoCustomer, write: number): Promise<void> {
  let child: ChildProcess | undefined;
  await killAtWrite(customer, write, {
    start: () => {
      child = startCharge(customer, brim.sandbox.url);
    },
    kill: async () => {
      if (child) await killNow(child);
    },
  });
}

describe.concurrent("one paid invoice, one credit and one email remain after kill -9", () => {
  it.each(atDepth({ ci: FEW, deep: POINTS }))("$name", async ({ kill }) => {
    const customer = await anAutoCustomer(brim, { tasks: false });
    await spend(customer, "25.00");

    await kill(customer);
    expect(await availableOf(customer)).toBe("5.00");
    await finishCharge(time, customer);

    expect(await invoicesAtStripe(brim, customer)).toEqual(["paid 2000"]);
    expect((await autoTopUps(customer)).map(({ status }) => status)).toEqual(["succeeded"]);
    expect(await availableOf(customer)).toBe("25.00");
    expect(await mailKindsOf(customer)).toEqual(["auto_topup_succeeded"]);
  });
});
