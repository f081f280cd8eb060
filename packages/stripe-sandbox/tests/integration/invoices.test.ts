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

const oregon = { country: "US", line1: "1 Main Street", city: "Portland", state: "OR", postal_code: "97201" };
const germany = { country: "DE", line1: "Hauptstr. 1", city: "Berlin", postal_code: "10115" };

async function aCustomer(changes: Stripe.CustomerCreateParams = {}) {
  const customer = await stripe.customers.create({
    name: "Jenny Rosen",
    email: "jenny@example.com",
    address: oregon,
    ...changes,
  });
  const method = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
  return { customer, method };
}

/** Creates the draft of an automatic top-up with the parameters that the app sends. */
function draftParams(customer: string, changes: Stripe.InvoiceCreateParams = {}): Stripe.InvoiceCreateParams {
  return {
    customer,
    currency: "usd",
    collection_method: "charge_automatically",
    auto_advance: false,
    automatic_tax: { enabled: true },
    pending_invoice_items_behavior: "exclude",
    discounts: "",
    payment_settings: { payment_method_types: ["card"] },
    description: "Automatic balance top-up",
    metadata: { topup_intent_id: "topup_1", kind: "auto_topup", attempt: "1" },
    ...changes,
  };
}

const line = {
  quantity: 1,
  description: "Balance top-up $25.00",
  price_data: {
    currency: "usd",
    unit_amount: 2500,
    tax_behavior: "exclusive" as const,
    product_data: { name: "Balance top-up", tax_code: "txcd_10000000" },
  },
};

async function aDraft(customer: string, changes: Stripe.InvoiceCreateParams = {}) {
  const draft = await stripe.invoices.create(draftParams(customer, changes));
  return stripe.invoices.addLines(draft.id, { lines: [line] });
}

async function anOpenInvoice(customer: string, changes: Stripe.InvoiceCreateParams = {}) {
  const draft = await aDraft(customer, changes);
  return stripe.invoices.finalizeInvoice(draft.id, { auto_advance: false });
}

it("creates, fills, finalizes and pays an invoice off-session, with the events in Stripe's order", async () => {
  const { customer, method } = await aCustomer({ address: germany });
  const before = await lastEvent(stripe);

  const draft = await stripe.invoices.create(draftParams(customer.id, { default_payment_method: method.id }));
  const filled = await stripe.invoices.addLines(draft.id, { lines: [line] });
  const open = await stripe.invoices.finalizeInvoice(draft.id, { auto_advance: false });
  const paid = await stripe.invoices.pay(draft.id, {
    off_session: true,
    payment_method: method.id,
    expand: ["payments"],
  });

  expect(draft).toMatchObject({ status: "draft", number: null, total: 0, hosted_invoice_url: null });
  expect(filled).toMatchObject({ subtotal: 2500, total: 2975, total_excluding_tax: 2500, amount_due: 2975 });
  expect(filled.automatic_tax.status).toBe("complete");
  expect(filled.lines.data[0]).toMatchObject({
    amount: 2500,
    description: line.description,
    taxes: [{ amount: 475, taxability_reason: "standard_rated", taxable_amount: 2500 }],
  });
  expect(open).toMatchObject({ status: "open", amount_remaining: 2975, ending_balance: 0 });
  expect(open.number).toBe(`${customer.invoice_prefix}-0001`);
  expect(open.hosted_invoice_url).toMatch(/\/invoices\/test_\w+$/);
  expect(open.invoice_pdf).toBe(`${open.hosted_invoice_url}/pdf`);
  expect(paid).toMatchObject({
    status: "paid",
    amount_paid: 2975,
    amount_remaining: 0,
    attempt_count: 1,
    attempted: true,
    metadata: { kind: "auto_topup" },
    payments: { data: [{ status: "paid", amount_paid: 2975, is_default: true }] },
  });
  expect(await eventTypesSince(stripe, before)).toEqual([
    "invoice.created",
    "invoice.updated",
    "payment_intent.created",
    "invoice.updated",
    "invoice.finalized",
    "charge.succeeded",
    "payment_intent.succeeded",
    "invoice.updated",
    "invoice.paid",
    "invoice.payment_succeeded",
    "invoice_payment.paid",
  ]);
});

