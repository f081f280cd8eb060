import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { type ApiCustomer, aCustomer, eventually, type RunningBrim, startBrim } from "@/tests/support/brim";
import { expectRefusedField, walk } from "@/tests/support/operator";
import { runTasks } from "@/tests/support/tasks";

const CARDS = "/api/v1/billing/payment-methods";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
});
afterAll(() => brim.stop());
afterEach(async () => {
  await brim.control("/faults", undefined, "DELETE");
  await brim.control("/deliveries/mode", { mode: "deliver" });
});

interface Card {
  payment_method_id: string;
  is_default: boolean;
}

const cardsOf = async (customer: ApiCustomer): Promise<Card[]> =>
  (await customer.get(CARDS)).body.payment_methods;

/** Saves a card as a customer does, on Stripe's page. */
async function saveCard(customer: ApiCustomer, card = "4242424242424242"): Promise<string> {
  const known = (await cardsOf(customer)).map((one) => one.payment_method_id);
  const { body } = await customer.post("/api/v1/billing/checkout-session", { mode: "setup" });
  await brim.control(`/checkout/${body.session_id}/pay`, { card });
  // An event may list the card before the page has made it the default.
  await eventually(
    async () => (await customer.get(`/api/v1/billing/topups/${body.topup_intent_id}`)).body.status,
    (status) => status === "succeeded",
  );
  await runTasks();
  const fresh = (await cardsOf(customer)).find((one) => !known.includes(one.payment_method_id));
  return fresh?.payment_method_id ?? "";
}

async function aCustomerWithCards(): Promise<{ customer: ApiCustomer; first: string; second: string }> {
  const customer = await aCustomer(brim);
  const first = await saveCard(customer);
  return { customer, first, second: await saveCard(customer, "5555555555554444") };
}

const ownerAtStripe = async (card: string) => (await brim.stripe.paymentMethods.retrieve(card)).customer;

async function defaultAtStripe(customer: ApiCustomer) {
  const { stripeCustomerId } = await prisma().stripeCustomer.findFirstOrThrow({
    where: { customerId: customer.customerId },
  });
  const found = await brim.stripe.customers.retrieve(stripeCustomerId);
  return found.deleted ? null : found.invoice_settings.default_payment_method;
}

describe("removing a card", () => {
  it("detaches it at Stripe and removes it from the list; repeating it has no effect", async () => {
    const { customer, first, second } = await aCustomerWithCards();

    const answers = [await customer.delete(`${CARDS}/${first}`), await customer.delete(`${CARDS}/${first}`)];

    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [204, undefined],
      [204, undefined],
    ]);
    expect(await ownerAtStripe(first)).toBeNull();
    expect(await cardsOf(customer)).toMatchObject([{ payment_method_id: second, is_default: false }]);
    expect(await defaultAtStripe(customer)).toBeNull();
  });

  it("succeeds for each of several concurrent requests", async () => {
    const { customer, first } = await aCustomerWithCards();

    const answers = await Promise.all(Array.from({ length: 6 }, () => customer.delete(`${CARDS}/${first}`)));

    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(204));
    expect(await cardsOf(customer)).toHaveLength(1);
  });

  it("of another customer, an unknown card or an invalid id is 404", async () => {
    const { first } = await aCustomerWithCards();
    const other = await aCustomer(brim);
    await saveCard(other);

    for (const id of [first, "pm_unknown", "pm_%2F..", "%27"]) {
      const answer = await other.delete(`${CARDS}/${id}`);
      expect([answer.status, answer.body.error]).toEqual([404, "NOT_FOUND"]);
    }
    expect(await ownerAtStripe(first)).not.toBeNull();
  });

  it("is 503 while Stripe is unavailable, and succeeds afterwards", async () => {
    const { customer, first } = await aCustomerWithCards();
    await brim.control("/faults", { match: { path: "/v1/*" }, reset: true, times: 1_000 });

    const during = await customer.delete(`${CARDS}/${first}`);
    await brim.control("/faults", undefined, "DELETE");

    expect([during.status, during.body.error]).toEqual([503, "SERVICE_UNAVAILABLE"]);
    expect(await cardsOf(customer)).toHaveLength(2);
    expect((await customer.delete(`${CARDS}/${first}`)).status).toBe(204);
    expect(await cardsOf(customer)).toHaveLength(1);
  });

  it("is completed by repeating the request if only Stripe had removed the card", async () => {
    const { customer, first } = await aCustomerWithCards();
    await brim.control("/deliveries/mode", { mode: "drop" });
    await brim.stripe.paymentMethods.detach(first);
    expect(await cardsOf(customer)).toHaveLength(2);

    const answer = await customer.delete(`${CARDS}/${first}`);

    expect(answer.status).toBe(204);
    expect(await cardsOf(customer)).toHaveLength(1);
  });

  it("is completed by Stripe's event if the response was lost", async () => {
    const { customer, first } = await aCustomerWithCards();
    await brim.stripe.paymentMethods.detach(first);

    await eventually(
      () => cardsOf(customer),
      (cards) => cards.length === 1,
    );
  });

  it("requires the write scope", async () => {
    const reader = await aCustomer(brim, ["billing:read"]);

    const answer = await reader.delete(`${CARDS}/pm_1`);

    expect(answer.body.details).toEqual({ required_scope: "billing:write" });
  });
});

