import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventTypesSince, lastEvent } from "../support/sandbox-events";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

it("saves a card for its customer, with the attempt and the events", async () => {
  const customer = await stripe.customers.create({});
  const mark = await lastEvent(stripe);

  const created = await stripe.setupIntents.create({
    customer: customer.id,
    description: "Save a card",
    metadata: { kind: "setup" },
  });
  const done = await stripe.setupIntents.confirm(created.id, {
    payment_method: "pm_card_visa",
    expand: ["latest_attempt", "payment_method"],
  });

  expect(created).toMatchObject({ status: "requires_payment_method", usage: "off_session" });
  expect(done).toMatchObject({
    status: "succeeded",
    metadata: { kind: "setup" },
    payment_method: { customer: customer.id },
    latest_attempt: { status: "succeeded", payment_method_details: { card: { last4: "4242" } } },
  });
  expect(await eventTypesSince(stripe, mark)).toEqual([
    "setup_intent.created",
    "payment_method.attached",
    "setup_intent.succeeded",
  ]);
});

it("records a declined setup and returns 402 with it", async () => {
  const mark = await lastEvent(stripe);

  const { status, json } = await sandbox.call(
    "POST",
    "/v1/setup_intents",
    "payment_method=pm_card_chargeDeclined&confirm=true",
  );

  expect(status).toBe(402);
  expect(json.error).toMatchObject({
    type: "card_error",
    code: "card_declined",
    decline_code: "generic_decline",
    setup_intent: { status: "requires_payment_method", payment_method: null },
  });
  const stored = await stripe.setupIntents.retrieve(json.error.setup_intent.id);
  expect(stored.last_setup_error).toMatchObject({ decline_code: "generic_decline" });
  expect(await eventTypesSince(stripe, mark)).toEqual(["setup_intent.created", "setup_intent.setup_failed"]);
});

it("requires authentication, and saves nothing when it fails", async () => {
  const customer = await stripe.customers.create({});
  const mark = await lastEvent(stripe);
  const asked = await stripe.setupIntents.create({
    customer: customer.id,
    payment_method: "pm_card_authenticationRequired",
    confirm: true,
    return_url: "https://example.com/back",
  });

  const failed = await sandbox.control<{ go_to: string }>("POST", `/payments/${asked.id}/authenticate`, {
    answer: "fail",
  });

  expect(asked).toMatchObject({ status: "requires_action", next_action: { type: "redirect_to_url" } });
  expect(failed.go_to).toContain("redirect_status=failed");
  const after = await stripe.setupIntents.retrieve(asked.id, { expand: ["latest_attempt"] });
  expect(after).toMatchObject({
    status: "requires_payment_method",
    last_setup_error: { code: "setup_intent_authentication_failure" },
    latest_attempt: { status: "failed" },
  });
  expect((await stripe.customers.listPaymentMethods(customer.id)).data).toEqual([]);
  expect(await eventTypesSince(stripe, mark)).toEqual([
    "setup_intent.created",
    "setup_intent.requires_action",
    "setup_intent.setup_failed",
  ]);
});

it("does not allow off-session payments with a card saved for on-session use", async () => {
  const customer = await stripe.customers.create({});
  const asked = await stripe.setupIntents.create({
    customer: customer.id,
    payment_method: "pm_card_authenticationRequiredOnSetup",
    usage: "on_session",
    confirm: true,
  });
  await sandbox.control("POST", `/payments/${asked.id}/authenticate`, { answer: "complete" });

  await expect(
    stripe.paymentIntents.create({
      amount: 500,
      currency: "usd",
      customer: customer.id,
      payment_method: String(asked.payment_method),
      off_session: true,
      confirm: true,
    }),
  ).rejects.toMatchObject({ code: "authentication_required" });
});

it("updates and cancels an open setup", async () => {
  const created = await stripe.setupIntents.create({});
  const mark = await lastEvent(stripe);

  const ready = await stripe.setupIntents.update(created.id, {
    payment_method: "pm_card_visa",
    metadata: { a: "1" },
  });
  const canceled = await stripe.setupIntents.cancel(created.id, { cancellation_reason: "abandoned" });

  expect(ready).toMatchObject({ status: "requires_confirmation", metadata: { a: "1" } });
  expect(canceled).toMatchObject({ status: "canceled", cancellation_reason: "abandoned" });
  await expect(stripe.setupIntents.confirm(created.id)).rejects.toMatchObject({
    code: "setup_intent_unexpected_state",
    setup_intent: { id: created.id },
  });
  expect(await eventTypesSince(stripe, mark)).toEqual(["setup_intent.canceled"]);
});

describe("rejects a SetupIntent", () => {
  it.each([
    ["confirm without a payment method", "confirm=true", { code: "setup_intent_unexpected_state" }],
    ["return_url without confirm", "return_url=https://example.com", { param: "return_url" }],
    [
      "payment_method_types",
      "payment_method_types[]=card",
      { code: "payment_method_types_no_longer_supported" },
    ],
    ["an unknown customer", "customer=cus_nobody", { param: "customer", code: "resource_missing" }],
    ["an unsupported parameter", "attach_to_self=true", { param: "attach_to_self" }],
    ["an unknown usage", "usage=sometimes", { param: "usage" }],
    [
      "payment method types without card",
      "allowed_payment_method_types[]=link",
      { param: "allowed_payment_method_types" },
    ],
  ])("with %s", async (_what, form, expected) => {
    const { status, json } = await sandbox.call("POST", "/v1/setup_intents", form);

    expect(status).toBe(400);
    expect(json.error).toMatchObject(expected);
  });

  it("of a Checkout Session when it is confirmed or canceled by API", async () => {
    const customer = await stripe.customers.create({});
    const session = await stripe.checkout.sessions.create({
      mode: "setup",
      currency: "usd",
      customer: customer.id,
      success_url: "https://example.com/done",
    });

    await expect(
      stripe.setupIntents.confirm(String(session.setup_intent), { payment_method: "pm_card_visa" }),
    ).rejects.toMatchObject({ statusCode: 400, message: expect.stringContaining("Checkout Session") });
    await expect(stripe.setupIntents.cancel(String(session.setup_intent))).rejects.toMatchObject({
      statusCode: 400,
    });
  });
});
