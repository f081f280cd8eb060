import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { pool, prisma } from "@/lib/platform/db";
import { retryFailedEvents } from "@/lib/stripe-events";
import { REVIEW_REASONS, type ReviewReason, sweepTopUps } from "@/lib/top-ups";
import { type ApiCustomer, aCustomer, eventually, type RunningBrim, startBrim } from "@/tests/support/brim";
import { changeAtStripe } from "@/tests/support/change-at-stripe";
import { anEvent, deliver } from "@/tests/support/signed-event";
import { runTasks } from "@/tests/support/tasks";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
});
afterAll(() => brim.stop());

const CHECKOUT = "/api/v1/billing/checkout-session";

async function start(customer: ApiCustomer, body: Record<string, unknown> = { amount_usd: "25.00" }) {
  const answer = await customer.post(CHECKOUT, body);
  expect(answer.status).toBe(200);
  return answer.body as { topup_intent_id: string; session_id: string; url: string };
}

const pay = (sessionId: string, details: Record<string, unknown> = {}) =>
  brim.control(`/checkout/${sessionId}/pay`, details);

async function balanceOf(customer: ApiCustomer): Promise<string> {
  return (await customer.get("/api/v1/billing/balance")).body.balance_usd;
}

const untilBalance = (customer: ApiCustomer, expected: string) =>
  eventually(
    () => balanceOf(customer),
    (balance) => balance === expected,
  );

async function creditsOf(customer: ApiCustomer): Promise<number> {
  return prisma().ledgerTransfer.count({ where: { customerId: customer.customerId, kind: "credit" } });
}

describe("a top-up by card", () => {
  it("is credited once by the webhook, with the amount before tax", async () => {
    const customer = await aCustomer(brim);
    const started = await start(customer);
    expect(await balanceOf(customer)).toBe("0.00");

    const paid = await pay(started.session_id, { address: { country: "DE" } });

    expect(paid.outcome).toBe("completed");
    await untilBalance(customer, "25.00");
    const { body: topUp } = await customer.get(`/api/v1/billing/topups/${started.topup_intent_id}`);
    expect(topUp).toMatchObject({
      status: "succeeded",
      source: "checkout",
      mode: "payment",
      amount_usd: "25.00",
      tax_usd: "4.75",
      total_usd: "29.75",
      failure: null,
      refunded_usd: "0.00",
    });
    expect(topUp.timeline.map((entry: { what: string }) => entry.what)).toEqual([
      "created",
      "checkout_opened",
      "paid",
      "credited",
    ]);
    expect(await creditsOf(customer)).toBe(1);
  });

  it("shows a decline, keeps the session open, and is credited when another card succeeds", async () => {
    const customer = await aCustomer(brim);
    const started = await start(customer);

    const declined = await pay(started.session_id, { card: "4000000000009995" });

    expect(declined.outcome).toBe("declined");
    await eventually(
      async () => (await customer.get(`/api/v1/billing/topups/${started.topup_intent_id}`)).body,
      (topUp) => topUp.failure?.code === "insufficient_funds" && topUp.status === "open",
    );
    expect(await balanceOf(customer)).toBe("0.00");

    await pay(started.session_id);

    await untilBalance(customer, "25.00");
    const { body } = await customer.get(`/api/v1/billing/topups/${started.topup_intent_id}`);
    expect(body).toMatchObject({ status: "succeeded", failure: null });
  });

  it("never reveals that a card was reported stolen", async () => {
    const customer = await aCustomer(brim);
    const started = await start(customer);

    await pay(started.session_id, { card: "4000000000009979" });

    const topUp = await eventually(
      async () => (await customer.get(`/api/v1/billing/topups/${started.topup_intent_id}`)).body,
      (body) => body.failure !== null,
    );
    expect(topUp.failure).toEqual({ code: "card_declined", message: "The card was declined." });
  });

  it("that saves its card stores the payment method and makes it the default", async () => {
    const customer = await aCustomer(brim);
    const started = await start(customer, { amount_usd: 25, save_payment_method: true });

    await pay(started.session_id);

    await untilBalance(customer, "25.00");
    await runTasks();
    const { body } = await customer.get("/api/v1/billing/payment-methods");
    expect(body.payment_methods).toMatchObject([
      { card_brand: "visa", card_last4: "4242", is_default: true },
    ]);
    const card = await prisma().paymentMethod.findFirstOrThrow({
      where: { customerId: customer.customerId },
    });
    expect(card.usableOffSession).toBe(true);
  });

  it("expires when its session expires", async () => {
    const customer = await aCustomer(brim);
    const started = await start(customer);

    await brim.control(`/checkout/${started.session_id}/expire`);

    await eventually(
      async () => (await customer.get(`/api/v1/billing/topups/${started.topup_intent_id}`)).body.status,
      (status) => status === "expired",
    );
    expect(await balanceOf(customer)).toBe("0.00");
  });
});

