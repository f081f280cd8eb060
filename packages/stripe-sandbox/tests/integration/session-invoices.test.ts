import type Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
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

const metadata = { topup_intent_id: "topup_1", kind: "topup" };

async function aTopUp(changes: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  const customer = await stripe.customers.create({ email: "jenny@example.com" });
  const session = await stripe.checkout.sessions.create(
    topUpParams(customer.id, {
      invoice_creation: { enabled: true, invoice_data: { description: "Balance top-up", metadata } },
      ...changes,
    }),
  );
  return { customer, session };
}

it("creates a paid invoice that the completed session references", async () => {
  const { customer, session } = await aTopUp();
  const before = await lastEvent(stripe);

  await sandbox.submit(session.id, { ...pageFields, country: "DE", state: "", taxId: "" });

  const paid = await stripe.checkout.sessions.retrieve(session.id, { expand: ["invoice.payments"] });
  const invoice = paid.invoice as Stripe.Invoice;
  expect(invoice).toMatchObject({
    status: "paid",
    customer: customer.id,
    description: "Balance top-up",
    metadata,
    subtotal: 2500,
    total: 2975,
    amount_paid: 2975,
    amount_remaining: 0,
    customer_email: "jenny@example.com",
    customer_name: "Jenny Rosen",
    customer_address: { country: "DE" },
    automatic_tax: { enabled: true, status: "complete" },
    payments: { data: [{ status: "paid", payment: { payment_intent: paid.payment_intent } }] },
  });
  expect(invoice.lines.data).toMatchObject([{ amount: 2500, quantity: 1, description: "Balance top-up" }]);
  expect(await eventTypesSince(stripe, before)).toEqual([
    "customer.updated",
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "invoice.created",
    "invoice.finalized",
    "invoice.updated",
    "invoice.paid",
    "invoice.payment_succeeded",
    "invoice_payment.paid",
    "checkout.session.completed",
  ]);
  const [completed] = (await stripe.events.list({ type: "checkout.session.completed", limit: 1 })).data;
  expect(completed?.data.object).toMatchObject({ invoice: invoice.id });
});

it("creates none unless requested, none for a declined payment, and only one per session", async () => {
  const without = await aTopUp({ invoice_creation: { enabled: false } });
  await sandbox.submit(without.session.id, pageFields);
  const declined = await aTopUp();
  await sandbox.submit(declined.session.id, { ...pageFields, cardNumber: "4000000000000002" });
  const twice = await aTopUp();
  await Promise.all([1, 2, 3].map(() => sandbox.submit(twice.session.id, pageFields)));

  const counts = [without, declined, twice].map(
    async ({ customer }) => (await stripe.invoices.list({ customer: customer.id })).data.length,
  );

  expect(await Promise.all(counts)).toEqual([0, 0, 1]);
});

it.each([
  ["a German business with reverse charge", { country: "DE", state: "", taxId: "DE123456789" }, 2500],
  ["California's tax comes on top", { country: "US", state: "CA" }, 2681],
])("shows the session's data on the invoice: %s", async (_name, fields, total) => {
  const { session } = await aTopUp();

  await sandbox.submit(session.id, { ...pageFields, ...fields });

  const paid = await stripe.checkout.sessions.retrieve(session.id, { expand: ["invoice"] });
  expect(paid.amount_total).toBe(total);
  expect(paid.invoice).toMatchObject({ total });
});

it("keeps the business tax ID collected by Checkout for the next invoice", async () => {
  const { customer, session } = await aTopUp();
  const before = await lastEvent(stripe);

  await sandbox.submit(session.id, { ...pageFields, country: "DE", state: "", taxId: "DE 123456789" });

  const types = await eventTypesSince(stripe, before);
  expect(types.slice(0, 2)).toEqual(["customer.updated", "customer.tax_id.created"]);
  const next = await stripe.invoices.create({ customer: customer.id, automatic_tax: { enabled: true } });
  const filled = await stripe.invoices.addLines(next.id, { lines: [{ amount: 2500 }] });
  expect(filled.customer_tax_ids).toEqual([{ type: "eu_vat", value: "DE123456789" }]);
  expect(filled.total_taxes?.[0]).toMatchObject({ amount: 0, taxability_reason: "reverse_charge" });
  const second = await stripe.checkout.sessions.create(topUpParams(customer.id));
  expect(await (await fetch(String(second.url))).text()).toContain('value="DE123456789"');
});

it("rejects a partial capture of an invoiced payment, and accepts the full one", async () => {
  const { session } = await aTopUp({ payment_intent_data: { capture_method: "manual" } });
  await sandbox.submit(session.id, pageFields);
  const { payment_intent: intent } = await stripe.checkout.sessions.retrieve(session.id);

  const part = stripe.paymentIntents.capture(String(intent), { amount_to_capture: 1000 });

  await expect(part).rejects.toMatchObject({ statusCode: 400, param: "amount_to_capture" });
  expect(await stripe.paymentIntents.retrieve(String(intent))).toMatchObject({ status: "requires_capture" });
  await stripe.paymentIntents.capture(String(intent));
  const paid = await stripe.checkout.sessions.retrieve(session.id, { expand: ["invoice"] });
  expect(paid).toMatchObject({ payment_status: "paid", invoice: { status: "paid", total: 2500 } });
});

it.each([
  [
    "a session without a customer",
    { customer: undefined, customer_update: undefined, tax_id_collection: undefined },
    "invoice_creation[enabled]",
  ],
  [
    "unsupported custom fields",
    { invoice_creation: { enabled: true, invoice_data: { custom_fields: [{ name: "PO", value: "1" }] } } },
    "invoice_creation[invoice_data][custom_fields]",
  ],
])("rejects %s instead of ignoring it", async (_name, changes, param) => {
  const attempt = aTopUp(changes as Partial<Stripe.Checkout.SessionCreateParams>);

  await expect(attempt).rejects.toMatchObject({ statusCode: 400, param });
});
