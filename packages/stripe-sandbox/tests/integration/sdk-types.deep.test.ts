import type Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cardSetupParams, pageFields, topUpParams } from "../support/checkout-params";
import { compileAnswers } from "../support/sdk-types";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

interface Dump {
  objects: { type: string; deleted: boolean; data: { object: string } }[];
}

/** Creates objects in many states through the API, the hosted pages and the control API. */
async function makeHistory(): Promise<void> {
  const customer = await stripe.customers.create({
    email: "jenny@example.com",
    name: "Jenny",
    address: { country: "US", line1: "1 Main Street", city: "Portland", state: "OR", postal_code: "97201" },
    metadata: { a: "1" },
  });
  await stripe.webhookEndpoints.create({ url: "http://127.0.0.1:9/", enabled_events: ["*"] });
  const paid = await stripe.checkout.sessions.create(topUpParams(customer.id));
  await sandbox.submit(paid.id, { ...pageFields, save: "on" });
  await stripe.checkout.sessions.create(topUpParams(customer.id));
  const setup = await stripe.checkout.sessions.create(cardSetupParams(customer.id));
  await sandbox.submit(setup.id, pageFields);
  const method = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
  await payAutomatically(customer.id, method.id);
  await sandbox.call(
    "POST",
    "/v1/payment_intents",
    "amount=700&currency=usd&confirm=true&payment_method=pm_card_chargeDeclined",
  );
  const disputed = await stripe.paymentIntents.create({
    amount: 900,
    currency: "usd",
    confirm: true,
    payment_method: "pm_card_createDispute",
    return_url: "http://127.0.0.1:9/",
  });
  await stripe.disputes.list({ payment_intent: disputed.id });
  const { payment_intent: intent } = await stripe.checkout.sessions.retrieve(paid.id);
  await stripe.refunds.create({ payment_intent: String(intent), amount: 500 });
  await stripe.products.create({ name: "Credit" });
}

async function payAutomatically(customer: string, method: string): Promise<void> {
  const invoice = await stripe.invoices.create({
    customer,
    currency: "usd",
    auto_advance: false,
    collection_method: "charge_automatically",
    pending_invoice_items_behavior: "exclude",
  });
  const id = invoice.id ?? "";
  const priceData = { currency: "usd", unit_amount: 1_000, product_data: { name: "Top-up" } };
  await stripe.invoices.addLines(id, { lines: [{ quantity: 1, price_data: priceData }] });
  await stripe.invoices.finalizeInvoice(id, { auto_advance: false });
  await stripe.invoices.pay(id, { off_session: true, payment_method: method });
}

interface EventAnswer {
  object: "event";
  type: string;
  data: { object: object; previous_attributes?: object };
}

/** One event of each type. For a changed map Stripe lists only the changed keys, which the SDK's types do not allow. */
function withoutHistory(events: EventAnswer[]): EventAnswer[] {
  const byType = new Map(events.map((event) => [event.type, event]));
  return [...byType.values()].map((event) => ({ ...event, data: { object: event.data.object } }));
}

it("returns JSON that matches the SDK's types", async () => {
  await makeHistory();
  const { objects } = await sandbox.control<Dump>("GET", "/dump");
  const events = await sandbox.call("GET", "/v1/events?limit=100");
  const balance = await sandbox.call("GET", "/v1/balance");

  const answers = [
    ...objects.filter(({ deleted }) => !deleted).map(({ data }) => data),
    ...withoutHistory(events.json.data),
    balance.json,
  ];

  // Compiled together with an invalid object, so that the test fails if nothing is checked.
  const wrong = { object: "product", id: "prod_1", unknown: 1, name: 5 };
  const complaints = compileAnswers([...answers, wrong]);

  expect(complaints).toEqual([expect.stringMatching(/^product: /)]);
  expect(objects.map(({ type }) => type)).toEqual(
    expect.arrayContaining([
      "customer",
      "checkout.session",
      "payment_intent",
      "setup_intent",
      "payment_method",
      "charge",
      "refund",
      "dispute",
      "invoice",
      "balance_transaction",
    ]),
  );
});
