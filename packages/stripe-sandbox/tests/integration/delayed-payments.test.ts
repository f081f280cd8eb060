import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageFields, topUpParams } from "../support/checkout-params";
import { eventTypesSince, lastEvent } from "../support/sandbox-events";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

const FOUR_DAYS = 4 * 86_400;
const bankFields = { ...pageFields, payBy: "bank_pays", cardNumber: "", expiry: "", cvc: "" };

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

async function aTopUp(changes: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  const customer = await stripe.customers.create({ email: "jenny@example.com" });
  return stripe.checkout.sessions.create(
    topUpParams(customer.id, { expires_at: undefined, invoice_creation: undefined, ...changes }),
  );
}

function retrieve(id: string): Promise<Stripe.Checkout.Session> {
  return stripe.checkout.sessions.retrieve(id, {
    expand: ["payment_intent.latest_charge.balance_transaction", "payment_intent.payment_method"],
  });
}

async function debited(fields: Record<string, string> = bankFields) {
  const session = await aTopUp();
  const response = await sandbox.submit(session.id, fields);
  expect(response.status).toBe(303);
  const open = await retrieve(session.id);
  return { session: open, intent: open.payment_intent as Stripe.PaymentIntent };
}

it("completes the session before the payment settles", async () => {
  const mark = await lastEvent(stripe);

  const { session, intent } = await debited();

  expect(session).toMatchObject({
    status: "complete",
    payment_status: "unpaid",
    amount_total: 2500,
    payment_method_types: ["card", "us_bank_account"],
  });
  expect(intent).toMatchObject({
    status: "processing",
    amount_received: 0,
    payment_method: { type: "us_bank_account", us_bank_account: { last4: "6789" } },
    latest_charge: {
      status: "pending",
      paid: false,
      balance_transaction: { type: "payment", status: "pending" },
    },
  });
  expect(await eventTypesSince(stripe, mark)).toEqual([
    "customer.created",
    "customer.updated",
    "payment_intent.created",
    "charge.pending",
    "payment_intent.processing",
    "checkout.session.completed",
  ]);
  const page = await (await fetch(`${sandbox.url}/c/pay/${session.id}`)).text();
  expect(page).toContain("on its way");
});

describe("the outcome of a bank debit", () => {
  it("can be set to succeed through the control API: the charge settles before the session's event", async () => {
    const { session, intent } = await debited();
    const mark = await lastEvent(stripe);

    await sandbox.control("POST", `/payments/${intent.id}/settle`);

    const paid = await retrieve(session.id);
    expect(paid).toMatchObject({ status: "complete", payment_status: "paid" });
    expect(paid.payment_intent).toMatchObject({
      status: "succeeded",
      amount_received: 2500,
      latest_charge: { status: "succeeded", paid: true, balance_transaction: { amount: 2500, fee: 20 } },
    });
    expect(await eventTypesSince(stripe, mark)).toEqual([
      "charge.succeeded",
      "payment_intent.succeeded",
      "checkout.session.async_payment_succeeded",
    ]);
  });

  it.each(["account_closed", "debit_not_authorized", "insufficient_funds"])(
    "can be set to fail through the control API: %s",
    async (reason) => {
      const { session, intent } = await debited();
      const mark = await lastEvent(stripe);

      await sandbox.control("POST", `/payments/${intent.id}/fail`, { reason });

      const failed = await retrieve(session.id);
      expect(failed).toMatchObject({ status: "complete", payment_status: "unpaid" });
      expect(failed.payment_intent).toMatchObject({
        status: "requires_payment_method",
        amount_received: 0,
        last_payment_error: { code: reason },
        latest_charge: { status: "failed", paid: false, failure_code: reason },
      });
      expect(await eventTypesSince(stripe, mark)).toEqual([
        "charge.failed",
        "payment_intent.payment_failed",
        "checkout.session.async_payment_failed",
      ]);
    },
  );

  it("arrives after four days on the clock, as the chosen test account determines", async () => {
    const pays = await debited();
    const fails = await debited({ ...bankFields, payBy: "bank_fails" });

    await sandbox.control("POST", "/clock", { advance_seconds: FOUR_DAYS - 60 });
    const early = await retrieve(pays.session.id);
    await sandbox.control("POST", "/clock", { advance_seconds: 120 });

    expect(early.payment_status).toBe("unpaid");
    expect((await retrieve(pays.session.id)).payment_status).toBe("paid");
    const failed = await retrieve(fails.session.id);
    expect(failed.payment_status).toBe("unpaid");
    expect(failed.payment_intent).toMatchObject({ status: "requires_payment_method" });
  });

  it("can be set only once", async () => {
    const { intent } = await debited();

    const answers = await Promise.allSettled(
      ["settle", "fail", "settle", "fail"].map((verb) =>
        sandbox.control("POST", `/payments/${intent.id}/${verb}`),
      ),
    );

    expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(1);
    const events = await stripe.events.list({ limit: 100, type: "checkout.session.async_payment_*" });
    const own = events.data.filter(
      (event) => (event.data.object as Stripe.Checkout.Session).payment_intent === intent.id,
    );
    expect(own).toHaveLength(1);
  });
});

it("can be chosen through the control API", async () => {
  const session = await aTopUp();

  const answer = await sandbox.control("POST", `/checkout/${session.id}/pay`, { bank_account: "pays" });

  expect(answer).toMatchObject({ outcome: "completed", session: { payment_status: "unpaid" } });
});

it("is not offered where bank debits cannot be used", async () => {
  const kept = await aTopUp({
    payment_intent_data: { setup_future_usage: "off_session" },
    saved_payment_method_options: undefined,
  });
  const cardsOnly = await aTopUp({ allowed_payment_method_types: ["card"] });

  for (const session of [kept, cardsOnly]) {
    const page = await (await fetch(session.url ?? "")).text();
    expect(page).not.toContain("US bank account");
    const answer = await sandbox.submit(session.id, bankFields);
    expect(answer.status).toBe(422);
  }
});
