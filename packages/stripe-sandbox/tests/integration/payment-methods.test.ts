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

const card = { number: "4242424242424242", exp_month: 12, exp_year: 2034, cvc: "123" };

async function aSavedCard(alias = "pm_card_visa") {
  const customer = await stripe.customers.create({ email: "jenny@example.com" });
  return { customer, method: await stripe.paymentMethods.attach(alias, { customer: customer.id }) };
}

describe("creating a card", () => {
  it("stores its details without a customer", async () => {
    const mark = await lastEvent(stripe);

    const method = await stripe.paymentMethods.create({
      type: "card",
      card,
      billing_details: { name: "Jenny Rosen", email: "jenny@example.com", address: { country: "DE" } },
      allow_redisplay: "always",
      metadata: { a: "1" },
    });

    expect(method).toMatchObject({
      customer: null,
      allow_redisplay: "always",
      billing_details: { name: "Jenny Rosen", address: { country: "DE", city: null } },
      card: { brand: "visa", last4: "4242", exp_month: 12, exp_year: 2034, funding: "credit" },
      metadata: { a: "1" },
    });
    expect(await eventTypesSince(stripe, mark)).toEqual([]);
  });

  it.each<[string, Record<string, string>, number, object]>([
    ["no type", { "card[number]": card.number }, 400, { param: "type", code: "parameter_missing" }],
    ["another type", { type: "link" }, 400, { param: "type" }],
    ["no card", { type: "card" }, 400, { param: "card", code: "parameter_missing" }],
    [
      "an unknown token",
      { type: "card", "card[token]": "tok_nothing" },
      400,
      { param: "card[token]", code: "resource_missing" },
    ],
    [
      "letters in the card number",
      { type: "card", "card[number]": "4242 four" },
      402,
      { code: "incorrect_number" },
    ],
    ["an invalid month", { type: "card", "card[exp_month]": "13" }, 402, { code: "invalid_expiry_month" }],
    ["an expired year", { type: "card", "card[exp_year]": "2020" }, 402, { code: "invalid_expiry_year" }],
    [
      "a security code of two digits",
      { type: "card", "card[cvc]": "12" },
      402,
      { code: "invalid_cvc", param: "card[cvc]" },
    ],
  ])("rejects %s", async (_what, changes, expectedStatus, expected) => {
    const whole = { "card[number]": card.number, "card[exp_month]": "12", "card[exp_year]": "34" };
    const fields = Object.keys(changes).some((key) => /number|exp|cvc/.test(key)) ? whole : {};

    const { status, json } = await sandbox.call(
      "POST",
      "/v1/payment_methods",
      new URLSearchParams({ ...fields, ...changes }).toString(),
    );

    expect(status).toBe(expectedStatus);
    expect(json.error).toMatchObject(expected);
  });
});

describe("attaching a card", () => {
  it("creates a new card each time an alias is attached", async () => {
    const { customer, method } = await aSavedCard();

    const second = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });

    expect(method.id).toMatch(/^pm_1\w+/);
    expect(second.id).not.toBe(method.id);
    expect(second.card?.fingerprint).toBe(method.card?.fingerprint);
    const list = await stripe.customers.listPaymentMethods(customer.id, { type: "card" });
    expect(list.data.map(({ id }) => id)).toEqual([second.id, method.id]);
  });

  it("rejects a declining card, another customer's card and a detached one", async () => {
    const { customer, method } = await aSavedCard();
    const other = await stripe.customers.create({});

    await expect(
      stripe.paymentMethods.attach("pm_card_chargeDeclined", { customer: customer.id }),
    ).rejects.toMatchObject({ statusCode: 402, code: "card_declined" });
    await expect(stripe.paymentMethods.attach(method.id, { customer: other.id })).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringContaining("already been attached"),
    });
    await stripe.paymentMethods.detach(method.id);
    await expect(stripe.paymentMethods.attach(method.id, { customer: customer.id })).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringContaining("may not be used again"),
    });
  });
});

