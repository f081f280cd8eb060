import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { OperatorActor } from "@/lib/auth";
import { post } from "@/lib/ledger";
import { cents } from "@/lib/money";
import { onPool, prisma } from "@/lib/platform/db";
import type { ApiKeyId } from "@/lib/platform/ids";
import { previewRefund, refundOwnTopUp, refundTopUp } from "@/lib/refunds";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import {
  aPaidTopUp,
  balanceOf,
  deliverAbout,
  disputeAtStripe,
  type PaidTopUp,
  refundAtStripe,
  reversalTransfers,
} from "@/tests/support/paid-top-up";
import { changeSettings } from "@/tests/support/settings";
import { usd } from "@/tests/support/spending";
import { runTasks } from "@/tests/support/tasks";

let brim: RunningBrim;
const OPERATOR: OperatorActor = { kind: "operator_key", apiKeyId: "key_test" as ApiKeyId, scopes: ["admin"] };

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
});
beforeEach(() => changeSettings({ CUSTOMER_REFUNDS: "24", STRIPE_TIMEOUT_MS: "20000" }));
afterEach(async () => {
  await brim.control("/faults", undefined, "DELETE");
  await expectLedgerVerified();
});
afterAll(() => brim.stop());

let keys = 0;
const byOperator = ({ topUpIntentId }: PaidTopUp, amountCents: number | null, key = `op-${++keys}`) =>
  refundTopUp(OPERATOR, {
    topUpIntentId,
    amount: amountCents === null ? null : cents(BigInt(amountCents)),
    reason: "asked by mail",
    idempotencyKey: key,
  });
const byCustomer = ({ customer: { customerId }, topUpIntentId }: PaidTopUp, key = `own-${++keys}`) =>
  refundOwnTopUp(
    { kind: "customer_key", customerId, apiKeyId: "key_own" as ApiKeyId, scopes: ["billing:write"] },
    { topUpIntentId, idempotencyKey: key },
  );

const refundsAtStripe = async ({ paymentIntentId }: PaidTopUp) =>
  (await brim.stripe.refunds.list({ payment_intent: paymentIntentId })).data;
const accountOf = ({ customer: { customerId } }: PaidTopUp) =>
  prisma().ledgerAccount.findUniqueOrThrow({ where: { customerId } });
const spend = ({ customer }: PaidTopUp, amount: string) =>
  customer.post("/api/v1/usage/charges", { amount_usd: amount, idempotency_key: `spend-${++keys}` });

/** Makes Stripe create the refund but lose the response, repeatedly. */
const loseAnswers = () =>
  brim.control("/faults", {
    match: { method: "POST", path: "/v1/refunds" },
    status: 500,
    when: "after_commit",
    times: 20,
  });

