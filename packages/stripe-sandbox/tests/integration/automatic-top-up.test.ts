import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aCustomerWithCard, automaticTopUp, openInvoiceOf } from "../support/sandbox-automatic-top-up";
import { eventTypesSince, lastEvent } from "../support/sandbox-events";
import { eventsAfter } from "../support/sandbox-payments";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";
import { startWebhookReceiver } from "../support/webhook-receiver";

let sandbox: TestSandbox;
let stripe: Stripe;
let made = 0;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

async function aTopUp(number?: string) {
  const { customer, card } = await aCustomerWithCard(sandbox, number);
  made += 1;
  const topUp = automaticTopUp(stripe, { customer: customer.id, card: card.id, intent: `topup_${made}` });
  return { customer, card, topUp };
}

/** Creates an open invoice that is ready to be paid, and returns the latest event. */
async function anOpenTopUp(number?: string) {
  const { topUp, ...rest } = await aTopUp(number);
  const open = await openInvoiceOf(topUp);
  return { ...rest, topUp, open, before: await lastEvent(stripe) };
}

const refusalOf = (call: Promise<unknown>) => call.catch((error: unknown) => error as Stripe.StripeRawError);

/** Makes the bank decline a saved card. No test card that can be saved declines later by itself. */
const decline = (card: string, code: string, advice?: string | null) =>
  sandbox.control("POST", `/payment_methods/${card}/decline`, {
    decline_code: code,
    ...(advice !== undefined && { advice_code: advice }),
  });

const PAID = [
  "charge.succeeded",
  "payment_intent.succeeded",
  "invoice.updated",
  "invoice.paid",
  "invoice.payment_succeeded",
  "invoice_payment.paid",
];