describe("a card saved in setup mode", () => {
  it("becomes a payment method without a charge, and its address is copied to the customer", async () => {
    const customer = await aCustomer(brim);
    const started = await start(customer, { mode: "setup" });

    await pay(started.session_id, { address: { country: "FR" } });

    await eventually(
      async () => (await customer.get(`/api/v1/billing/topups/${started.topup_intent_id}`)).body.status,
      (status) => status === "succeeded",
    );
    await runTasks();
    const { body } = await customer.get("/api/v1/billing/payment-methods");
    expect(body.payment_methods[0]).toMatchObject({
      card_brand: "visa",
      card_last4: "4242",
      is_default: true,
    });
    expect(await balanceOf(customer)).toBe("0.00");
    const link = await prisma().stripeCustomer.findFirstOrThrow({
      where: { customerId: customer.customerId },
    });
    const atStripe = await brim.stripe.customers.retrieve(link.stripeCustomerId);
    expect(atStripe).toMatchObject({ address: { country: "FR" } });
  });

  it("disappears from the list when it is detached at Stripe", async () => {
    const customer = await aCustomer(brim);
    const started = await start(customer, { mode: "setup" });
    await pay(started.session_id);
    const { body } = await eventually(
      () => customer.get("/api/v1/billing/payment-methods"),
      (answer) => answer.body.payment_methods.length === 1,
    );

    await brim.stripe.paymentMethods.detach(body.payment_methods[0].payment_method_id);

    await eventually(
      () => customer.get("/api/v1/billing/payment-methods"),
      (answer) => answer.body.payment_methods.length === 0,
    );
  });
});

describe("unreliable events", () => {
  it("an event that is delivered twenty times at once credits once", async () => {
    const customer = await aCustomer(brim);
    const started = await start(customer);
    await pay(started.session_id);
    const event = await eventOf("checkout.session.completed", started.session_id);

    await brim.control(`/events/${event}/duplicate`, { times: 20, parallel: true });

    await untilBalance(customer, "25.00");
    await deliveriesDone(event);
    expect(await creditsOf(customer)).toBe(1);
    expect(await balanceOf(customer)).toBe("25.00");
  });

  it("an outage of Brim between payment and webhook loses nothing: the retry credits once", async () => {
    const customer = await aCustomer(brim);
    const started = await start(customer);
    await brim.stopListening();
    await pay(started.session_id);

    await brim.startListening();

    await untilBalance(customer, "25.00");
    expect(await creditsOf(customer)).toBe(1);
  });

  it("the sweep credits once when no webhook arrives", async () => {
    const customer = await aCustomer(brim);
    const started = await start(customer);
    await brim.control("/deliveries/mode", { mode: "drop" });
    try {
      await pay(started.session_id);
      await sweepTopUps(new Date(Date.now() + 9 * 60_000));
      expect(await creditsOf(customer)).toBe(0);

      await Promise.all([1, 2, 3].map(() => sweepTopUps(new Date(Date.now() + 11 * 60_000))));

      expect(await balanceOf(customer)).toBe("25.00");
      expect(await creditsOf(customer)).toBe(1);
    } finally {
      await brim.control("/deliveries/mode", { mode: "deliver" });
    }
  });

  it("reading the top-up credits it without any webhook", async () => {
    const customer = await aCustomer(brim);
    const started = await start(customer);
    await brim.control("/deliveries/mode", { mode: "drop" });
    try {
      await pay(started.session_id);

      const statuses = await Promise.all(
        Array.from({ length: 8 }, () => customer.get(`/api/v1/billing/topups/${started.topup_intent_id}`)),
      );

      expect(statuses.every((answer) => answer.status === 200)).toBe(true);
      await untilBalance(customer, "25.00");
      expect(await creditsOf(customer)).toBe(1);
    } finally {
      await brim.control("/deliveries/mode", { mode: "deliver" });
    }
  });

  it("an event that fails is stored as failed and handled by our own retry", async () => {
    const customer = await aCustomer(brim);
    const started = await start(customer);
    await brim.control("/deliveries/mode", { mode: "hold" });
    await pay(started.session_id);
    const event = await eventOf("checkout.session.completed", started.session_id);
    await brim.control("/faults", {
      match: { method: "GET", path: `/v1/checkout/sessions/${started.session_id}` },
      status: 500,
      times: 100,
    });
    await brim.control(`/events/${event}/resend`);
    await brim.control("/deliveries/mode", { mode: "deliver" });
    await eventually(
      () => prisma().stripeEvent.findUnique({ where: { stripeEventId: event } }),
      (row) => row?.status === "failed",
    );
    expect(await creditsOf(customer)).toBe(0);
    await brim.control("/deliveries/mode", { mode: "drop" });
    await brim.control("/faults", undefined, "DELETE");

    await retryFailedEvents(new Date(Date.now() + 2 * 3_600_000));

    expect(await creditsOf(customer)).toBe(1);
    const row = await prisma().stripeEvent.findUniqueOrThrow({ where: { stripeEventId: event } });
    expect(row.status).toBe("processed");
    await brim.control("/deliveries/mode", { mode: "deliver" });
  });
});

