import type Stripe from "stripe";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { lastEvent } from "../support/sandbox-events";
import { aBankDebit, aPaidCharge, eventsAfter } from "../support/sandbox-payments";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

const DAY = 86_400;

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());
afterEach(() =>
  behave({
    refund_funds: "available",
    refund_failed_events: "updated_and_failed",
    refund_canceled_event: "refund.updated",
  }),
);

const behave = (change: object) => sandbox.control("POST", "/behavior", change);
const advance = (seconds: number) => sandbox.control("POST", "/clock", { advance_seconds: seconds });
const act = (refund: Stripe.Refund, action: string) =>
  sandbox.control<Stripe.Refund>("POST", `/refunds/${refund.id}/${action}`);

/** Returns the types of the refund's events, without the older `charge.refund.updated`. */
async function refundEvents({ id }: Stripe.Refund, mark: Stripe.Event | undefined): Promise<string[]> {
  const events = await eventsAfter(stripe, mark);
  return events
    .filter(({ type, data }) => type.startsWith("refund.") && (data.object as Stripe.Refund).id === id)
    .map(({ type }) => type);
}

async function aWaitingRefund() {
  const charge = await aPaidCharge(sandbox, { cents: 3000 });
  await behave({ refund_funds: "too_low" });
  const before = await lastEvent(stripe);
  const refund = await stripe.refunds.create({ charge: charge.id, amount: 1000 });
  return { charge, refund, before };
}

it("stays pending while the balance is too low, and succeeds once it is sufficient", async () => {
  const { charge, refund, before } = await aWaitingRefund();
  await advance(DAY);
  const still = await stripe.refunds.retrieve(refund.id);
  await behave({ refund_funds: "available" });
  const done = await stripe.refunds.retrieve(refund.id);

  expect(still).toMatchObject({
    status: "pending",
    pending_reason: "insufficient_funds",
    balance_transaction: null,
  });
  expect(done).toMatchObject({ status: "succeeded", balance_transaction: expect.any(String) });
  expect(done.pending_reason).toBeUndefined();
  expect(await refundEvents(refund, before)).toEqual(["refund.created", "refund.updated"]);
  expect((await stripe.balanceTransactions.list({ source: refund.id })).data).toHaveLength(1);
  expect(await stripe.charges.retrieve(charge.id)).toMatchObject({ amount_refunded: 1000 });
});

it("fails after waiting too long, without ever changing the balance", async () => {
  const { charge, refund, before } = await aWaitingRefund();

  await advance(30 * DAY);

  const failed = await stripe.refunds.retrieve(refund.id);
  expect(failed).toMatchObject({ status: "failed", failure_reason: "insufficient_funds" });
  expect(failed.failure_balance_transaction).toBeUndefined();
  expect(await refundEvents(refund, before)).toEqual(["refund.created", "refund.updated", "refund.failed"]);
  expect((await stripe.balanceTransactions.list({ source: refund.id })).data).toEqual([]);
  expect(await stripe.charges.retrieve(charge.id)).toMatchObject({ amount_refunded: 0, refunded: false });
});

it("succeeds or fails on request", async () => {
  const first = await aWaitingRefund();
  const second = await aWaitingRefund();

  expect(await act(first.refund, "succeed")).toMatchObject({ status: "succeeded" });
  expect(await act(second.refund, "fail")).toMatchObject({
    status: "failed",
    failure_reason: "insufficient_funds",
  });
});

it("fails immediately for a payment without a card", async () => {
  const intent = await aPaidDebit();
  await behave({ refund_funds: "too_low" });
  const before = await lastEvent(stripe);

  const refund = await stripe.refunds.create({ payment_intent: intent });

  expect(refund).toMatchObject({ status: "failed", failure_reason: "insufficient_funds" });
  expect(await refundEvents(refund, before)).toEqual(["refund.created", "refund.updated", "refund.failed"]);
});

it("is rejected instead, when configured to", async () => {
  const charge = await aPaidCharge(sandbox);
  await behave({ refund_funds: "rejected" });

  await expect(stripe.refunds.create({ charge: charge.id })).rejects.toMatchObject({
    statusCode: 400,
    code: "balance_insufficient",
  });
  expect((await stripe.refunds.list({ charge: charge.id })).data).toEqual([]);
});

it("requires action, continues, is returned by the customer's bank, and fails without a response", async () => {
  const refund = await stripe.refunds.create({ payment_intent: await aPaidDebit() });

  const asked = await act(refund, "require_action");
  const going = await act(refund, "continue");
  const again = await act(refund, "require_action");
  await advance(45 * DAY);

  expect(asked).toMatchObject({ status: "requires_action", next_action: { type: "display_details" } });
  expect(going).toMatchObject({ status: "pending", pending_reason: "processing" });
  expect(again.status).toBe("requires_action");
  expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({ status: "failed" });
});

it.each([
  ["refund.updated", ["refund.updated"]],
  ["refund.failed", ["refund.failed"]],
])("reports a canceled refund as %s", async (event, expected) => {
  await behave({ refund_canceled_event: event });
  const refund = await stripe.refunds.create({ payment_intent: await aPaidDebit() });
  await act(refund, "require_action");
  const before = await lastEvent(stripe);

  await stripe.refunds.cancel(refund.id);

  expect(await refundEvents(refund, before)).toEqual(expected);
});

it("reports a failed refund by one event alone, when configured to", async () => {
  await behave({ refund_failed_events: "failed" });
  const charge = await aPaidCharge(sandbox);
  const refund = await stripe.refunds.create({ charge: charge.id });
  const before = await lastEvent(stripe);

  await act(refund, "fail");

  expect(await refundEvents(refund, before)).toEqual(["refund.failed"]);
});

/** Creates a settled payment by bank debit; returns its PaymentIntent. */
async function aPaidDebit(): Promise<string> {
  const { intent } = await aBankDebit(sandbox);
  await sandbox.control("POST", `/payments/${intent}/settle`);
  return intent;
}