describe("an automatic top-up", () => {
  it("takes four calls: tax on top, no customer balance or discount applied, each event sent once", async () => {
    const { customer, topUp } = await aTopUp();
    const receiver = await startWebhookReceiver();
    const endpoint = await stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ["*"] });
    const before = await lastEvent(stripe);

    const draft = await topUp.create();
    const filled = await topUp.addLine(draft.id);
    const open = await topUp.finalize(draft.id);
    const paid = await topUp.pay(draft.id);

    expect(filled.lines.data).toHaveLength(1);
    expect(filled).toMatchObject({ status: "draft", subtotal: 2500, total: 2975 });
    expect(open).toMatchObject({
      status: "open",
      starting_balance: 0,
      discounts: [],
      total_discount_amounts: [],
      subtotal: 2500,
      total: 2975,
      amount_due: 2975,
      total_taxes: [{ amount: 475, tax_behavior: "exclusive" }],
    });
    expect(paid).toMatchObject({
      status: "paid",
      currency: "usd",
      livemode: false,
      customer: customer.id,
      subtotal: 2500,
      amount_paid: 2975,
      amount_remaining: 0,
      metadata: topUp.metadata,
      payments: { data: [{ status: "paid", amount_paid: 2975, payment: { type: "payment_intent" } }] },
    });
    const types = ["invoice.created", "invoice.updated", "payment_intent.created", "invoice.updated"];
    expect(await eventTypesSince(stripe, before)).toEqual([...types, "invoice.finalized", ...PAID]);
    const told = await receiver.waitFor(types.length + 1 + PAID.length);
    const happened = await eventsAfter(stripe, before);
    expect(told.map(({ event }) => event.id).sort()).toEqual(happened.map(({ id }) => id).sort());
    await stripe.webhookEndpoints.del(endpoint.id);
    await receiver.stop();
  });

  it("can be found through its PaymentIntent's event, and by customer, time and metadata", async () => {
    const { customer, topUp, open, before } = await anOpenTopUp();
    const other = await aTopUp();
    await openInvoiceOf(other.topUp);
    await topUp.pay(open.id);

    const events = await eventsAfter(stripe, before);
    const succeeded = events.find(({ type }) => type === "payment_intent.succeeded")?.data.object as
      | Stripe.PaymentIntent
      | undefined;
    const payments = await stripe.invoicePayments.list({
      payment: { type: "payment_intent", payment_intent: succeeded?.id ?? "" },
    });
    const listed = await stripe.invoices.list({ customer: customer.id, created: { gte: open.created } });
    const later = await stripe.invoices.list({ customer: customer.id, created: { gt: open.created + 60 } });

    expect(succeeded?.metadata).toEqual({});
    expect(payments.data.map(({ invoice }) => invoice)).toEqual([open.id]);
    expect(listed.data.map(({ id, metadata }) => [id, metadata?.topup_intent_id])).toEqual([
      [open.id, topUp.metadata.topup_intent_id],
    ]);
    expect(later.data).toEqual([]);
  });

  it("accepts the amount as an invoice item as well as a line", async () => {
    const { customer, topUp } = await aTopUp();
    const draft = await topUp.create();

    await stripe.invoiceItems.create({
      customer: customer.id,
      invoice: draft.id,
      price_data: {
        currency: "usd",
        unit_amount: 2500,
        tax_behavior: "exclusive",
        product: (await stripe.products.create({ name: "Balance top-up", tax_code: "txcd_10000000" })).id,
      },
    });
    await topUp.finalize(draft.id);

    expect(await topUp.pay(draft.id)).toMatchObject({ status: "paid", subtotal: 2500, total: 2975 });
  });

  it("charges a card set up with 3-D Secure without asking the customer again", async () => {
    const { topUp, open } = await anOpenTopUp("4000002500003155");

    expect(await topUp.pay(open.id)).toMatchObject({ status: "paid" });
  });

  it("shows a customer balance applied to the invoice separately from the amount paid", async () => {
    const { customer, topUp } = await aTopUp();
    await stripe.customers.update(customer.id, { balance: -1000 });

    const open = await openInvoiceOf(topUp);
    const paid = await topUp.pay(open.id);

    expect(open).toMatchObject({ starting_balance: -1000, total: 2975, amount_due: 1975 });
    expect(paid).toMatchObject({ status: "paid", total: 2975, amount_paid: 1975 });
  });

  it("stays a draft, which can be deleted, while the tax calculation needs an address", async () => {
    const { customer, topUp } = await aTopUp();
    await stripe.customers.update(customer.id, { address: "" });
    await sandbox.control("POST", "/behavior", { invoice_tax_address: "customer_only" });
    const draft = await topUp.create();
    await topUp.addLine(draft.id);

    const refusal = await refusalOf(topUp.finalize(draft.id));
    const still = await stripe.invoices.retrieve(draft.id);
    await sandbox.control("POST", "/behavior", { invoice_tax_address: "with_payment_method" });
    const withCardAddress = await stripe.invoices.retrieve(draft.id);

    expect(still).toMatchObject({
      status: "draft",
      automatic_tax: { enabled: true, status: "requires_location_inputs" },
    });
    expect(refusal).toMatchObject({ statusCode: 400, code: "customer_tax_location_invalid" });
    expect(withCardAddress).toMatchObject({ automatic_tax: { status: "complete" } });
    expect(await topUp.deleteDraft(draft.id)).toMatchObject({ id: draft.id, deleted: true });
  });
});