describe("the optional effects of a payment", () => {
  afterEach(() => brim.control("/faults", undefined, "DELETE"));

  async function defaultAtStripe(customer: ApiCustomer) {
    const { stripeCustomerId } = await prisma().stripeCustomer.findFirstOrThrow({
      where: { customerId: customer.customerId },
    });
    const found = await brim.stripe.customers.retrieve(stripeCustomerId);
    return { card: found.deleted ? null : found.invoice_settings.default_payment_method };
  }

  /** Stripe cannot revert a customer to having no default card. */
  async function chooseAnotherAndRemoveIt(customer: ApiCustomer): Promise<void> {
    const { session_id } = await start(customer, { mode: "setup" });
    await pay(session_id, { card: "5555555555554444" });
    const cards = () => customer.get("/api/v1/billing/payment-methods");
    const { body } = await eventually(cards, (answer) => answer.body.payment_methods.length === 2);
    const added = body.payment_methods.find((one: { card_last4: string }) => one.card_last4 === "4444");
    const path = `/api/v1/billing/payment-methods/${added.payment_method_id}`;
    expect((await customer.post(`${path}/default`, {})).status).toBe(200);
    expect((await customer.delete(path)).status).toBe(204);
  }

  it("do not delay the credit: it is posted while Stripe customers cannot be updated, and the card follows", async () => {
    const customer = await aCustomer(brim);
    const started = await start(customer, { amount_usd: "25.00", save_payment_method: true });
    await brim.control("/faults", {
      match: { method: "POST", path: "/v1/customers/*" },
      status: 500,
      times: 1_000,
    });

    await pay(started.session_id);
    await untilBalance(customer, "25.00");
    await runTasks();

    expect((await defaultAtStripe(customer)).card).toBeNull();
    await brim.control("/faults", undefined, "DELETE");
    await runTasks();
    const { body } = await customer.get("/api/v1/billing/payment-methods");
    expect(body.payment_methods).toMatchObject([{ card_last4: "4242", is_default: true }]);
    expect((await defaultAtStripe(customer)).card).toBe(body.payment_methods[0].payment_method_id);
    const open = await pool().query("SELECT 1 FROM graphile_worker.jobs WHERE attempts > 0");
    expect(open.rows).toEqual([]);
  });

  it("do not delay the credit when the card cannot be stored", async () => {
    const customer = await aCustomer(brim);
    const started = await start(customer, { amount_usd: "25.00", save_payment_method: true });
    await pool().query("ALTER TABLE payment_method ADD CONSTRAINT no_cards CHECK (false) NOT VALID");

    await pay(started.session_id);
    await untilBalance(customer, "25.00").finally(() =>
      pool().query("ALTER TABLE payment_method DROP CONSTRAINT no_cards"),
    );

    await runTasks();
    const { body } = await customer.get("/api/v1/billing/payment-methods");
    expect(body.payment_methods).toMatchObject([{ card_last4: "4242", is_default: true }]);
  });

  it.each(["the same event", "another event of the session"])(
    "are not repeated when %s arrives later: the customer has no default card by then",
    async (which) => {
      const customer = await aCustomer(brim);
      const started = await start(customer, { amount_usd: "25.00", save_payment_method: true });
      await pay(started.session_id);
      await untilBalance(customer, "25.00");
      await runTasks();
      expect((await defaultAtStripe(customer)).card).not.toBeNull();
      await chooseAnotherAndRemoveIt(customer);
      const event = await eventOf("checkout.session.completed", started.session_id);

      if (which === "the same event") {
        await brim.control(`/events/${event}/duplicate`, { times: 2, parallel: true });
        await deliveriesDone(event);
      } else {
        const copy = anEvent("checkout.session.completed", {
          ...(await brim.stripe.checkout.sessions.retrieve(started.session_id)),
        });
        expect((await deliver(brim, copy)).body.as).toBe("processed");
      }
      await runTasks();

      expect((await defaultAtStripe(customer)).card).toBeNull();
    },
  );
});

