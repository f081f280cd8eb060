import type Stripe from "stripe";
import { type Cents, cents } from "@/lib/money";
import { stripe } from "./client";
import { callStripe, isStripeRefusal } from "./errors";
import { type Listed, type ListWindow, pageParams, toPage } from "./list-page";
import { type PaidCharge, paidCharge } from "./paid-charge";

/** What a dispute says, as we believe it. */
export interface DisputeFacts {
  disputeId: string;
  status: string;
  reason: string;
  /** What is disputed, which may be less or more than the payment. */
  amountCents: Cents;
  currency: string;
  createdAt: Date;
  /** When its money last moved; when it was opened if none has. */
  movedAt: Date;
  /** Until when evidence counts; null when there is nothing to answer. */
  evidenceDueAt: Date | null;
  /** Its money, without Stripe's fees: in the smallest unit of each currency, negative when it was withdrawn. */
  movements: { amount: bigint; currency: string; exchangeRate: number | null }[];
  payment: PaidCharge;
}

/** Reads a dispute with its money and its payment; null when Stripe does not know it, or it is of no PaymentIntent. */
export async function retrieveDispute(disputeId: string): Promise<DisputeFacts | null> {
  try {
    const expand = ["charge", "payment_intent"];
    return facts(await callStripe(() => stripe().disputes.retrieve(disputeId, { expand })));
  } catch (error) {
    if (isStripeRefusal(error) && error.isMissing) return null;
    throw error;
  }
}

/** Lists one page of the disputes of all payments, newest first, with their money and their payments. */
export async function listAllDisputes(window: ListWindow): Promise<Listed<DisputeFacts>> {
  const expand = ["data.charge", "data.payment_intent"];
  const page = await callStripe(() => stripe().disputes.list({ ...pageParams(window), expand }));
  return toPage(page, facts);
}

function facts(dispute: Stripe.Dispute): DisputeFacts | null {
  const payment = paidCharge(dispute);
  if (!payment) return null;
  const { balance_transactions: movements, evidence_details: evidence } = dispute;
  const movedAt = Math.max(dispute.created, ...movements.map(({ created }) => created));
  return {
    disputeId: dispute.id,
    status: dispute.status,
    reason: dispute.reason,
    amountCents: cents(BigInt(dispute.amount)),
    currency: dispute.currency,
    createdAt: new Date(dispute.created * 1000),
    movedAt: new Date(movedAt * 1000),
    evidenceDueAt: evidence.due_by ? new Date(evidence.due_by * 1000) : null,
    movements: movements.map(({ amount, currency, exchange_rate }) => ({
      amount: BigInt(amount),
      currency,
      exchangeRate: exchange_rate,
    })),
    payment,
  };
}
