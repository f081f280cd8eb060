import { findCustomer, findOwner } from "@/lib/customers";
import { prisma } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import type { CustomerId } from "@/lib/platform/ids";
import {
  findReversal,
  isFullyReturned,
  listReversals,
  type Reversal,
  type ReversalSource,
} from "@/lib/reversals";
import {
  type BalanceTransactionFacts,
  type ChargeFacts,
  retrieveCharge,
  retrieveInvoiceOfPayment,
} from "@/lib/stripe";
import { findIntent, isTopUpMetadata, type TopUpIntent } from "@/lib/top-ups";
import type { Examination } from "./examination";
import type { Finding, FindingKind } from "./finding";
import { healReversal, healTopUp } from "./heal";
import { describeWrongTransfers, hasCredit } from "./items";

/** What a balance transaction must have in the ledger. `total`: nothing, it is Stripe's fee or the operator's own transfer. */
type Counterpart = "credit" | "refund" | "dispute" | "total" | "unknown";

const BY_TYPE: ReadonlyMap<string, Counterpart> = new Map([
  ["charge", "credit"],
  ["payment", "credit"],
  ["payment_failure_refund", "credit"],
  ["refund", "refund"],
  ["payment_refund", "refund"],
  ["refund_failure", "refund"],
]);

/** An adjustment says by its category what it is. */
const BY_CATEGORY: ReadonlyMap<string, Counterpart> = new Map([
  ["dispute", "dispute"],
  ["dispute_reversal", "dispute"],
  ["refund_failure", "refund"],
]);

const TOTALS = /^(stripe_fee|tax_fee|payout|reserve|topup)/;

/**
 * Returns what a balance transaction must have in the ledger. A type that is not listed has no default.
 *
 * @see https://docs.stripe.com/reports/balance-transaction-types
 */
export function counterpartOf(transaction: { type: string; reportingCategory: string }): Counterpart {
  const { type, reportingCategory } = transaction;
  if (type === "adjustment") return BY_CATEGORY.get(reportingCategory) ?? "unknown";
  return BY_TYPE.get(type) ?? (TOTALS.test(type) ? "total" : "unknown");
}

/** Looks for the transfer of a balance transaction, and settles what is missing. Returns what is missing after that, or null. */
export async function examineMoney(
  money: BalanceTransactionFacts,
  examination: Examination,
): Promise<Finding | null> {
  switch (counterpartOf(money)) {
    case "credit":
      return examineCharge(money, examination);
    case "refund":
      return examineReversal("stripe_refund", money, examination);
    case "dispute":
      return examineReversal("dispute", money, examination);
    case "total":
      return null;
    case "unknown": {
      const { type, reportingCategory } = money;
      return finding(
        money,
        "unknown_balance_transaction",
        null,
        `Stripe's balance has a transaction of type ${type} (${reportingCategory}), which this version does not know.`,
      );
    }
  }
}

async function examineCharge(
  money: BalanceTransactionFacts,
  examination: Examination,
): Promise<Finding | null> {
  const { sourceId } = money;
  const charge = sourceId === null ? null : await chargeOf(sourceId, examination);
  // A pending debit, and one that failed, must have no credit. Whether they have one is seen from the transfer.
  if (!charge?.isPaid || charge.livemode !== livemode()) return null;
  const { paymentIntentId } = charge;
  const named = paymentIntentId && (await topUpOf(charge, paymentIntentId));
  if (!paymentIntentId || !named) return null; // of another product
  if (!(await findCustomer(named.customerId as CustomerId))) {
    const message = `A top-up was paid by the customer ${named.customerId}, who does not exist.`;
    return finding(money, "unknown_customer", null, message);
  }
  const before = await findIntent(named);
  if (isCreditedBy(before, paymentIntentId) && (await hasCredit(before.customerId, before.topUpIntentId))) {
    return compareTotal(money, charge, before);
  }
  const after = await healTopUp(named, paymentIntentId, examination.now);
  if (isCreditedBy(after, paymentIntentId) && (await hasCredit(after.customerId, after.topUpIntentId))) {
    examination.healed++;
    return compareTotal(money, charge, after);
  }
  if (after && (await isInHand(after, paymentIntentId))) return null;
  return finding(
    money,
    "money_without_credit",
    named,
    "A payment was made, and no top-up was credited for it.",
  );
}

async function chargeOf(chargeId: string, { charges }: Examination): Promise<ChargeFacts | null> {
  return charges.get(chargeId) ?? retrieveCharge(chargeId);
}