describe("a session that is not paid in full", () => {
  it.each<[string, ReviewReason, object, object]>([
    [
      "had a discount",
      "discounted",
      { total_details: { amount_discount: 500, amount_shipping: 0, amount_tax: 0 } },
      {},
    ],
    ["received less than its total", "received_mismatch", {}, { amount_received: 2_000 }],
    [
      "needed no payment",
      "no_payment_required",
      { payment_status: "no_payment_required", payment_intent: null },
      {},
    ],
  ])(
    "that %s: needs review because of %s, raises an alert, is not credited",
    async (_what, reason, session, payment) => {
      const customer = await aCustomer(brim);
      const started = await start(customer);
      await brim.control("/deliveries/mode", { mode: "drop" });
      await pay(started.session_id);
      const { payment_intent } = await brim.stripe.checkout.sessions.retrieve(started.session_id);
      await changeAtStripe(brim, started.session_id, session);
      await changeAtStripe(brim, String(payment_intent), payment);

      const { body } = await customer.get(`/api/v1/billing/topups/${started.topup_intent_id}`);

      expect(body.status).toBe("needs_review");
      expect(await creditsOf(customer)).toBe(0);
      const { customerId } = customer;
      const intent = await prisma().topUpIntent.findFirstOrThrow({ where: { customerId } });
      expect(intent.reviewReason).toBe(reason);
      const alerts = await prisma().alert.findMany({ where: { customerId, kind: "top_up_needs_review" } });
      expect(alerts).toMatchObject([{ details: { reason, topUpIntentId: intent.topUpIntentId } }]);
      await brim.control("/deliveries/mode", { mode: "deliver" });
    },
  );
});

it("the database accepts only the known review reasons", async () => {
  const customer = await aCustomer(brim);
  await start(customer);
  const { customerId } = customer;
  const setReason = (reviewReason: string) =>
    prisma().topUpIntent.updateMany({ where: { customerId }, data: { reviewReason } });

  for (const reason of REVIEW_REASONS) await setReason(reason);

  await expect(setReason("The Checkout Session has a discount.")).rejects.toThrow();
});