it("finds the invoice of a PaymentIntent through its invoice payment; the charge has no link to it", async () => {
  const { customer, method } = await aCustomer();
  const open = await anOpenInvoice(customer.id, { default_payment_method: method.id });
  await stripe.invoices.pay(open.id);
  const [intent] = (await stripe.paymentIntents.list({ customer: customer.id })).data;

  const payments = await stripe.invoicePayments.list({
    payment: { type: "payment_intent", payment_intent: intent?.id ?? "" },
  });

  const [payment] = payments.data;
  expect(payments.data).toHaveLength(1);
  expect(payment?.invoice).toBe(open.id);
  expect(await stripe.invoicePayments.retrieve(payment?.id ?? "")).toMatchObject({ status: "paid" });
  expect(intent).toMatchObject({ status: "succeeded", amount_received: 2500, metadata: {} });
  const [charge] = (await stripe.charges.list({ payment_intent: intent?.id ?? "" })).data;
  expect(charge).not.toHaveProperty("invoice");
  expect(await stripe.invoices.retrieve(open.id)).not.toHaveProperty("payments");
  expect((await stripe.invoicePayments.list({ invoice: open.id, status: "open" })).data).toEqual([]);
});

it.each([["pm_card_chargeCustomerFail", "card_declined", "generic_decline", "try_again_later"]])(
  "answers %s with 402, keeps the invoice open, and accepts another card",
  async (alias, code, decline, advice) => {
    const { customer, method } = await aCustomer();
    const bad = await stripe.paymentMethods.attach(alias, { customer: customer.id });
    const open = await anOpenInvoice(customer.id);
    const before = await lastEvent(stripe);

    const refusal = await stripe.invoices
      .pay(open.id, { off_session: true, payment_method: bad.id }, { idempotencyKey: `pay-${open.id}-1` })
      .catch((error: unknown) => error);
    const again = await stripe.invoices
      .pay(open.id, { off_session: true, payment_method: bad.id }, { idempotencyKey: `pay-${open.id}-1` })
      .catch((error: unknown) => error);
    const afterwards = await stripe.invoices.retrieve(open.id);

    expect(refusal).toMatchObject({
      type: "StripeCardError",
      statusCode: 402,
      code,
      decline_code: decline,
      advice_code: advice,
      payment_intent: { status: "requires_payment_method" },
    });
    expect(again).toMatchObject({ statusCode: 402, code });
    expect(afterwards).toMatchObject({ status: "open", attempted: true, attempt_count: 1, amount_paid: 0 });
    expect(await eventTypesSince(stripe, before)).toEqual([
      "charge.failed",
      "payment_intent.payment_failed",
      "invoice.updated",
      "invoice.payment_failed",
    ]);
    const paid = await stripe.invoices.pay(open.id, { payment_method: method.id, expand: ["payments"] });
    expect(paid.status).toBe("paid");
    expect(paid.payments?.data).toHaveLength(1);
  },
);

it("expands from an invoice to its PaymentIntent, and from an invoice payment to its invoice", async () => {
  const { customer, method } = await aCustomer();
  const open = await anOpenInvoice(customer.id);
  const waiting = await stripe.invoices.retrieve(open.id, { expand: ["confirmation_secret"] });
  await stripe.invoices.pay(open.id, { payment_method: method.id });

  const down = await stripe.invoices.retrieve(open.id, {
    expand: ["payments.data.payment.payment_intent", "customer", "default_payment_method"],
  });
  const up = await stripe.invoicePayments.list({ invoice: open.id, expand: ["data.invoice"] });
  const listed = await stripe.invoices.list({ customer: customer.id, expand: ["data.payments"] });

  const intent = down.payments?.data[0]?.payment.payment_intent as Stripe.PaymentIntent;
  expect(intent).toMatchObject({ object: "payment_intent", status: "succeeded" });
  expect(waiting.confirmation_secret).toEqual({
    client_secret: intent.client_secret,
    type: "payment_intent",
  });
  expect(down.customer).toMatchObject({ object: "customer", id: customer.id });
  expect(up.data[0]?.invoice).toMatchObject({ object: "invoice", id: open.id });
  expect(listed.data[0]?.payments?.data).toHaveLength(1);
});