describe("the list of cards", () => {
  it("pages through all cards, even if one is removed in between", async () => {
    const { customer, first, second } = await aCustomerWithCards();
    const third = await saveCard(customer, "378282246310005");

    expect(
      (await walk(customer.get, CARDS, "payment_methods", 1)).map((one) => one.payment_method_id),
    ).toEqual([third, second, first]);
    const { body: page } = await customer.get(`${CARDS}?limit=2`);
    expect((await customer.delete(`${CARDS}/${second}`)).status).toBe(204);
    const { body: rest } = await customer.get(`${CARDS}?limit=2&cursor=${page.next_cursor}`);

    expect(rest).toMatchObject({ payment_methods: [{ payment_method_id: first }], next_cursor: null });
    expectRefusedField(await customer.get(`${CARDS}?limit=0`), "limit");
    expectRefusedField(await (await aCustomer(brim)).get(`${CARDS}?cursor=${page.next_cursor}`), "cursor");
  });
});

describe("one card that was saved twice", () => {
  /** Saves the same card again: Stripe then has two payment methods. */
  async function saveAgain(customer: ApiCustomer): Promise<string> {
    const { body } = await customer.post("/api/v1/billing/checkout-session", { mode: "setup" });
    await brim.control(`/checkout/${body.session_id}/pay`, { card: "4242424242424242" });
    await eventually(
      async () => (await customer.get(`/api/v1/billing/topups/${body.topup_intent_id}`)).body.status,
      (status) => status === "succeeded",
    );
    const { stripePaymentMethodId } = await newestCardAtStripe(customer);
    return stripePaymentMethodId;
  }

  async function newestCardAtStripe(customer: ApiCustomer) {
    const { stripeCustomerId } = await prisma().stripeCustomer.findFirstOrThrow({
      where: { customerId: customer.customerId },
    });
    const { data } = await brim.stripe.paymentMethods.list({ customer: stripeCustomerId, type: "card" });
    return { stripePaymentMethodId: data[0]?.id ?? "", count: data.length };
  }

  it("is listed once: as the default, otherwise as the newest", async () => {
    const customer = await aCustomer(brim);
    const first = await saveCard(customer);
    const other = await saveCard(customer, "5555555555554444");

    const again = await saveAgain(customer);

    expect((await cardsOf(customer)).map((card) => card.payment_method_id)).toEqual([other, first]);
    await customer.post(`${CARDS}/${other}/default`, {});
    expect((await cardsOf(customer)).map((card) => card.payment_method_id)).toEqual([again, other]);
    expect((await newestCardAtStripe(customer)).count).toBe(3);
  });

  it("is listed twice if the expiration differs", async () => {
    const customer = await aCustomer(brim);
    const first = await saveCard(customer);
    await brim.control(`/payment_methods/${first}/update`, { exp_year: 2044 });
    await saveAgain(customer);

    await eventually(
      () => cardsOf(customer),
      (cards) => cards.length === 2,
    );
  });

  it("is removed completely", async () => {
    const customer = await aCustomer(brim);
    const first = await saveCard(customer);
    const again = await saveAgain(customer);

    const answer = await customer.delete(`${CARDS}/${first}`);

    expect(answer.status).toBe(204);
    expect(await cardsOf(customer)).toEqual([]);
    expect([await ownerAtStripe(first), await ownerAtStripe(again)]).toEqual([null, null]);
  });

  it("is removed completely even if Stripe becomes unavailable in between", async () => {
    const customer = await aCustomer(brim);
    const first = await saveCard(customer);
    await saveAgain(customer);
    await brim.control("/faults", {
      match: { method: "POST", path: `/v1/payment_methods/${first}/detach` },
      reset: true,
      times: 100,
    });

    const during = await customer.delete(`${CARDS}/${first}`);
    await brim.control("/faults", undefined, "DELETE");

    expect(during.status).toBe(503);
    expect((await cardsOf(customer)).map((card) => card.payment_method_id)).toEqual([first]);
    expect((await customer.delete(`${CARDS}/${first}`)).status).toBe(204);
    expect(await cardsOf(customer)).toEqual([]);
  });
});

