import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { topUpParams } from "../support/checkout-params";
import { lastEvent } from "../support/sandbox-events";
import { aPaidCharge, eventsAfter } from "../support/sandbox-payments";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

const REFUND_FAILS = "4000000000005126";
const REFUND_PENDING = "4000000000007726";

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

const advance = (seconds: number) => sandbox.control("POST", "/clock", { advance_seconds: seconds });
const asForm = (params: object) => new URLSearchParams(Object.entries(params)).toString();

async function refusalOf(params: object) {
  const { status, json } = await sandbox.call("POST", "/v1/refunds", asForm(params));
  return { status, ...json.error };
}

/** Returns the types of all events of these objects, oldest first; the clock may also trigger other tests' events. */
async function typesAbout(last: Stripe.Event | undefined, ...ids: string[]): Promise<string[]> {
  const events = await eventsAfter(stripe, last);
  return events
    .filter((event) => ids.includes((event.data.object as { id: string }).id))
    .map((event) => event.type);
}

describe("an immediate refund", () => {
  it("refunds the remaining amount by PaymentIntent, with its balance transaction and events", async () => {
    const charge = await aPaidCharge(sandbox, { cents: 2500 });
    const last = await lastEvent(stripe);

    const refund = await stripe.refunds.create({
      payment_intent: String(charge.payment_intent),
      reason: "requested_by_customer",
      metadata: { refund_request_id: "rr_1" },
      expand: ["balance_transaction"],
    });

    expect(refund).toMatchObject({
      amount: 2500,
      currency: "usd",
      charge: charge.id,
      payment_intent: charge.payment_intent,
      customer: charge.customer,
      payment_method: charge.payment_method,
      reason: "requested_by_customer",
      metadata: { refund_request_id: "rr_1" },
      status: "succeeded",
      destination_details: { type: "card", card: { type: "refund", reference_status: "pending" } },
    });
    expect(refund.balance_transaction).toMatchObject({
      type: "refund",
      amount: -2500,
      fee: 0,
      net: -2500,
      source: refund.id,
      description: "REFUND FOR CHARGE (Balance top-up $25.00)",
    });
    const after = await stripe.charges.retrieve(charge.id);
    expect(after).toMatchObject({ amount_refunded: 2500, refunded: true, status: "succeeded" });
    expect(after).not.toHaveProperty("refunds");
    expect(await typesAbout(last, refund.id, charge.id)).toEqual(["refund.created", "charge.refunded"]);
  });

  it("adds up partial refunds on the charge and lists them newest first when expanded", async () => {
    const charge = await aPaidCharge(sandbox, { cents: 5000 });
    const last = await lastEvent(stripe);

    const first = await stripe.refunds.create({ charge: charge.id, amount: 1400 });
    const second = await stripe.refunds.create({ charge: charge.id, amount: 600 });
    const rest = await stripe.refunds.create({ charge: charge.id });

    expect(rest.amount).toBe(3000);
    const after = await stripe.charges.retrieve(charge.id, { expand: ["refunds"] });
    expect(after.refunds).toMatchObject({ has_more: false, url: `/v1/charges/${charge.id}/refunds` });
    expect(after.refunds?.data.map(({ id }) => id)).toEqual([rest.id, second.id, first.id]);
    const totals = (await eventsAfter(stripe, last))
      .filter((event) => event.type === "charge.refunded")
      .map((event) => {
        const { amount_refunded, refunded } = event.data.object as Stripe.Charge;
        return [amount_refunded, refunded, event.data.previous_attributes];
      });
    expect(totals).toEqual([
      [1400, false, { amount_refunded: 0 }],
      [2000, false, { amount_refunded: 1400 }],
      [5000, true, { amount_refunded: 2000, refunded: false }],
    ]);
  });

  it("shows the latest ten refunds in the charge and all of them in the list", async () => {
    const charge = await aPaidCharge(sandbox, { cents: 1300 });
    for (let made = 0; made < 11; made += 1) await stripe.refunds.create({ charge: charge.id, amount: 100 });

    const { refunds } = await stripe.charges.retrieve(charge.id, { expand: ["refunds"] });
    const all = await stripe.refunds.list({ charge: charge.id, limit: 100 });

    expect(refunds).toMatchObject({ has_more: true });
    expect(refunds?.data).toEqual(all.data.slice(0, 10));
    expect(all.data).toHaveLength(11);
  });

  it("gets the card network's reference after a day", async () => {
    const charge = await aPaidCharge(sandbox);
    const refund = await stripe.refunds.create({ charge: charge.id });
    const last = await lastEvent(stripe);

    await advance(86_400);

    const after = await stripe.refunds.retrieve(refund.id);
    expect(after.destination_details?.card).toMatchObject({ reference_status: "available" });
    expect(after.destination_details?.card?.reference).toMatch(/^[0-9A-Z]{23}$/);
    expect(await typesAbout(last, refund.id)).toEqual(["refund.updated", "charge.refund.updated"]);
  });

  it("marks a payment refunded as fraudulent as fraud", async () => {
    const charge = await aPaidCharge(sandbox);

    await stripe.refunds.create({ charge: charge.id, reason: "fraudulent" });

    const after = await stripe.charges.retrieve(charge.id);
    expect(after.fraud_details).toEqual({ user_report: "fraudulent" });
  });
});

