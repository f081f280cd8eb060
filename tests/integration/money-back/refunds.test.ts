import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { changeAtStripe } from "@/tests/support/change-at-stripe";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import {
  aPaidTopUp,
  autoTopUpOf,
  balanceOf,
  creditTopUp,
  deliverAbout,
  enableAutoTopUp,
  openAlerts,
  refundAtStripe,
  reversalTransfers,
  rowOf,
} from "@/tests/support/paid-top-up";
import { whileEventHandlingIsPaused } from "@/tests/support/pause-event-handling";
import { anEvent, deliver } from "@/tests/support/signed-event";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
  // Tests deliver the events themselves.
  await brim.control("/deliveries/mode", { mode: "drop" });
});
afterEach(() => expectLedgerVerified());
afterAll(() => brim.stop());

const refundEvent = (type: string, id: string) => deliverAbout(brim, type, { id, object: "refund" });

describe("a refund made at Stripe", () => {
  it("takes back the credit in proportion to the payment with tax, once", async () => {
    const topUp = await aPaidTopUp(brim, { amount: "20.00", country: "DE" });
    expect(topUp.chargeCents).toBe(2_380);

    const refund = await refundAtStripe(brim, topUp, 1_190);
    for (const type of ["refund.created", "refund.created", "refund.updated"])
      await refundEvent(type, refund);

    expect(await balanceOf(topUp)).toBe("10.00");
    expect(await reversalTransfers(topUp)).toEqual(["stripe_refund 10"]);
    expect(await rowOf(topUp)).toMatchObject({ reversedNanos: 10_000_000_000n, status: "succeeded" });
  });

  it("whose event is delivered ten times at once posts once", async () => {
    const topUp = await aPaidTopUp(brim);
    const refund = await refundAtStripe(brim, topUp, 500);
    const event = anEvent("refund.created", { id: refund, object: "refund" });

    const answers = await Promise.all(Array.from({ length: 10 }, () => deliver(brim, event)));

    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(await reversalTransfers(topUp)).toEqual(["stripe_refund 5"]);
  });

  it("of the whole payment in three parts with odd cents takes back exactly the whole credit", async () => {
    const topUp = await aPaidTopUp(brim, { amount: "19.99", country: "DE" });
    const third = Math.floor(topUp.chargeCents / 3);

    for (const amount of [third, third, topUp.chargeCents - 2 * third]) {
      await refundEvent("refund.created", await refundAtStripe(brim, topUp, amount));
    }

    expect(await balanceOf(topUp)).toBe("0.00");
    const { creditedNanos, reversedNanos } = await rowOf(topUp);
    expect(reversedNanos).toBe(creditedNanos);
    const { body } = await topUp.customer.get(`/api/v1/billing/topups/${topUp.topUpIntentId}`);
    expect(body).toMatchObject({ status: "refunded", refunded_usd: "19.99" });
  });

  it("is settled by `charge.refunded` too, which names only the payment", async () => {
    const topUp = await aPaidTopUp(brim);
    await refundAtStripe(brim, topUp, 500);
    await refundAtStripe(brim, topUp, 300);
    const charge = { id: "ch_any", object: "charge", payment_intent: topUp.paymentIntentId };

    await deliverAbout(brim, "charge.refunded", charge);
    await deliverAbout(brim, "charge.refunded", charge);

    expect(await balanceOf(topUp)).toBe("12.00");
    expect(await reversalTransfers(topUp)).toEqual(["stripe_refund 5", "stripe_refund 3"]);
  });

  it("that fails returns what it took, once, and raises an alert", async () => {
    const topUp = await aPaidTopUp(brim, { card: "4000000000005126" });
    const refund = await refundAtStripe(brim, topUp);
    await refundEvent("refund.created", refund);
    expect(await balanceOf(topUp)).toBe("0.00");

    await brim.control(`/refunds/${refund}/fail`);
    for (const type of ["refund.failed", "refund.updated", "refund.failed"]) await refundEvent(type, refund);

    expect(await balanceOf(topUp)).toBe("20.00");
    expect(await reversalTransfers(topUp)).toEqual(["stripe_refund 20", "stripe_refund_reversal 20"]);
    expect(await openAlerts(topUp)).toEqual(["refund_failed"]);
  });

  it("that fails beside another pending one returns only its own part", async () => {
    const topUp = await aPaidTopUp(brim, { country: "DE" });
    const [first, second] = [
      await refundAtStripe(brim, topUp, 1_190),
      await refundAtStripe(brim, topUp, 595),
    ];
    await refundEvent("refund.created", first);
    await refundEvent("refund.created", second);
    expect(await balanceOf(topUp)).toBe("5.00");

    await brim.control(`/refunds/${first}/fail`);
    await refundEvent("refund.failed", first);

    expect(await balanceOf(topUp)).toBe("15.00");
  });

  it("that failed before its first event arrived takes nothing", async () => {
    const topUp = await aPaidTopUp(brim);
    const refund = await refundAtStripe(brim, topUp);
    await brim.control(`/refunds/${refund}/fail`);

    await refundEvent("refund.created", refund);

    expect(await reversalTransfers(topUp)).toEqual([]);
  });

  it("that arrives before the credit is applied in the transaction that credits", async () => {
    const topUp = await aPaidTopUp(brim, { credit: false });
    await refundEvent("refund.created", await refundAtStripe(brim, topUp, 500));
    expect(await reversalTransfers(topUp)).toEqual([]);
    expect(await balanceOf(topUp)).toBe("0.00");

    await creditTopUp(brim, topUp);
    await creditTopUp(brim, topUp);

    expect(await balanceOf(topUp)).toBe("15.00");
    expect(await reversalTransfers(topUp)).toEqual(["stripe_refund 5"]);
  });

  it("of a spent top-up takes the balance below zero and disables auto top-up", async () => {
    const topUp = await aPaidTopUp(brim);
    await enableAutoTopUp(topUp);
    await topUp.customer.post("/api/v1/usage/charges", { amount_usd: "15.00", idempotency_key: "spent" });
    const half = await refundAtStripe(brim, topUp, 500);
    await refundEvent("refund.created", half);
    expect(await autoTopUpOf(topUp)).toBe("on");

    await refundEvent("refund.created", await refundAtStripe(brim, topUp));

    expect(await balanceOf(topUp)).toBe("-15.00");
    expect(await autoTopUpOf(topUp)).toBe("balance_reversed");
  });

  it("of a payment that is not ours is foreign", async () => {
    const intent = await brim.stripe.paymentIntents.create({
      amount: 1_000,
      currency: "usd",
      payment_method: "pm_card_visa",
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: "never" },
    });
    const { id } = await brim.stripe.refunds.create({ payment_intent: intent.id });

    await deliverAbout(brim, "refund.created", { id, object: "refund" }, "foreign");
    await deliverAbout(brim, "refund.created", { id: "re_unknown", object: "refund" }, "foreign");
    await deliverAbout(brim, "charge.refunded", { id: "ch_x", payment_intent: intent.id }, "foreign");
  });
});

