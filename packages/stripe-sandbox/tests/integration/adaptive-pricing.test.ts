import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageFields, topUpParams } from "../support/checkout-params";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

async function aTopUp(email: string, changes: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  const customer = await stripe.customers.create({ email });
  return stripe.checkout.sessions.create(topUpParams(customer.id, changes));
}

async function pageOf(session: Stripe.Checkout.Session, query = ""): Promise<string> {
  const address = (session.url ?? "").replace("#", `${query}#`);
  return (await fetch(address)).text();
}

function paidSession(id: string): Promise<Stripe.Checkout.Session> {
  return stripe.checkout.sessions.retrieve(id, { expand: ["payment_intent.latest_charge"] });
}

const GERMAN = "jenny+location_DE@example.com";

it("preselects the payer's currency and shows the price in dollars beside it", async () => {
  const session = await aTopUp(GERMAN);

  const page = await pageOf(session);

  expect(page).toContain("€23.92");
  expect(page).toContain("$25.00");
  expect(page).toContain('value="pay_in=usd" aria-pressed="false"');
  expect(page).toContain('name="payIn" value="eur"');
  expect(session).not.toHaveProperty("presentment_details");
});

it("charges the amount shown on the page and reports the integration's amounts in dollars", async () => {
  const session = await aTopUp(GERMAN);

  await sandbox.submit(session.id, { ...pageFields, email: GERMAN, country: "DE", state: "", payIn: "eur" });

  const presented = { presentment_amount: 2846, presentment_currency: "eur" };
  const paid = await paidSession(session.id);
  const intent = paid.payment_intent as Stripe.PaymentIntent;
  expect(paid).toMatchObject({
    status: "complete",
    currency: "usd",
    amount_subtotal: 2500,
    amount_total: 2975,
    currency_conversion: null,
    presentment_details: presented,
  });
  expect(intent).toMatchObject({ currency: "usd", amount: 2975, presentment_details: presented });
  expect(intent.latest_charge).toMatchObject({
    currency: "usd",
    amount: 2975,
    presentment_details: presented,
  });
});

it("charges dollars when the payer chooses them", async () => {
  const session = await aTopUp(GERMAN);

  const page = await (
    await sandbox.submit(session.id, { ...pageFields, email: GERMAN, action: "pay_in=usd", payIn: "eur" })
  ).text();
  await sandbox.submit(session.id, { ...pageFields, email: GERMAN, payIn: "usd" });

  expect(page).toContain("Pay $25.00");
  expect(page).toContain('name="payIn" value="usd"');
  const paid = await paidSession(session.id);
  expect(paid.payment_status).toBe("paid");
  expect(paid).not.toHaveProperty("presentment_details");
  expect(paid.payment_intent).not.toHaveProperty("presentment_details");
});

it("never charges a currency that the page did not offer", async () => {
  const session = await aTopUp("jenny@example.com");

  await sandbox.submit(session.id, { ...pageFields, payIn: "eur" });

  expect(await paidSession(session.id)).not.toHaveProperty("presentment_details");
});

it("clears the presentment currency of a declined attempt when the next attempt is in dollars", async () => {
  const session = await aTopUp(GERMAN);

  await sandbox.submit(session.id, {
    ...pageFields,
    email: GERMAN,
    payIn: "eur",
    cardNumber: "4000000000000002",
  });
  const declined = await paidSession(session.id);
  await sandbox.submit(session.id, { ...pageFields, email: GERMAN, payIn: "usd" });

  expect(declined).not.toHaveProperty("presentment_details");
  expect(declined.payment_intent).toHaveProperty("presentment_details");
  const paid = await paidSession(session.id);
  expect(paid).not.toHaveProperty("presentment_details");
  expect(paid.payment_intent).not.toHaveProperty("presentment_details");
});

it("takes the country from the address on the page, and formats yen without decimals", async () => {
  const session = await aTopUp("jenny@example.com");

  const page = await pageOf(session, "?location=JP");
  await sandbox.control("POST", `/checkout/${session.id}/pay`, { location: "JP", currency: "jpy" });

  expect(page).toContain("¥3,900");
  expect((await paidSession(session.id)).presentment_details).toEqual({
    presentment_amount: 3900,
    presentment_currency: "jpy",
  });
});

describe("Adaptive Pricing is off", () => {
  it.each<[string, string, Partial<Stripe.Checkout.SessionCreateParams>]>([
    ["when the session disables it", GERMAN, { adaptive_pricing: { enabled: false } }],
    [
      "when the payment saves the card",
      GERMAN,
      {
        payment_intent_data: { setup_future_usage: "off_session" },
        saved_payment_method_options: undefined,
      },
    ],
    ["with manual capture", GERMAN, { payment_intent_data: { capture_method: "manual" } }],
    ["for a payer in the United States", "jenny+location_US@example.com", {}],
    ["for a payer in an unknown country", "jenny@example.com", {}],
  ])("%s", async (_when, email, changes) => {
    const session = await aTopUp(email, changes);

    const page = await pageOf(session);
    await sandbox.submit(session.id, { ...pageFields, email, payIn: "eur" });

    expect(page).not.toContain("€");
    const paid = await paidSession(session.id);
    expect(paid.status).toBe("complete");
    expect(paid).not.toHaveProperty("presentment_details");
  });

  it("for a price that is not in dollars", async () => {
    const session = await aTopUp(GERMAN, {
      line_items: [
        {
          quantity: 1,
          price_data: { currency: "gbp", unit_amount: 2000, product_data: { name: "Top-up" } },
        },
      ],
    });

    expect(await pageOf(session)).not.toContain("€");
    expect(session).toMatchObject({ currency: "gbp", payment_method_types: ["card"] });
  });
});
