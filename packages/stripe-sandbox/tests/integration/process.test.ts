import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import Stripe from "stripe";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { type BundledCommand, bundleCommand } from "@/tests/support/bundled-command";
import { createTestDatabase, type TestDatabase } from "@/tests/support/database";
import { topUpParams } from "../support/checkout-params";
import { type Books, expectBooksInOrder } from "../support/random-calls/expect-books-in-order";
import { lockObject, untilClaimed } from "../support/sandbox-locks";
import { startWebhookReceiver, type WebhookReceiver } from "../support/webhook-receiver";

interface Ready {
  type: "ready";
  port: number;
  secretKey: string;
  webhookSecret: string;
}

let database: TestDatabase;
let receiver: WebhookReceiver;
let children: ChildProcess[];
let command: BundledCommand;

beforeAll(async () => {
  command = await bundleCommand("packages/stripe-sandbox/src/cli.ts");
});
afterAll(() => command.remove());

beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
  receiver = await startWebhookReceiver();
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await receiver.stop();
  await database.drop();
});

async function startProcess(
  env: Record<string, string> = {},
): Promise<{ child: ChildProcess; ready: Ready; stripe: Stripe }> {
  const child = launch(env);
  const [ready] = (await once(child, "message")) as [Ready];
  const stripe = new Stripe(ready.secretKey, {
    host: "127.0.0.1",
    port: ready.port,
    protocol: "http",
    maxNetworkRetries: 0,
    telemetry: false,
  });
  return { child, ready, stripe };
}

function launch(env: Record<string, string>): ChildProcess {
  const child = fork(command.file, {
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: {
      ...process.env,
      SANDBOX_PORT: "0",
      SANDBOX_DATABASE_URL: database.url,
      SANDBOX_WEBHOOK_URL: receiver.url,
      SANDBOX_WEBHOOK_SECRET: "whsec_process",
      ...env,
    },
  });
  children.push(child);
  return child;
}

it("keeps its state across kill -9 and redelivers webhooks that were in flight", async () => {
  receiver.respondWith((_webhook, earlier) => (earlier === 0 ? new Promise<number>(() => undefined) : 200));
  const first = await startProcess();
  const customer = await first.stripe.customers.create({ name: "Kept" }, { idempotencyKey: "kept" });
  const [inFlight] = await untilReceived(1);

  first.child.kill("SIGKILL");
  await once(first.child, "exit");
  const second = await startProcess();

  const again = await untilReceived(2);
  expect(again[1]?.body).toBe(inFlight?.body);
  expect(second.ready.secretKey).toBe(first.ready.secretKey);
  expect(await second.stripe.customers.retrieve(customer.id)).toMatchObject({ name: "Kept" });
  expect((await second.stripe.customers.create({ name: "Kept" }, { idempotencyKey: "kept" })).id).toBe(
    customer.id,
  );
  expect((await second.stripe.webhookEndpoints.list()).data).toHaveLength(1);
});

it("completes the work of an idempotency key once when its process was killed midway", async () => {
  const first = await startProcess();
  const customer = await first.stripe.customers.create({ name: "Old" });
  const release = await lockObject(database.url, customer.id);
  const interrupted = first.stripe.customers.update(
    customer.id,
    { name: "New" },
    { idempotencyKey: "middle" },
  );
  await untilClaimed(database.url, "middle");

  first.child.kill("SIGKILL");
  await expect(interrupted).rejects.toThrow();
  await release();
  const second = await startProcess();
  const again = await second.stripe.customers.update(
    customer.id,
    { name: "New" },
    { idempotencyKey: "middle" },
  );

  expect(again.name).toBe("New");
  expect((await second.stripe.events.list({ type: "customer.updated" })).data).toHaveLength(1);
});

