import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { type ApiCustomer, aCustomer, type RunningBrim, startBrim } from "@/tests/support/brim";
import { whileEventHandlingIsPaused } from "@/tests/support/pause-event-handling";
import { anEvent, deliver } from "@/tests/support/signed-event";
import { runTasks } from "@/tests/support/tasks";

const CARDS = "/api/v1/billing/payment-methods";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
});
afterAll(() => brim.stop());
// Only events that a test delivers by hand.
beforeEach(() => brim.control("/deliveries/mode", { mode: "drop" }));

interface Card {
  payment_method_id: string;
  card_exp_year: number;
  is_default: boolean;
}

const cardsOf = async (customer: ApiCustomer): Promise<Card[]> =>
  (await customer.get(CARDS)).body.payment_methods;

/** Saves a card as a customer does, on Stripe's page, and lets the return page find it. */
async function saveCard(customer: ApiCustomer, card: string): Promise<string> {
  const known = new Set((await cardsOf(customer)).map((one) => one.payment_method_id));
  const { body } = await customer.post("/api/v1/billing/checkout-session", { mode: "setup" });
  await brim.control(`/checkout/${body.session_id}/pay`, { card });
  await customer.get(`/api/v1/billing/topups/${body.topup_intent_id}`);
  await runTasks();
  const fresh = (await cardsOf(customer)).find((one) => !known.has(one.payment_method_id));
  return fresh?.payment_method_id ?? "";
}

async function aCustomerWithCards() {
  const customer = await aCustomer(brim);
  const first = await saveCard(customer, "4242424242424242");
  const second = await saveCard(customer, "5555555555554444");
  const { stripeCustomerId } = await prisma().stripeCustomer.findFirstOrThrow({
    where: { customerId: customer.customerId },
  });
  return { customer, first, second, stripeCustomerId };
}

const aboutCard = (card: string, stripeCustomerId: string) =>
  anEvent("payment_method.updated", { id: card, object: "payment_method", customer: stripeCustomerId });

const aboutCustomer = (stripeCustomerId: string) =>
  anEvent("customer.updated", { id: stripeCustomerId, object: "customer" });

const networkUpdates = (card: string, exp_year: number) =>
  brim.control(`/payment_methods/${card}/update`, { exp_year });

describe("a stale read of Stripe is discarded", () => {
  it("when a card was updated twice", async () => {
    const { customer, first, stripeCustomerId } = await aCustomerWithCards();
    await networkUpdates(first, 2040);

    const late = await whileEventHandlingIsPaused(brim, aboutCard(first, stripeCustomerId), async () => {
      await networkUpdates(first, 2044);
      expect((await deliver(brim, aboutCard(first, stripeCustomerId))).body.as).toBe("processed");
    });

    expect(late.body.as).toBe("processed");
    const shown = (await cardsOf(customer)).find((one) => one.payment_method_id === first);
    expect(shown?.card_exp_year).toBe(2044);
  });

  it("when the card was removed in the meantime", async () => {
    const { customer, second, stripeCustomerId } = await aCustomerWithCards();

    await whileEventHandlingIsPaused(brim, aboutCard(second, stripeCustomerId), async () => {
      expect((await customer.delete(`${CARDS}/${second}`)).status).toBe(204);
    });

    expect((await cardsOf(customer)).map((one) => one.payment_method_id)).not.toContain(second);
  });

  it("when the event of a detached card arrives in the meantime", async () => {
    const { customer, second, stripeCustomerId } = await aCustomerWithCards();

    await whileEventHandlingIsPaused(brim, aboutCard(second, stripeCustomerId), async () => {
      await brim.stripe.paymentMethods.detach(second);
      const detached = anEvent("payment_method.detached", {
        id: second,
        object: "payment_method",
        customer: null,
      });
      expect((await deliver(brim, detached)).body.as).toBe("processed");
    });

    expect((await cardsOf(customer)).map((one) => one.payment_method_id)).not.toContain(second);
  });

  it("when another default was chosen in the meantime", async () => {
    const { customer, second, stripeCustomerId } = await aCustomerWithCards();

    await whileEventHandlingIsPaused(brim, aboutCustomer(stripeCustomerId), async () => {
      expect((await customer.post(`${CARDS}/${second}/default`, {})).status).toBe(200);
    });

    const chosen = (await cardsOf(customer)).find((one) => one.is_default);
    expect(chosen?.payment_method_id).toBe(second);
  });

  it("when the default was removed in the meantime", async () => {
    const { customer, first, stripeCustomerId } = await aCustomerWithCards();

    await whileEventHandlingIsPaused(brim, aboutCustomer(stripeCustomerId), async () => {
      expect((await customer.delete(`${CARDS}/${first}`)).status).toBe(204);
    });

    const { defaultPaymentMethodId } = await prisma().stripeCustomer.findFirstOrThrow({
      where: { customerId: customer.customerId },
    });
    expect(defaultPaymentMethodId).toBeNull();
  });

  it("when saving a card takes longer than handling an event about it", async () => {
    const customer = await aCustomer(brim);
    const { body } = await customer.post("/api/v1/billing/checkout-session", { mode: "setup" });
    await brim.control(`/checkout/${body.session_id}/pay`, { card: "4242424242424242" });
    const { stripeCustomerId } = await prisma().stripeCustomer.findFirstOrThrow({
      where: { customerId: customer.customerId },
    });
    const completed = anEvent("checkout.session.completed", {
      id: body.session_id,
      object: "checkout.session",
      metadata: { customer_id: customer.customerId, topup_intent_id: body.topup_intent_id },
    });

    await whileEventHandlingIsPaused(brim, completed, async () => {
      const [card] = (await brim.stripe.paymentMethods.list({ customer: stripeCustomerId, type: "card" }))
        .data;
      await networkUpdates(card?.id ?? "", 2044);
      await deliver(brim, aboutCard(card?.id ?? "", stripeCustomerId));
    });

    expect((await cardsOf(customer)).map((one) => one.card_exp_year)).toEqual([2044]);
  });
});

it("an event does not reset the consent to off-session use", async () => {
  const { customer, first, stripeCustomerId } = await aCustomerWithCards();

  await deliver(brim, aboutCard(first, stripeCustomerId));

  const card = await prisma().paymentMethod.findFirstOrThrow({
    where: { customerId: customer.customerId, paymentMethodId: first },
  });
  expect(card.usableOffSession).toBe(true);
});

it("four concurrent choices of a default end with the same default as at Stripe", async () => {
  const { customer, first, second, stripeCustomerId } = await aCustomerWithCards();

  const answers = await Promise.all(
    [first, second, first, second].map((card) => customer.post(`${CARDS}/${card}/default`, {})),
  );

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const atStripe = await brim.stripe.customers.retrieve(stripeCustomerId);
  const kept = atStripe.deleted ? null : atStripe.invoice_settings.default_payment_method;
  expect((await cardsOf(customer)).find((one) => one.is_default)?.payment_method_id).toBe(kept);
});

it("the default card of an unlinked Stripe customer is ignored", async () => {
  const { customer, first } = await aCustomerWithCards();
  const orphan = await brim.stripe.customers.create({ name: "Made twice" });
  await prisma().stripeObject.create({
    data: {
      stripeId: orphan.id,
      customerId: customer.customerId,
      kind: "customer",
      ourId: customer.customerId,
    },
  });

  const answer = await deliver(brim, aboutCustomer(orphan.id));

  expect(answer.status).toBe(200);
  expect((await cardsOf(customer)).find((one) => one.is_default)?.payment_method_id).toBe(first);
});
