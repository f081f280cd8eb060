import qs from "qs";
import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cardSetupParams, pageFields, topUpParams } from "../support/checkout-params";
import { eventTypesSince, lastEvent } from "../support/sandbox-events";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

type Changes = Partial<Stripe.Checkout.SessionCreateParams>;

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

async function aTopUp(changes: Changes = {}) {
  const customer = await stripe.customers.create({ email: "jenny@example.com" });
  return stripe.checkout.sessions.create(topUpParams(customer.id, { expires_at: undefined, ...changes }));
}

async function refusalOf(params: object) {
  const form = qs.stringify(params, { skipNulls: true });
  const { status, json } = await sandbox.call("POST", "/v1/checkout/sessions", form);
  return { status, error: json.error };
}

const hosted = { success_url: undefined, cancel_url: undefined };

describe("a Checkout Session is rejected", () => {
  it.each<[string, Record<string, unknown>, { param: string; code?: string }]>([
    [
      "success_url on an embedded page",
      { ui_mode: "embedded_page", cancel_url: undefined, return_url: "https://example.com" },
      { param: "success_url" },
    ],
    [
      "an embedded page without return_url",
      { ui_mode: "embedded_page", ...hosted },
      { param: "return_url", code: "parameter_missing" },
    ],
    [
      "an unknown redirect_on_completion",
      { ui_mode: "elements", ...hosted, redirect_on_completion: "sometimes" },
      { param: "redirect_on_completion" },
    ],
    [
      "payment_method_collection for a payment",
      { payment_method_collection: "always" },
      { param: "payment_method_collection" },
    ],
    ["unsupported subscriptions", { mode: "subscription" }, { param: "mode" }],
    [
      "a suffix with a quote",
      { payment_intent_data: { statement_descriptor_suffix: "a'b" } },
      { param: "payment_intent_data[statement_descriptor_suffix]" },
    ],
    [
      "a suffix of 23 characters",
      { payment_intent_data: { statement_descriptor_suffix: "x".repeat(23) } },
      { param: "payment_intent_data[statement_descriptor_suffix]" },
    ],
    [
      "a suffix without a letter",
      { payment_intent_data: { statement_descriptor_suffix: "12345" } },
      { param: "payment_intent_data[statement_descriptor_suffix]" },
    ],
    [
      "a suffix in another script",
      { payment_intent_data: { statement_descriptor_suffix: "ТОПАП" } },
      { param: "payment_intent_data[statement_descriptor_suffix]" },
    ],
    [
      "payment types without a card",
      { allowed_payment_method_types: ["link"] },
      { param: "allowed_payment_method_types" },
    ],
    [
      "application fees",
      { payment_intent_data: { application_fee_amount: 1 } },
      { param: "payment_intent_data[application_fee_amount]" },
    ],
    ["unsupported promotion codes", { allow_promotion_codes: true }, { param: "allow_promotion_codes" }],
    ["no line items at all", { line_items: [] }, { param: "line_items", code: "parameter_missing" }],
  ])("for %s", async (_what, changes, expected) => {
    const customer = await stripe.customers.create({});

    const { status, error } = await refusalOf({ ...topUpParams(customer.id), ...changes });

    expect(status).toBe(400);
    expect(error).toMatchObject({ type: "invalid_request_error", ...expected });
  });

  it.each<[string, Record<string, unknown>, { param: string }]>([
    ["tax ids", { tax_id_collection: { enabled: true } }, { param: "tax_id_collection[enabled]" }],
    ["an unknown currency", { currency: "xyz" }, { param: "currency" }],
    ["ui_mode=hosted", { ui_mode: "hosted" }, { param: "ui_mode" }],
    ["unsupported discounts", { discounts: [{ coupon: "x" }] }, { param: "discounts" }],
  ])("in setup mode with %s", async (_what, changes, expected) => {
    const customer = await stripe.customers.create({});

    const { status, error } = await refusalOf({ ...cardSetupParams(customer.id), ...changes });

    expect(status).toBe(400);
    expect(error).toMatchObject(expected);
  });
});

