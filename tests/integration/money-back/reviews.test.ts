import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { changeAtStripe } from "@/tests/support/change-at-stripe";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { actionsOn, anOperator, type Operator } from "@/tests/support/operator";
import {
  aTopUpInReview,
  balanceOf,
  creditTopUp,
  deliverAbout,
  openAlerts,
  type PaidTopUp,
  rowOf,
} from "@/tests/support/paid-top-up";

let brim: RunningBrim;
let operator: Operator;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
  operator = await anOperator(brim);
});
afterEach(async () => {
  await brim.control("/faults", undefined, "DELETE");
  await expectLedgerVerified();
});
afterAll(() => brim.stop());

const aReview = (session?: object, payment?: object) =>
  aTopUpInReview(brim, undefined, { ...(session && { session }), ...(payment && { payment }) });

const resolve = (
  { topUpIntentId }: PaidTopUp,
  action: "credit" | "give_back",
  idempotencyKey: string = randomUUID(),
) =>
  operator.post(`/api/v1/admin/topups/${topUpIntentId}/resolve`, {
    action,
    reason: "Checked by hand",
    idempotency_key: idempotencyKey,
  });

const tasksOf = ({ paymentIntentId }: PaidTopUp) =>
  prisma().refundTask.findMany({ where: { stripePaymentIntentId: paymentIntentId } });
const refundsOf = async ({ paymentIntentId }: PaidTopUp) =>
  (await brim.stripe.refunds.list({ payment_intent: paymentIntentId })).data;
const whatOf = async ({ customer, topUpIntentId }: PaidTopUp) =>
  (await customer.get(`/api/v1/billing/topups/${topUpIntentId}`)).body.timeline.map(
    ({ what, balance_change_usd: change }: { what: string; balance_change_usd: string | null }) =>
      change === null ? what : `${what} ${change}`,
  );

describe("crediting a top-up in review", () => {
  it("adds exactly its amount, ends the review, and is in the audit log", async () => {
    const topUp = await aReview();

    const answer = await resolve(topUp, "credit");

    expect(answer).toMatchObject({
      status: 200,
      body: { status: "succeeded", credited_usd: "20.00", refund_request_id: null },
    });
    expect(await balanceOf(topUp)).toBe("20.00");
    expect(await openAlerts(topUp)).toEqual([]);
    expect(await actionsOn(topUp.topUpIntentId)).toEqual([
      {
        verb: "resolve_top_up",
        apiKeyId: operator.apiKeyId,
        customerId: topUp.customer.customerId,
        reason: "Checked by hand",
      },
    ]);
    expect(await whatOf(topUp)).toEqual([
      "created",
      "checkout_opened",
      "needs_review",
      "review_credited",
      "paid",
      "credited 20.00",
    ]);
    await creditTopUp(brim, topUp);
    expect(await balanceOf(topUp)).toBe("20.00");
  });

  it.each<[string, string, object, object]>([
    ["is not paid", "payment_not_paid", { amount_subtotal: 2_100 }, { status: "processing" }],
    ["names another top-up", "payment_not_ours", { metadata: {} }, {}],
    ["is not in US dollars", "payment_not_usd", {}, { currency: "eur" }],
    ["received too little", "received_too_little", {}, { amount_received: 1_999 }],
  ])("is refused when the payment %s, and nothing changes", async (_what, reason, session, payment) => {
    const topUp = await aReview(session, payment);

    const answer = await resolve(topUp, "credit");

    expect(answer).toMatchObject({ status: 409, body: { details: { reason } } });
    expect(await balanceOf(topUp)).toBe("0.00");
    expect(await actionsOn(topUp.topUpIntentId)).toEqual([]);
    expect((await rowOf(topUp)).status).toBe("needs_review");
  });

  it("for which too much was received credits only its amount; a full refund takes back exactly that", async () => {
    const topUp = await aReview({ amount_total: 2_000 }, { amount_received: 2_500 });

    expect((await resolve(topUp, "credit")).status).toBe(200);

    expect(await balanceOf(topUp)).toBe("20.00");
    expect(await rowOf(topUp)).toMatchObject({ totalCents: 2_500 });
  });

  it("concurrently, under one key or several, credits once", async () => {
    const [one, several] = [await aReview(), await aReview()];
    const key = randomUUID();

    const same = await Promise.all(Array.from({ length: 5 }, () => resolve(one, "credit", key)));
    const different = await Promise.all(Array.from({ length: 5 }, () => resolve(several, "credit")));

    expect(same.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(different.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, body } of different) {
      if (status !== 200) expect(body.details).toEqual({ reason: "not_in_review" });
    }
    for (const topUp of [one, several]) {
      expect(await balanceOf(topUp)).toBe("20.00");
      expect(await actionsOn(topUp.topUpIntentId)).toHaveLength(1);
    }
    expect((await resolve(one, "give_back", key)).status).toBe(409);
  });

  it("with a key that was used for an adjustment is rejected", async () => {
    const topUp = await aReview();
    const key = randomUUID();
    await operator.post("/api/v1/admin/adjustments", {
      customer_id: topUp.customer.customerId,
      amount_usd: "1.00",
      reason: "A gift",
      idempotency_key: key,
    });

    const answer = await resolve(topUp, "credit", key);

    expect(answer).toMatchObject({ status: 409, body: { error: "IDEMPOTENCY_CONFLICT" } });
    expect(await balanceOf(topUp)).toBe("1.00");
  });

  it("concurrently with the event that settles it credits once", async () => {
    const topUp = await aReview();
    await changeAtStripe(brim, topUp.sessionId, { amount_subtotal: 2_000 });

    const [answer] = await Promise.all([resolve(topUp, "credit"), creditTopUp(brim, topUp)]);

    expect([200, 409]).toContain(answer.status);
    expect(await balanceOf(topUp)).toBe("20.00");
  });
});

