import type Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventTypesSince, lastEvent } from "../support/sandbox-events";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

async function anItem(customer: string, changes: Partial<Stripe.InvoiceItemCreateParams> = {}) {
  const params = { customer, amount: 2000, currency: "usd", description: "Consulting", ...changes };
  return stripe.invoiceItems.create(params);
}

it("keeps items pending until the customer's next invoice includes them", async () => {
  const customer = await stripe.customers.create({});
  const first = await anItem(customer.id);
  const second = await anItem(customer.id, { amount: 500, description: "Travel" });
  await anItem((await stripe.customers.create({})).id);
  const before = await lastEvent(stripe);

  const without = await stripe.invoices.create({ customer: customer.id });
  const taking = await stripe.invoices.create({
    customer: customer.id,
    pending_invoice_items_behavior: "include",
  });

  expect(first).toMatchObject({ invoice: null, amount: 2000, quantity: 1, description: "Consulting" });
  expect(without.lines.data).toEqual([]);
  expect(taking.total).toBe(2500);
  expect(taking.lines.data.map((line) => line.parent?.invoice_item_details?.invoice_item)).toEqual([
    first.id,
    second.id,
  ]);
  expect((await stripe.invoiceItems.retrieve(first.id)).invoice).toBe(taking.id);
  expect((await stripe.invoiceItems.list({ customer: customer.id, pending: true })).data).toEqual([]);
  expect((await stripe.invoiceItems.list({ invoice: taking.id })).data).toHaveLength(2);
  expect(await eventTypesSince(stripe, before)).toEqual(["invoice.created", "invoice.created"]);
});

it("adds an item to a draft immediately, and removes it when the item is deleted", async () => {
  const customer = await stripe.customers.create({});
  const draft = await stripe.invoices.create({ customer: customer.id });
  const before = await lastEvent(stripe);

  const item = await anItem(customer.id, { invoice: draft.id });
  const withItem = await stripe.invoices.retrieve(draft.id);
  const deleted = await stripe.invoiceItems.del(item.id);

  expect(withItem).toMatchObject({ total: 2000, lines: { data: [{ amount: 2000 }] } });
  expect(deleted.deleted).toBe(true);
  expect(await stripe.invoices.retrieve(draft.id)).toMatchObject({ total: 0, lines: { data: [] } });
  expect(await eventTypesSince(stripe, before)).toEqual([
    "invoiceitem.created",
    "invoice.updated",
    "invoiceitem.deleted",
    "invoice.updated",
  ]);
});

it("links every added line to an invoice item", async () => {
  const customer = await stripe.customers.create({});
  const draft = await stripe.invoices.create({ customer: customer.id });

  const filled = await stripe.invoices.addLines(draft.id, { lines: [{ amount: 700, description: "Line" }] });

  const [line] = filled.lines.data;
  const item = await stripe.invoiceItems.retrieve(line?.parent?.invoice_item_details?.invoice_item ?? "");
  expect(item).toMatchObject({ amount: 700, invoice: draft.id, description: "Line" });
});

it("does not change a finalized invoice", async () => {
  const customer = await stripe.customers.create({});
  const draft = await stripe.invoices.create({ customer: customer.id });
  const item = await anItem(customer.id, { invoice: draft.id });
  await stripe.invoices.finalizeInvoice(draft.id);

  await expect(stripe.invoiceItems.del(item.id)).rejects.toMatchObject({ code: "invoice_not_editable" });
  await expect(anItem(customer.id, { invoice: draft.id })).rejects.toMatchObject({
    code: "invoice_not_editable",
  });
});

it.each<[string, string, object]>([
  ["an item for nobody", "amount=100&currency=usd", { code: "parameter_missing", param: "customer" }],
  [
    "an amount without a currency",
    "customer=CUS&amount=100",
    { code: "parameter_missing", param: "currency" },
  ],
  ["an item without an amount", "customer=CUS&currency=usd", { code: "parameter_missing", param: "amount" }],
  ["a negative amount", "customer=CUS&currency=usd&amount=-100", { param: "amount" }],
  [
    "an unknown invoice",
    "customer=CUS&currency=usd&amount=100&invoice=in_missing",
    { code: "resource_missing", param: "invoice" },
  ],
  ["another customer's invoice", "customer=CUS&currency=usd&amount=100&invoice=OTHER", { param: "invoice" }],
])("rejects %s", async (_name, form, error) => {
  const customer = await stripe.customers.create({});
  const other = await stripe.invoices.create({ customer: (await stripe.customers.create({})).id });
  const known: Record<string, string> = { CUS: customer.id, OTHER: other.id };

  const answer = await sandbox.call(
    "POST",
    "/v1/invoiceitems",
    form.replace(/CUS|OTHER/g, (word) => known[word] ?? word),
  );

  expect(answer.status).toBe(400);
  expect(answer.json.error).toMatchObject(error);
});