describe("a card update", () => {
  it("by its owner changes expiry, name and display; the event has the previous values", async () => {
    const { method } = await aSavedCard();

    const changed = await stripe.paymentMethods.update(method.id, {
      card: { exp_month: 1, exp_year: 2040 },
      billing_details: { name: "Jenny Rosen-Smith" },
      allow_redisplay: "always",
      metadata: { a: "1" },
    });

    expect(changed).toMatchObject({
      card: { exp_month: 1, exp_year: 2040 },
      billing_details: { name: "Jenny Rosen-Smith" },
      allow_redisplay: "always",
    });
    const event = await lastEvent(stripe);
    expect(event).toMatchObject({
      type: "payment_method.updated",
      data: { previous_attributes: { card: { exp_month: 12 }, billing_details: { name: null } } },
    });
    await expect(
      stripe.paymentMethods.update(method.id, { card: { exp_month: 1, exp_year: 2020 } }),
    ).rejects.toMatchObject({ code: "invalid_expiry_year" });
  });

  it("by its network sets a later expiry and, on request, another number or brand", async () => {
    const { method, customer } = await aSavedCard();
    await stripe.customers.update(customer.id, {
      invoice_settings: { default_payment_method: method.id },
    });

    await sandbox.control("POST", `/payment_methods/${method.id}/update`);
    const extended = await stripe.paymentMethods.retrieve(method.id);
    const firstEvent = await lastEvent(stripe);
    await sandbox.control("POST", `/payment_methods/${method.id}/update`, {
      brand: "mastercard",
      last4: "1881",
      exp_month: 3,
      exp_year: 2041,
    });
    const replaced = await stripe.paymentMethods.retrieve(method.id);

    expect(firstEvent).toMatchObject({
      type: "payment_method.automatically_updated",
      data: { previous_attributes: { card: { exp_year: method.card?.exp_year } } },
    });
    expect(extended.card).toMatchObject({
      exp_year: (method.card?.exp_year ?? 0) + 3,
      fingerprint: method.card?.fingerprint,
    });
    expect(replaced).toMatchObject({
      id: method.id,
      customer: customer.id,
      card: { brand: "mastercard", display_brand: "mastercard", last4: "1881", exp_month: 3, exp_year: 2041 },
    });
    expect(replaced.card?.fingerprint).not.toBe(method.card?.fingerprint);
    const paid = await stripe.paymentIntents.create({
      amount: 900,
      currency: "usd",
      customer: customer.id,
      payment_method: method.id,
      off_session: true,
      confirm: true,
    });
    expect(paid.status).toBe("succeeded");
  });

  it("that detaches the card through the control API removes it as the default", async () => {
    const { method, customer } = await aSavedCard();
    await stripe.customers.update(customer.id, {
      invoice_settings: { default_payment_method: method.id },
    });
    const mark = await lastEvent(stripe);

    await sandbox.control("POST", `/payment_methods/${method.id}/detach`);

    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({
      invoice_settings: { default_payment_method: null },
    });
    expect((await stripe.customers.listPaymentMethods(customer.id)).data).toEqual([]);
    expect(await eventTypesSince(stripe, mark)).toEqual(["customer.updated", "payment_method.detached"]);
  });

  it("by its network applies only while the card is saved", async () => {
    const method = await stripe.paymentMethods.create({ type: "card", card });

    await expect(sandbox.control("POST", `/payment_methods/${method.id}/update`)).rejects.toThrow(/400/);
  });
});

describe("saved cards on the hosted page", () => {
  it.each<[string, Stripe.PaymentMethod.AllowRedisplay, ("always" | "limited")[] | undefined, boolean]>([
    ["an allowed card", "always", ["always"], true],
    ["a limited card", "limited", ["always"], false],
    ["a limited card with both filters", "limited", ["always", "limited"], true],
    ["an unspecified card with both filters", "unspecified", ["always", "limited"], false],
    ["an allowed card without filters", "always", undefined, true],
    ["a limited card without filters", "limited", undefined, false],
  ])("%s: redisplay %s, filters %s, offered %s", async (_what, allowRedisplay, filters, offered) => {
    const { customer, method } = await aSavedCard();
    if (allowRedisplay !== "unspecified") {
      await stripe.paymentMethods.update(method.id, { allow_redisplay: allowRedisplay });
    }
    const session = await stripe.checkout.sessions.create(
      topUpParams(customer.id, {
        saved_payment_method_options: filters && { allow_redisplay_filters: filters },
      }),
    );

    const page = await (await fetch(session.url ?? "")).text();
    const paid = await sandbox.submit(session.id, { ...pageFields, savedCard: method.id });

    expect(page.includes(`value="${method.id}"`)).toBe(offered);
    expect(paid.status).toBe(offered ? 303 : 422);
  });

  it("cannot be used after they are detached", async () => {
    const { customer, method } = await aSavedCard();
    await stripe.paymentMethods.update(method.id, { allow_redisplay: "always" });
    const session = await stripe.checkout.sessions.create(topUpParams(customer.id));
    await stripe.paymentMethods.detach(method.id);

    const answer = await sandbox.submit(session.id, { ...pageFields, savedCard: method.id });

    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain("can no longer be used");
  });
});
