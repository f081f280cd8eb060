import { findStripeCustomer } from "@/lib/customers";
import type { Tx } from "@/lib/platform/db";
import {
  type InvoiceFacts,
  type InvoiceParams,
  type InvoicePaymentIntent,
  retrieveCheckoutSession,
  retrieveInvoice,
} from "@/lib/stripe";
import { credit } from "./apply-decision";
import { creditInvoice } from "./credit-invoice";
import { refOf, type TopUpIntent } from "./intents";
import type { ReviewedFacts } from "./rules";
import { expectedStripeCustomer } from "./settle-top-up";

/** What Stripe says of a payment in review, and how it is credited. */
export interface ReadPayment {
  facts: ReviewedFacts;
  /** The Stripe customer that the payment must belong to. */
  stripeCustomerId: string | null;
  /** Credits a locked top-up. The caller has checked that a person may do that. */
  credit: (tx: Tx, intent: TopUpIntent, now: Date) => Promise<void>;
}

/**
 * Reads the payment of a top-up in review: its Checkout Session, or the invoice of an automatic one.
 *
 * @returns null when Stripe does not know it
 */
export function readReviewedPayment(intent: TopUpIntent): Promise<ReadPayment | null> {
  return intent.source === "auto" ? readInvoice(intent) : readSession(intent);
}

async function readSession(intent: TopUpIntent): Promise<ReadPayment | null> {
  const session = intent.reviewSessionId ? await retrieveCheckoutSession(intent.reviewSessionId) : null;
  if (!session) return null;
  const ref = refOf(intent);
  const link = await findStripeCustomer(ref.customerId);
  const stripeCustomerId = await expectedStripeCustomer(ref, session, link);
  const { livemode, metadata, currency, taxCents, payment } = session;
  return {
    stripeCustomerId,
    facts: {
      isPaid: session.status === "complete" && session.paymentStatus === "paid",
      isTopUp: session.mode === "payment",
      stripeCustomerId: session.stripeCustomerId,
      ...{ livemode, metadata, currency, taxCents, payment },
    },
    credit(tx, locked, now) {
      // What was received is what can be refunded, whatever the session says.
      const received = { ...session, totalCents: payment?.receivedCents ?? 0n };
      // The time until a person decides is not counted as the delay of a credit.
      return credit(tx, ref, locked, received, { stripeCustomerId, link, now, paidAt: null });
    },
  };
}

async function readInvoice(intent: TopUpIntent): Promise<ReadPayment | null> {
  const invoice = intent.stripeInvoiceId ? await retrieveInvoice(intent.stripeInvoiceId) : null;
  if (!invoice) return null;
  const payment = paymentOf(invoice);
  const { livemode, metadata, currency, taxCents, stripeCustomerId } = invoice;
  const params = intent.invoiceParams as unknown as InvoiceParams;
  return {
    stripeCustomerId: params.invoice.customer ?? null,
    facts: {
      isPaid: invoice.status === "paid",
      isTopUp: true,
      payment: payment && { ...payment, paidAt: invoice.paidAt },
      ...{ livemode, metadata, currency, taxCents, stripeCustomerId },
    },
    async credit(tx, locked, now) {
      if (!payment) throw new Error("An invoice without a payment must not be credited.");
      await creditInvoice(tx, locked, { invoice, payment, totalCents: payment.receivedCents }, now);
    },
  };
}

/** The payment through Stripe. Money from outside of Stripe is never credited. */
function paymentOf({ payments }: InvoiceFacts): InvoicePaymentIntent | null {
  return (
    payments.find(({ status, paymentIntent }) => status === "paid" && paymentIntent)?.paymentIntent ?? null
  );
}