describe("a refund by the operator", () => {
  it("is previewed with the balance and its share of the tax, without any effect", async () => {
    const topUp = await aPaidTopUp(brim, { amount: "20.00", country: "DE" });

    const preview = await previewRefund(topUp.topUpIntentId, cents(1_190n));

    expect(preview).toMatchObject({
      amount: 1_190n,
      credit: usd("10.00"),
      tax: usd("1.90"),
      balance: usd("20.00"),
      balanceAfter: usd("10.00"),
    });
    expect(await refundsAtStripe(topUp)).toEqual([]);
    expect(await balanceOf(topUp)).toBe("20.00");
  });

  it("refunds the payment and reverses the credit immediately, even below zero; its event has no further effect", async () => {
    const topUp = await aPaidTopUp(brim, { country: "DE" });
    await spend(topUp, "15.00");

    const { request } = await byOperator(topUp, null);

    expect(request).toMatchObject({ status: "submitted", amountCents: 2_380, holdId: null });
    expect(await balanceOf(topUp)).toBe("-15.00");
    const [refund] = await refundsAtStripe(topUp);
    await deliverAbout(brim, "refund.created", { id: refund?.id, object: "refund" });
    expect(await reversalTransfers(topUp)).toEqual(["stripe_refund 20"]);
    const action = await prisma().operatorAction.findFirstOrThrow({
      where: { customerId: topUp.customer.customerId, verb: "refund_top_up" },
    });
    expect(action).toMatchObject({ subjectId: topUp.topUpIntentId, reason: "asked by mail" });
  });

  it("is created once per idempotency key, also under concurrent requests", async () => {
    const topUp = await aPaidTopUp(brim);

    const answers = await Promise.all(Array.from({ length: 6 }, () => byOperator(topUp, 500, "one-key")));

    expect(new Set(answers.map(({ request }) => request.refundRequestId)).size).toBe(1);
    expect(answers.filter(({ isReplay }) => !isReplay)).toHaveLength(1);
    expect(await refundsAtStripe(topUp)).toHaveLength(1);
    expect(await balanceOf(topUp)).toBe("15.00");
    await expect(byOperator(topUp, 600, "one-key")).rejects.toThrow("another request");
  });

  it("never exceeds the payment under concurrent requests", async () => {
    const topUp = await aPaidTopUp(brim);

    const results = await Promise.allSettled(Array.from({ length: 5 }, () => byOperator(topUp, 800)));

    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    expect(await balanceOf(topUp)).toBe("4.00");
    await expect(byOperator(topUp, 401)).rejects.toMatchObject({
      details: { reason: "amount_too_large", refundable_usd: "4.00" },
    });
  });

  it.each([
    ["that is not paid", "not_credited", async () => aPaidTopUp(brim, { credit: false })],
    [
      "that was refunded completely",
      "already_refunded",
      async () => {
        const topUp = await aPaidTopUp(brim);
        await byOperator(topUp, null);
        return topUp;
      },
    ],
    [
      "that is disputed",
      "disputed",
      async () => {
        const topUp = await aPaidTopUp(brim);
        const dispute = await disputeAtStripe(brim, topUp);
        await deliverAbout(brim, "charge.dispute.created", { id: dispute, object: "dispute" });
        return topUp;
      },
    ],
    [
      "that is disputed, of which no event came: Stripe refuses",
      "stripe_refused",
      async () => {
        const topUp = await aPaidTopUp(brim);
        await disputeAtStripe(brim, topUp);
        return topUp;
      },
    ],
  ])("is rejected for a top-up %s", async (_what, reason, make) => {
    const topUp = await make();

    await expect(byOperator(topUp, null)).rejects.toMatchObject({ details: { reason } });
  });

  it("whose response was lost is `pending` until the task finds it at Stripe, once", async () => {
    const topUp = await aPaidTopUp(brim);
    await loseAnswers();

    const { request } = await byOperator(topUp, 500, "lost-answer");
    expect(request.status).toBe("pending");
    expect(await balanceOf(topUp)).toBe("20.00");
    await brim.control("/faults", undefined, "DELETE");
    await runTasks();

    expect(await refundsAtStripe(topUp)).toHaveLength(1);
    expect(await balanceOf(topUp)).toBe("15.00");
    expect((await byOperator(topUp, 500, "lost-answer")).request.status).toBe("submitted");
  });
});