describe("a delayed refund", () => {
  it("is pending first and succeeds as the clock advances", async () => {
    const charge = await aPaidCharge(sandbox, { card: REFUND_PENDING });
    const last = await lastEvent(stripe);

    const refund = await stripe.refunds.create({ charge: charge.id, amount: 4000 });
    const pendingCharge = await stripe.charges.retrieve(charge.id);
    await advance(60);

    expect(refund).toMatchObject({ status: "pending", pending_reason: "processing" });
    expect(refund.destination_details).toEqual({ type: "card", card: { type: "pending" } });
    expect(pendingCharge.amount_refunded).toBe(4000);
    const after = await stripe.refunds.retrieve(refund.id);
    expect(after.status).toBe("succeeded");
    expect(after).not.toHaveProperty("pending_reason");
    expect(await typesAbout(last, refund.id, charge.id)).toEqual([
      "refund.created",
      "charge.refunded",
      "refund.updated",
      "charge.refund.updated",
    ]);
  });

  it("can succeed first and fail later: the money is returned, and the charge can be refunded again", async () => {
    const charge = await aPaidCharge(sandbox, { card: REFUND_FAILS });
    const last = await lastEvent(stripe);

    const refund = await stripe.refunds.create({ charge: charge.id });
    const full = await stripe.charges.retrieve(charge.id);
    await advance(60);

    expect(refund.status).toBe("succeeded");
    expect(full).toMatchObject({ amount_refunded: 10_000, refunded: true });
    const failed = await stripe.refunds.retrieve(refund.id, { expand: ["failure_balance_transaction"] });
    expect(failed).toMatchObject({ status: "failed", failure_reason: "expired_or_canceled_card" });
    expect(failed.failure_balance_transaction).toMatchObject({
      type: "refund_failure",
      amount: 10_000,
      fee: 0,
      source: refund.id,
    });
    const after = await stripe.charges.retrieve(charge.id);
    expect(after).toMatchObject({ amount_refunded: 0, refunded: false });
    const events = await eventsAfter(stripe, last);
    const about = events.filter((event) => (event.data.object as { id: string }).id === refund.id);
    expect(about.map((event) => event.type)).toEqual([
      "refund.created",
      "refund.updated",
      "charge.refund.updated",
      "refund.failed",
    ]);
    expect(about[1]?.data.previous_attributes).toMatchObject({
      status: "succeeded",
      failure_reason: null,
      failure_balance_transaction: null,
    });
    const again = await stripe.refunds.create({ charge: charge.id });
    expect(again.amount).toBe(10_000);
  });

  it("keeps pending outcomes across a restart", async () => {
    const charge = await aPaidCharge(sandbox, { card: REFUND_PENDING });
    const refund = await stripe.refunds.create({ charge: charge.id });

    await sandbox.restart();
    await advance(60);

    expect((await stripe.refunds.retrieve(refund.id)).status).toBe("succeeded");
  });

  it("settles each refund once when the clock is advanced concurrently", async () => {
    const charge = await aPaidCharge(sandbox, { card: REFUND_FAILS });
    const refund = await stripe.refunds.create({ charge: charge.id, amount: 700 });
    const last = await lastEvent(stripe);

    await advance(59);
    await Promise.all(Array.from({ length: 6 }, () => advance(1)));

    expect(await typesAbout(last, refund.id)).toEqual([
      "refund.updated",
      "charge.refund.updated",
      "refund.failed",
    ]);
    expect((await stripe.charges.retrieve(charge.id)).amount_refunded).toBe(0);
  });
});