it("returns authentication_required when the bank requires authentication off-session", async () => {
  const { customer } = await aCustomer();
  const card = await stripe.paymentMethods.attach("pm_card_authenticationRequired", {
    customer: customer.id,
  });
  const open = await anOpenInvoice(customer.id);
  const before = await lastEvent(stripe);

  const away = await stripe.invoices
    .pay(open.id, { off_session: true, payment_method: card.id })
    .catch((error: unknown) => error);

  expect(away).toMatchObject({
    statusCode: 402,
    code: "authentication_required",
    decline_code: "authentication_required",
  });
  expect(await eventTypesSince(stripe, before)).toEqual([
    "charge.failed",
    "payment_intent.payment_failed",
    "invoice.updated",
    "invoice.payment_failed",
    "invoice.payment_action_required",
  ]);
});

it("charges a card off-session that was set up with 3-D Secure, and returns the decline code when it fails", async () => {
  const { customer } = await aCustomer();
  const alias = "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds";
  const setup = await stripe.setupIntents.create({
    customer: customer.id,
    payment_method: alias,
    confirm: true,
    return_url: "https://example.com/back",
  });
  const bank = setup.next_action?.redirect_to_url?.url ?? "";
  await fetch(bank, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams({ answer: "complete" }),
  });
  const card = (await stripe.setupIntents.retrieve(setup.id)).payment_method;
  const open = await anOpenInvoice(customer.id);

  const refusal = await stripe.invoices
    .pay(open.id, { off_session: true, payment_method: String(card) })
    .catch((error: unknown) => error);

  expect(refusal).toMatchObject({
    statusCode: 402,
    code: "card_declined",
    decline_code: "insufficient_funds",
    advice_code: "try_again_later",
  });
});

it("requires action when the bank requires authentication on-session", async () => {
  const { customer } = await aCustomer();
  const card = await stripe.paymentMethods.attach("pm_card_authenticationRequired", {
    customer: customer.id,
  });
  const open = await anOpenInvoice(customer.id);
  const before = await lastEvent(stripe);

  const present = await stripe.invoices
    .pay(open.id, { off_session: false, payment_method: card.id })
    .catch((error: unknown) => error);

  expect(present).toMatchObject({
    statusCode: 400,
    type: "StripeInvalidRequestError",
    code: "invoice_payment_intent_requires_action",
    payment_intent: { status: "requires_action" },
  });
  expect(await eventTypesSince(stripe, before)).toEqual([
    "payment_intent.requires_action",
    "invoice.updated",
    "invoice.payment_action_required",
  ]);
});

it("reports on the draft that the tax calculation needs an address, and rejects finalizing until there is one", async () => {
  const { customer } = await aCustomer({ address: "" });
  const draft = await aDraft(customer.id);
  const before = await lastEvent(stripe);

  const refusal = await stripe.invoices.finalizeInvoice(draft.id).catch((error: unknown) => error);

  expect(draft.automatic_tax.status).toBe("requires_location_inputs");
  expect(refusal).toMatchObject({ statusCode: 400, code: "customer_tax_location_invalid" });
  expect(await eventTypesSince(stripe, before)).toEqual(["invoice.updated", "invoice.finalization_failed"]);
  const failed = await stripe.invoices.retrieve(draft.id);
  expect(failed).toMatchObject({
    status: "draft",
    last_finalization_error: { code: "customer_tax_location_invalid" },
  });

  await stripe.customers.update(customer.id, { address: germany });

  expect(await stripe.invoices.retrieve(draft.id)).toMatchObject({
    automatic_tax: { status: "complete" },
    total: 2975,
  });
  expect(await stripe.invoices.finalizeInvoice(draft.id)).toMatchObject({
    status: "open",
    last_finalization_error: null,
  });
});

