import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
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
  disputeAtStripe,
  enableAutoTopUp,
  openAlerts,
  type PaidTopUp,
  rowOf,
} from "@/tests/support/paid-top-up";
import { whileEventHandlingIsPaused } from "@/tests/support/pause-event-handling";
import { changeSettings } from "@/tests/support/settings";
import { anEvent, deliver } from "@/tests/support/signed-event";
import { runTasks } from "@/tests/support/tasks";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
});
beforeEach(() => changeSettings({ REFUND_ON_FRAUD_WARNING: "off" }));
afterEach(() => expectLedgerVerified());
afterAll(() => brim.stop());

/** Creates an early fraud warning. It is actionable until the payment is refunded in full or disputed. */
async function aWarning({ paymentIntentId }: Pick<PaidTopUp, "paymentIntentId">): Promise<string> {
  return String((await brim.control(`/charges/${paymentIntentId}/fraud_warning`, {})).id);
}

const warn = (id: string, type: "created" | "updated" = "created") =>
  deliverAbout(brim, `radar.early_fraud_warning.${type}`, { id, object: "radar.early_fraud_warning" });

describe("an early fraud warning", () => {
  it("marks the top-up, disables auto top-up and raises an alert with the figures, once", async () => {
    const topUp = await aPaidTopUp(brim);
    await enableAutoTopUp(topUp);
    const warning = await aWarning(topUp);

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

  it("closes its alert when the payment is refunded or disputed", async () => {
    const topUp = await aPaidTopUp(brim);
    const warning = await aWarning(topUp);
    await warn(warning);
    await disputeAtStripe(brim, topUp);

    await warn(warning, "updated");

    expect(await openAlerts(topUp)).toEqual([]);
  });

  it("about a payment that is not ours is foreign", async () => {
    const { id: paymentIntentId } = await brim.stripe.paymentIntents.create({
      amount: 1_000,
      currency: "usd",
      payment_method: "pm_card_visa",
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: "never" },
    });
    const object = { id: await aWarning({ paymentIntentId }), object: "radar.early_fraud_warning" };

    await deliverAbout(brim, "radar.early_fraud_warning.created", object, "foreign");
  });
});

describe("with REFUND_ON_FRAUD_WARNING=full", () => {
  beforeEach(() => changeSettings({ REFUND_ON_FRAUD_WARNING: "full" }));

  const refundsOf = async ({ paymentIntentId }: PaidTopUp) =>
    (await brim.stripe.refunds.list({ payment_intent: paymentIntentId })).data;

  it("a wholly unspent top-up is refunded in full, once, without blocking the customer at Stripe", async () => {
    const topUp = await aPaidTopUp(brim, { country: "DE" });
    const warning = await aWarning(topUp);
    await warn(warning);
    await warn(warning, "updated");
    // The credit is held, so it cannot be spent.
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

  it("a partly spent top-up is left to a person", async () => {
    const topUp = await aPaidTopUp(brim);
    await topUp.customer.post("/api/v1/usage/charges", { amount_usd: "0.01", idempotency_key: "cent" });

    await warn(await aWarning(topUp));
    await runTasks();

    expect(await refundsOf(topUp)).toEqual([]);
    expect(await openAlerts(topUp)).toEqual(["fraud_warning"]);
    expect(await balanceOf(topUp)).toBe("19.99");
  });

  it("a dispute that comes first wins: nothing is refunded and nothing stays held", async () => {
    const topUp = await aPaidTopUp(brim);
    const warning = await aWarning(topUp);
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

  it("a top-up that is credited after its warning is refunded once, after the credit", async () => {
    const topUp = await aPaidTopUp(brim, { credit: false });
    const warning = await aWarning(topUp);
    await warn(warning);
    await runTasks();
    expect(await refundsOf(topUp)).toEqual([]);

    await creditTopUp(brim, topUp);
    for (let run = 1; run <= 3; run++) await runTasks();
    await warn(warning, "updated");
    await runTasks();

    expect(await refundsOf(topUp)).toHaveLength(1);
    expect(await balanceOf(topUp)).toBe("0.00");
    expect(await openAlerts(topUp)).toEqual([]);
  });

  it("a top-up that was disputed before its credit is not refunded", async () => {
    const topUp = await aPaidTopUp(brim, { credit: false });
    await warn(await aWarning(topUp));
    await disputeAtStripe(brim, topUp);

    await creditTopUp(brim, topUp);
    await runTasks();

    expect(await refundsOf(topUp)).toEqual([]);
    expect(await openAlerts(topUp)).toEqual([]);
  });

  it("a dispute of unknown amount does not make the warning fail; it is left to a person", async () => {
    const topUp = await aPaidTopUp(brim);
    const inquiry = await disputeAtStripe(brim, topUp, { kind: "inquiry" });
    await deliverAbout(brim, "charge.dispute.created", { id: inquiry, object: "dispute" });
    await prisma().reversal.updateMany({ where: { sourceId: inquiry }, data: { effectiveCents: null } });
    const warning = await aWarning(topUp);
    await changeAtStripe(brim, warning, { actionable: true });

    await warn(warning);

    expect((await rowOf(topUp)).fraudWarningId).toBe(warning);
    expect(await openAlerts(topUp)).toContain("fraud_warning");
    expect(await refundsOf(topUp)).toEqual([]);
  });

  it("a warning that was read before the dispute refunds nothing", async () => {
    const topUp = await aPaidTopUp(brim);
    const warning = await aWarning(topUp);
    const event = (type: string) =>
      anEvent(`radar.early_fraud_warning.${type}`, { id: warning, object: "radar.early_fraud_warning" });

    await whileEventHandlingIsPaused(brim, event("created"), async () => {
      await disputeAtStripe(brim, topUp);
      await deliver(brim, event("updated"));
    });
    await runTasks();

    expect(await refundsOf(topUp)).toEqual([]);
    expect(await openAlerts(topUp)).toEqual([]);
  });
});