describe("a refund of a bank debit", () => {
  it("is pending until the bank confirms it, and uses the names for payments without a card", async () => {
    const customer = await stripe.customers.create({ email: "jenny@example.com" });
    const session = await stripe.checkout.sessions.create(
      topUpParams(customer.id, { expires_at: undefined }),
    );
    await sandbox.control("POST", `/checkout/${session.id}/pay`, { bank_account: "pays" });
    const open = await stripe.checkout.sessions.retrieve(session.id);
    const intent = String(open.payment_intent);
    const early = await refusalOf({ payment_intent: intent });
    await advance(4 * 86_400);
    const last = await lastEvent(stripe);

    const refund = await stripe.refunds.create({ payment_intent: intent, expand: ["balance_transaction"] });
    await advance(60);

    expect(early).toMatchObject({
      status: 400,
      message: expect.stringMatching(/successful charge to refund/),
    });
    expect(refund).toMatchObject({ status: "pending", balance_transaction: { type: "payment_refund" } });
    expect(refund).not.toHaveProperty("destination_details");
    expect((await stripe.refunds.retrieve(refund.id)).status).toBe("succeeded");
    expect(await typesAbout(last, refund.id)).toEqual(["refund.created", "refund.updated"]);
    const charge = await stripe.charges.retrieve(String(refund.charge), { expand: ["balance_transaction"] });
    expect(charge.balance_transaction).toMatchObject({ type: "payment", amount: 2500, fee: 20 });
  });
});

describe("a refund of a payment in a presentment currency", () => {
  it("shows the customer's amounts, which add up to exactly what was paid", async () => {
    const customer = await stripe.customers.create({ email: "jenny@example.com" });
    const session = await stripe.checkout.sessions.create(
      topUpParams(customer.id, { expires_at: undefined }),
    );
    await sandbox.control("POST", `/checkout/${session.id}/pay`, { currency: "eur", location: "DE" });
    const paid = await stripe.checkout.sessions.retrieve(session.id);
    const intent = String(paid.payment_intent);

    const parts = [];
    for (const amount of [333, 333, undefined])
      parts.push(await stripe.refunds.create({ payment_intent: intent, ...(amount && { amount }) }));

    expect(parts.map(({ amount, currency }) => [amount, currency])).toEqual([
      [333, "usd"],
      [333, "usd"],
      [1834, "usd"],
    ]);
    const shown = parts.map(({ presentment_details: details }) => details);
    expect(new Set(shown.map((details) => details?.presentment_currency))).toEqual(new Set(["eur"]));
    const total = shown.reduce((sum, details) => sum + (details?.presentment_amount ?? 0), 0);
    expect(total).toBe(paid.presentment_details?.presentment_amount);
  });
});

describe("a refund of a captured amount", () => {
  it("is possible only after the capture, up to the captured amount", async () => {
    const customer = await stripe.customers.create({ email: "jenny@example.com" });
    const held = await stripe.paymentIntents.create({
      amount: 5000,
      currency: "usd",
      customer: customer.id,
      payment_method: "pm_card_visa",
      capture_method: "manual",
      confirm: true,
      return_url: "http://127.0.0.1:9/done",
    });
    const early = await refusalOf({ charge: String(held.latest_charge) });
    await stripe.paymentIntents.capture(held.id, { amount_to_capture: 3000 });

    const tooMuch = await refusalOf({ payment_intent: held.id, amount: 3001 });
    const refund = await stripe.refunds.create({ payment_intent: held.id });

    expect(early.message).toMatch(/You must cancel the PaymentIntent to reverse the authorization/);
    expect(tooMuch).toMatchObject({
      param: "amount",
      message: "Refund amount ($30.01) is greater than unrefunded amount on charge ($30.00)",
    });
    expect(refund.amount).toBe(3000);
    expect(await stripe.charges.retrieve(String(refund.charge))).toMatchObject({
      amount_captured: 3000,
      amount_refunded: 5000,
      refunded: true,
    });
  });
});

