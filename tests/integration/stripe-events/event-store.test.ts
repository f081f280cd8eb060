import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { retryFailedEvents } from "@/lib/stripe-events";
import { type ApiCustomer, aCustomer, type RunningBrim, startBrim } from "@/tests/support/brim";
import { anEvent, deliver, type SentEvent } from "@/tests/support/signed-event";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
});
afterAll(() => brim.stop());
// Only events that a test delivers by hand.
beforeEach(() => brim.control("/deliveries/mode", { mode: "drop" }));
afterEach(() => brim.control("/faults", undefined, "DELETE"));

async function aTopUp(customer: ApiCustomer) {
  const { body } = await customer.post("/api/v1/billing/checkout-session", { amount_usd: "25.00" });
  const metadata = { customer_id: customer.customerId, topup_intent_id: body.topup_intent_id };
  return { sessionId: body.session_id as string, topUpIntentId: body.topup_intent_id as string, metadata };
}

async function aPaidTopUp(customer: ApiCustomer) {
  const started = await aTopUp(customer);
  await brim.control(`/checkout/${started.sessionId}/pay`, {});
  return started;
}

const balanceOf = async (customer: ApiCustomer) =>
  (await customer.get("/api/v1/billing/balance")).body.balance_usd;

const stored = (id: string) => prisma().stripeEvent.findUnique({ where: { stripeEventId: id } });

it("an event with text that Postgres cannot store is handled", async () => {
  const customer = await aCustomer(brim);
  const { sessionId, metadata } = await aPaidTopUp(customer);
  const event = anEvent("checkout.session.completed", {
    id: sessionId,
    object: "checkout.session",
    metadata,
    customer_details: { name: "a NUL \0, half a pair \ud83d, a whole one 🍮" },
  });

  const answer = await deliver(brim, event);

  expect([answer.status, answer.body.as]).toEqual([200, "processed"]);
  expect(await balanceOf(customer)).toBe("25.00");
  expect((await stored(event.id))?.payload).toMatchObject({
    data: { object: { customer_details: { name: "a NUL \ufffd, half a pair \ufffd, a whole one 🍮" } } },
  });
});

it("an event about a session that no longer exists at Stripe is stored as foreign", async () => {
  const customer = await aCustomer(brim);
  const { topUpIntentId, metadata } = await aTopUp(customer);
  await prisma().topUpIntent.update({
    where: { customerId_topUpIntentId: { customerId: customer.customerId, topUpIntentId } },
    data: { stripeSessionId: "cs_test_gone" },
  });
  const events = [
    anEvent("invoice.paid", { id: "in_made", object: "invoice", metadata }),
    anEvent("checkout.session.completed", { id: "cs_test_gone", object: "checkout.session", metadata }),
  ];

  const answers = await Promise.all(events.map((event) => deliver(brim, event)));

  expect(answers.map(({ body }) => body.as)).toEqual(["foreign", "foreign"]);
  for (const { id } of events) expect((await stored(id))?.status).toBe("foreign");
});

it("an event of the other mode (live or test) changes nothing", async () => {
  const customer = await aCustomer(brim);
  const { sessionId, metadata } = await aPaidTopUp(customer);
  const event = {
    ...anEvent("checkout.session.completed", { id: sessionId, object: "checkout.session", metadata }),
    livemode: true,
  };

  const answer = await deliver(brim, event);

  expect([answer.status, answer.body.as]).toEqual([200, "foreign"]);
  expect(await balanceOf(customer)).toBe("0.00");
  expect(await stored(event.id)).toMatchObject({ status: "foreign", livemode: true });
});

it("two events of one payment, each delivered many times concurrently, credit it once and are both stored", async () => {
  const customer = await aCustomer(brim);
  const { sessionId, metadata } = await aPaidTopUp(customer);
  const session = await brim.stripe.checkout.sessions.retrieve(sessionId);
  const events = [
    anEvent("checkout.session.completed", { id: sessionId, object: "checkout.session", metadata }),
    anEvent("payment_intent.succeeded", { id: session.payment_intent, object: "payment_intent", metadata }),
  ];

  const answers = await Promise.all(
    [...events, ...events, ...events, ...events].map((event) => deliver(brim, event)),
  );

  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
  expect(await balanceOf(customer)).toBe("25.00");
  expect(await prisma().ledgerTransfer.count({ where: { customerId: customer.customerId } })).toBe(1);
  for (const { id } of events) expect((await stored(id))?.status).toBe("processed");
});

