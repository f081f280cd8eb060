import { afterEach, beforeEach, expect, it } from "vitest";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";
import { startWebhookReceiver, type WebhookReceiver } from "../support/webhook-receiver";

let sandbox: TestSandbox;
let receiver: WebhookReceiver;

beforeEach(async () => {
  receiver = await startWebhookReceiver();
  sandbox = await startTestSandbox({
    webhook: { url: receiver.url, secret: "whsec_faults" },
    retryScheduleMs: [40, 40],
    deliveryTimeoutMs: 400,
  });
});
afterEach(async () => {
  await sandbox.stop();
  await receiver.stop();
});

const fault = (body: object) => sandbox.control("POST", "/deliveries/faults", body);
const makeCustomer = () => sandbox.stripe.customers.create({});
const isCreated = ({ event }: { event: { type: string } }) => event.type === "customer.created";

/** Returns the names of the customers in the order in which their events arrived. */
const arrivals = () => receiver.received.filter(isCreated).map(({ event }) => event.data.object.id);

interface DeliveryState {
  event: string;
  type: string;
  kind: string;
  state: string;
  attempts: number;
  error: string | null;
}

async function deliveries(): Promise<DeliveryState[]> {
  return (await sandbox.control<{ data: DeliveryState[] }>("GET", "/deliveries")).data;
}

it("drops only events of one type, up to the configured number", async () => {
  await fault({ match: { type: "customer.created" }, action: "drop", times: 2 });

  const [lost, alsoLost, kept] = [await makeCustomer(), await makeCustomer(), await makeCustomer()];
  await sandbox.stripe.customers.update(lost.id, { name: "Still told" });
  await receiver.waitFor(1, isCreated);
  await receiver.waitFor(1, ({ event }) => event.type === "customer.updated");

  expect(arrivals()).toEqual([kept.id]);
  expect(alsoLost.id).not.toBe(kept.id);
  expect((await deliveries()).filter(({ state }) => state === "dropped")).toHaveLength(2);
  expect((await sandbox.control<{ faults: object[] }>("GET", "/deliveries/faults")).faults).toEqual([]);
});

it("delays an event on the sandbox's clock while later events are delivered", async () => {
  await fault({ match: { type: "customer.*" }, action: "delay", delayMs: 3_600_000 });

  const [late, early] = [await makeCustomer(), await makeCustomer()];
  await receiver.waitFor(1, isCreated);
  expect(arrivals()).toEqual([early.id]);
  await sandbox.control("POST", "/clock", { advance_seconds: 3601 });

  await receiver.waitFor(2, isCreated);
  expect(arrivals()).toEqual([early.id, late.id]);
});

it("delivers an event four times in a row", async () => {
  await fault({ action: "duplicate", copies: 3 });
  let open = 0;
  let most = 0;
  receiver.respondWith(async () => {
    open += 1;
    most = Math.max(most, open);
    await new Promise((resolve) => setTimeout(resolve, 30));
    open -= 1;
    return 200;
  });

  await makeCustomer();

  const received = await receiver.waitFor(4);
  expect(new Set(received.map(({ body }) => body)).size).toBe(1);
  expect(most).toBe(1);
});

it("delivers an event twice at the same time", async () => {
  await fault({ action: "duplicate", parallel: true });
  const waiting: (() => void)[] = [];
  receiver.respondWith(async () => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      // Holds both responses until both requests have arrived.
      if (waiting.length === 2) for (const go of waiting) go();
    });
    return 200;
  });

  await makeCustomer();

  const received = await receiver.waitFor(2);
  expect(received[0]?.body).toBe(received[1]?.body);
});

it("delivers the next three events in reverse order", async () => {
  await fault({ match: { type: "customer.created" }, action: "reorder", times: 3 });

  const ids = [await makeCustomer(), await makeCustomer(), await makeCustomer()].map(({ id }) => id);
  await receiver.waitFor(3, isCreated);
  const next = await makeCustomer();
  await receiver.waitFor(4, isCreated);

  expect(arrivals()).toEqual([...ids.reverse(), next.id]);
});

it("stops waiting for more events to reorder, and delivers the ones it has in reverse", async () => {
  await fault({ action: "reorder", times: 5, delayMs: 60_000 });
  const [first, second] = [await makeCustomer(), await makeCustomer()];
  await expect
    .poll(async () => (await deliveries()).map(({ state }) => state))
    .toEqual(["pending", "pending"]);
  expect(arrivals()).toEqual([]);

  await sandbox.control("POST", "/clock", { advance_seconds: 61 });

  await receiver.waitFor(2, isCreated);
  expect(arrivals()).toEqual([second.id, first.id]);
});

it("sends two events with different IDs for one change", async () => {
  await fault({ match: { type: "customer.created" }, action: "copy" });

  const customer = await makeCustomer();

  const received = await receiver.waitFor(2, isCreated);
  const [first, second] = received.map(({ event }) => event);
  expect(second?.id).not.toBe(first?.id);
  expect(second?.data).toEqual(first?.data);
  expect(first?.data.object.id).toBe(customer.id);
  expect((await sandbox.stripe.events.list({ type: "customer.created" })).data).toHaveLength(2);
});

it("copies an event under a new ID on request", async () => {
  await makeCustomer();
  const [original] = await receiver.waitFor(1);

  const { data } = await sandbox.control<{ data: { id: string } }>(
    "POST",
    `/events/${original?.event.id}/copy`,
  );

  const [copied] = await receiver.waitFor(1, ({ event }) => event.id === data.id);
  expect(copied?.event).toMatchObject({ type: "customer.created", pending_webhooks: 1 });
  expect(copied?.event.data).toEqual(original?.event.data);
});

it("affects only the selected endpoint", async () => {
  const other = await startWebhookReceiver();
  const endpoint = await sandbox.stripe.webhookEndpoints.create({ url: other.url, enabled_events: ["*"] });
  await fault({ match: { endpoint: endpoint.id }, action: "drop", times: null });

  await makeCustomer();
  await makeCustomer();
  await receiver.waitFor(2, isCreated);

  expect((await deliveries()).filter(({ state }) => state === "dropped")).toHaveLength(2);
  expect(other.received).toEqual([]);
  await sandbox.control("DELETE", "/deliveries/faults");
  await makeCustomer();
  await other.waitFor(1, isCreated);
  await other.stop();
});

it("retries when an endpoint takes too long to respond", async () => {
  receiver.respondWith((_webhook, earlier) =>
    earlier === 0 ? new Promise<number>((resolve) => setTimeout(() => resolve(200), 700)) : 200,
  );

  await makeCustomer();

  await expect.poll(async () => (await deliveries())[0]).toMatchObject({ state: "succeeded", attempts: 2 });
});

it("rejects an unknown fault", async () => {
  await expect(fault({ action: "explode" })).rejects.toThrow(/400/);
  await expect(fault({ action: "drop", times: 0 })).rejects.toThrow(/400/);
});