describe("choosing the default", () => {
  it("changes it at Stripe and here; repeating it has no effect", async () => {
    const { customer, first, second } = await aCustomerWithCards();
    expect(await defaultAtStripe(customer)).toBe(first);

    const answers = [
      await customer.post(`${CARDS}/${second}/default`, {}),
      await customer.post(`${CARDS}/${second}/default`, {}),
    ];

    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body).toMatchObject({ payment_method_id: second, card_brand: "mastercard", is_default: true });
    }
    expect(await defaultAtStripe(customer)).toBe(second);
    expect((await cardsOf(customer)).map(({ is_default: is }) => is)).toEqual([true, false]);
  });

  it("while the card is removed never leaves a removed card as the default", async () => {
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        const { customer, second } = await aCustomerWithCards();

        const [removed, chosen] = await Promise.all([
          customer.delete(`${CARDS}/${second}`),
          customer.post(`${CARDS}/${second}/default`, {}),
        ]);

        expect(removed.status).toBe(204);
        expect([200, 404]).toContain(chosen.status);
        const cards = await cardsOf(customer);
        expect(cards.map((card) => card.payment_method_id)).not.toContain(second);
        const { defaultPaymentMethodId } = await prisma().stripeCustomer.findFirstOrThrow({
          where: { customerId: customer.customerId },
        });
        expect(defaultPaymentMethodId).not.toBe(second);
      }),
    );
  });

  it("of a removed, unknown or another customer's card is 404", async () => {
    const { customer, first, second } = await aCustomerWithCards();
    const other = await aCustomer(brim);
    await saveCard(other);
    await customer.delete(`${CARDS}/${second}`);

    const answers = [
      await customer.post(`${CARDS}/${second}/default`, {}),
      await other.post(`${CARDS}/${first}/default`, {}),
      await customer.post(`${CARDS}/pm_unknown/default`, {}),
    ];

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(await defaultAtStripe(customer)).toBe(first);
  });

  it("of a card that was removed only at Stripe is 404, and removes the card from the list", async () => {
    const { customer, second } = await aCustomerWithCards();
    await brim.control("/deliveries/mode", { mode: "drop" });
    await brim.stripe.paymentMethods.detach(second);

    const answer = await customer.post(`${CARDS}/${second}/default`, {});

    expect(answer.status).toBe(404);
    expect(await cardsOf(customer)).toHaveLength(1);
  });

  it("is 503 while Stripe is unavailable, and changes nothing", async () => {
    const { customer, first, second } = await aCustomerWithCards();
    await brim.control("/faults", { match: { path: "/v1/*" }, reset: true, times: 1_000 });

    const answer = await customer.post(`${CARDS}/${second}/default`, {});
    await brim.control("/faults", undefined, "DELETE");

    expect(answer.status).toBe(503);
    expect(await defaultAtStripe(customer)).toBe(first);
    expect((await cardsOf(customer)).find(({ is_default: is }) => is)?.payment_method_id).toBe(first);
  });
});
