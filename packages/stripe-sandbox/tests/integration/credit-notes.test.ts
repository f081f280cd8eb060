import type Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readPdfText } from "../support/pdf-text";
import { aCustomerWithCard, automaticTopUp, openInvoiceOf } from "../support/sandbox-automatic-top-up";
import { eventTypesSince, lastEvent } from "../support/sandbox-events";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

let sandbox: TestSandbox;
let stripe: Stripe;
let customer: Stripe.Customer;
let card: Stripe.PaymentMethod;
let made = 0;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
  ({ customer, card } = await aCustomerWithCard(sandbox));
});
afterAll(() => sandbox.stop());

function aTopUp() {
  made += 1;
  return automaticTopUp(stripe, { customer: customer.id, card: card.id, intent: `topup_${made}` });
}

/** Creates a paid invoice of $25.00 and $4.75 tax; returns it with its PaymentIntent. */
async function aPaidInvoice() {
  const topUp = aTopUp();
  const invoice = await topUp.pay((await openInvoiceOf(topUp)).id);
  return { invoice, intent: String(invoice.payments?.data[0]?.payment.payment_intent) };
}

const refused = (params: Stripe.CreditNoteCreateParams) =>
  stripe.creditNotes.create(params).then(
    () => {
      throw new Error("the credit note was created");
    },
    (error: Stripe.errors.StripeError) => error,
  );

it("credits a refund with its share of the tax, and leaves the invoice paid", async () => {
  const { invoice, intent } = await aPaidInvoice();
  const refund = await stripe.refunds.create({ payment_intent: intent, amount: 1190 });
  const before = await lastEvent(stripe);

  const note = await stripe.creditNotes.create({
    invoice: invoice.id,
    amount: 1190,
    refunds: [{ refund: refund.id, amount_refunded: 1190 }],
    email_type: "none",
    memo: "Refund of a top-up",
    metadata: { refund: "rev_1" },
  });

  expect(note).toMatchObject({
    object: "credit_note",
    number: `${invoice.number}-CN-01`,
    invoice: invoice.id,
    customer: customer.id,
    amount: 1190,
    total: 1190,
    subtotal: 1000,
    total_excluding_tax: 1000,
    total_taxes: [{ amount: 190, tax_behavior: "exclusive" }],
    post_payment_amount: 1190,
    pre_payment_amount: 0,
    type: "post_payment",
    status: "issued",
    refunds: [{ refund: refund.id, amount_refunded: 1190, type: "refund" }],
    lines: { data: [{ amount: 1000, invoice_line_item: invoice.lines.data[0]?.id }] },
    metadata: { refund: "rev_1" },
  });
  expect(await eventTypesSince(stripe, before)).toEqual(["credit_note.created", "invoice.updated"]);
  expect(await stripe.invoices.retrieve(invoice.id)).toMatchObject({
    status: "paid",
    amount_paid: 2975,
    post_payment_credit_notes_amount: 1190,
  });
  expect(await stripe.creditNotes.retrieve(note.id)).toEqual(expect.objectContaining({ id: note.id }));
  expect((await stripe.creditNotes.list({ invoice: invoice.id })).data.map(({ id }) => id)).toEqual([
    note.id,
  ]);
  const lines = await stripe.creditNotes.listLineItems(note.id);
  expect(lines.data).toEqual(note.lines.data);
  const pdf = await fetch(note.pdf);
  expect(readPdfText(Buffer.from(await pdf.arrayBuffer()))).toContain(note.number);
});

it("adds up to the invoice exactly over several uneven notes", async () => {
  const { invoice, intent } = await aPaidInvoice();
  const notes: Stripe.CreditNote[] = [];
  for (const amount of [1, 992, 991, 991]) {
    const refund = await stripe.refunds.create({ payment_intent: intent, amount });
    notes.push(
      await stripe.creditNotes.create({ invoice: invoice.id, amount, refunds: [{ refund: refund.id }] }),
    );
  }

  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  expect(sum(notes.map(({ total }) => total))).toBe(2975);
  expect(sum(notes.map(({ subtotal }) => subtotal))).toBe(2500);
  expect(sum(notes.flatMap(({ total_taxes: taxes }) => (taxes ?? []).map(({ amount }) => amount)))).toBe(475);
  for (const note of notes) expect(sum(note.lines.data.map(({ amount }) => amount))).toBe(note.subtotal);
});

