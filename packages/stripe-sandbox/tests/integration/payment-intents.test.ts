import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageFields, topUpParams } from "../support/checkout-params";
import { eventTypesSince, lastEvent } from "../support/sandbox-events";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

type CreateParams = Stripe.PaymentIntentCreateParams;

function pay(changes: Partial<CreateParams> = {}): Promise<Stripe.Response<Stripe.PaymentIntent>> {
  return stripe.paymentIntents.create({
    amount: 2500,
    currency: "usd",
    payment_method: "pm_card_visa",
    confirm: true,
    ...changes,
  });
}

/** Calls the API without the SDK, which would hide the body of an error. */
async function refusalOf(path: string, form: string, version?: string) {
  const { status, json } = await sandbox.call(
    "POST",
    `/v1/payment_intents${path}`,
    form,
    version ? { "Stripe-Version": version } : {},
  );
  return { status, error: json.error };
}

describe("a PaymentIntent created by API", () => {
  it("moves from requires_payment_method to requires_confirmation to succeeded", async () => {
    const mark = await lastEvent(stripe);

    const created = await stripe.paymentIntents.create({
      amount: 2500,
      currency: "usd",
      description: "Two hats",
      metadata: { order: "7" },
      receipt_email: "jenny@example.com",
      statement_descriptor_suffix: "HATS",
      automatic_payment_methods: { enabled: true, allow_redirects: "never" },
    });
    const ready = await stripe.paymentIntents.update(created.id, {
      payment_method: "pm_card_visa",
      amount: 2700,
    });
    const paid = await stripe.paymentIntents.confirm(created.id, { expand: ["latest_charge"] });

    expect(created).toMatchObject({
      status: "requires_payment_method",
      automatic_payment_methods: { enabled: true, allow_redirects: "never" },
      capture_method: "automatic_async",
      payment_method: null,
    });
    expect(created.client_secret).toMatch(new RegExp(`^${created.id}_secret_`));
    expect(ready).toMatchObject({ status: "requires_confirmation", amount: 2700 });
    expect(paid).toMatchObject({
      status: "succeeded",
      amount_received: 2700,
      payment_method: ready.payment_method,
    });
    expect(paid.latest_charge).toMatchObject({
      amount: 2700,
      paid: true,
      description: "Two hats",
      metadata: { order: "7" },
      receipt_email: "jenny@example.com",
      calculated_statement_descriptor: "SANDBOX* HATS",
    });
    expect(await eventTypesSince(stripe, mark)).toEqual([
      "payment_intent.created",
      "charge.succeeded",
      "payment_intent.succeeded",
    ]);
  });

  it("records a declined card (charge, intent, events) and returns 402 with the intent", async () => {
    const mark = await lastEvent(stripe);

    const { status, error } = await refusalOf(
      "",
      "amount=2500&currency=usd&payment_method=pm_card_visa_chargeDeclinedInsufficientFunds&confirm=true",
    );

    expect(status).toBe(402);
    expect(error).toMatchObject({
      type: "card_error",
      code: "card_declined",
      decline_code: "insufficient_funds",
      advice_code: "try_again_later",
      message: "Your card has insufficient funds.",
      payment_method: { object: "payment_method", type: "card" },
      payment_intent: {
        status: "requires_payment_method",
        payment_method: null,
        latest_charge: error.charge,
        last_payment_error: { code: "card_declined", charge: error.charge },
      },
    });
    const stored = await stripe.paymentIntents.retrieve(error.payment_intent.id, {
      expand: ["latest_charge"],
    });
    expect(stored.latest_charge).toMatchObject({ status: "failed", failure_code: "card_declined" });
    expect(await eventTypesSince(stripe, mark)).toEqual([
      "payment_intent.created",
      "charge.failed",
      "payment_intent.payment_failed",
    ]);

    const paid = await stripe.paymentIntents.confirm(stored.id, { payment_method: "pm_card_visa" });

    expect(paid).toMatchObject({ status: "succeeded", last_payment_error: null });
  });

  it("replays a declined confirmation for the same idempotency key and does not charge again", async () => {
    const params: CreateParams = {
      amount: 2500,
      currency: "usd",
      payment_method: "pm_card_chargeDeclined",
      confirm: true,
    };
    const first = await stripe.paymentIntents
      .create(params, { idempotencyKey: "declined-once" })
      .catch((error: Stripe.errors.StripeCardError) => error);
    const mark = await lastEvent(stripe);

    const second = await stripe.paymentIntents
      .create(params, { idempotencyKey: "declined-once" })
      .catch((error: Stripe.errors.StripeCardError) => error);

    expect(second).toMatchObject({
      statusCode: 402,
      charge: (first as Stripe.errors.StripeCardError).charge,
    });
    expect(await eventTypesSince(stripe, mark)).toEqual([]);
  });

  it("charges a saved card off-session, and fails when the bank requires authentication", async () => {
    const customer = await stripe.customers.create({});
    const method = await stripe.paymentMethods.attach("pm_card_authenticationRequired", {
      customer: customer.id,
    });

    const { status, error } = await refusalOf(
      "",
      `amount=2500&currency=usd&customer=${customer.id}&payment_method=${method.id}&off_session=true&confirm=true`,
    );

    expect(status).toBe(402);
    expect(error).toMatchObject({
      type: "card_error",
      code: "authentication_required",
      decline_code: "authentication_required",
      payment_intent: {
        status: "requires_payment_method",
        last_payment_error: { code: "authentication_required", payment_method: { id: method.id } },
      },
    });
    const back = await stripe.paymentIntents.confirm(error.payment_intent.id, {
      payment_method: method.id,
      return_url: "https://example.com/back",
    });
    expect(back).toMatchObject({ status: "requires_action", next_action: { type: "redirect_to_url" } });
  });

  it("fails instead of requiring action with error_on_requires_action", async () => {
    const mark = await lastEvent(stripe);

    await expect(
      pay({ payment_method: "pm_card_authenticationRequired", error_on_requires_action: true }),
    ).rejects.toMatchObject({
      statusCode: 402,
      code: "authentication_required",
      payment_intent: { status: "requires_payment_method", latest_charge: null },
    });
    expect(await eventTypesSince(stripe, mark)).toEqual([
      "payment_intent.created",
      "payment_intent.payment_failed",
    ]);
  });

  it("saves the card for off-session use with setup_future_usage", async () => {
    const customer = await stripe.customers.create({});
    const mark = await lastEvent(stripe);
    const asked = await pay({
      customer: customer.id,
      payment_method: "pm_card_authenticationRequiredOnSetup",
      setup_future_usage: "off_session",
    });
    await sandbox.control("POST", `/payments/${asked.id}/authenticate`, { answer: "complete" });
    const events = await eventTypesSince(stripe, mark);
    const [saved] = (await stripe.customers.listPaymentMethods(customer.id)).data;

    const again = await pay({ customer: customer.id, payment_method: saved?.id ?? "", off_session: true });

    expect(again.status).toBe("succeeded");
    expect(events).toEqual([
      "payment_intent.created",
      "payment_intent.requires_action",
      "payment_method.attached",
      "charge.succeeded",
      "payment_intent.succeeded",
    ]);
  });

  it("uses a card without a customer once", async () => {
    const method = await stripe.paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
    await pay({ payment_method: method.id });

    await expect(pay({ payment_method: method.id })).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringContaining("may not be used again"),
    });
  });

  it("accepts payment_method_types from an older API version", async () => {
    const form =
      "amount=500&currency=usd&payment_method=pm_card_visa&payment_method_types[]=card&confirm=true";

    const today = await refusalOf("", form);
    const older = await sandbox.call("POST", "/v1/payment_intents", form, {
      "Stripe-Version": "2025-12-15.clover",
    });

    expect(today).toMatchObject({
      status: 400,
      error: { code: "payment_method_types_no_longer_supported", param: "payment_method_types" },
    });
    expect(older).toMatchObject({
      status: 200,
      json: { status: "succeeded", automatic_payment_methods: null, allowed_payment_method_types: ["card"] },
    });
  });
});