it("keeps the customer's details as of finalization", async () => {
  const { customer } = await aCustomer();
  const open = await anOpenInvoice(customer.id);

  await stripe.customers.update(customer.id, { name: "Somebody Else", address: germany });

  expect(await stripe.invoices.retrieve(open.id)).toMatchObject({
    customer_name: "Jenny Rosen",
    customer_address: { state: "OR" },
    total: 2500,
  });
});

it("includes the tax in an inclusive price, and adds none for an EU business with a tax ID", async () => {
  const { customer } = await aCustomer({ address: germany });
  const inclusive = { ...line, price_data: { ...line.price_data, tax_behavior: "inclusive" as const } };
  const draft = await stripe.invoices.create(draftParams(customer.id));

  const taxed = await stripe.invoices.addLines(draft.id, { lines: [inclusive, { amount: 1000 }] });
  await stripe.customers.createTaxId(customer.id, { type: "eu_vat", value: "DE123456789" });
  const reversed = await stripe.invoices.retrieve(draft.id);

  expect(taxed).toMatchObject({
    subtotal: 3500,
    subtotal_excluding_tax: 3500 - 399,
    total: 3690,
    total_excluding_tax: 3500 - 399,
  });
  expect(taxed.total_taxes?.map((tax) => [tax.tax_behavior, tax.amount])).toEqual([
    ["inclusive", 399],
    ["exclusive", 190],
  ]);
  expect(reversed.total).toBe(3500);
  expect(reversed.customer_tax_ids).toEqual([{ type: "eu_vat", value: "DE123456789" }]);
  expect(reversed.total_taxes?.[0]?.taxability_reason).toBe("reverse_charge");
});

it("marks an invoice with nothing due as paid at finalization, without a payment", async () => {
  const { customer } = await aCustomer();
  const draft = await stripe.invoices.create(draftParams(customer.id));
  const before = await lastEvent(stripe);

  const paid = await stripe.invoices.finalizeInvoice(draft.id, { expand: ["payments"] });

  expect(paid).toMatchObject({ status: "paid", amount_paid: 0, attempt_count: 0, payments: { data: [] } });
  expect(await eventTypesSince(stripe, before)).toEqual([
    "invoice.updated",
    "invoice.finalized",
    "invoice.updated",
    "invoice.paid",
    "invoice.payment_succeeded",
  ]);
});

it("applies the customer's balance, and returns it when the invoice is voided", async () => {
  const { customer } = await aCustomer({ balance: -1000 });

  const open = await anOpenInvoice(customer.id);
  const used = (await stripe.customers.retrieve(customer.id)) as Stripe.Customer;
  await stripe.invoices.voidInvoice(open.id);

  expect(open).toMatchObject({ total: 2500, starting_balance: -1000, amount_due: 1500, ending_balance: 0 });
  expect(used.balance).toBe(0);
  expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ balance: -1000 });
});

it("voids a finalized invoice and cancels its PaymentIntent; it cannot be paid afterwards", async () => {
  const { customer, method } = await aCustomer();
  const open = await anOpenInvoice(customer.id);
  const before = await lastEvent(stripe);

  const voided = await stripe.invoices.voidInvoice(open.id);

  expect(voided.status).toBe("void");
  expect(voided.status_transitions.voided_at).not.toBeNull();
  expect(await eventTypesSince(stripe, before)).toEqual([
    "payment_intent.canceled",
    "invoice.updated",
    "invoice.voided",
  ]);
  const [intent] = (await stripe.paymentIntents.list({ customer: customer.id })).data;
  expect(intent).toMatchObject({ status: "canceled", cancellation_reason: "void_invoice" });
  await expect(stripe.invoices.pay(open.id, { payment_method: method.id })).rejects.toMatchObject({
    statusCode: 400,
  });
  await expect(stripe.invoices.voidInvoice(open.id)).rejects.toMatchObject({ statusCode: 400 });
});