it("retries stop after a few events while Stripe is unavailable, and the others stay due", async () => {
  const customer = await aCustomer(brim);
  const { metadata } = await aTopUp(customer);
  await brim.control("/faults", { match: { path: "/v1/*" }, reset: true, times: 1_000 });
  const events = Array.from({ length: 6 }, (_, i) =>
    anEvent("checkout.session.completed", { id: `cs_test_${i}`, object: "checkout.session", metadata }),
  );
  const answers = await Promise.all(events.map((event) => deliver(brim, event)));
  expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(503));
  const later = new Date(Date.now() + 2 * 3_600_000);

  const during = await retryFailedEvents(later);
  await brim.control("/faults", undefined, "DELETE");
  const after = await retryFailedEvents(later);

  expect(during).toEqual({ retried: 3, failed: 3 });
  expect(after).toEqual({ retried: 3, failed: 0 });
});

/** An event in the inbox, as stored when it was delivered. */
async function storeEvent(
  event: SentEvent,
  row: { status: string; nextTryAt?: Date; payload?: object },
): Promise<void> {
  const payload = { livemode: false, api_version: "2026-10-28.endive", created: 1_790_000_000, ...event };
  await prisma().stripeEvent.create({
    data: {
      stripeEventId: event.id,
      type: event.type,
      livemode: false,
      payload: row.payload ?? payload,
      status: row.status,
      nextTryAt: row.nextTryAt ?? null,
      occurredAt: new Date(),
    },
  });
}

it("events of newly supported types are retried, and those of unknown types stay pending", async () => {
  const customer = await aCustomer(brim);
  const { sessionId, metadata } = await aPaidTopUp(customer);
  const learned = anEvent("checkout.session.completed", {
    id: sessionId,
    object: "checkout.session",
    metadata,
  });
  const unknown = anEvent("account.updated", { id: "acct_1", object: "account" });
  for (const event of [learned, unknown]) await storeEvent(event, { status: "unhandled" });

  await retryFailedEvents();

  expect(await stored(learned.id)).toMatchObject({ status: "processed", nextTryAt: null });
  expect(await balanceOf(customer)).toBe("25.00");
  expect(await stored(unknown.id)).toMatchObject({ status: "unhandled", finishedAt: null });
});

it("an unhandled event that is delivered again is handled once by a version that knows its type", async () => {
  const customer = await aCustomer(brim);
  const { sessionId, metadata } = await aPaidTopUp(customer);
  const event = anEvent("checkout.session.completed", {
    id: sessionId,
    object: "checkout.session",
    metadata,
  });
  await storeEvent(event, { status: "unhandled" });

  const answers = [await deliver(brim, event), await deliver(brim, event)];

  expect(answers.map(({ body }) => body.as)).toEqual(["processed", "duplicate"]);
  expect(await balanceOf(customer)).toBe("25.00");
});

it("a failed event that cannot be read does not block the others", async () => {
  const customer = await aCustomer(brim);
  const { sessionId, metadata } = await aPaidTopUp(customer);
  const event = anEvent("checkout.session.completed", {
    id: sessionId,
    object: "checkout.session",
    metadata,
  });
  const unreadable = anEvent("checkout.session.completed", {});
  await storeEvent(unreadable, { status: "failed", nextTryAt: new Date(0), payload: {} });
  await storeEvent(event, { status: "failed", nextTryAt: new Date(1) });

  expect(await retryFailedEvents()).toEqual({ retried: 2, failed: 1 });

  expect(await balanceOf(customer)).toBe("25.00");
  const row = await stored(unreadable.id);
  expect(row).toMatchObject({
    status: "failed",
    attempts: 2,
    lastError: expect.stringContaining("TypeError"),
  });
  expect(row?.nextTryAt?.getTime()).toBeGreaterThan(Date.now());
});