describe("a rejected refund", () => {
  it("names the parameter when the amount exceeds the charge or its unrefunded amount", async () => {
    const charge = await aPaidCharge(sandbox, { cents: 5000 });

    const whole = await refusalOf({ charge: charge.id, amount: 5001 });
    await stripe.refunds.create({ charge: charge.id, amount: 2000 });
    const rest = await refusalOf({ charge: charge.id, amount: 4000 });

    expect(whole).toMatchObject({
      status: 400,
      type: "invalid_request_error",
      param: "amount",
      message: "Refund amount ($50.01) is greater than charge amount ($50.00)",
    });
    expect(rest).toMatchObject({
      status: 400,
      param: "amount",
      message: "Refund amount ($40.00) is greater than unrefunded amount on charge ($30.00)",
    });
    expect(rest).not.toHaveProperty("code");
  });

  it("reports that a charge has already been refunded", async () => {
    const charge = await aPaidCharge(sandbox);
    await stripe.refunds.create({ charge: charge.id });

    for (const params of [
      { charge: charge.id },
      { payment_intent: String(charge.payment_intent), amount: 1 },
    ]) {
      expect(await refusalOf(params)).toMatchObject({
        status: 400,
        code: "charge_already_refunded",
        message: `Charge ${charge.id} has already been refunded.`,
      });
    }
  });

  it.each([
    [{}, 400, { message: /One of the following params should be provided.*payment_intent or charge/ }],
    [{ charge: "ch_1", payment_intent: "pi_1" }, 400, { message: /only specify one of these parameters/ }],
    [{ charge: "ch_unknown" }, 404, { code: "resource_missing", param: "id", message: /No such charge/ }],
    [
      { payment_intent: "pi_unknown" },
      404,
      { code: "resource_missing", param: "payment_intent", message: /No such payment_intent: 'pi_unknown'/ },
    ],
    [{ charge: "ch_1", amount: "0" }, 400, { code: "parameter_invalid_integer", param: "amount" }],
    [{ charge: "ch_1", amount: "-5" }, 400, { code: "parameter_invalid_integer", param: "amount" }],
    [{ charge: "ch_1", amount: "1.5" }, 400, { code: "parameter_invalid_integer", param: "amount" }],
    [{ charge: "ch_1", reason: "expired_uncaptured_charge" }, 400, { param: "reason" }],
    [{ charge: "ch_1", foo: "1" }, 400, { code: "parameter_unknown", param: "foo" }],
    [
      { charge: "ch_1", reverse_transfer: "true" },
      400,
      { param: "reverse_transfer", message: /not support/ },
    ],
    [{ charge: "ch_1", instructions_email: "a@b.c" }, 400, { param: "instructions_email" }],
  ])("rejects %j", async (params, status, error) => {
    const refusal = await refusalOf(params);

    const { message, ...fields } = error as { message?: RegExp };
    expect(refusal).toMatchObject({ status, type: "invalid_request_error", ...fields });
    if (message) expect(refusal.message).toMatch(message);
  });

  it("rejects a failed charge, and an intent whose only charge failed", async () => {
    const customer = await stripe.customers.create({ email: "jenny@example.com" });
    const session = await stripe.checkout.sessions.create(
      topUpParams(customer.id, { expires_at: undefined }),
    );
    await sandbox.control("POST", `/checkout/${session.id}/pay`, { card: "4000000000000002" });
    const open = await stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent"] });
    const intent = open.payment_intent as Stripe.PaymentIntent;

    for (const params of [{ charge: String(intent.latest_charge) }, { payment_intent: intent.id }]) {
      expect(await refusalOf(params)).toMatchObject({
        status: 400,
        message: `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`,
      });
    }
  });

  it("never refunds more than was paid under concurrent requests", async () => {
    const charge = await aPaidCharge(sandbox, { cents: 1000 });

    const answers = await Promise.all(
      Array.from({ length: 14 }, () =>
        sandbox.call("POST", "/v1/refunds", asForm({ charge: charge.id, amount: 100 })),
      ),
    );

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(4);
    const after = await stripe.charges.retrieve(charge.id);
    expect(after).toMatchObject({ amount_refunded: 1000, refunded: true });
  });

  it("creates one refund for one idempotency key", async () => {
    const charge = await aPaidCharge(sandbox);
    const options = { idempotencyKey: `refund:${charge.id}` };

    const made = await stripe.refunds.create({ charge: charge.id, amount: 500 }, options);
    const again = await stripe.refunds.create({ charge: charge.id, amount: 500 }, options);

    expect(again.id).toBe(made.id);
    expect((await stripe.refunds.list({ charge: charge.id })).data).toHaveLength(1);
  });
});

