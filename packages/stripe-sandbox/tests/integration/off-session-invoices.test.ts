import type Stripe from "stripe";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { aCustomerWithCard, automaticTopUp, openInvoiceOf } from "../support/sandbox-automatic-top-up";
import { eventTypesSince, lastEvent } from "../support/sandbox-events";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

const DAY = 86_400;
const ALWAYS_ASKS = "4000002760003184";

let sandbox: TestSandbox;
let stripe: Stripe;
let made = 0;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());
afterEach(() => behave({ invoice_authentication: "declined", invoice_action_events: "with_payment_failed" }));

const behave = (change: object) => sandbox.control("POST", "/behavior", change);
const refusalOf = (call: Promise<unknown>) => call.catch((error: unknown) => error as Stripe.StripeRawError);

async function aTopUp(number?: string) {
  const { customer, card } = await aCustomerWithCard(sandbox, number);
  made += 1;
  const topUp = automaticTopUp(stripe, { customer: customer.id, card: card.id, intent: `topup_${made}` });
  return { customer: customer.id, card: card.id, topUp };
}

const changesOf = async (customer: string) =>
  (await stripe.customers.listBalanceTransactions(customer)).data
    .map(({ type, amount, ending_balance: ending }) => [type, amount, ending])
    .reverse();

describe("a customer's balance", () => {
  it("is applied to the next invoice and restored when that is voided, each with its transaction", async () => {
    const { customer, topUp } = await aTopUp();
    const credit = await stripe.customers.createBalanceTransaction(customer, {
      amount: -1000,
      currency: "usd",
      description: "Goodwill",
      metadata: { reason: "test" },
    });

    const open = await openInvoiceOf(topUp);
    await topUp.giveUp(open.id);

    expect(credit).toMatchObject({
      object: "customer_balance_transaction",
      amount: -1000,
      ending_balance: -1000,
      type: "adjustment",
      metadata: { reason: "test" },
    });
    expect(open).toMatchObject({ starting_balance: -1000, total: 2975, amount_due: 1975, ending_balance: 0 });
    expect(await changesOf(customer)).toEqual([
      ["adjustment", -1000, -1000],
      ["applied_to_invoice", 1000, 0],
      ["unapplied_from_invoice", -1000, -1000],
    ]);
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ balance: -1000 });
    const ofInvoice = await stripe.customers.listBalanceTransactions(customer, { invoice: open.id });
    expect(ofInvoice.data).toHaveLength(2);
    expect(await stripe.customers.retrieveBalanceTransaction(customer, credit.id)).toEqual(
      expect.objectContaining({ id: credit.id }),
    );
  });

  it("is shown on a draft before the invoice is finalized", async () => {
    const { customer, topUp } = await aTopUp();
    await stripe.customers.update(customer, { balance: -5000 });

    const draft = await topUp.create();

    expect(draft.starting_balance).toBe(-5000);
    expect(await changesOf(customer)).toEqual([["adjustment", -5000, -5000]]);
  });

  it("carries over an amount below the minimum charge: the invoice is paid, and the next one includes it", async () => {
    const { customer, topUp } = await aTopUp();
    await stripe.customers.update(customer, { balance: -2950 });

    const small = await openInvoiceOf(topUp);

    expect(small).toMatchObject({
      status: "paid",
      total: 2975,
      amount_due: 0,
      amount_paid: 0,
      ending_balance: 25,
    });
    expect(await changesOf(customer)).toEqual([
      ["adjustment", -2950, -2950],
      ["applied_to_invoice", 2950, 0],
      ["invoice_too_small", 25, 25],
    ]);
    const charges = await stripe.charges.list({ customer });
    expect(charges.data).toEqual([]);
  });

  it("has one currency, and returns 404 for unknown transactions", async () => {
    const { customer } = await aTopUp();
    await stripe.customers.createBalanceTransaction(customer, { amount: -1, currency: "usd" });

    const euros = await refusalOf(
      stripe.customers.createBalanceTransaction(customer, { amount: -1, currency: "eur" }),
    );
    const unknown = await refusalOf(stripe.customers.retrieveBalanceTransaction(customer, "cbtxn_nope"));

    expect(euros).toMatchObject({ statusCode: 400, param: "currency" });
    expect(unknown).toMatchObject({ statusCode: 404, code: "resource_missing" });
  });
});