describe("manual confirmation", () => {
  it("charges once, when the server confirms again after 3-D Secure", async () => {
    const asked = await pay({
      confirmation_method: "manual",
      payment_method: "pm_card_authenticationRequired",
      return_url: "https://example.com/back",
    });
    const answered = await sandbox.control<{ intent: Stripe.PaymentIntent }>(
      "POST",
      `/payments/${asked.id}/authenticate`,
      { answer: "complete" },
    );

    const paid = await stripe.paymentIntents.confirm(asked.id);

    expect(asked).toMatchObject({ confirmation_method: "manual", status: "requires_action" });
    expect(answered.intent).toMatchObject({ status: "requires_confirmation", latest_charge: null });
    expect(paid.status).toBe("succeeded");
    expect((await stripe.charges.list({ payment_intent: asked.id })).data).toHaveLength(1);
  });
});

describe("manual capture", () => {
  it("authorizes the amount, captures part of it, and releases the rest", async () => {
    const mark = await lastEvent(stripe);

    const held = await pay({ capture_method: "manual", expand: ["latest_charge"] });
    const captured = await stripe.paymentIntents.capture(held.id, {
      amount_to_capture: 1000,
      expand: ["latest_charge.balance_transaction"],
    });

    expect(held).toMatchObject({
      status: "requires_capture",
      amount_capturable: 2500,
      amount_received: 0,
      latest_charge: { captured: false, amount_captured: 0, balance_transaction: null },
    });
    expect(captured).toMatchObject({
      status: "succeeded",
      amount: 2500,
      amount_capturable: 0,
      amount_received: 1000,
      latest_charge: { captured: true, amount_captured: 1000, balance_transaction: { amount: 1000 } },
    });
    expect(await eventTypesSince(stripe, mark)).toEqual([
      "payment_intent.created",
      "charge.succeeded",
      "payment_intent.amount_capturable_updated",
      "charge.captured",
      "payment_intent.succeeded",
    ]);
  });

  it("releases the authorization when the intent is canceled", async () => {
    const held = await pay({ capture_method: "manual" });
    const mark = await lastEvent(stripe);

    const canceled = await stripe.paymentIntents.cancel(held.id, {
      cancellation_reason: "requested_by_customer",
      expand: ["latest_charge"],
    });

    expect(canceled).toMatchObject({
      status: "canceled",
      cancellation_reason: "requested_by_customer",
      amount_capturable: 0,
      latest_charge: { refunded: true, amount_refunded: 2500, captured: false },
    });
    expect(await eventTypesSince(stripe, mark)).toEqual(["charge.refunded", "payment_intent.canceled"]);
  });

  it("expires an authorization after seven days", async () => {
    const held = await pay({ capture_method: "manual" });
    const mark = await lastEvent(stripe);

    await sandbox.control("POST", "/clock", { advance_seconds: 7 * 86_400 + 1 });

    const lapsed = await stripe.paymentIntents.retrieve(held.id);
    expect(lapsed).toMatchObject({ status: "canceled", cancellation_reason: "automatic" });
    expect(await eventTypesSince(stripe, mark)).toEqual(
      expect.arrayContaining(["charge.expired", "payment_intent.canceled"]),
    );
  });

  it("captures once, and at most the authorized amount", async () => {
    const held = await pay({ capture_method: "manual" });

    await expect(stripe.paymentIntents.capture(held.id, { amount_to_capture: 2501 })).rejects.toMatchObject({
      param: "amount_to_capture",
      code: "amount_too_large",
    });
    const answers = await Promise.allSettled(
      Array.from({ length: 4 }, () => stripe.paymentIntents.capture(held.id)),
    );

    expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(1);
    await expect(stripe.paymentIntents.capture(held.id)).rejects.toMatchObject({
      code: "payment_intent_unexpected_state",
      message: expect.stringContaining("has a status of succeeded"),
    });
  });
});