describe("the payment of an automatic top-up, which only its invoice names", () => {
  it("its refunds wait for the credit", async () => {
    const topUp = await aPaidTopUp(brim, { credit: false, country: "DE" });
    const { latest_charge } = await brim.stripe.paymentIntents.retrieve(topUp.paymentIntentId);
    // Only the invoice of an automatic top-up has its metadata.
    const { invoice } = await brim.stripe.checkout.sessions.retrieve(topUp.sessionId);
    const metadata = { customer_id: topUp.customer.customerId, topup_intent_id: topUp.topUpIntentId };
    await changeAtStripe(brim, String(invoice), { metadata });
    for (const id of [topUp.paymentIntentId, String(latest_charge)])
      await changeAtStripe(brim, id, { metadata: {} });

    await refundEvent("refund.created", await refundAtStripe(brim, topUp, 595));
    expect(await reversalTransfers(topUp)).toEqual([]);
    await creditTopUp(brim, topUp);

    expect(await reversalTransfers(topUp)).toEqual(["stripe_refund 5"]);
    expect(await balanceOf(topUp)).toBe("15.00");
  });

  it("of another system's customer is foreign", async () => {
    const topUp = await aPaidTopUp(brim, { credit: false });
    const { latest_charge } = await brim.stripe.paymentIntents.retrieve(topUp.paymentIntentId);
    const { invoice } = await brim.stripe.checkout.sessions.retrieve(topUp.sessionId);
    for (const id of [topUp.paymentIntentId, String(latest_charge), String(invoice)]) {
      await changeAtStripe(brim, id, { metadata: { customer_id: "somebody" } });
    }
    const id = await refundAtStripe(brim, topUp, 500);

    await deliverAbout(brim, "refund.created", { id, object: "refund" }, "foreign");
  });
});

