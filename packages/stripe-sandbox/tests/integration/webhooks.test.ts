import Stripe from "stripe";
import { afterEach, beforeEach, expect, it } from "vitest";
import { pageFields, topUpParams } from "../support/checkout-params";
import { cutConnections } from "../support/sandbox-locks";
import { expectStripeEvent } from "../support/stripe-shapes";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";
import { startWebhookReceiver, type WebhookReceiver } from "../support/webhook-receiver";

const SECRET = "whsec_configured";
let sandbox: TestSandbox;
let receiver: WebhookReceiver;

beforeEach(async () => {
  receiver = await startWebhookReceiver();
  sandbox = await startTestSandbox({
    webhook: { url: receiver.url, secret: SECRET },
    retryScheduleMs: [40, 40, 40, 40],
    redirectWaitMs: 2_000,
  });
});
afterEach(async () => {
  await sandbox.stop();
  await receiver.stop();
});

async function aPaidTopUp(): Promise<Stripe.Checkout.Session> {
  const customer = await sandbox.stripe.customers.create({ email: "jenny@example.com" });
  const session = await sandbox.stripe.checkout.sessions.create(topUpParams(customer.id));
  await sandbox.submit(session.id, pageFields);
  return session;
}

const settled = async (eventId: string) => {
  for (;;) {
    const event = await sandbox.stripe.events.retrieve(eventId);
    if (event.pending_webhooks === 0) return event;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

it("signs every event so that the SDK accepts it, and sends it complete and pretty-printed", async () => {
  await aPaidTopUp();

  const webhooks = await receiver.waitFor(6);

  for (const { body, signature } of webhooks) {
    const event = Stripe.webhooks.constructEvent(body, signature, SECRET);
    expectStripeEvent(JSON.parse(body));
    expect(event).toMatchObject({ livemode: false, api_version: Stripe.API_VERSION, pending_webhooks: 1 });
    expect(body).toBe(JSON.stringify(JSON.parse(body), null, 2));
  }
  expect(() =>
    Stripe.webhooks.constructEvent(webhooks[0]?.body ?? "", webhooks[0]?.signature ?? "", "whsec_other"),
  ).toThrow();
});

it("includes the request and idempotency key in events from the API, and null in those from the page", async () => {
  await sandbox.stripe.customers.create({ name: "Jo" }, { idempotencyKey: "customer:1" });
  await aPaidTopUp();
  const webhooks = await receiver.waitFor(7);

  const created = JSON.parse(webhooks.find(({ event }) => event.type === "customer.created")?.body ?? "{}");
  const completed = JSON.parse(
    webhooks.find(({ event }) => event.type === "checkout.session.completed")?.body ?? "{}",
  );

  expect(created.request).toEqual({ id: expect.stringMatching(/^req_/), idempotency_key: "customer:1" });
  expect(completed.request).toEqual({ id: null, idempotency_key: null });
});

it("retries after an error or a redirect with the same ID and body and a new timestamp in the signature", async () => {
  receiver.respondWith((_webhook, earlier) => [500, 302][earlier] ?? 200);
  const customer = await sandbox.stripe.customers.create({});

  const attempts = await receiver.waitFor(3, ({ event }) => event.type === "customer.created");

  expect(new Set(attempts.map(({ body }) => body)).size).toBe(1);
  const eventId = attempts[0]?.event.id ?? "";
  expect((await settled(eventId)).data.object).toMatchObject({ id: customer.id });
  const { data } = await sandbox.control<{ data: object[] }>("GET", `/deliveries?event=${eventId}`);
  expect(data).toMatchObject([{ state: "succeeded", attempts: 3, status: 200 }]);
});

it("stops at the end of the retry schedule and shows the event as undelivered", async () => {
  receiver.respondWith(() => 500);
  await sandbox.stripe.customers.create({});
  const [first] = await receiver.waitFor(5);

  const undelivered = await sandbox.stripe.events.list({ delivery_success: false });

  expect(undelivered.data.map((event) => event.id)).toEqual([first?.event.id]);
  expect(undelivered.data[0]?.pending_webhooks).toBe(1);
  expect((await sandbox.stripe.events.list({ delivery_success: true })).data).toEqual([]);
});

it("delays the redirect until the completed event is acknowledged, up to a limit", async () => {
  let answered = false;
  receiver.respondWith(async ({ event }) => {
    if (event.type !== "checkout.session.completed") return 200;
    await new Promise((resolve) => setTimeout(resolve, 300));
    answered = true;
    return 200;
  });

  await aPaidTopUp();

  expect(answered).toBe(true);
});

it("sends only the event types that an endpoint subscribed to, signed with the secret from its creation", async () => {
  const other = await startWebhookReceiver();
  const endpoint = await sandbox.stripe.webhookEndpoints.create({
    url: other.url,
    enabled_events: ["checkout.session.completed"],
    api_version: "2026-10-28.endive",
  });

  await aPaidTopUp();
  const [webhook] = await other.waitFor(1);

  Stripe.webhooks.constructEvent(webhook?.body ?? "", webhook?.signature ?? "", endpoint.secret ?? "");
  expect(webhook?.event).toMatchObject({ type: "checkout.session.completed", pending_webhooks: 2 });
  expect(other.received).toHaveLength(1);
  expect((await sandbox.stripe.webhookEndpoints.retrieve(endpoint.id)).secret).toBeUndefined();
  await sandbox.stripe.webhookEndpoints.update(endpoint.id, { disabled: true });
  await sandbox.stripe.webhookEndpoints.del(endpoint.id);
  expect((await sandbox.stripe.webhookEndpoints.list()).data).toHaveLength(1);
  await other.stop();
});

it("drops events on request, and can resend them", async () => {
  await sandbox.control("POST", "/deliveries/mode", { mode: "drop" });
  await sandbox.stripe.customers.create({});
  const [event] = (await sandbox.stripe.events.list()).data;

  await sandbox.control("POST", `/events/${event?.id}/resend`);
  await sandbox.control("POST", "/deliveries/mode", { mode: "deliver" });
  await sandbox.stripe.customers.create({});
  await receiver.waitFor(2);

  expect(receiver.received.map((webhook) => webhook.event.id)).toEqual([
    event?.id,
    expect.not.stringMatching(event?.id ?? ""),
  ]);
});

it("pauses delivery until it is resumed", async () => {
  await sandbox.control("POST", "/deliveries/mode", { mode: "hold" });
  const { id } = await aPaidTopUp();
  expect(receiver.received).toEqual([]);

  await sandbox.control("POST", "/deliveries/mode", { mode: "deliver" });

  const [completed] = await receiver.waitFor(1, ({ event }) => event.type === "checkout.session.completed");
  expect(completed?.event.data.object.id).toBe(id);
});

it.each([true, false])("delivers an event multiple times (in parallel: %s)", async (parallel) => {
  await sandbox.stripe.customers.create({});
  const [first] = await receiver.waitFor(1);

  await sandbox.control("POST", `/events/${first?.event.id}/duplicate`, { times: 5, parallel });

  expect(receiver.received.map((webhook) => webhook.body)).toEqual(Array(6).fill(first?.body));
});

it("resends a webhook whose result could not be stored", async () => {
  receiver.respondWith(async (_webhook, earlier) => {
    if (earlier === 0) await cutConnections(sandbox.databaseUrl, "brim-sandbox");
    return 200;
  });
  // Without its connection the sandbox may also fail to respond; the event is stored by then.
  await sandbox.stripe.customers.create({}).catch(() => undefined);

  const [first] = await receiver.waitFor(1);

  await expect
    .poll(async () => (await sandbox.stripe.events.retrieve(first?.event.id ?? "")).pending_webhooks)
    .toBe(0);
});

it("delivers pending webhooks after a restart", async () => {
  receiver.respondWith(() => 500);
  await sandbox.restart({ retryScheduleMs: [60_000] });
  const customer = await sandbox.stripe.customers.create({});
  await receiver.waitFor(1, ({ event }) => event.data.object.id === customer.id);

  receiver.respondWith(() => 200);
  await sandbox.restart();
  await sandbox.control("POST", "/clock", { advance_seconds: 61 });

  const again = await receiver.waitFor(2, ({ event }) => event.data.object.id === customer.id);
  expect(again[1]?.body).toBe(again[0]?.body);
});