const base = "amount=2500&currency=usd";
const refusals: [string, string, { param?: string; code?: string }][] = [
  ["no amount", "currency=usd", { param: "amount", code: "parameter_missing" }],
  ["no currency", "amount=2500", { param: "currency", code: "parameter_missing" }],
  ["an amount of zero", "amount=0&currency=usd", { param: "amount", code: "parameter_invalid_integer" }],
  [
    "an amount with a fraction",
    "amount=25.5&currency=usd",
    { param: "amount", code: "parameter_invalid_integer" },
  ],
  ["49 cents", "amount=49&currency=usd", { param: "amount", code: "amount_too_small" }],
  ["a million dollars", "amount=100000000&currency=usd", { param: "amount", code: "amount_too_large" }],
  ["an unknown currency", "amount=2500&currency=xyz", { param: "currency" }],
  ["an unknown parameter", `${base}&colour=red`, { param: "colour", code: "parameter_unknown" }],
  [
    "payment_method_types",
    `${base}&payment_method_types[]=card`,
    { code: "payment_method_types_no_longer_supported" },
  ],
  ["an unknown customer", `${base}&customer=cus_nobody`, { param: "customer", code: "resource_missing" }],
  [
    "an unknown payment method",
    `${base}&payment_method=pm_nothing`,
    { param: "payment_method", code: "resource_missing" },
  ],
  [
    "an alias that does not exist",
    `${base}&payment_method=pm_card_nothing`,
    { param: "payment_method", code: "resource_missing" },
  ],
  ["confirm without a method", `${base}&confirm=true`, { code: "payment_intent_unexpected_state" }],
  ["off_session without confirm", `${base}&off_session=true`, { param: "off_session" }],
  ["return_url without confirm", `${base}&return_url=https://example.com`, { param: "return_url" }],
  [
    "an invalid return_url",
    `${base}&payment_method=pm_card_visa&confirm=true&return_url=back`,
    { param: "return_url", code: "url_invalid" },
  ],
  ["statement_descriptor on a card", `${base}&statement_descriptor=HATS`, { param: "statement_descriptor" }],
  [
    "a suffix with a star",
    `${base}&statement_descriptor_suffix=A*B`,
    { param: "statement_descriptor_suffix" },
  ],
  [
    "payment method types without card",
    `${base}&allowed_payment_method_types[]=link`,
    { param: "allowed_payment_method_types" },
  ],
  [
    "inline payment method data",
    `${base}&payment_method_data[type]=us_bank_account`,
    { param: "payment_method_data" },
  ],
  ["an unsupported parameter", `${base}&application_fee_amount=5`, { param: "application_fee_amount" }],
  [
    "unsupported payment method options",
    `${base}&payment_method_options[card][request_multicapture]=never`,
    { param: "payment_method_options[card][request_multicapture]" },
  ],
];

