import type Stripe from "stripe";
import { idOf } from "./cards";

/** An invoice as the API returns it. It is never taken from an event, which may be old. Amounts are whole cents. */
export interface InvoiceFacts {
  invoiceId: string;
  /** `draft`, `open`, `paid`, `uncollectible` or `void`. */
  status: string | null;
  livemode: boolean;
  createdAt: Date;
  stripeCustomerId: string | null;
  /** The card that it is meant to be paid with. */
  paymentMethodId: string | null;
  metadata: Record<string, string>;
  currency: string;
  subtotalCents: bigint;
  taxCents: bigint;
  totalCents: bigint;
  amountDueCents: bigint;
  amountPaidCents: bigint;
  /** The customer's credit (negative) or debt at Stripe, which finalizing an invoice applies to it. */
  startingBalanceCents: bigint;
  isDiscounted: boolean;
  lineIds: readonly string[];
  tax: { isEnabled: boolean; status: string | null; disabledReason: string | null };
  number: string | null;
  hostedUrl: string | null;
  pdfUrl: string | null;
  paidAt: Date | null;
  /** Empty unless the payments were expanded. */
  payments: readonly InvoicePaymentFacts[];
}

/** What pays an invoice, or is meant to. */
export interface InvoicePaymentFacts {
  /** `payment_intent`, or a payment outside of Stripe. */
  type: string;
  /** `open`, `paid` or `canceled`. */
  status: string;
  isDefault: boolean;
  amountPaidCents: bigint;
  paymentIntent: InvoicePaymentIntent | null;
}

/** The PaymentIntent of an invoice. */
export interface InvoicePaymentIntent {
  paymentIntentId: string;
  status: string;
  currency: string;
  receivedCents: bigint;
  failure: InvoiceDecline | null;
}

/** Why the last attempt to pay an invoice failed, in Stripe's codes. */
export interface InvoiceDecline {
  code: string;
  declineCode: string | null;
  adviceCode: string | null;
  /** The failed charge; null when the bank only asked for authentication. */
  chargeId: string | null;
  paymentMethodId: string | null;
}

export function invoiceFacts(invoice: Stripe.Invoice): InvoiceFacts {
  return {
    invoiceId: invoice.id,
    status: invoice.status,
    livemode: invoice.livemode,
    createdAt: new Date(invoice.created * 1000),
    stripeCustomerId: idOf(invoice.customer),
    paymentMethodId: idOf(invoice.default_payment_method),
    metadata: invoice.metadata ?? {},
    currency: invoice.currency,
    subtotalCents: BigInt(invoice.subtotal),
    taxCents: BigInt((invoice.total_taxes ?? []).reduce((sum, { amount }) => sum + amount, 0)),
    totalCents: BigInt(invoice.total),
    amountDueCents: BigInt(invoice.amount_due),
    amountPaidCents: BigInt(invoice.amount_paid),
    startingBalanceCents: BigInt(invoice.starting_balance),
    isDiscounted:
      invoice.discounts.length > 0 || (invoice.total_discount_amounts ?? []).some(({ amount }) => amount > 0),
    lineIds: invoice.lines.data.map(({ id }) => id),
    tax: {
      isEnabled: invoice.automatic_tax.enabled,
      status: invoice.automatic_tax.status,
      disabledReason: invoice.automatic_tax.disabled_reason,
    },
    number: invoice.number,
    hostedUrl: invoice.hosted_invoice_url ?? null,
    pdfUrl: invoice.invoice_pdf ?? null,
    paidAt: fromUnix(invoice.status_transitions.paid_at),
    payments: (invoice.payments?.data ?? []).map(paymentFacts),
  };
}

function paymentFacts(row: Stripe.InvoicePayment): InvoicePaymentFacts {
  const { payment } = row;
  const intent = typeof payment.payment_intent === "object" ? (payment.payment_intent ?? null) : null;
  return {
    type: payment.type,
    status: row.status,
    isDefault: row.is_default,
    amountPaidCents: BigInt(row.amount_paid ?? 0),
    paymentIntent: intent && intentFacts(intent),
  };
}

function intentFacts(intent: Stripe.PaymentIntent): InvoicePaymentIntent {
  const error = intent.last_payment_error;
  return {
    paymentIntentId: intent.id,
    status: intent.status,
    currency: intent.currency,
    receivedCents: BigInt(intent.amount_received),
    failure: error
      ? {
          code: error.code ?? error.type,
          declineCode: error.decline_code ?? null,
          adviceCode: error.advice_code ?? null,
          chargeId: error.charge ?? null,
          paymentMethodId: error.payment_method?.id ?? null,
        }
      : null,
  };
}

function fromUnix(seconds: number | null): Date | null {
  return seconds === null ? null : new Date(seconds * 1000);
}
