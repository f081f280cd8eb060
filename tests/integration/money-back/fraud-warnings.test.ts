import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import {
  aPaidTopUp,
  autoTopUpOf,
  balanceOf,
  deliverAbout,
  disputeAtStripe,
  enableAutoTopUp,
  openAlerts,
  type PaidTopUp,
  rowOf,
} from "@/tests/support/paid-top-up";
import { changeSettings } from "@/tests/support/settings";
import { type StripeProxy, startStripeProxy } from "@/tests/support/stripe-proxy";
import { runTasks } from "@/tests/support/tasks";

let brim: RunningBrim;
let proxy: StripeProxy; // the sandbox has no early fraud warnings

beforeAll(async () => {
  proxy = await startStripeProxy();
  brim = await startBrim({ settings: { STRIPE_API_BASE: proxy.url } });
  proxy.target = brim.sandbox.url;
  await brim.control("/deliveries/mode", { mode: "drop" });
});
beforeEach(() => changeSettings({ REFUND_ON_FRAUD_WARNING: "off" }));
afterEach(() => expectLedgerVerified());
afterAll(async () => {
  await brim.stop();
  await proxy.stop();
});

let made = 0;

/** A warning about the payment, as Stripe would answer it at any time: actionable until it is refunded or disputed. */
function aWarning({ paymentIntentId }: Pick<PaidTopUp, "paymentIntentId">): string {
  const id = `issfr_${++made}`;
  proxy.objects.set(`/v1/radar/early_fraud_warnings/${id}`, async () => {
    const payment = await brim.stripe.paymentIntents.retrieve(paymentIntentId);
    const charge = await brim.stripe.charges.retrieve(String(payment.latest_charge));
    return {
      id,
      object: "radar.early_fraud_warning",
      actionable: !charge.disputed && !charge.refunded,
      charge,
      created: Math.floor(Date.now() / 1_000),
      fraud_type: "unauthorized_use_of_card",
      livemode: false,
      payment_intent: payment,
    };
  });
  return id;
}

const warn = (id: string, type: "created" | "updated" = "created") =>
  deliverAbout(brim, `radar.early_fraud_warning.${type}`, { id, object: "radar.early_fraud_warning" });

describe("an early fraud warning", () => {
  it("marks the top-up, disables auto top-up and raises an alert with the figures, once", async () => {
    const topUp = await aPaidTopUp(brim);
    await enableAutoTopUp(topUp);
    const warning = aWarning(topUp);

    for (const type of ["created", "created", "updated"] as const) await warn(warning, type);

    expect((await rowOf(topUp)).fraudWarningId).toBe(warning);
    expect(await autoTopUpOf(topUp)).toBe("fraud_warning");
    const alerts = await prisma().alert.findMany({ where: { customerId: topUp.customer.customerId } });
    expect(alerts).toHaveLength(1);
    expect(alerts[0]).toMatchObject({
      kind: "fraud_warning",
      resolvedAt: null,
      details: { creditedUsd: "20.00", reversedUsd: "0.00", availableUsd: "20.00", paidCents: "2000" },
    });
    expect(await balanceOf(topUp)).toBe("20.00");
  });

  it("that is refunded or disputed meanwhile closes its alert", async () => {
    const topUp = await aPaidTopUp(brim);
    const warning = aWarning(topUp);
    await warn(warning);
    await disputeAtStripe(brim, topUp);

    await warn(warning, "updated");

    expect(await openAlerts(topUp)).toEqual([]);
  });

  it("about a payment that is none of ours is foreign", async () => {
    const { id: paymentIntentId } = await brim.stripe.paymentIntents.create({
      amount: 1_000,
      currency: "usd",
      payment_method: "pm_card_visa",
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: "never" },
    });
    const object = { id: aWarning({ paymentIntentId }), object: "radar.early_fraud_warning" };

    await deliverAbout(brim, "radar.early_fraud_warning.created", object, "foreign");
  });
});

describe("with REFUND_ON_FRAUD_WARNING=full", () => {
  beforeEach(() => changeSettings({ REFUND_ON_FRAUD_WARNING: "full" }));

  const refundsOf = async ({ paymentIntentId }: PaidTopUp) =>
    (await brim.stripe.refunds.list({ payment_intent: paymentIntentId })).data;

  it("a wholly unspent top-up is refunded in full, once, without blocking the customer at Stripe", async () => {
    const topUp = await aPaidTopUp(brim, { country: "DE" });
    const warning = aWarning(topUp);
    await warn(warning);
    await warn(warning, "updated");
    // From here on it cannot be spent.
    const spent = await topUp.customer.post("/api/v1/usage/charges", {
      amount_usd: "1.00",
      idempotency_key: "late",
    });
    expect(spent.status).toBe(402);

    await runTasks();
    await warn(warning, "updated");
    await runTasks();

    const refunds = await refundsOf(topUp);
    expect(refunds).toHaveLength(1);
    expect(refunds[0]).toMatchObject({ amount: 2_380, reason: null });
    expect(await balanceOf(topUp)).toBe("0.00");
  });

  it("one of which a part is spent is left to a person", async () => {
    const topUp = await aPaidTopUp(brim);
    await topUp.customer.post("/api/v1/usage/charges", { amount_usd: "0.01", idempotency_key: "cent" });

    await warn(aWarning(topUp));
    await runTasks();

    expect(await refundsOf(topUp)).toEqual([]);
    expect(await openAlerts(topUp)).toEqual(["fraud_warning"]);
    expect(await balanceOf(topUp)).toBe("19.99");
  });

  it("a dispute that comes first wins: nothing is refunded, nothing stays held", async () => {
    const topUp = await aPaidTopUp(brim);
    const warning = aWarning(topUp);
    await warn(warning);
    const dispute = await disputeAtStripe(brim, topUp);

    await runTasks();
    await deliverAbout(brim, "charge.dispute.created", { id: dispute, object: "dispute" });

    expect(await refundsOf(topUp)).toEqual([]);
    expect(await balanceOf(topUp)).toBe("0.00");
    const { heldNanos } = await prisma().ledgerAccount.findUniqueOrThrow({
      where: { customerId: topUp.customer.customerId },
    });
    expect(heldNanos).toBe(0n);
  });
});
