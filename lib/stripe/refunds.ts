import type Stripe from "stripe";
import { type Cents, cents } from "@/lib/money";
import { stripe } from "./client";
import { callStripe, isStripeRefusal } from "./errors";
import { type Listed, type ListWindow, pageParams, toPage } from "./list-page";
import { type PaidCharge, paidCharge } from "./paid-charge";

/** What a refund says, as we believe it. */
export interface RefundFacts {
  refundId: string;
  /** `pending`, `requires_action`, `succeeded`, `failed` or `canceled`. */
  status: string;
  failureReason: string | null;
  /** What is paid back, tax included. */
  amountCents: Cents;
  createdAt: Date;
  /** When a failed one came back; otherwise when it was made. */
  movedAt: Date;
  metadata: Record<string, string>;
  payment: PaidCharge;
}

const EXPAND = ["charge", "payment_intent", "failure_balance_transaction"];

/** Reads a refund with its payment; null when Stripe does not know it, or it is of no PaymentIntent. */
export async function retrieveRefund(refundId: string): Promise<RefundFacts | null> {
  try {
    return facts(await callStripe(() => stripe().refunds.retrieve(refundId, { expand: EXPAND })));
  } catch (error) {
    if (isStripeRefusal(error) && error.isMissing) return null;
    throw error;
  }
}

/** Lists one page of the refunds of all payments, newest first. */
export async function listAllRefunds(window: ListWindow): Promise<Listed<RefundFacts>> {
  const expand = EXPAND.map((path) => `data.${path}`);
  const page = await callStripe(() => stripe().refunds.list({ ...pageParams(window), expand }));
  return toPage(page, facts);
}

/** Lists the refunds of a payment with their metadata, oldest first. */
export async function listRefunds(
  paymentIntentId: string,
): Promise<{ refundId: string; metadata: Record<string, string> }[]> {
  return callStripe(async () => {
    const found = [];
    for await (const { id, metadata } of stripe().refunds.list({
      payment_intent: paymentIntentId,
      limit: 100,
    })) {
      found.push({ refundId: id, metadata: metadata ?? {} });
    }
    return found.reverse();
  });
}

/**
 * Refunds a part of a payment. The same key gives the same refund for at least 24 hours.
 *
 * @returns Stripe's id
 * @see https://docs.stripe.com/api/refunds/create
 */
export async function createRefund(
  refund: { paymentIntentId: string; amountCents: Cents; metadata: Record<string, string> },
  idempotencyKey: string,
): Promise<string> {
  const { paymentIntentId, amountCents, metadata } = refund;
  const params = { payment_intent: paymentIntentId, amount: Number(amountCents), metadata };
  const { id } = await callStripe(() => stripe().refunds.create(params, { idempotencyKey }));
  return id;
}

function facts(refund: Stripe.Refund): RefundFacts | null {
  const payment = paidCharge(refund);
  if (!payment) return null;
  const { failure_balance_transaction: failure } = refund;
  const movedAt = failure && typeof failure === "object" ? failure.created : refund.created;
  return {
    refundId: refund.id,
    status: refund.status ?? "pending",
    failureReason: refund.failure_reason ?? null,
    amountCents: cents(BigInt(refund.amount)),
    createdAt: new Date(refund.created * 1000),
    movedAt: new Date(movedAt * 1000),
    metadata: refund.metadata ?? {},
    payment,
  };
}