/** The top-up that a payment is of: the credited one, or the one that the metadata of the payment or of its invoice names. */
async function topUpOf({ metadata, stripeCustomerId }: ChargeFacts, paymentIntentId: string) {
  const owner = await findOwner(paymentIntentId);
  if (owner?.kind === "payment_intent") {
    return { customerId: owner.customerId as string, topUpIntentId: owner.ourId };
  }
  if (isTopUpMetadata(metadata)) return topUpIn(metadata);
  // The payment of an automatic top-up has no metadata of ours; its invoice has.
  const invoice = stripeCustomerId === null ? null : await retrieveInvoiceOfPayment(paymentIntentId);
  return isTopUpMetadata(invoice?.metadata) ? topUpIn(invoice.metadata) : null;
}

function topUpIn({ customer_id: customerId, topup_intent_id: topUpIntentId }: Record<string, string>) {
  return { customerId: customerId ?? "", topUpIntentId: topUpIntentId ?? "" };
}

function isCreditedBy(intent: TopUpIntent | null, paymentIntentId: string): intent is TopUpIntent {
  return intent?.creditedAt != null && intent.stripePaymentIntentId === paymentIntentId;
}

function compareTotal(
  money: BalanceTransactionFacts,
  charge: ChargeFacts,
  intent: TopUpIntent,
): Finding | null {
  if (BigInt(intent.totalCents ?? 0) === BigInt(charge.amountCents)) return null;
  const message = `A payment of ${charge.amountCents} cents is stored with ${intent.totalCents} cents.`;
  return finding(money, "amount_mismatch", intent, message);
}

/** Whether a person has been asked to decide about the money, or all of it went back. */
async function isInHand(intent: TopUpIntent, paymentIntentId: string): Promise<boolean> {
  if (intent.status === "needs_review") return true;
  const { customerId } = intent;
  const task = await prisma().refundTask.findUnique({
    where: { customerId_stripePaymentIntentId: { customerId, stripePaymentIntentId: paymentIntentId } },
  });
  return task !== null || isFullyReturned(await listReversals(prisma(), intent, paymentIntentId));
}

async function examineReversal(
  type: ReversalSource,
  money: BalanceTransactionFacts,
  examination: Examination,
): Promise<Finding | null> {
  const { sourceId } = money;
  if (!sourceId) return finding(money, "unknown_balance_transaction", null, `A ${type} has no source.`);
  const before = await findReversal(type, sourceId);
  // A dispute sums up its transactions itself, so it is read again. There are few.
  if (before && type === "stripe_refund" && agrees(before, money)) return compareTransfers(money, before);
  const { row: after } = await healReversal(type, sourceId, examination.now);
  if (!after) return null; // of another product
  if (agrees(after, money)) {
    if (after.effectiveCents !== before?.effectiveCents) examination.healed++;
    return compareTransfers(money, after);
  }
  const cents = after.effectiveCents ?? "unknown";
  const message = `Stripe moved ${money.amount} cents for ${sourceId}; ${cents} cents count as taken back.`;
  return finding(money, before ? "amount_mismatch" : "money_without_reversal", after, message);
}

/** Settling posts only what differs from the row, so wrong transfers are left to a person. */
async function compareTransfers(money: BalanceTransactionFacts, reversal: Reversal): Promise<Finding | null> {
  const message = await describeWrongTransfers(reversal);
  return message === null ? null : finding(money, "amount_mismatch", reversal, message);
}

/** Only the amount of a refund in US dollars is comparable. */
function agrees({ sourceType, status, effectiveCents }: Reversal, money: BalanceTransactionFacts): boolean {
  const { amount, currency, exchangeRate, type, reportingCategory } = money;
  if (sourceType === "dispute" || currency !== "usd" || exchangeRate !== null) return true;
  const isReturned = status === "failed" || status === "canceled";
  if (type === "refund_failure" || reportingCategory === "refund_failure") return isReturned;
  return isReturned || BigInt(effectiveCents ?? 0) === -amount;
}

function finding(
  money: BalanceTransactionFacts,
  kind: FindingKind,
  of: { customerId: string; topUpIntentId: string } | null,
  message: string,
): Finding {
  return {
    kind,
    customerId: of?.customerId ?? null,
    subjectId: money.balanceTransactionId,
    stripeObjectId: money.sourceId,
    topUpIntentId: of?.topUpIntentId ?? null,
    amountCents: money.amount,
    currency: money.currency,
    message,
  };
}
