import { afterEach, beforeEach, expect, it } from "vitest";
import { pageFields, topUpParams } from "../support/checkout-params";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";
import { startWebhookReceiver, type WebhookReceiver } from "../support/webhook-receiver";

let receiver: WebhookReceiver;
let sandboxes: TestSandbox[];

beforeEach(async () => {
  receiver = await startWebhookReceiver();
  sandboxes = [];
});
afterEach(async () => {
  for (const sandbox of sandboxes) await sandbox.stop();
  await receiver.stop();
});

async function aSandbox(options: { seed?: string } = {}): Promise<TestSandbox> {
  const sandbox = await startTestSandbox({
    webhook: { url: receiver.url, secret: "whsec_state" },
    ...options,
  });
  sandboxes.push(sandbox);
  return sandbox;
}

async function pay(sandbox: TestSandbox): Promise<string> {
  const customer = await sandbox.stripe.customers.create({ email: "jenny@example.com" });
  const session = await sandbox.stripe.checkout.sessions.create(topUpParams(customer.id));
  await sandbox.submit(session.id, pageFields);
  return session.id;
}

interface Dump {
  now: number;
  delivery_mode: string;
  objects: { id: string; type: string; data: { id: string } }[];
  events: { id: string; object_id: string }[];
  deliveries: { event_id: string; state: string }[];
  idempotency_keys: { key: string }[];
}

const dump = (sandbox: TestSandbox) => sandbox.control<Dump>("GET", "/dump");

const idsOf = ({ objects, events }: Dump) => [...objects, ...events].map(({ id }) => id).sort();

it("dumps its complete state", async () => {
  const sandbox = await aSandbox();
  const session = await pay(sandbox);
  await sandbox.stripe.customers.create({}, { idempotencyKey: "dumped" });

  const state = await dump(sandbox);

  expect(state.objects.find(({ id }) => id === session)?.data).toMatchObject({ status: "complete" });
  expect(state.objects.map(({ type }) => type)).toEqual(
    expect.arrayContaining(["customer", "checkout.session", "payment_intent", "charge", "webhook_endpoint"]),
  );
  expect(state.events.map(({ object_id: id }) => id)).toContain(session);
  expect(state.deliveries.map(({ event_id: id }) => id)).toEqual(
    expect.arrayContaining(state.events.map(({ id }) => id)),
  );
  expect(state.idempotency_keys.map(({ key }) => key)).toContain("dumped");
  expect(state).toMatchObject({ delivery_mode: "deliver", faults: [], delivery_faults: [] });
});

it("resets to its state after the first start, with the same key and endpoint", async () => {
  const sandbox = await aSandbox();
  await pay(sandbox);
  await sandbox.stripe.customers.create({}, { idempotencyKey: "before" });
  await sandbox.control("POST", "/clock", { advance_seconds: 86_400 });
  await sandbox.control("POST", "/captures", { after_seconds: 60 });
  await sandbox.control("POST", "/faults", { status: 500, times: 100 });
  await sandbox.control("POST", "/deliveries/faults", { action: "drop", times: null });

  await sandbox.control("POST", "/reset");

  const state = await dump(sandbox);
  expect(state.objects.map(({ type }) => type)).toEqual(["webhook_endpoint"]);
  expect(state).toMatchObject({
    events: [],
    deliveries: [],
    idempotency_keys: [],
    faults: [],
    delivery_faults: [],
  });
  expect(Math.abs(state.now - Date.now() / 1000)).toBeLessThan(60);
  await pay(sandbox);
  expect((await sandbox.stripe.charges.list()).data[0]?.balance_transaction).toEqual(expect.any(String));
  const customer = await sandbox.stripe.customers.create({}, { idempotencyKey: "before" });
  await receiver.waitFor(1, ({ event }) => event.data.object.id === customer.id);
});

it("finishes webhook deliveries in flight before it resets", async () => {
  const sandbox = await aSandbox();
  let answer: () => void = () => undefined;
  receiver.respondWith(async (_webhook, earlier) => {
    if (earlier === 0 && receiver.received.length === 1) await new Promise<void>((go) => (answer = go));
    return 200;
  });
  await sandbox.stripe.customers.create({});
  await expect.poll(() => receiver.received.length).toBe(1);

  const reset = sandbox.control("POST", "/reset");
  answer();
  await reset;
  await sandbox.stripe.customers.create({});

  await receiver.waitFor(2);
  await expect.poll(async () => (await dump(sandbox)).deliveries).toMatchObject([{ state: "succeeded" }]);
});

it("generates the same IDs from the same seed, also after a reset, and different ones from another", async () => {
  const [one, two, other] = [
    await aSandbox({ seed: "seven" }),
    await aSandbox({ seed: "seven" }),
    await aSandbox({ seed: "eight" }),
  ];
  for (const sandbox of [one, two, other]) await pay(sandbox);
  const states = await Promise.all([one, two, other].map(dump));
  await one.control("POST", "/reset");
  await pay(one);

  const [first, second, third] = states.map(idsOf);
  expect(second).toEqual(first);
  expect(third).not.toEqual(first);
  // The configured endpoint is also recreated, with the same IDs.
  expect(idsOf(await dump(one))).toEqual(first);
});

it("continues with new IDs after a restart with the same seed", async () => {
  const sandbox = await aSandbox({ seed: "seven" });
  const before = await sandbox.stripe.customers.create({});
  await sandbox.restart();

  const after = await sandbox.stripe.customers.create({});

  expect(after.id).not.toBe(before.id);
  expect((await sandbox.stripe.customers.list()).data).toHaveLength(2);
});

it("repeats random faults from the same seed", async () => {
  const outcomes = await Promise.all(
    ["luck", "luck", "other luck"].map(async (seed) => {
      const sandbox = await aSandbox({ seed });
      await sandbox.control("POST", "/faults", { status: 500, times: 1_000, chance: 0.5 });
      const statuses: number[] = [];
      for (let sent = 0; sent < 30; sent += 1) {
        statuses.push((await sandbox.call("GET", "/v1/customers")).status);
      }
      return statuses;
    }),
  );

  expect(outcomes[1]).toEqual(outcomes[0]);
  expect(outcomes[2]).not.toEqual(outcomes[0]);
  expect(new Set(outcomes[0])).toEqual(new Set([200, 500]));
});

it("rejects control requests with a foreign Host header (DNS rebinding)", async () => {
  const sandbox = await aSandbox();
  const { port } = new URL(sandbox.url);

  const answer = await statusWithHost(Number(port), `evil.example:${port}`);

  expect(answer).toBe(403);
});

/** `fetch` does not allow setting the Host header. */
async function statusWithHost(port: number, host: string): Promise<number | undefined> {
  const { request } = await import("node:http");
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path: "/_control/dump", headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}