describe("a card that is declined off-session", () => {
  it.each([
    ["insufficient_funds", "card_declined", "try_again_later"],
    ["do_not_honor", "card_declined", "try_again_later"],
    ["lost_card", "card_declined", "do_not_try_again"],
    ["fraudulent", "card_declined", "do_not_try_again"],
    ["revocation_of_all_authorizations", "card_declined", "do_not_try_again"],
    ["expired_card", "expired_card", "do_not_try_again"],
  ])(
    "for %s returns 402 with the failed charge; the next attempt has its own charge",
    async (reason, code, advice) => {
      const { card, topUp, open, before } = await anOpenTopUp();
      await decline(card.id, reason);

      const refusal = (await refusalOf(topUp.pay(open.id))) as Stripe.StripeRawError;
      const replayed = await refusalOf(topUp.pay(open.id));
      const events = await eventsAfter(stripe, before);
      await sandbox.control("POST", `/payment_methods/${card.id}/accept`);
      const replayedStill = await refusalOf(topUp.pay(open.id));
      const paid = await topUp.pay(open.id, 2);

      expect(refusal).toMatchObject({
        type: "StripeCardError",
        statusCode: 402,
        code,
        decline_code: reason,
        advice_code: advice,
        payment_intent: { status: "requires_payment_method" },
      });
      for (const again of [replayed, replayedStill]) expect(again).toMatchObject({ charge: refusal.charge });
      expect(events.map(({ type }) => type)).toEqual([
        "charge.failed",
        "payment_intent.payment_failed",
        "invoice.updated",
        "invoice.payment_failed",
      ]);
      expect(events[0]?.data.object).toMatchObject({ id: refusal.charge, outcome: { reason } });
      expect(events[1]?.data.object).toMatchObject({ last_payment_error: { charge: refusal.charge } });
      expect(events[3]?.data.object).toMatchObject({ status: "open", attempt_count: 1, attempted: true });
      expect(paid).toMatchObject({ status: "paid", attempt_count: 1, amount_paid: 2975 });
    },
  );

  it("has no advice_code when the bank gives no advice", async () => {
    const { card, topUp, open } = await anOpenTopUp();
    await decline(card.id, "do_not_honor", null);

    const refusal = await refusalOf(topUp.pay(open.id));

    expect(refusal).toMatchObject({ decline_code: "do_not_honor" });
    expect(refusal).not.toHaveProperty("advice_code", expect.any(String));
  });

  it("that needs authentication can only be paid by the customer on the invoice page", async () => {
    const { card, topUp, open, before } = await anOpenTopUp("4000002760003184");
    const refusal = await refusalOf(topUp.pay(open.id));
    const asked = await eventTypesSince(stripe, before);
    const mark = await lastEvent(stripe);

    const page = String(open.hosted_invoice_url);
    const fields = { action: "pay", savedCard: card.id, name: "", cardNumber: "", expiry: "", cvc: "" };
    const pressed = await fetch(page, {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams(fields),
    });
    await fetch(pressed.headers.get("location") ?? "", {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams({ answer: "complete" }),
    });

    expect(refusal).toMatchObject({ statusCode: 402, code: "authentication_required" });
    expect(asked).toEqual([
      "charge.failed",
      "payment_intent.payment_failed",
      "invoice.updated",
      "invoice.payment_failed",
      "invoice.payment_action_required",
    ]);
    const events = await eventsAfter(stripe, mark);
    expect(events.map(({ type }) => type).slice(-PAID.length)).toEqual(PAID);
    expect(events.find(({ type }) => type === "invoice.paid")?.data.object).toMatchObject({
      id: open.id,
      metadata: { kind: "auto_topup", topup_intent_id: topUp.metadata.topup_intent_id },
    });
    expect(await refusalOf(topUp.pay(open.id, 2))).toMatchObject({
      statusCode: 400,
      type: "StripeInvalidRequestError",
      message: "Invoice is already paid",
    });
  });
});

describe("giving up on an automatic top-up", () => {
  it("deletes a draft, and returns 404 for the invoice afterwards", async () => {
    const { customer, topUp } = await aTopUp();
    const draft = await topUp.create();
    await topUp.addLine(draft.id);

    await topUp.deleteDraft(draft.id);

    expect(await refusalOf(topUp.finalize(draft.id))).toMatchObject({
      statusCode: 404,
      code: "resource_missing",
    });
    expect((await stripe.invoices.list({ customer: customer.id })).data).toEqual([]);
  });

  it("voids an open invoice once; it cannot be paid afterwards", async () => {
    const { topUp, open, before } = await anOpenTopUp();

    expect(await refusalOf(topUp.deleteDraft(open.id))).toMatchObject({ statusCode: 400 });
    const voided = await topUp.giveUp(open.id);
    const repeated = await topUp.giveUp(open.id);

    expect(voided.status).toBe("void");
    expect(repeated).toMatchObject({ id: open.id, status: "void" });
    expect(await eventTypesSince(stripe, before)).toEqual([
      "payment_intent.canceled",
      "invoice.updated",
      "invoice.voided",
    ]);
    expect(await refusalOf(topUp.pay(open.id))).toMatchObject({
      statusCode: 400,
      type: "StripeInvalidRequestError",
    });
    expect(await (await fetch(String(open.hosted_invoice_url))).text()).not.toContain('name="action"');
  });

  it("cannot void an invoice that was paid in the meantime", async () => {
    const { topUp, open } = await anOpenTopUp();

    const [paid, given] = await Promise.allSettled([topUp.pay(open.id), topUp.giveUp(open.id)]);
    const { status } = await stripe.invoices.retrieve(open.id);

    expect(status).toBe(paid.status === "fulfilled" ? "paid" : "void");
    expect(given.status).toBe(paid.status === "fulfilled" ? "rejected" : "fulfilled");
  });
});
