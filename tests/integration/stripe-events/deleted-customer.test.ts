import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { HANDLERS, retryFailedEvents } from "@/lib/stripe-events";
import { type ApiCustomer, aCustomer, type RunningBrim, startBrim } from "@/tests/support/brim";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { whileEventHandlingIsPaused } from "@/tests/support/pause-event-handling";
import { anEvent, deliver } from "@/tests/support/signed-event";
import { runTasks } from "@/tests/support/tasks";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
});
afterAll(() => brim.stop());
// Only events that a test delivers by hand.
beforeEach(() => brim.control("/deliveries/mode", { mode: "drop" }));

const CHECKOUT = "/api/v1/billing/checkout-session";

const linkOf = ({ customerId }: ApiCustomer) =>
  prisma().stripeCustomer.findFirstOrThrow({ where: { customerId } });

const pay = (sessionId: string) => brim.control(`/checkout/${sessionId}/pay`, {});

const cardsOf = async (customer: ApiCustomer): Promise<{ payment_method_id: string }[]> =>
  (await customer.get("/api/v1/billing/payment-methods")).body.payment_methods;

const balanceOf = async (customer: ApiCustomer): Promise<string> =>
  (await customer.get("/api/v1/billing/balance")).body.balance_usd;

/** Starts a top-up that saves the card, pays it and lets the return page settle it. */
async function topUp(customer: ApiCustomer) {
  const { status, body } = await customer.post(CHECKOUT, { amount_usd: "10.00", save_payment_method: true });
  expect(status, JSON.stringify(body)).toBe(200);
  await pay(body.session_id);
  await customer.get(`/api/v1/billing/topups/${body.topup_intent_id}`);
  await runTasks();
}

async function aCustomerWithACard() {
  const customer = await aCustomer(brim);
  await topUp(customer);
  const { stripeCustomerId } = await linkOf(customer);
  expect(await cardsOf(customer)).toHaveLength(1);
  return { customer, stripeCustomerId };
}

const aboutDeleted = (stripeCustomerId: string) =>
  anEvent("customer.deleted", { id: stripeCustomerId, object: "customer" });