it("deletes only drafts, and rejects voiding a draft", async () => {
  const { customer } = await aCustomer();
  const draft = await aDraft(customer.id);
  const open = await anOpenInvoice(customer.id);
  const before = await lastEvent(stripe);

  await expect(stripe.invoices.voidInvoice(draft.id)).rejects.toMatchObject({ statusCode: 400 });
  await expect(stripe.invoices.del(open.id)).rejects.toMatchObject({ code: "invoice_not_editable" });
  const deleted = await stripe.invoices.del(draft.id);

  expect(deleted).toEqual(expect.objectContaining({ id: draft.id, object: "invoice", deleted: true }));
  expect(await eventTypesSince(stripe, before)).toEqual(["invoice.deleted"]);
  const listed = await stripe.invoices.list({ customer: customer.id });
  expect(listed.data.map((invoice) => invoice.id)).toEqual([open.id]);
});

it("marks an invoice as uncollectible, and still accepts a payment", async () => {
  const { customer, method } = await aCustomer();
  const open = await anOpenInvoice(customer.id);
  const before = await lastEvent(stripe);

  const given = await stripe.invoices.markUncollectible(open.id);

  expect(given.status).toBe("uncollectible");
  expect(await eventTypesSince(stripe, before)).toEqual(["invoice.updated", "invoice.marked_uncollectible"]);
  expect((await stripe.invoices.pay(open.id, { payment_method: method.id })).status).toBe("paid");
});

it("marks an invoice as paid out of band: no charge and no payment_succeeded event", async () => {
  const { customer } = await aCustomer();
  const open = await anOpenInvoice(customer.id);
  const before = await lastEvent(stripe);

  const paid = await stripe.invoices.pay(open.id, { paid_out_of_band: true });

  expect(paid).toMatchObject({ status: "paid", amount_paid: 2500, amount_remaining: 0 });
  expect((await stripe.charges.list({ customer: customer.id })).data).toEqual([]);
  expect(await eventTypesSince(stripe, before)).toEqual([
    "payment_intent.canceled",
    "invoice.updated",
    "invoice.paid",
    "invoice_payment.paid",
  ]);
});

it("finalizes a send_invoice draft before sending it", async () => {
  const { customer } = await aCustomer();
  const draft = await aDraft(customer.id, { collection_method: "send_invoice", days_until_due: 14 });
  const before = await lastEvent(stripe);

  const sent = await stripe.invoices.sendInvoice(draft.id);

  expect(sent).toMatchObject({ status: "open", due_date: draft.created + 14 * 86_400 });
  expect((await eventTypesSince(stripe, before)).at(-1)).toBe("invoice.sent");
});

it("charges once when an invoice is paid many times at once", async () => {
  const { customer, method } = await aCustomer();
  const open = await anOpenInvoice(customer.id);

  const answers = await Promise.allSettled(
    Array.from({ length: 6 }, () => stripe.invoices.pay(open.id, { payment_method: method.id })),
  );

  expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(1);
  expect((await stripe.charges.list({ customer: customer.id })).data).toHaveLength(1);
});

it("numbers a customer's invoices consecutively", async () => {
  const { customer } = await aCustomer();

  const numbers = [await anOpenInvoice(customer.id), await anOpenInvoice(customer.id)].map(
    ({ number }) => number,
  );

  expect(numbers).toEqual([`${customer.invoice_prefix}-0001`, `${customer.invoice_prefix}-0002`]);
});

