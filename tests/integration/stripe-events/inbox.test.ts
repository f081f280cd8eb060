import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { retryFailedEvents } from "@/lib/stripe-events";
import { type ApiCustomer, aCustomer, type RunningBrim, startBrim } from "@/tests/support/brim";
import { anEvent, deliver } from "@/tests/support/signed-event";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
});
afterAll(() => brim.stop());
// No event but those that a test delivers by hand.
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

it("an event with text that Postgres cannot store is handled all the same", async () => {
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

it("an event about a session that Stripe does not know any more is ignored, and remembered as that", async () => {
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

  expect(answers.map(({ body }) => body.as)).toEqual(["ignored", "ignored"]);
  for (const { id } of events) expect((await stored(id))?.status).toBe("ignored");
});

it("an event of the other mode, test or live, moves nothing, whatever it names", async () => {
  const customer = await aCustomer(brim);
  const { sessionId, metadata } = await aPaidTopUp(customer);
  const event = {
    ...anEvent("checkout.session.completed", { id: sessionId, object: "checkout.session", metadata }),
    livemode: true,
  };

  const answer = await deliver(brim, event);

  expect([answer.status, answer.body.as]).toEqual([200, "ignored"]);
  expect(await balanceOf(customer)).toBe("0.00");
  expect(await stored(event.id)).toMatchObject({ status: "ignored", livemode: true });
});

it("two events about one payment at once, each many times, credit it once and are both remembered", async () => {
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

it("while Stripe is away a retry gives up after a few events and leaves the others due", async () => {
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
