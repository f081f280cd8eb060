import type Stripe from "stripe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { pageFields, topUpParams } from "../support/checkout-params";
import { readPdfText } from "../support/pdf-text";
import { eventTypesSince, lastEvent } from "../support/sandbox-events";
import { startTestSandbox, type TestSandbox } from "../support/test-sandbox";

let sandbox: TestSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  stripe = sandbox.stripe;
});
afterAll(() => sandbox.stop());

const address = { country: "DE", line1: "Hauptstr. 1", city: "Köln", postal_code: "50667" };
const newCard = { action: "pay", savedCard: "", name: "Jenny Rosen", expiry: "12 / 34", cvc: "123" };

async function anOpenInvoice(changes: Stripe.InvoiceCreateParams = {}) {
  const customer = await stripe.customers.create({
    name: "Jenny <Rosen>",
    email: "jenny@example.com",
    address,
  });
  const draft = await stripe.invoices.create({
    customer: customer.id,
    automatic_tax: { enabled: true },
    description: "Automatic balance top-up",
    ...changes,
  });
  await stripe.invoices.addLines(draft.id, { lines: [{ amount: 2500, description: "Balance top-up" }] });
  const open = await stripe.invoices.finalizeInvoice(draft.id);
  return { customer, open, page: open.hosted_invoice_url ?? "" };
}

function press(page: string, fields: Record<string, string>): Promise<Response> {
  return fetch(page, { method: "POST", redirect: "manual", body: new URLSearchParams(fields) });
}