describe("a customer that was deleted at Stripe", () => {
  it("has no cards, and the next top-up creates a new Stripe customer", async () => {
    const { customer, stripeCustomerId } = await aCustomerWithACard();
    await brim.stripe.customers.del(stripeCustomerId);

    expect((await deliver(brim, aboutDeleted(stripeCustomerId))).body.as).toBe("processed");
    expect(await cardsOf(customer)).toEqual([]);
    const late = anEvent("customer.updated", { id: stripeCustomerId, object: "customer" });
    expect((await deliver(brim, late)).body.as).toBe("foreign");
    await topUp(customer);

    expect((await linkOf(customer)).stripeCustomerId).not.toBe(stripeCustomerId);
    expect(await balanceOf(customer)).toBe("20.00");
    expect(await cardsOf(customer)).toHaveLength(1);
  });

  it("is replaced at the first request, even if the event never arrives", async () => {
    const { customer, stripeCustomerId } = await aCustomerWithACard();
    const [old] = await cardsOf(customer);
    await brim.stripe.customers.del(stripeCustomerId);

    await topUp(customer);

    expect((await linkOf(customer)).stripeCustomerId).not.toBe(stripeCustomerId);
    expect(await balanceOf(customer)).toBe("20.00");
    const cards = await cardsOf(customer);
    expect(cards).toHaveLength(1);
    expect(cards).not.toContainEqual(old);
  });

  it("is replaced by one new customer when several top-ups start concurrently", async () => {
    const { customer, stripeCustomerId } = await aCustomerWithACard();
    await brim.stripe.customers.del(stripeCustomerId);
    await deliver(brim, aboutDeleted(stripeCustomerId));

    const answers = await Promise.all(
      Array.from({ length: 5 }, () => customer.post(CHECKOUT, { amount_usd: "10.00" })),
    );

    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
    const sessions = await Promise.all(
      answers.map(({ body }) => brim.stripe.checkout.sessions.retrieve(body.session_id)),
    );
    expect(new Set(sessions.map(({ customer: id }) => id))).toEqual(
      new Set([(await linkOf(customer)).stripeCustomerId]),
    );
  });

  it("does not affect its successor when the event arrives late and twice", async () => {
    const { customer, stripeCustomerId } = await aCustomerWithACard();
    await brim.stripe.customers.del(stripeCustomerId);
    await deliver(brim, aboutDeleted(stripeCustomerId));
    await topUp(customer);
    const [link, cards] = [await linkOf(customer), await cardsOf(customer)];

    expect((await deliver(brim, aboutDeleted(stripeCustomerId))).status).toBe(200);

    expect(await linkOf(customer)).toEqual(link);
    expect(await cardsOf(customer)).toEqual(cards);
  });

  it("loses no earlier payment, whichever event arrives first", async () => {
    const customer = await aCustomer(brim);
    const { body } = await customer.post(CHECKOUT, { amount_usd: "25.00", save_payment_method: true });
    await pay(body.session_id);
    const { stripeCustomerId } = await linkOf(customer);
    await brim.stripe.customers.del(stripeCustomerId);
    await deliver(brim, aboutDeleted(stripeCustomerId));

    const session = await brim.stripe.checkout.sessions.retrieve(body.session_id);
    const completed = anEvent("checkout.session.completed", { ...session });
    expect((await deliver(brim, completed)).body.as).toBe("processed");

    await runTasks();
    expect(await balanceOf(customer)).toBe("25.00");
    expect(await cardsOf(customer)).toEqual([]);
    expect((await customer.post(CHECKOUT, { amount_usd: "10.00" })).status).toBe(200);
  });

  it("is kept if it still exists at Stripe; unknown customers are ignored", async () => {
    const { customer, stripeCustomerId } = await aCustomerWithACard();
    const [link, cards] = [await linkOf(customer), await cardsOf(customer)];
    const stranger = await brim.stripe.customers.create({ email: "stranger@example.com" });
    await brim.stripe.customers.del(stranger.id);

    const answers = [
      await deliver(brim, aboutDeleted(stripeCustomerId)),
      await deliver(brim, aboutDeleted(stranger.id)),
      await deliver(brim, { ...aboutDeleted(stripeCustomerId), livemode: true }),
    ];

    expect(answers.map(({ body }) => body.as)).toEqual(["processed", "foreign", "foreign"]);
    expect(await linkOf(customer)).toEqual(link);
    expect(await cardsOf(customer)).toEqual(cards);
  });

  it("does not get back a card that was read before the deletion", async () => {
    const { customer, stripeCustomerId } = await aCustomerWithACard();
    const [card] = await cardsOf(customer);
    const id = card?.payment_method_id ?? "";
    const updated = anEvent("payment_method.updated", {
      id,
      object: "payment_method",
      customer: stripeCustomerId,
    });

    await whileEventHandlingIsPaused(brim, updated, async () => {
      await brim.stripe.customers.del(stripeCustomerId);
      expect((await deliver(brim, aboutDeleted(stripeCustomerId))).body.as).toBe("processed");
    });

    expect(await cardsOf(customer)).toEqual([]);
  });

  it("is handled by a retry when Stripe is unavailable", async () => {
    const { customer, stripeCustomerId } = await aCustomerWithACard();
    await brim.stripe.customers.del(stripeCustomerId);
    await brim.control("/faults", { match: { path: "/v1/customers/*" }, reset: true, times: 1_000 });
    const event = aboutDeleted(stripeCustomerId);

    expect((await deliver(brim, event)).status).toBe(503);
    expect(await cardsOf(customer)).toHaveLength(1);
    await brim.control("/faults", undefined, "DELETE");
    await retryFailedEvents(new Date(Date.now() + 2 * 60_000));

    expect(await cardsOf(customer)).toEqual([]);
  });

  it("leaves the ledger consistent", async () => {
    await expectLedgerVerified();
  });
});

it("the README lists exactly the events that have a handler", () => {
  const list =
    /and these events:\n\n\s*```\n([\s\S]*?)```/.exec(readFileSync("README.md", "utf8"))?.[1] ?? "";

  expect(list.trim().split(/\s+/).sort()).toEqual(Object.keys(HANDLERS).sort());
});
