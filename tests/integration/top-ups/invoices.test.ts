import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prisma } from "@/lib/platform/db";
import { sweepInvoices } from "@/lib/top-ups";
import { type ApiCustomer, aCustomer, eventually, type RunningBrim, startBrim } from "@/tests/support/brim";
import { changeAtStripe } from "@/tests/support/change-at-stripe";

let brim: RunningBrim;

beforeAll(async () => {
  brim = await startBrim();
});
afterAll(() => brim.stop());

const pay = (sessionId: string, details: object = {}) => brim.control(`/checkout/${sessionId}/pay`, details);

async function startTopUp(customer: ApiCustomer) {
  const { body } = await customer.post("/api/v1/billing/checkout-session", { amount_usd: "25.00" });
  return body as { topup_intent_id: string; session_id: string };
}

function creditedTopUp(customer: ApiCustomer, topUpIntentId: string) {
  return eventually(
    async () => (await customer.get(`/api/v1/billing/topups/${topUpIntentId}`)).body,
    ({ status }) => status === "succeeded",
  );
}

/** The invoice as another program of the operator reads it from Stripe. */
async function invoiceAtStripe(topUpIntentId: string) {
  const { data } = await brim.stripe.invoices.list({ limit: 100 });
  const own = data.filter(({ metadata }) => metadata?.topup_intent_id === topUpIntentId);
  expect(own.length).toBeLessThanOrEqual(1);
  return own[0];
}

it("stores the paid invoice of every top-up, with a number and URLs that work", async () => {
  const customer = await aCustomer(brim);
  const started = await startTopUp(customer);

  await pay(started.session_id, { address: { country: "DE" } });

  const { invoice } = await creditedTopUp(customer, started.topup_intent_id);
  expect(await invoiceAtStripe(started.topup_intent_id)).toMatchObject({
    number: invoice.number,
    hosted_invoice_url: invoice.hosted_url,
    invoice_pdf: invoice.pdf_url,
    status: "paid",
    description: "Balance top-up $25.00",
    metadata: { kind: "topup", customer_id: customer.customerId },
    subtotal: 2500,
    total: 2975,
  });
  const [page, pdf] = await Promise.all([fetch(invoice.hosted_url), fetch(invoice.pdf_url)]);
  expect(await page.text()).toContain(invoice.number);
  expect(
    Buffer.from(await pdf.arrayBuffer())
      .subarray(0, 5)
      .toString(),
  ).toBe("%PDF-");
});

it("has no invoice before it is paid, or if it is never paid", async () => {
  const customer = await aCustomer(brim);
  const started = await startTopUp(customer);

  await brim.control(`/checkout/${started.session_id}/expire`);

  const topUp = await eventually(
    async () => (await customer.get(`/api/v1/billing/topups/${started.topup_intent_id}`)).body,
    ({ status }) => status === "expired",
  );
  expect(topUp.invoice).toBeNull();
  expect(await invoiceAtStripe(started.topup_intent_id)).toBeUndefined();
});

it("stores an invoice that is created after the credit on `invoice.paid`, without crediting it again", async () => {
  const customer = await aCustomer(brim);
  const started = await startTopUp(customer);
  await pay(started.session_id);
  const { invoice } = await creditedTopUp(customer, started.topup_intent_id);
  const atStripe = await invoiceAtStripe(started.topup_intent_id);
  // As if Stripe had created it shortly after the session was read.
  await prisma().topUpIntent.updateMany({
    where: { customerId: customer.customerId },
    data: { invoiceNumber: null, invoiceHostedUrl: null, invoicePdfUrl: null },
  });
  const events = await brim.stripe.events.list({ type: "invoice.paid", limit: 100 });
  const paid = events.data.find(({ data }) => (data.object as { id?: string }).id === atStripe?.id);

  await brim.control(`/events/${paid?.id}/copy`);

  const topUp = await eventually(
    async () => (await customer.get(`/api/v1/billing/topups/${started.topup_intent_id}`)).body,
    (body) => body.invoice !== null,
  );
  expect(topUp.invoice).toEqual(invoice);
  expect((await customer.get("/api/v1/billing/balance")).body.balance_usd).toBe("25.00");
});

it("creates no invoice when STRIPE_INVOICES is false, and still credits the top-up", async () => {
  const customer = await aCustomer(brim);
  Object.assign(globalThis, { brimEnv: undefined });
  process.env.STRIPE_INVOICES = "false";
  const started = await startTopUp(customer).finally(() => {
    delete process.env.STRIPE_INVOICES;
    Object.assign(globalThis, { brimEnv: undefined });
  });

  await pay(started.session_id);

  expect((await creditedTopUp(customer, started.topup_intent_id)).invoice).toBeNull();
  expect(await invoiceAtStripe(started.topup_intent_id)).toBeUndefined();
});

describe("an invoice whose `invoice.paid` is lost", () => {
  const later = (minutes: number) => new Date(Date.now() + minutes * 60_000);

  const intentOf = ({ customerId }: ApiCustomer) =>
    prisma().topUpIntent.findFirstOrThrow({ where: { customerId } });

  /** Removes the invoice of a session at Stripe, or restores it. */
  async function hideInvoice(sessionId: string): Promise<() => Promise<void>> {
    const { invoice } = await brim.stripe.checkout.sessions.retrieve(sessionId);
    const set = (value: unknown) => changeAtStripe(brim, sessionId, { invoice: value });
    await set(null);
    return () => set(invoice);
  }

  /** A top-up that was credited before Stripe reported its invoice. */
  async function aCreditedTopUp() {
    const customer = await aCustomer(brim);
    const started = await startTopUp(customer);
    await brim.control("/deliveries/mode", { mode: "drop" });
    await pay(started.session_id);
    const showInvoice = await hideInvoice(started.session_id);
    await creditedTopUp(customer, started.topup_intent_id);
    await brim.control("/deliveries/mode", { mode: "deliver" });
    return { customer, showInvoice };
  }

  it("is fetched by the sweep, with increasing delays, until it is found", async () => {
    const { customer, showInvoice } = await aCreditedTopUp();
    expect(await intentOf(customer)).toMatchObject({ status: "succeeded", invoiceNumber: null });

    await sweepInvoices(later(6));
    const asked = await intentOf(customer);
    expect(asked.nextCheckAt?.getTime()).toBeGreaterThan(later(9).getTime());
    await sweepInvoices(later(12));
    const askedAgain = await intentOf(customer);
    expect(askedAgain.nextCheckAt?.getTime()).toBeGreaterThan(later(20).getTime());
    await showInvoice();
    await sweepInvoices(later(60));

    expect(await intentOf(customer)).toMatchObject({
      status: "succeeded",
      invoiceNumber: expect.any(String),
      invoiceHostedUrl: expect.any(String),
      nextCheckAt: null,
    });
    expect((await customer.get("/api/v1/billing/balance")).body.balance_usd).toBe("25.00");
  });

  it("is fetched by a sweep with a limit on the number of top-ups", async () => {
    const topUps = [await aCreditedTopUp(), await aCreditedTopUp()];

    const swept = await sweepInvoices(later(6), { most: 1 });

    expect(swept).toEqual({ checked: 1, failed: 0 });
    for (const { showInvoice } of topUps) await showInvoice();
    expect(await sweepInvoices(later(60))).toEqual({ checked: 2, failed: 0 });
  });
});