describe("giving back a top-up in review", () => {
  it("refunds the whole payment without changing the balance, and closes the task, the alert and the review", async () => {
    const topUp = await aReview();

    const answer = await resolve(topUp, "give_back");

    expect(answer).toMatchObject({
      status: 200,
      body: { status: "canceled", credited_usd: "0.00", refund_status: "submitted" },
    });
    expect(await refundsOf(topUp)).toMatchObject([{ amount: 2_000 }]);
    expect(await tasksOf(topUp)).toMatchObject([{ status: "done", reason: "review" }]);
    expect(await openAlerts(topUp)).toEqual([]);
    expect(await balanceOf(topUp)).toBe("0.00");
    expect(await whatOf(topUp)).toEqual([
      "created",
      "checkout_opened",
      "needs_review",
      "refund_requested",
      "refunded",
      "review_refunded",
    ]);
    // A repeated event does not reopen what a person has decided.
    await creditTopUp(brim, topUp);
    expect((await rowOf(topUp)).status).toBe("canceled");
  });

  it("returns it to review when the refund fails, and can be repeated", async () => {
    const topUp = await aReview();
    await resolve(topUp, "give_back");
    const [refund] = await refundsOf(topUp);

    await brim.control(`/refunds/${refund?.id}/fail`);
    await deliverAbout(brim, "refund.failed", { id: refund?.id, object: "refund" });

    expect((await rowOf(topUp)).status).toBe("needs_review");
    expect(await tasksOf(topUp)).toMatchObject([{ status: "open" }]);
    expect(await openAlerts(topUp)).toEqual(["refund_failed", "top_up_needs_review"]);
    expect((await resolve(topUp, "give_back")).body.status).toBe("canceled");
    expect(await tasksOf(topUp)).toMatchObject([{ status: "done" }]);
  });

  it("keeps the task open while Stripe's response is unknown, and allows no other decision", async () => {
    const topUp = await aReview();
    await brim.control("/faults", {
      match: { method: "POST", path: "/v1/refunds" },
      status: 500,
      when: "after_commit",
      times: 20,
    });
    const key = randomUUID();

    const answer = await resolve(topUp, "give_back", key);

    expect(answer.body).toMatchObject({ status: "needs_review", refund_status: "pending" });
    const { body } = await operator.get("/api/v1/admin/refund-tasks");
    expect(body.refund_tasks).toMatchObject([
      { payment_intent_id: topUp.paymentIntentId, amount: 2_000, status: "open" },
    ]);
    for (const action of ["credit", "give_back"] as const) {
      expect(await resolve(topUp, action)).toMatchObject({
        status: 409,
        body: { details: { reason: "refund_requested" } },
      });
    }
    await brim.control("/faults", undefined, "DELETE");
    expect((await resolve(topUp, "give_back", key)).body.refund_status).toBe("submitted");
    expect(await refundsOf(topUp)).toHaveLength(1);
  });

  it("concurrently with a credit: exactly one of them succeeds", async () => {
    const topUp = await aReview();

    const answers = await Promise.all([resolve(topUp, "credit"), resolve(topUp, "give_back")]);

    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const isCredited = answers[0].status === 200;
    expect(await balanceOf(topUp)).toBe(isCredited ? "20.00" : "0.00");
    expect(await refundsOf(topUp)).toHaveLength(isCredited ? 0 : 1);
  });
});

it("top-ups in review are listed with their reason", async () => {
  const topUp = await aReview();

  const { body } = await operator.get(
    `/api/v1/admin/topups?status=needs_review&customer_id=${topUp.customer.customerId}`,
  );

  expect(body.topups).toMatchObject([
    {
      topup_intent_id: topUp.topUpIntentId,
      customer_id: topUp.customer.customerId,
      review: { reason: "amount_mismatch", payment_intent_id: topUp.paymentIntentId },
    },
  ]);
});

describe("resolving an alert", () => {
  const alertsOf = async ({ customer: { customerId } }: PaidTopUp, status = "open") =>
    (await operator.get(`/api/v1/admin/alerts?status=${status}&customer_id=${customerId}`)).body.alerts;
  const resolveAlert = (id: string) =>
    operator.post(`/api/v1/admin/alerts/${id}/resolve`, { reason: "Adjusted the balance" });

  it("is in the audit log once, even if concurrent requests resolve it", async () => {
    const topUp = await aReview();
    const [alert] = await alertsOf(topUp);

    const answers = await Promise.all(Array.from({ length: 4 }, () => resolveAlert(alert.alert_id)));

    for (const answer of answers) {
      expect(answer).toMatchObject({
        status: 200,
        body: { status: "resolved", kind: "top_up_needs_review" },
      });
    }
    expect(await actionsOn(alert.alert_id)).toMatchObject([
      { verb: "resolve_alert", reason: "Adjusted the balance" },
    ]);
    expect(await alertsOf(topUp)).toEqual([]);
    expect(await alertsOf(topUp, "resolved")).toMatchObject([{ alert_id: alert.alert_id }]);
    expect((await operator.get(`/api/v1/admin/alerts/${alert.alert_id}`)).body.status).toBe("resolved");
  });

  it("of a review ends the review, and the same payment does not start it again", async () => {
    const topUp = await aReview();
    const [alert] = await alertsOf(topUp);

    await resolveAlert(alert.alert_id);
    await creditTopUp(brim, topUp);

    expect((await rowOf(topUp)).status).toBe("canceled");
    expect(await alertsOf(topUp)).toEqual([]);
    expect(await resolve(topUp, "credit")).toMatchObject({ status: 409 });
    expect(await balanceOf(topUp)).toBe("0.00");
  });
});