describe("a stale read never wins", () => {
  it("a refund that failed while an older read was waiting stays returned", async () => {
    const topUp = await aPaidTopUp(brim);
    const refund = await refundAtStripe(brim, topUp);
    const about = (type: string) => anEvent(type, { id: refund, object: "refund" });

    await whileEventHandlingIsPaused(brim, about("refund.created"), async () => {
      await brim.control(`/refunds/${refund}/fail`);
      await deliver(brim, about("refund.failed"));
    });

    expect(await balanceOf(topUp)).toBe("20.00");
  });
});

describe("races", () => {
  it("concurrent refunds and charges lose nothing and count nothing twice", async () => {
    const topUp = await aPaidTopUp(brim);
    const refunds = [await refundAtStripe(brim, topUp, 700), await refundAtStripe(brim, topUp, 300)];
    const charges = Array.from({ length: 8 }, (_, n) =>
      topUp.customer.post("/api/v1/usage/charges", { amount_usd: "1.00", idempotency_key: `race-${n}` }),
    );

    const [answers] = await Promise.all([
      Promise.all(charges),
      ...refunds.flatMap((id) => ["refund.created", "refund.updated"].map((type) => refundEvent(type, id))),
    ]);

    const spent = answers.filter(({ status }) => status === 200).length;
    expect(await balanceOf(topUp)).toBe(`${20 - 10 - spent}.00`);
    expect((await reversalTransfers(topUp)).sort()).toEqual(["stripe_refund 3", "stripe_refund 7"]);
  });
});

describe("money that goes back on a payment that was never credited", () => {
  it("posts nothing, closes the refund task, and reopens it when the refund fails", async () => {
    const topUp = await aPaidTopUp(brim);
    const { customerId } = topUp.customer;
    // A second payment for the same top-up, such as from a Checkout page that was still open.
    const metadata = { customer_id: customerId, topup_intent_id: topUp.topUpIntentId };
    const second = await brim.stripe.paymentIntents.create({
      amount: 2_000,
      currency: "usd",
      payment_method: "pm_card_visa",
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: "never" },
      metadata,
    });
    await prisma().refundTask.create({
      data: {
        customerId,
        topUpIntentId: topUp.topUpIntentId,
        stripePaymentIntentId: second.id,
        amountCents: 2_000,
        currency: "usd",
        reason: "second_payment",
      },
    });
    const task = () => prisma().refundTask.findFirstOrThrow({ where: { customerId } });
    const refund = async (amount: number) =>
      (await brim.stripe.refunds.create({ payment_intent: second.id, amount })).id;

    await refundEvent("refund.created", await refund(500));
    expect((await task()).status).toBe("open");
    const rest = await refund(1_500);
    await refundEvent("refund.created", rest);
    expect((await task()).status).toBe("done");

    await brim.control(`/refunds/${rest}/fail`);
    await refundEvent("refund.failed", rest);

    expect((await task()).status).toBe("open");
    expect(await openAlerts(topUp)).toContain("second_payment");
    expect(await reversalTransfers(topUp)).toEqual([]);
    expect(await balanceOf(topUp)).toBe("20.00");
  });
});
