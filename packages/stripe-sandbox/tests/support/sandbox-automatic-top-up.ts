import type Stripe from "stripe";
import { cardSetupParams } from "./checkout-params";
import type { TestSandbox } from "./test-sandbox";

const germany = { country: "DE", line1: "Hauptstr. 1", city: "Berlin", postal_code: "10115" };

/** Creates a German customer (19 % tax) and a card saved by Checkout for off-session payments. */
export async function aCustomerWithCard({ stripe, control }: TestSandbox, number = "4242424242424242") {
  const customer = await stripe.customers.create({
    name: "Jenny Rosen",
    email: "jenny@example.com",
    address: germany,
  });
  const setup = await stripe.checkout.sessions.create(
    cardSetupParams(customer.id, { expires_at: undefined }),
  );
  await control("POST", `/checkout/${setup.id}/pay`, { card: number, authentication: "complete" });
  const [card] = (await stripe.customers.listPaymentMethods(customer.id, { type: "card" })).data;
  if (!card) throw new Error(`${number} was not saved`);
  return { customer, card };
}

/** The calls of one automatic top-up of $25.00, with the parameters and keys that the app stores for it. */
export function automaticTopUp(
  stripe: Stripe,
  { customer, card, intent }: { customer: string; card: string; intent: string },
) {
  const metadata = {
    topup_intent_id: intent,
    customer_id: "cust_1",
    amount_usd_cents: "2500",
    kind: "auto_topup",
  };
  const step = (name: string) => ({ idempotencyKey: `auto:${intent}:${name}` });
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
  return {
    metadata,
    create: () =>
      stripe.invoices.create(
        {
          customer,
          currency: "usd",
          collection_method: "charge_automatically",
          auto_advance: false,
          automatic_tax: { enabled: true },
          default_payment_method: card,
          pending_invoice_items_behavior: "exclude",
          discounts: "",
          payment_settings: { payment_method_types: ["card"] },
          description: "Automatic balance top-up $25.00",
          metadata: { ...metadata, attempt: "1" },
        },
        step("create"),
      ),
    addLine: (invoice: string) => stripe.invoices.addLines(invoice, { lines: [line] }, step("line")),
    finalize: (invoice: string) =>
      stripe.invoices.finalizeInvoice(invoice, { auto_advance: false }, step("finalize")),
    pay: (invoice: string, attempt = 1, options: Stripe.RequestOptions = {}) =>
      stripe.invoices.pay(
        invoice,
        { off_session: true, payment_method: card, expand: ["payments"] },
        { ...step(`pay:${attempt}`), ...options },
      ),
    deleteDraft: (invoice: string) =>
      stripe.invoices.del(invoice, undefined, { idempotencyKey: `del:${intent}` }),
    giveUp: (invoice: string) =>
      stripe.invoices.voidInvoice(invoice, undefined, { idempotencyKey: `void:${intent}` }),
  };
}

export type AutomaticTopUp = ReturnType<typeof automaticTopUp>;

/** Makes the first three calls; the invoice can then be paid. */
export async function openInvoiceOf(topUp: AutomaticTopUp): Promise<Stripe.Invoice> {
  const draft = await topUp.create();
  await topUp.addLine(draft.id);
  return topUp.finalize(draft.id);
}