describe("the tax address", () => {
  it.each([
    ["an unknown country", { country: "XX", postal_code: "10115" }],
    ["a malformed postal code", { country: "US", postal_code: "9" }],
    ["only the country US", { country: "US" }],
  ])("with %s leaves a draft, even if the card's address is valid", async (_case, address) => {
    const { customer, topUp } = await aTopUp();
    await stripe.customers.update(customer, { address });
    const draft = await topUp.create();
    await topUp.addLine(draft.id);

    const refusal = await refusalOf(topUp.finalize(draft.id));

    expect(refusal).toMatchObject({ statusCode: 400, code: "customer_tax_location_invalid" });
    expect(await stripe.invoices.retrieve(draft.id)).toMatchObject({ status: "draft" });
  });

  it("is validated with the customer on request", async () => {
    const { customer } = await aTopUp();
    const tax = { validate_location: "immediately" as const };

    const refusal = await refusalOf(stripe.customers.update(customer, { address: { country: "XX" }, tax }));
    const accepted = await stripe.customers.update(customer, { address: { country: "FR" }, tax });

    expect(refusal).toMatchObject({ statusCode: 400, code: "customer_tax_location_invalid" });
    expect(accepted.address?.country).toBe("FR");
  });
});

describe("an invoice whose card needs 3-D Secure", () => {
  it.each([
    ["with_payment_failed", ["invoice.updated", "invoice.payment_failed", "invoice.payment_action_required"]],
    ["alone", ["invoice.updated", "invoice.payment_action_required"]],
  ])("is declined, and its action is announced %s", async (events, expected) => {
    await behave({ invoice_action_events: events });
    const { topUp } = await aTopUp(ALWAYS_ASKS);
    const open = await openInvoiceOf(topUp);
    const before = await lastEvent(stripe);

    const refusal = await refusalOf(topUp.pay(open.id));

    expect(refusal).toMatchObject({ statusCode: 402, code: "authentication_required" });
    expect((await eventTypesSince(stripe, before)).filter((type) => type.startsWith("invoice"))).toEqual(
      expected,
    );
  });

  it("returns 400 and waits for the customer, when configured to, and is then paid with the same PaymentIntent", async () => {
    await behave({ invoice_authentication: "requires_action" });
    const { topUp } = await aTopUp(ALWAYS_ASKS);
    const open = await openInvoiceOf(topUp);
    const before = await lastEvent(stripe);

    const refusal = await refusalOf(topUp.pay(open.id));
    const replayed = await refusalOf(topUp.pay(open.id));
    const told = await eventTypesSince(stripe, before);
    const [payment] = (await stripe.invoicePayments.list({ invoice: open.id })).data;
    const intent = String(payment?.payment.payment_intent);
    await sandbox.control("POST", `/payments/${intent}/authenticate`, { answer: "complete" });

    for (const answer of [refusal, replayed]) {
      expect(answer).toMatchObject({
        statusCode: 400,
        type: "StripeInvalidRequestError",
        code: "invoice_payment_intent_requires_action",
        payment_intent: { id: intent, status: "requires_action" },
      });
    }
    expect(told).toEqual([
      "payment_intent.requires_action",
      "invoice.updated",
      "invoice.payment_action_required",
    ]);
    expect(payment).toMatchObject({ is_default: true, status: "open" });
    expect(await stripe.invoices.retrieve(open.id)).toMatchObject({ status: "paid", amount_paid: 2975 });
  });
});

it("is paid out of band by a payment record instead of a PaymentIntent", async () => {
  const { topUp } = await aTopUp();
  const open = await openInvoiceOf(topUp);
  const before = await lastEvent(stripe);

  const paid = await stripe.invoices.pay(open.id, { paid_out_of_band: true, expand: ["payments"] });

  expect(paid).toMatchObject({ status: "paid", amount_paid: 2975, amount_paid_off_stripe: 2975 });
  expect(paid.payments?.data.map(({ status, payment }) => [payment.type, status])).toEqual([
    ["payment_record", "paid"],
    ["payment_intent", "canceled"],
  ]);
  const told = await eventTypesSince(stripe, before);
  expect(told).toContain("invoice_payment.paid");
  expect(told).not.toContain("invoice.payment_succeeded");
  const record = String(paid.payments?.data[0]?.payment.payment_record);
  const found = await stripe.invoicePayments.list({
    payment: { type: "payment_record", payment_record: record },
  });
  expect(found.data.map(({ invoice }) => invoice)).toEqual([open.id]);
  expect((await fetch(String(paid.hosted_invoice_url))).status).toBe(200);
});

it("has a page for thirty days; after that a new link must be read", async () => {
  const { topUp } = await aTopUp();
  const open = await openInvoiceOf(topUp);
  const first = String(open.hosted_invoice_url);

  await sandbox.control("POST", "/clock", { advance_seconds: 30 * DAY - 60 });
  const still = await fetch(first);
  await sandbox.control("POST", "/clock", { advance_seconds: 120 });
  const expired = await fetch(first);
  const again = await stripe.invoices.retrieve(open.id);
  const renewed = await fetch(String(again.hosted_invoice_url));

  expect([still.status, expired.status, renewed.status]).toEqual([200, 404, 200]);
  expect(again.hosted_invoice_url).not.toBe(first);
  expect((await stripe.invoices.retrieve(open.id)).hosted_invoice_url).toBe(again.hosted_invoice_url);
});
