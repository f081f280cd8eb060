import type { Tx } from "../runtime";
import { findObject, findObjects, type StripeObject } from "../store/objects";
import type { Stripe } from "../stripe-types";

type Include = (tx: Tx, holder: StripeObject) => Promise<unknown>;

/** A charge includes its latest refunds only; the list of refunds has the rest. */
const REFUNDS_SHOWN = 10;

/** Fields that a response includes only if `expand[]` names them. */
export const includable: Record<string, Include> = {
  "checkout.session.line_items": async (tx, session) => {
    const items = await findObjects(tx, "item", { session: session.id });
    return {
      object: "list",
      data: items.map((item) => item.data).reverse(),
      has_more: false,
      url: `/v1/checkout/sessions/${session.id}/line_items`,
    };
  },
  "customer.tax_ids": async (tx, customer) => ({
    object: "list",
    data: (await findObjects(tx, "tax_id", { customer: customer.id })).map((taxId) => taxId.data),
    has_more: false,
    url: `/v1/customers/${customer.id}/tax_ids`,
  }),
  "invoice.payments": async (tx, invoice) => ({
    object: "list",
    data: (await findObjects(tx, "invoice_payment", { invoice: invoice.id })).map((payment) => payment.data),
    has_more: false,
    url: `/v1/invoice_payments?invoice=${invoice.id}`,
  }),
  "invoice.confirmation_secret": async (tx, invoice) => {
    const [payment] = await findObjects<Stripe.InvoicePayment>(tx, "invoice_payment", {
      invoice: invoice.id,
      status: "open",
    });
    if (!payment) return null;
    const intent = await findObject<Stripe.PaymentIntent>(
      tx,
      "payment_intent",
      String(payment.data.payment.payment_intent),
    );
    return { client_secret: intent?.data.client_secret ?? "", type: "payment_intent" };
  },
  "charge.refunds": async (tx, charge) => {
    const refunds = await findObjects(tx, "refund", { charge: charge.id });
    return {
      object: "list",
      data: refunds.slice(0, REFUNDS_SHOWN).map((refund) => refund.data),
      has_more: refunds.length > REFUNDS_SHOWN,
      url: `/v1/charges/${charge.id}/refunds`,
    };
  },
};