it("previews a note without creating it", async () => {
  const { invoice, intent } = await aPaidInvoice();
  const refund = await stripe.refunds.create({ payment_intent: intent, amount: 1190 });
  const before = await lastEvent(stripe);

  const preview = await stripe.creditNotes.preview({
    invoice: invoice.id,
    amount: 1190,
    refunds: [{ refund: refund.id, amount_refunded: 1190 }],
  });

  expect(preview).toMatchObject({ amount: 1190, subtotal: 1000 });
  expect((await stripe.creditNotes.list({ invoice: invoice.id })).data).toEqual([]);
  expect(await eventTypesSince(stripe, before)).toEqual([]);
});

it("rejects more than the remaining amount, mismatched totals, and the same refund twice", async () => {
  const { invoice, intent } = await aPaidInvoice();
  const other = await aPaidInvoice();
  const refund = await stripe.refunds.create({ payment_intent: intent, amount: 1000 });
  const foreign = await stripe.refunds.create({ payment_intent: other.intent, amount: 1000 });
  const withRefund = { invoice: invoice.id, refunds: [{ refund: refund.id, amount_refunded: 1000 }] };

  const tooMuch = await refused({ invoice: invoice.id, amount: 2976, out_of_band_amount: 2976 });
  const mismatch = await refused({ ...withRefund, amount: 999 });
  const unallocated = await refused({ invoice: invoice.id, amount: 500 });
  const wrong = await refused({ invoice: invoice.id, refunds: [{ refund: foreign.id }] });
  await stripe.creditNotes.create({ ...withRefund, amount: 1000 });
  const twice = await refused({ ...withRefund, amount: 1000 });
  const failed = await sandbox
    .control<Stripe.Refund>("POST", `/refunds/${foreign.id}/fail`)
    .then(() => refused({ invoice: other.invoice.id, refunds: [{ refund: foreign.id }] }));

  expect(tooMuch).toMatchObject({ statusCode: 400, param: "amount" });
  expect(tooMuch.message).toContain("$29.75");
  expect(mismatch.message).toContain("must equal the credit note amount ($9.99)");
  expect(unallocated).toMatchObject({ statusCode: 400, param: "amount" });
  expect(wrong).toMatchObject({ param: "refunds[0][refund]" });
  expect(twice).toMatchObject({ param: "refunds[0][amount_refunded]" });
  expect(failed).toMatchObject({ param: "refunds[0][refund]" });
});

it("cannot be voided once the invoice is paid, and cannot be created for a draft", async () => {
  const { invoice } = await aPaidInvoice();
  const note = await stripe.creditNotes.create({ invoice: invoice.id, out_of_band_amount: 100 });
  const draft = await aTopUp().create();

  await expect(stripe.creditNotes.voidCreditNote(note.id)).rejects.toMatchObject({
    statusCode: 400,
    type: "StripeInvalidRequestError",
  });
  expect(await refused({ invoice: draft.id, amount: 100 })).toMatchObject({
    statusCode: 400,
    param: "invoice",
  });
  expect(await refused({ invoice: "in_unknown", amount: 100 })).toMatchObject({ code: "resource_missing" });
});

it("creates a refund with refund_amount, and credits the customer's balance with credit_amount", async () => {
  const { invoice, intent } = await aPaidInvoice();

  const note = await stripe.creditNotes.create({
    invoice: invoice.id,
    refund_amount: 1000,
    credit_amount: 190,
  });

  const [refund] = (await stripe.refunds.list({ payment_intent: intent })).data;
  expect(note).toMatchObject({ amount: 1190, refunds: [{ refund: refund?.id, amount_refunded: 1000 }] });
  const [change] = (await stripe.customers.listBalanceTransactions(customer.id)).data;
  expect(change).toMatchObject({
    id: note.customer_balance_transaction,
    amount: -190,
    ending_balance: -190,
    type: "credit_note",
    credit_note: note.id,
    invoice: invoice.id,
  });
  await stripe.customers.createBalanceTransaction(customer.id, { amount: 190, currency: "usd" });
});

it("never exceeds the invoice when two notes are created concurrently", async () => {
  const { invoice } = await aPaidInvoice();
  const half = { invoice: invoice.id, amount: 2000, out_of_band_amount: 2000 };

  const results = await Promise.allSettled([
    stripe.creditNotes.create(half),
    stripe.creditNotes.create(half),
  ]);

  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(await stripe.invoices.retrieve(invoice.id)).toMatchObject({
    post_payment_credit_notes_amount: 2000,
  });
});