describe("payments that do not match their top-up", () => {
  /** A session created by mistake by another program of the operator, with the ID of one of our intents. */
  async function foreignSession(
    customer: ApiCustomer,
    topUpIntentId: string,
    change: Record<string, unknown> = {},
  ) {
    const link = await prisma().stripeCustomer.findFirstOrThrow({
      where: { customerId: customer.customerId },
    });
    const { currency = "usd", unit_amount = 2_500 } = change as { currency?: string; unit_amount?: number };
    const metadata = { kind: "topup", topup_intent_id: topUpIntentId, customer_id: customer.customerId };
    return brim.stripe.checkout.sessions.create({
      mode: "payment",
      ui_mode: "hosted_page",
      customer: (change.customer as string | undefined) ?? link.stripeCustomerId,
      metadata,
      payment_intent_data: { metadata },
      line_items: [
        { quantity: 1, price_data: { currency, unit_amount, product_data: { name: "Balance top-up" } } },
      ],
      success_url: `${brim.url}/billing`,
    });
  }

  const aStranger = async () => (await brim.stripe.customers.create({ email: "stranger@example.com" })).id;

  /** The Stripe customer of another customer of Brim. */
  async function anotherCustomer(): Promise<string> {
    const other = await aCustomer(brim);
    await start(other);
    const where = { customerId: other.customerId };
    return (await prisma().stripeCustomer.findFirstOrThrow({ where })).stripeCustomerId;
  }

  it.each<[string, () => Promise<Record<string, unknown>>]>([
    ["another subtotal", async () => ({ unit_amount: 2_400 })],
    ["another currency", async () => ({ currency: "eur" })],
    ["an unlinked Stripe customer", async () => ({ customer: await aStranger() })],
    ["another customer's Stripe customer", async () => ({ customer: await anotherCustomer() })],
  ])("%s: needs review, raises an alert, is not credited", async (_what, change) => {
    const customer = await aCustomer(brim);
    const started = await start(customer);
    const session = await foreignSession(customer, started.topup_intent_id, await change());

    await pay(session.id);

    await eventually(
      async () => (await customer.get(`/api/v1/billing/topups/${started.topup_intent_id}`)).body.status,
      (status) => status === "needs_review",
    );
    expect(await creditsOf(customer)).toBe(0);
    expect(
      await prisma().alert.count({ where: { customerId: customer.customerId, kind: "top_up_needs_review" } }),
    ).toBe(1);
  });

  it("a top-up in review is credited when its own session is paid", async () => {
    const customer = await aCustomer(brim);
    const started = await start(customer);
    const wrong = await foreignSession(customer, started.topup_intent_id, { unit_amount: 2_400 });
    await pay(wrong.id);
    await eventually(
      async () => (await customer.get(`/api/v1/billing/topups/${started.topup_intent_id}`)).body.status,
      (status) => status === "needs_review",
    );

    await pay(started.session_id);

    await untilBalance(customer, "25.00");
  });

  it("a second payment of one top-up creates one alert and one refund task, and is not credited", async () => {
    const customer = await aCustomer(brim);
    const started = await start(customer);
    await pay(started.session_id);
    await untilBalance(customer, "25.00");
    const second = await foreignSession(customer, started.topup_intent_id);

    await pay(second.id);

    const where = { customerId: customer.customerId };
    const [task] = await eventually(
      () => prisma().refundTask.findMany({ where }),
      (tasks) => tasks.length === 1,
    );
    expect(task).toMatchObject({ amountCents: 2_500, currency: "usd", status: "open" });
    const event = await eventOf("checkout.session.completed", second.id);
    await brim.control(`/events/${event}/duplicate`, { times: 5, parallel: true });
    await deliveriesDone(event);
    expect(await prisma().refundTask.count({ where })).toBe(1);
    expect(await prisma().alert.count({ where: { ...where, kind: "second_payment" } })).toBe(1);
    expect(await creditsOf(customer)).toBe(1);
    expect(await balanceOf(customer)).toBe("25.00");
  });

  it("a payment that is not ours is foreign", async () => {
    const metadata = {
      topup_intent_id: "topup_01m81xgxrcexrs47sfmrsawft1",
      customer_id: "cust_01m81xgxrcexrs47sfmrsawft1",
    };
    const session = await brim.stripe.checkout.sessions.create({
      mode: "payment",
      ui_mode: "hosted_page",
      metadata,
      line_items: [
        { quantity: 1, price_data: { currency: "usd", unit_amount: 500, product_data: { name: "A mug" } } },
      ],
      success_url: `${brim.url}/billing`,
    });

    await pay(session.id);

    const event = await eventOf("checkout.session.completed", session.id);
    const row = await eventually(
      () => prisma().stripeEvent.findUnique({ where: { stripeEventId: event } }),
      (found) => found !== null,
    );
    expect(row?.status).toBe("foreign");
  });
});

async function eventOf(type: string, objectId: string): Promise<string> {
  for await (const event of brim.stripe.events.list({ type, limit: 100 })) {
    if ((event.data.object as { id?: string }).id === objectId) return event.id;
  }
  throw new Error(`There is no ${type} of ${objectId}.`);
}

async function deliveriesDone(eventId: string): Promise<void> {
  await eventually(
    async () =>
      (await brim.control(`/deliveries?event=${eventId}`, undefined, "GET")).data as { state: string }[],
    (deliveries) => deliveries.every((delivery) => delivery.state === "succeeded"),
  );
}