it("lists by customer, status and collection method, and includes at most ten lines in the invoice", async () => {
  const { customer } = await aCustomer();
  const open = await anOpenInvoice(customer.id);
  const draft = await stripe.invoices.create(draftParams(customer.id));
  const long = await stripe.invoices.addLines(draft.id, {
    lines: Array.from({ length: 12 }, (_, index) => ({ amount: 100, description: `Line ${index + 1}` })),
  });

  const drafts = await stripe.invoices.list({ customer: customer.id, status: "draft" });
  const automatic = await stripe.invoices.list({
    customer: customer.id,
    collection_method: "charge_automatically",
  });
  const lines = await stripe.invoices.listLineItems(draft.id, {
    limit: 5,
    starting_after: long.lines.data[9]?.id ?? "",
  });

  expect(drafts.data.map(({ id }) => id)).toEqual([draft.id]);
  expect(automatic.data.map(({ id }) => id)).toEqual([draft.id, open.id]);
  expect(long.lines).toMatchObject({ has_more: true });
  expect(long.lines.data).toHaveLength(10);
  expect(lines.data.map(({ description }) => description)).toEqual(["Line 11", "Line 12"]);
});

it.each<[string, string, string, object]>([
  ["an invoice without a customer", "/v1/invoices", "", { code: "parameter_missing", param: "customer" }],
  [
    "an unknown customer",
    "/v1/invoices",
    "customer=cus_missing",
    { code: "resource_missing", param: "customer" },
  ],
  ["an unknown parameter", "/v1/invoices", "customer=CUS&colour=red", { code: "parameter_unknown" }],
  ["a subscription", "/v1/invoices", "customer=CUS&subscription=sub_1", { param: "subscription" }],
  ["advancing by itself", "/v1/invoices", "customer=CUS&auto_advance=true", { param: "auto_advance" }],
  [
    "sending without a due date",
    "/v1/invoices",
    "customer=CUS&collection_method=send_invoice",
    { param: "days_until_due" },
  ],
  [
    "a line without an amount",
    "/v1/invoices/DRAFT/add_lines",
    "lines[0][description]=x",
    { param: "lines[0][amount]" },
  ],
  ["no lines at all", "/v1/invoices/DRAFT/add_lines", "", { code: "parameter_missing", param: "lines" }],
  [
    "lines on a finalized invoice",
    "/v1/invoices/OPEN/add_lines",
    "lines[0][amount]=100",
    { code: "invoice_not_editable" },
  ],
  ["a second finalization", "/v1/invoices/OPEN/finalize", "", { code: "invoice_not_editable" }],
  [
    "a description change after finalization",
    "/v1/invoices/OPEN",
    "description=x",
    { code: "invoice_not_editable" },
  ],
  ["no card to charge", "/v1/invoices/OPEN/pay", "", { code: "resource_missing" }],
  [
    "a card that is not the customer's",
    "/v1/invoices/OPEN/pay",
    "payment_method=OTHER",
    { code: "resource_missing", param: "payment_method" },
  ],
  ["an unknown invoice", "/v1/invoices/in_missing/pay", "", { code: "resource_missing", param: "invoice" }],
])("rejects %s", async (_name, path, form, error) => {
  const { customer } = await aCustomer();
  const other = await aCustomer();
  const draft = await aDraft(customer.id);
  const open = await anOpenInvoice(customer.id);
  const known: Record<string, string> = {
    CUS: customer.id,
    DRAFT: draft.id,
    OPEN: open.id,
    OTHER: other.method.id,
  };
  const fill = (text: string) => text.replace(/CUS|DRAFT|OPEN|OTHER/g, (word) => known[word] ?? word);

  const answer = await sandbox.call("POST", fill(path), fill(form));

  expect(answer.status).toBe(path.includes("in_missing") ? 404 : 400);
  expect(answer.json.error).toMatchObject(error);
});
