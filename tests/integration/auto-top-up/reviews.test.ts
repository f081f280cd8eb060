import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type AutoCustomer,
  anAutoCustomer,
  autoTopUps,
  availableOf,
  invoicesAtStripe,
  mailKindsOf,
  makeDue,
  ruleOf,
  spend,
} from "@/tests/support/auto-top-up";
import { type RunningBrim, startBrim } from "@/tests/support/brim";
import { changeAtStripe } from "@/tests/support/change-at-stripe";
import { crashAtWrite, installCrashPoints, removeCrashPoints, WRITES } from "@/tests/support/crash-points";
import { expectLedgerVerified } from "@/tests/support/expect-ledger-verified";
import { actionsOn, anOperator, type Operator } from "@/tests/support/operator";
import { deliverAbout } from "@/tests/support/paid-top-up";
import { SimulatedTime } from "@/tests/support/simulated-time";

let brim: RunningBrim;
let time: SimulatedTime;
let operator: Operator;

beforeAll(async () => {
  brim = await startBrim();
  await brim.control("/deliveries/mode", { mode: "drop" });
  await installCrashPoints();
  operator = await anOperator(brim);
  time = new SimulatedTime(brim);
});
afterAll(async () => {
  await removeCrashPoints();
  await expectLedgerVerified();
  await brim.stop();
});

interface Reviewed {
  customer: AutoCustomer;
  topUpIntentId: string;
  invoiceId: string;
  /** Empty without a payment through Stripe. */
  paymentIntentId: string;
}

/** An automatic top-up whose invoice is open. */
async function anOpenInvoice(): Promise<{
  customer: AutoCustomer;
  topUpIntentId: string;
  invoiceId: string;
}> {
  const customer = await anAutoCustomer(brim);
  await spend(customer, "25.00");
  await crashAtWrite(customer, WRITES.attempt, () => time.run(customer));
  const [topUp] = await autoTopUps(customer);
  return {
    customer,
    topUpIntentId: topUp?.topUpIntentId ?? "",
    invoiceId: topUp?.stripeInvoiceId ?? "",
  };
}

/** An automatic top-up in review, because its invoice or payment was changed at Stripe after it was paid. */
async function aReview(
  invoice: object = { subtotal: 2_100 },
  payment: object = {},
  pay: { paid_out_of_band?: boolean } = {},
): Promise<Reviewed> {
  const open = await anOpenInvoice();
  const { customer, invoiceId } = open;
  await brim.stripe.invoices.pay(invoiceId, pay);
  const { data } = await brim.stripe.invoicePayments.list({ invoice: invoiceId });
  const paid = data.find(({ status, payment: of }) => status === "paid" && of.payment_intent);
  const paymentIntentId = paid ? String(paid.payment.payment_intent) : "";
  await changeAtStripe(brim, invoiceId, invoice);
  await changeAtStripe(brim, paymentIntentId, payment);
  await makeDue(customer);
  await time.run(customer);
  expect((await autoTopUps(customer)).map(({ status }) => status)).toEqual(["needs_review"]);
  return { ...open, paymentIntentId };
}

const resolve = (
  { topUpIntentId }: { topUpIntentId: string },
  action: "credit" | "give_back",
  idempotencyKey: string = randomUUID(),
) =>
  operator.post(`/api/v1/admin/topups/${topUpIntentId}/resolve`, {
    action,
    reason: "Checked by hand",
    idempotency_key: idempotencyKey,
  });

/** Stripe tells again that the invoice is paid. */
const tellAgain = ({ customer, topUpIntentId, invoiceId }: Reviewed) =>
  deliverAbout(brim, "invoice.paid", {
    id: invoiceId,
    object: "invoice",
    metadata: { customer_id: customer.customerId, topup_intent_id: topUpIntentId },
  });

const openAlerts = async ({ customer }: { customer: AutoCustomer }) =>
  (await operator.get(`/api/v1/admin/alerts?status=open&customer_id=${customer.customerId}`)).body.alerts;

async function statusOf({ customer }: { customer: AutoCustomer }): Promise<string> {
  return (await autoTopUps(customer)).map(({ status }) => status).join(", ");
}