describe("a customer's own refund", () => {
  it("of an unspent top-up holds the credit, refunds all of it, and releases the hold when it is posted", async () => {
    const topUp = await aPaidTopUp(brim, { country: "DE" });

    const { request } = await byCustomer(topUp);

    expect(request).toMatchObject({ status: "submitted", amountCents: 2_380, creditNanos: usd("20.00") });
    expect(await accountOf(topUp)).toMatchObject({ balanceNanos: 0n, heldNanos: 0n });
    const hold = await prisma().ledgerHold.findFirstOrThrow({
      where: { customerId: topUp.customer.customerId },
    });
    expect(hold).toMatchObject({ status: "released", expiresAt: null, openedBy: "system" });
  });

  it("reserves its amount while Stripe's response is unknown; the event releases the hold", async () => {
    const topUp = await aPaidTopUp(brim);
    const other = await aPaidTopUp(brim, { amount: "5.00", customer: topUp.customer });
    await loseAnswers();

    const { request } = await byCustomer(topUp);
    expect(request.status).toBe("pending");
    expect(await accountOf(topUp)).toMatchObject({ balanceNanos: usd("25.00"), heldNanos: usd("20.00") });
    expect((await spend(topUp, "6.00")).status).toBe(402);
    expect((await spend(other, "5.00")).status).toBe(200);
    await brim.control("/faults", undefined, "DELETE");
    const [refund] = await refundsAtStripe(topUp);
    await deliverAbout(brim, "refund.created", { id: refund?.id, object: "refund" });

    expect(await accountOf(topUp)).toMatchObject({ balanceNanos: 0n, heldNanos: 0n });
    await runTasks();
    expect(await refundsAtStripe(topUp)).toHaveLength(1);
    expect(await accountOf(topUp)).toMatchObject({ balanceNanos: 0n, heldNanos: 0n });
  });

  it("that Stripe rejects releases the hold", async () => {
    const topUp = await aPaidTopUp(brim);
    await disputeAtStripe(brim, topUp);

    await expect(byCustomer(topUp)).rejects.toMatchObject({ details: { reason: "stripe_refused" } });

    expect(await accountOf(topUp)).toMatchObject({ balanceNanos: usd("20.00"), heldNanos: 0n });
    await runTasks();
    expect(await refundsAtStripe(topUp)).toEqual([]);
  });

  it("that Stripe rejects while the task asks as well is recorded once", async () => {
    const topUp = await aPaidTopUp(brim);
    const { customerId } = topUp.customer;
    await disputeAtStripe(brim, topUp);
    await brim.control("/faults", {
      match: { method: "POST", path: "/v1/refunds" },
      delayMs: 500,
      times: 2,
    });

    const asked = byCustomer(topUp).catch((error: unknown) => error);
    await expect.poll(() => prisma().refundRequest.count({ where: { customerId } })).toBe(1);
    await runTasks();

    expect(await asked).toMatchObject({ details: { reason: "stripe_refused" } });
    const entries = await prisma().topUpTimeline.findMany({ where: { customerId } });
    expect(entries.filter(({ what }) => what === "refund_refused")).toHaveLength(1);
    expect(await accountOf(topUp)).toMatchObject({ balanceNanos: usd("20.00"), heldNanos: 0n });
  });

  it("that fails later returns the credit", async () => {
    const topUp = await aPaidTopUp(brim);
    await byCustomer(topUp);
    const [refund] = await refundsAtStripe(topUp);

    await brim.control(`/refunds/${refund?.id}/fail`);
    await deliverAbout(brim, "refund.failed", { id: refund?.id, object: "refund" });

    expect(await accountOf(topUp)).toMatchObject({ balanceNanos: usd("20.00"), heldNanos: 0n });
    // It can be requested again.
    expect((await byCustomer(topUp)).request.status).toBe("submitted");
    expect(await balanceOf(topUp)).toBe("0.00");
  });

  it("after a partial refund at Stripe refunds the rest", async () => {
    const topUp = await aPaidTopUp(brim);
    const refund = await refundAtStripe(brim, topUp, 500);
    await deliverAbout(brim, "refund.created", { id: refund, object: "refund" });

    const { request } = await byCustomer(topUp);

    expect(request).toMatchObject({ amountCents: 1_500, creditNanos: usd("15.00") });
    expect(await balanceOf(topUp)).toBe("0.00");
  });

  it("is rejected once a part is spent; a grant does not count as unspent money", async () => {
    const topUp = await aPaidTopUp(brim);
    const { customerId } = topUp.customer;
    await post(onPool(), {
      customerId,
      kind: "grant",
      amount: usd("5.00"),
      source: { type: "grant", id: `gift of ${customerId}` },
      occurredAt: new Date(),
    });
    await spend(topUp, "1.00");

    await expect(byCustomer(topUp)).rejects.toMatchObject({ details: { reason: "already_spent" } });

    expect(await accountOf(topUp)).toMatchObject({ balanceNanos: usd("24.00"), heldNanos: 0n });
  });

  it("and a concurrent charge: exactly one of them succeeds", async () => {
    const topUp = await aPaidTopUp(brim);

    const [refund, charge] = await Promise.allSettled([byCustomer(topUp), spend(topUp, "20.00")]);

    const isRefunded = refund.status === "fulfilled";
    const isCharged = charge.status === "fulfilled" && charge.value.status === 200;
    expect(isRefunded).toBe(!isCharged);
    expect(await balanceOf(topUp)).toBe("0.00");
  });

  it("is rejected when it is turned off, after the refund window, and for another customer's top-up", async () => {
    const [topUp, other] = [await aPaidTopUp(brim), await aPaidTopUp(brim)];
    changeSettings({ CUSTOMER_REFUNDS: "off" });
    await expect(byCustomer(topUp)).rejects.toMatchObject({ details: { reason: "refunds_off" } });
    changeSettings({ CUSTOMER_REFUNDS: "24" });
    const { customerId } = topUp.customer;
    await prisma().topUpIntent.updateMany({
      where: { customerId },
      data: { creditedAt: new Date(Date.now() - 25 * 3_600_000) },
    });

    await expect(byCustomer(topUp)).rejects.toMatchObject({ details: { reason: "window_closed" } });
    await expect(byCustomer({ ...topUp, topUpIntentId: other.topUpIntentId })).rejects.toThrow(
      "no such top-up",
    );
  });
});

// Runs last, because it advances the sandbox's clock.
it("a refund whose key Stripe no longer knows is looked up by its metadata before it is created again", async () => {
  const topUp = await aPaidTopUp(brim);
  await loseAnswers();
  const { request } = await byOperator(topUp, 500);
  await brim.control("/faults", undefined, "DELETE");
  const { customerId, refundRequestId } = request;
  await prisma().refundRequest.update({
    where: { customerId_refundRequestId: { customerId, refundRequestId } },
    data: { createdAt: new Date(Date.now() - 24 * 3_600_000) },
  });
  await brim.control("/clock", { advance_seconds: 25 * 3_600 });

  await runTasks();

  expect(await refundsAtStripe(topUp)).toHaveLength(1);
  expect(await balanceOf(topUp)).toBe("15.00");
});