it("loses and duplicates nothing when it is killed during many payments", async () => {
  const first = await startProcess({ SANDBOX_REDIRECT_WAIT_MS: "0" });
  const customer = await first.stripe.customers.create({ email: "jenny@example.com" });
  const sessions = await Promise.all(
    Array.from({ length: 12 }, () => first.stripe.checkout.sessions.create(topUpParams(customer.id))),
  );
  const pay = ({ port }: Ready, id: string) =>
    fetch(`http://127.0.0.1:${port}/_control/checkout/${id}/pay`, { method: "POST" });
  const answered = sessions.map(({ id }) => pay(first.ready, id).then(({ status }) => status));
  await Promise.race(answered);

  first.child.kill("SIGKILL");
  const before = await Promise.allSettled(answered);
  const second = await startProcess({ SANDBOX_REDIRECT_WAIT_MS: "0" });

  for (const [index, { id }] of sessions.entries()) {
    const { status } = await second.stripe.checkout.sessions.retrieve(id);
    if (before[index]?.status === "fulfilled") expect(status).toBe("complete");
    if (status === "open") expect((await pay(second.ready, id)).status).toBe(200);
  }
  const completed = await second.stripe.events.list({ type: "checkout.session.completed", limit: 100 });
  expect(completed.data.map((event) => event.data.object)).toHaveLength(sessions.length);
  const charges = await second.stripe.charges.list({ customer: customer.id, limit: 100 });
  expect(charges.data).toHaveLength(sessions.length);
  await expectBooksInOrder({ stripe: second.stripe, control: controlOf(second.ready) });
});

it("keeps endpoints, rolled secrets, disputes, idempotency keys and its clock across kill -9", async () => {
  const first = await startProcess();
  const control = controlOf(first.ready);
  const [endpoint] = (await first.stripe.webhookEndpoints.list()).data;
  const rolled = await control<{ secret: string }>("POST", `/endpoints/${endpoint?.id}/rotate`);
  const paid = await first.stripe.paymentIntents.create(
    {
      amount: 900,
      currency: "usd",
      confirm: true,
      payment_method: "pm_card_visa",
      return_url: "http://127.0.0.1:9/",
    },
    { idempotencyKey: "pay" },
  );
  const dispute = await control<{ id: string }>("POST", `/charges/${paid.id}/dispute`);
  await control("POST", "/clock", { advance_seconds: 7_200 });
  const before = await control<Record<string, unknown>>("GET", "/dump");

  first.child.kill("SIGKILL");
  await once(first.child, "exit");
  const second = await startProcess();
  const after = await controlOf(second.ready)<Record<string, unknown>>("GET", "/dump");

  expect(after.objects).toEqual(before.objects);
  expect(after.events).toEqual(before.events);
  expect(after.idempotency_keys).toEqual(before.idempotency_keys);
  expect(Number(after.now)).toBeGreaterThanOrEqual(Number(before.now));
  expect(JSON.stringify(after.objects)).toContain(rolled.secret);
  expect((await second.stripe.disputes.retrieve(dispute.id)).payment_intent).toBe(paid.id);
});

function controlOf({ port }: Ready): Books["control"] {
  return async <T>(method: string, path: string, body?: object) => {
    const response = await fetch(`http://127.0.0.1:${port}/_control${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as T;
  };
}

/** The first response never arrives, so the receiver cannot signal it. */
async function untilReceived(count: number) {
  while (receiver.received.length < count) await new Promise((resolve) => setTimeout(resolve, 20));
  return receiver.received;
}

it.each(["SIGTERM", "SIGINT"] as const)("stops cleanly on %s", async (signal) => {
  const { child } = await startProcess();

  child.kill(signal);

  expect((await once(child, "exit"))[0]).toBe(0);
});

it("stops when its parent process exits", async () => {
  const { child } = await startProcess();

  child.disconnect();

  expect((await once(child, "exit"))[0]).toBe(0);
});

it.each([
  ["the port is taken", (port: number) => ({ SANDBOX_PORT: String(port) }), /port \d+ is taken/],
  [
    "the database cannot be reached",
    () => ({ SANDBOX_DATABASE_URL: "postgres://127.0.0.1:1/none" }),
    /database cannot be reached/,
  ],
  ["the key is a live one", () => ({ SANDBOX_SECRET_KEY: "sk_live_1" }), /sk_test_/],
])("exits with a one-line error when %s", async (_what, env, message) => {
  const child = launch(env(Number(new URL(receiver.url).port)) as Record<string, string>);
  let output = "";
  child.stderr?.on("data", (chunk) => {
    output += chunk;
  });

  const [code] = await once(child, "close");

  expect(code).toBe(1);
  expect(output.trim().split("\n")).toHaveLength(1);
  expect(output).toMatch(message);
});