describe("an automatic top-up in review", () => {
  it("is credited with exactly its amount on the operator's decision, and a full refund takes exactly that back", async () => {
    const review = await aReview({ amount_paid: 2_500 }, { amount_received: 2_500 });
    const { customer, topUpIntentId, paymentIntentId } = review;

    const answer = await resolve(review, "credit");

    expect(answer).toMatchObject({ status: 200, body: { status: "succeeded", credited_usd: "20.00" } });
    expect(await availableOf(customer)).toBe("25.00");
    expect(await openAlerts(review)).toEqual([]);
    expect(await ruleOf(customer)).toBe("on");
    expect(await mailKindsOf(customer)).toEqual(["auto_topup_succeeded"]);
    expect((await actionsOn(topUpIntentId)).map(({ verb }) => verb)).toEqual(["resolve_top_up"]);
    await tellAgain(review);
    expect(await availableOf(customer)).toBe("25.00");
    const { id } = await brim.stripe.refunds.create({ payment_intent: paymentIntentId });
    await deliverAbout(brim, "refund.created", { id, object: "refund" });
    expect(await availableOf(customer)).toBe("5.00");
  });

  it("is credited once by several concurrent decisions", async () => {
    const review = await aReview();
    const key = randomUUID();

    const answers = await Promise.all([
      resolve(review, "credit", key),
      resolve(review, "credit", key),
      resolve(review, "credit"),
      resolve(review, "credit"),
      tellAgain(review),
    ]);

    const statuses = answers.flatMap((answer) => (answer ? [answer.status] : []));
    expect(statuses.toSorted()).toEqual(expect.arrayContaining([200, 409]));
    expect(await availableOf(review.customer)).toBe("25.00");
    expect(await actionsOn(review.topUpIntentId)).toHaveLength(1);
  });

  it.each<[string, string, object, object]>([
    ["is not received", "payment_not_paid", { subtotal: 2_100 }, { status: "processing" }],
    ["names another top-up", "payment_not_ours", { metadata: {} }, {}],
    ["is another customer's", "payment_not_ours", { customer: "cus_other" }, {}],
    ["is not in US dollars", "payment_not_usd", {}, { currency: "eur" }],
    ["is less than the amount", "received_too_little", {}, { amount_received: 1_999 }],
  ])("is not credited when the payment %s, and nothing changes", async (_what, reason, invoice, payment) => {
    const review = await aReview(Object.keys(invoice).length === 0 ? { subtotal: 2_100 } : invoice, payment);

    const answer = await resolve(review, "credit");

    expect(answer).toMatchObject({ status: 409, body: { details: { reason } } });
    expect(await availableOf(review.customer)).toBe("5.00");
    expect(await statusOf(review)).toBe("needs_review");
    expect(await actionsOn(review.topUpIntentId)).toEqual([]);
  });

  it("is given back in full, stays decided, and the card is charged again when it is due", async () => {
    const review = await aReview();
    const { customer, paymentIntentId } = review;
    const { body } = await operator.get(
      `/api/v1/admin/topups?status=needs_review&customer_id=${customer.customerId}`,
    );
    expect(body.topups).toMatchObject([{ review: { payment_intent_id: paymentIntentId } }]);

    const answer = await resolve(review, "give_back");

    expect(answer).toMatchObject({ status: 200, body: { status: "canceled", refund_status: "submitted" } });
    const { data } = await brim.stripe.refunds.list({ payment_intent: paymentIntentId });
    expect(data.map(({ amount }) => amount)).toEqual([2_000]);
    expect(await openAlerts(review)).toEqual([]);
    await tellAgain(review);
    expect(await statusOf(review)).toBe("canceled");
    expect(await availableOf(customer)).toBe("5.00");
    await time.pass(1);
    expect(await statusOf(review)).toBe("canceled, succeeded");
    expect(await availableOf(customer)).toBe("25.00");
  });

  it("is either credited or given back when both are requested at once", async () => {
    const review = await aReview();

    const answers = await Promise.all([resolve(review, "credit"), resolve(review, "give_back")]);

    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const isCredited = answers[0].status === 200;
    expect(await availableOf(review.customer)).toBe(isCredited ? "25.00" : "5.00");
    const { data } = await brim.stripe.refunds.list({ payment_intent: review.paymentIntentId });
    expect(data).toHaveLength(isCredited ? 0 : 1);
  });

  it("blocks the next charge, and ends when its alert is resolved", async () => {
    const review = await aReview();
    const { customer } = review;
    await time.pass(1);
    expect(await statusOf(review)).toBe("needs_review");
    const [alert] = await openAlerts(review);

    await operator.post(`/api/v1/admin/alerts/${alert.alert_id}/resolve`, { reason: "Adjusted" });
    await tellAgain(review);

    expect(await statusOf(review)).toBe("canceled");
    expect(await openAlerts(review)).toEqual([]);
    expect(await availableOf(customer)).toBe("5.00");
  });
});

describe("an invoice that was not paid in full through Stripe", () => {
  it("is not credited when it is marked as paid out of band", async () => {
    const review = await aReview({}, {}, { paid_out_of_band: true });

    for (const action of ["credit", "give_back"] as const) {
      expect((await resolve(review, action)).status).toBe(409);
    }
    expect(await availableOf(review.customer)).toBe("5.00");
    expect(await invoicesAtStripe(brim, review.customer)).toEqual(["paid 2000"]);
    const [alert] = await openAlerts(review);
    await operator.post(`/api/v1/admin/alerts/${alert.alert_id}/resolve`, { reason: "Paid in cash" });
    expect(await statusOf(review)).toBe("canceled");
  });
});