describe("reading and updating refunds", () => {
  it("lists by charge, PaymentIntent and time", async () => {
    const charge = await aPaidCharge(sandbox);
    const other = await aPaidCharge(sandbox);
    const first = await stripe.refunds.create({ charge: charge.id, amount: 100 });
    await advance(10);
    const second = await stripe.refunds.create({ charge: charge.id, amount: 200 });
    await stripe.refunds.create({ charge: other.id });
    const intent = String(charge.payment_intent);

    const byCharge = await stripe.refunds.list({ charge: charge.id });
    const page = await stripe.refunds.list({ payment_intent: intent, limit: 1 });
    const next = await stripe.refunds.list({ payment_intent: intent, limit: 1, starting_after: second.id });
    const early = await stripe.refunds.list({ charge: charge.id, created: { lt: second.created } });

    expect(byCharge.data.map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(page).toMatchObject({ has_more: true, url: "/v1/refunds", data: [{ id: second.id }] });
    expect(next).toMatchObject({ has_more: false, data: [{ id: first.id }] });
    expect(early.data.map(({ id }) => id)).toEqual([first.id]);
  });

  it("updates the metadata, and nothing else", async () => {
    const charge = await aPaidCharge(sandbox);
    const refund = await stripe.refunds.create({ charge: charge.id, metadata: { a: "1", b: "2" } });
    const last = await lastEvent(stripe);

    const changed = await stripe.refunds.update(refund.id, { metadata: { a: "", c: "3" } });
    await stripe.refunds.update(refund.id, { metadata: { c: "3" } });
    const { status, json } = await sandbox.call("POST", `/v1/refunds/${refund.id}`, "reason=duplicate");

    expect(changed.metadata).toEqual({ b: "2", c: "3" });
    expect(await typesAbout(last, refund.id)).toEqual(["refund.updated", "charge.refund.updated"]);
    expect(status).toBe(400);
    expect(json.error).toMatchObject({ code: "parameter_unknown", param: "reason" });
  });

  it("answers 404 for an unknown refund", async () => {
    for (const [method, path] of [
      ["GET", "/v1/refunds/re_nope"],
      ["POST", "/v1/refunds/re_nope"],
      ["POST", "/v1/refunds/re_nope/cancel"],
    ] as const) {
      const { status, json } = await sandbox.call(method, path, method === "POST" ? "" : undefined);
      expect(status).toBe(404);
      expect(json.error).toMatchObject({
        code: "resource_missing",
        param: "refund",
        message: "No such refund: 're_nope'",
      });
    }
  });

  it("cancels a refund only while it requires action", async () => {
    const charge = await aPaidCharge(sandbox, { card: REFUND_PENDING });
    const settled = await stripe.refunds.create({ charge: charge.id, amount: 100 });
    await advance(60);
    const refund = await stripe.refunds.create({ charge: charge.id, amount: 300 });
    const early = await sandbox.call("POST", `/v1/refunds/${refund.id}/cancel`, "");
    await sandbox.control("POST", `/refunds/${refund.id}/require_action`);
    const last = await lastEvent(stripe);

    const asking = await stripe.refunds.retrieve(refund.id);
    const canceled = await stripe.refunds.cancel(refund.id);
    const late = await sandbox.call("POST", `/v1/refunds/${settled.id}/cancel`, "");

    expect(early.json.error.message).toBe("Canceling this refund is unsupported.");
    expect(asking).toMatchObject({ status: "requires_action", next_action: { type: "display_details" } });
    expect(canceled).toMatchObject({ status: "canceled", failure_reason: "merchant_request" });
    expect(canceled).not.toHaveProperty("next_action");
    expect(await typesAbout(last, refund.id)).toEqual(["refund.updated", "charge.refund.updated"]);
    expect((await stripe.charges.retrieve(charge.id)).amount_refunded).toBe(100);
    expect(late).toMatchObject({
      status: 400,
      json: { error: { message: "Canceling this refund is unsupported." } },
    });
  });
});

describe("the control API for refunds", () => {
  it("makes a refund fail once, for a chosen reason, even days after it succeeded", async () => {
    const charge = await aPaidCharge(sandbox);
    const refund = await stripe.refunds.create({ charge: charge.id });

    const failed = await sandbox.control<Stripe.Refund>("POST", `/refunds/${refund.id}/fail`, {
      reason: "lost_or_stolen_card",
    });

    expect(failed).toMatchObject({ status: "failed", failure_reason: "lost_or_stolen_card" });
    for (const action of ["fail", "succeed", "require_action"]) {
      await expect(sandbox.control("POST", `/refunds/${refund.id}/${action}`)).rejects.toThrow(
        /400 .*status failed cannot/s,
      );
    }
    await advance(2 * 86_400);
    expect((await stripe.refunds.retrieve(refund.id)).status).toBe("failed");
  });

  it("makes a pending refund succeed immediately", async () => {
    const charge = await aPaidCharge(sandbox, { card: REFUND_PENDING });
    const refund = await stripe.refunds.create({ charge: charge.id });

    const done = await sandbox.control<Stripe.Refund>("POST", `/refunds/${refund.id}/succeed`);

    expect(done.status).toBe("succeeded");
    await expect(sandbox.control("POST", "/refunds/re_nope/fail")).rejects.toThrow(/404/);
    await expect(sandbox.control("POST", `/refunds/${refund.id}/fail`, { reason: "bad" })).rejects.toThrow(
      /400/,
    );
  });
});