it("shows the amount due and loads nothing from other hosts", async () => {
  const { open, page } = await anOpenInvoice();

  const text = await (await fetch(page)).text();

  expect(text).toContain("test mode, no real money");
  expect(text).toContain(open.number);
  expect(text).toContain("Pay $29.75");
  expect(text).toContain("$4.75");
  expect(text).toContain("Jenny &lt;Rosen&gt;");
  expect(text).not.toMatch(/<script|src=|@import|url\(/);
});

it("accepts a card on the page, then shows the invoice as paid with links to its PDF and receipt", async () => {
  const { open, page } = await anOpenInvoice();
  const before = await lastEvent(stripe);

  const answer = await press(page, { ...newCard, cardNumber: "4242424242424242" });

  expect(answer.status).toBe(303);
  expect(answer.headers.get("location")).toBe(page);
  const paid = await stripe.invoices.retrieve(open.id);
  expect(paid).toMatchObject({ status: "paid", amount_paid: 2975 });
  expect(await eventTypesSince(stripe, before)).toEqual([
    "charge.succeeded",
    "payment_intent.succeeded",
    "invoice.updated",
    "invoice.paid",
    "invoice.payment_succeeded",
    "invoice_payment.paid",
  ]);
  const text = await (await fetch(page)).text();
  expect(text).toContain("This invoice was paid");
  expect(text).not.toContain('name="cardNumber"');
  const receipt = /href="([^"]*\/receipts\/[^"]*)"/.exec(text)?.[1] ?? "";
  expect(await (await fetch(receipt)).text()).toContain("$29.75");
});

it("shows a decline, charges nothing, and accepts another card", async () => {
  const { open, page } = await anOpenInvoice();
  const before = await lastEvent(stripe);

  const declined = await press(page, { ...newCard, cardNumber: "4000000000009995" });

  expect(declined.status).toBe(402);
  expect(await declined.text()).toContain("Your card has insufficient funds.");
  expect(await eventTypesSince(stripe, before)).toEqual([
    "charge.failed",
    "payment_intent.payment_failed",
    "invoice.updated",
    "invoice.payment_failed",
  ]);
  await press(page, { ...newCard, cardNumber: "4242424242424242" });
  expect((await stripe.invoices.retrieve(open.id)).status).toBe("paid");
});

it("charges nothing for a number with a wrong check digit", async () => {
  const { open, page } = await anOpenInvoice();

  const answer = await press(page, { ...newCard, cardNumber: "4242424242424241" });

  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain("Your card number is invalid.");
  expect((await stripe.invoices.retrieve(open.id)).attempted).toBe(false);
});

it("offers only the customer's own saved cards", async () => {
  const owner = await anOpenInvoice();
  const saved = await stripe.paymentMethods.attach("pm_card_mastercard", { customer: owner.customer.id });
  const stranger = await anOpenInvoice();

  const page = await (await fetch(owner.page)).text();
  const theft = await press(stranger.page, { ...newCard, cardNumber: "", savedCard: saved.id });
  const paid = await press(owner.page, { ...newCard, cardNumber: "", savedCard: saved.id });

  expect(page).toContain("•••• 4444");
  expect(theft.status).toBe(422);
  expect((await stripe.invoices.retrieve(stranger.open.id)).status).toBe("open");
  expect(paid.status).toBe(303);
  expect((await stripe.invoices.retrieve(owner.open.id)).status).toBe("paid");
});

it("completes a payment that needs 3-D Secure after the customer authenticates", async () => {
  const { open, page, customer } = await anOpenInvoice();
  const card = await stripe.paymentMethods.attach("pm_card_authenticationRequired", {
    customer: customer.id,
  });
  await stripe.invoices.pay(open.id, { off_session: true, payment_method: card.id }).catch(() => undefined);

  const asked = await press(page, { ...newCard, cardNumber: "", savedCard: card.id });
  const bank = asked.headers.get("location") ?? "";
  const refused = await press(bank, { answer: "fail" });
  const afterRefusal = await stripe.invoices.retrieve(open.id);
  const failedPage = await (await fetch(refused.headers.get("location") ?? "")).text();
  const again = await press(page, { ...newCard, cardNumber: "", savedCard: card.id });
  const before = await lastEvent(stripe);
  const passed = await press(again.headers.get("location") ?? "", { answer: "complete" });

  expect(asked.status).toBe(303);
  expect(bank).toContain("/3d-secure/");
  expect(afterRefusal.status).toBe("open");
  expect(failedPage).toContain('role="alert"');
  expect(passed.headers.get("location")).toBe(page);
  expect((await stripe.invoices.retrieve(open.id)).status).toBe("paid");
  expect(await eventTypesSince(stripe, before)).toEqual([
    "charge.succeeded",
    "payment_intent.succeeded",
    "invoice.updated",
    "invoice.paid",
    "invoice.payment_succeeded",
    "invoice_payment.paid",
  ]);
});

it("takes one payment when Pay is pressed many times at once", async () => {
  const { customer, page } = await anOpenInvoice();

  await Promise.all(
    Array.from({ length: 6 }, () => press(page, { ...newCard, cardNumber: "4242424242424242" })),
  );

  expect(
    (await stripe.charges.list({ limit: 100 })).data.filter((c) => c.customer === customer.id),
  ).toHaveLength(1);
});

it("has nothing to pay on a void invoice, and returns no page for a draft or an unknown link", async () => {
  const { open, page } = await anOpenInvoice();
  await stripe.invoices.voidInvoice(open.id);

  const voided = await (await fetch(page)).text();
  const pressed = await press(page, { ...newCard, cardNumber: "4242424242424242" });

  expect(voided).toContain("This invoice was voided");
  expect(voided).not.toContain('name="cardNumber"');
  expect(pressed.status).toBe(303);
  expect((await stripe.invoices.retrieve(open.id)).status).toBe("void");
  expect((await fetch(`${sandbox.url}/invoices/test_unknown`)).status).toBe(404);
  expect((await fetch(`${sandbox.url}/receipts/ch_unknown`)).status).toBe(404);
});

it("serves the invoice as a PDF with selectable text", async () => {
  const { open, page } = await anOpenInvoice({ footer: "Thank you 你好" });
  await press(page, { ...newCard, cardNumber: "4242424242424242" });

  const answer = await fetch(open.invoice_pdf ?? "");

  expect(answer.headers.get("content-type")).toBe("application/pdf");
  const text = readPdfText(Buffer.from(await answer.arrayBuffer()));
  expect(text).toContain(`Invoice number: ${open.number}`);
  expect(text).toContain("Köln");
  expect(text).toContain("Balance top-up");
  expect(text).toContain("$29.75 paid on");
  expect(text).toContain("Thank you ??");
});

it("has a receipt for the charge of a top-up", async () => {
  const customer = await stripe.customers.create({ email: "jenny@example.com" });
  const session = await stripe.checkout.sessions.create(topUpParams(customer.id));
  await sandbox.submit(session.id, pageFields);
  const paid = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ["payment_intent.latest_charge"],
  });
  const charge = (paid.payment_intent as Stripe.PaymentIntent).latest_charge as Stripe.Charge;

  const receipt = await (await fetch(charge.receipt_url ?? "")).text();

  expect(receipt).toContain("Balance top-up $25.00");
  expect(receipt).toContain("Visa •••• 4242");
  expect(receipt).toContain("$25.00");
});