describe("rejects", () => {
  it.each(refusals)("a request with %s, which has no side effects", async (_what, form, expected) => {
    const mark = await lastEvent(stripe);

    const { status, error } = await refusalOf("", form);

    expect(status).toBe(400);
    expect(error.type).toBe("invalid_request_error");
    if (expected.param) expect(error.param).toBe(expected.param);
    if (expected.code) expect(error.code).toBe(expected.code);
    expect(await eventTypesSince(stripe, mark)).toEqual([]);
  });

  it("a payment method of a type that the intent does not accept", async () => {
    const account = await stripe.paymentMethods.create({
      type: "sepa_debit",
      sepa_debit: { iban: "AT321904300235473204" },
      billing_details: { name: "Jenny Rosen", email: "jenny@example.com" },
    });

    await expect(pay({ currency: "eur", payment_method: account.id })).rejects.toMatchObject({
      statusCode: 400,
      param: "payment_method",
      code: "payment_intent_incompatible_payment_method",
    });
    await expect(
      stripe.setupIntents.create({ payment_method: account.id, confirm: true }),
    ).rejects.toMatchObject({ statusCode: 400, param: "payment_method" });
  });

  it("saving a card in an off-session payment", async () => {
    const customer = await stripe.customers.create({});
    const method = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });

    await expect(
      pay({
        customer: customer.id,
        payment_method: method.id,
        off_session: true,
        setup_future_usage: "off_session",
      }),
    ).rejects.toMatchObject({ statusCode: 400, param: "off_session" });
  });

  it("a card of another customer, or of any customer when none is given", async () => {
    const [owner, other] = [await stripe.customers.create({}), await stripe.customers.create({})];
    const method = await stripe.paymentMethods.attach("pm_card_visa", { customer: owner.id });

    await expect(pay({ payment_method: method.id })).rejects.toMatchObject({ param: "payment_method" });
    await expect(pay({ payment_method: method.id, customer: other.id })).rejects.toMatchObject({
      param: "payment_method",
      message: expect.stringContaining("does not belong to the Customer"),
    });
  });

  it.each(["confirm", "cancel", "capture"] as const)("%s of a paid intent, with its status", async (verb) => {
    const paid = await pay();

    await expect(stripe.paymentIntents[verb](paid.id)).rejects.toMatchObject({
      statusCode: 400,
      code: "payment_intent_unexpected_state",
      payment_intent: { id: paid.id, status: "succeeded" },
    });
  });

  it("changing the amount of a paid intent, but not its description", async () => {
    const paid = await pay();

    await expect(stripe.paymentIntents.update(paid.id, { amount: 1 + 2500 })).rejects.toMatchObject({
      code: "payment_intent_unexpected_state",
    });
    const described = await stripe.paymentIntents.update(paid.id, { description: "Hats" });

    expect(described.description).toBe("Hats");
  });

  it("changing the intent of a Checkout Session", async () => {
    const customer = await stripe.customers.create({});
    const session = await stripe.checkout.sessions.create(
      topUpParams(customer.id, { expires_at: undefined }),
    );
    await sandbox.submit(session.id, { ...pageFields, cardNumber: "4000000000000002" });
    const id = String((await stripe.checkout.sessions.retrieve(session.id)).payment_intent);

    await expect(stripe.paymentIntents.confirm(id, { payment_method: "pm_card_visa" })).rejects.toMatchObject(
      {
        statusCode: 400,
        message: expect.stringContaining("Checkout Session"),
      },
    );
    await expect(stripe.paymentIntents.cancel(id)).rejects.toMatchObject({ statusCode: 400 });
    await expect(stripe.paymentIntents.update(id, { amount: 100 })).rejects.toMatchObject({
      param: "amount",
    });
  });
});

it("cancels an open intent permanently", async () => {
  const open = await pay({ confirm: false });
  const mark = await lastEvent(stripe);

  const canceled = await stripe.paymentIntents.cancel(open.id);

  expect(canceled).toMatchObject({ status: "canceled", cancellation_reason: null });
  expect(canceled.canceled_at).toBeGreaterThan(0);
  await expect(stripe.paymentIntents.confirm(open.id)).rejects.toMatchObject({
    code: "payment_intent_unexpected_state",
  });
  expect(await eventTypesSince(stripe, mark)).toEqual(["payment_intent.canceled"]);
});

it("takes one payment when it is confirmed many times at once", async () => {
  const open = await pay({ confirm: false });

  const answers = await Promise.allSettled(
    Array.from({ length: 8 }, () => stripe.paymentIntents.confirm(open.id)),
  );

  expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(1);
  expect((await stripe.charges.list({ payment_intent: open.id })).data).toHaveLength(1);
});