describe("expiring a session", () => {
  it("works once, while it is open, and cancels its PaymentIntent", async () => {
    const session = await aTopUp();
    await sandbox.submit(session.id, { ...pageFields, cardNumber: "4000000000000002" });
    const mark = await lastEvent(stripe);

    const expired = await stripe.checkout.sessions.expire(session.id, { expand: ["payment_intent"] });

    expect(expired).toMatchObject({
      status: "expired",
      url: null,
      payment_intent: { status: "canceled", cancellation_reason: "expired" },
    });
    expect(await eventTypesSince(stripe, mark)).toEqual([
      "payment_intent.canceled",
      "checkout.session.expired",
    ]);
    await expect(stripe.checkout.sessions.expire(session.id)).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringContaining("status of `expired`"),
    });
  });

  it.each([
    ["paid", {}],
    ["waiting for a bank debit", { bank_account: "pays" }],
  ])("is rejected when it is %s", async (_what, how) => {
    const session = await aTopUp();
    await sandbox.control("POST", `/checkout/${session.id}/pay`, how);

    await expect(stripe.checkout.sessions.expire(session.id)).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringContaining("status of `complete`"),
    });
  });

  it("in setup mode cancels its SetupIntent as well", async () => {
    const customer = await stripe.customers.create({});
    const session = await stripe.checkout.sessions.create(cardSetupParams(customer.id));

    const expired = await stripe.checkout.sessions.expire(session.id, { expand: ["setup_intent"] });

    expect(expired.setup_intent).toMatchObject({ status: "canceled", cancellation_reason: "abandoned" });
  });
});

describe("listing sessions", () => {
  it("filters by customer, status, payment intent and email address", async () => {
    const customer = await stripe.customers.create({ email: "list@example.com" });
    const make = () => stripe.checkout.sessions.create(topUpParams(customer.id, { expires_at: undefined }));
    const [paid, expired, open] = [await make(), await make(), await make()];
    await sandbox.submit(paid.id, pageFields);
    await stripe.checkout.sessions.expire(expired.id);
    const intent = String((await stripe.checkout.sessions.retrieve(paid.id)).payment_intent);
    const idsOf = async (params: Stripe.Checkout.SessionListParams) =>
      (await stripe.checkout.sessions.list(params)).data.map(({ id }) => id);

    expect(await idsOf({ customer: customer.id })).toEqual([open.id, expired.id, paid.id]);
    expect(await idsOf({ customer: customer.id, status: "complete" })).toEqual([paid.id]);
    expect(await idsOf({ customer: customer.id, status: "expired" })).toEqual([expired.id]);
    expect(await idsOf({ payment_intent: intent })).toEqual([paid.id]);
    expect(await idsOf({ customer_details: { email: "list@example.com" } })).toEqual([
      open.id,
      expired.id,
      paid.id,
    ]);
    expect(await idsOf({ customer: customer.id, starting_after: open.id, limit: 1 })).toEqual([expired.id]);
    expect(await idsOf({ customer: customer.id, created: { gt: open.created + 60 } })).toEqual([]);
  });
});

it("rejects a card when the session only accepts SEPA debit", async () => {
  const session = await stripe.checkout.sessions.create({
    mode: "payment",
    success_url: "https://example.com/done",
    allowed_payment_method_types: ["sepa_debit"],
    line_items: [
      { quantity: 1, price_data: { currency: "eur", unit_amount: 900, product_data: { name: "Hat" } } },
    ],
  });

  const answer = await sandbox.submit(session.id, pageFields);

  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain("takes no cards here");
  expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe("open");
});

it("authorizes the amount with manual capture: the session completes and stays unpaid until capture", async () => {
  const session = await aTopUp({
    payment_intent_data: { capture_method: "manual" },
    invoice_creation: undefined,
  });
  await sandbox.submit(session.id, pageFields);
  const held = await stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent"] });

  await stripe.paymentIntents.capture((held.payment_intent as Stripe.PaymentIntent).id);

  expect(held).toMatchObject({
    status: "complete",
    payment_status: "unpaid",
    payment_intent: { status: "requires_capture", capture_method: "manual", amount_capturable: 2500 },
  });
  expect((await stripe.checkout.sessions.retrieve(session.id)).payment_status).toBe("paid");
});

it("stores the shipping address on the PaymentIntent and the charge", async () => {
  const shipping = { name: "Jenny Rosen", address: { line1: "510 Townsend St", country: "US" } };
  const session = await aTopUp({ payment_intent_data: { shipping } });
  await sandbox.submit(session.id, pageFields);

  const paid = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ["payment_intent.latest_charge"],
  });

  const intent = paid.payment_intent as Stripe.PaymentIntent;
  expect(intent.shipping).toMatchObject(shipping);
  expect(intent.latest_charge).toMatchObject({ shipping });
});

it("creates a customer with a test card as the default payment method", async () => {
  const customer = await stripe.customers.create({
    payment_method: "pm_card_visa",
    invoice_settings: { default_payment_method: "pm_card_visa" },
  });

  const [method] = (await stripe.customers.listPaymentMethods(customer.id)).data;
  expect(customer.invoice_settings.default_payment_method).toBe(method?.id);
});
