import type { ListResponse } from "../api/list";
import { listObjects } from "../api/list-objects";
import type { ApiRequest, Operation } from "../api/operation";
import { noSuchObject } from "../api/stripe-error";
import type { Tx } from "../runtime";
import type { Row } from "../store/database";
import { newStripeId } from "../store/ids";
import { findObject, insertObject } from "../store/objects";
import type { Stripe } from "../stripe-types";
import { nounOf, retrieveOperation } from "./load-object";

const TYPE = "balance_transaction";

export const balanceTransactionOperations: readonly Operation[] = [
  retrieveOperation("BalanceTransactions.retrieve", TYPE, "id"),
  { id: "BalanceTransactions.list", run: listBalanceTransactions },
];

async function listBalanceTransactions(tx: Tx, request: ApiRequest): Promise<ListResponse> {
  const { payout, currency } = request.params;
  // The sandbox never pays out its balance, so every payout is unknown.
  if (typeof payout === "string") throw noSuchObject("payout", payout, "payout", 400);
  return listObjects(tx, request, {
    type: TYPE,
    noun: nounOf(TYPE),
    filters: ["source", "type"],
    refs: typeof currency === "string" ? { currency: currency.toLowerCase() } : {},
  });
}

export const balanceOperations: readonly Operation[] = [{ id: "Balance.retrieve", run: retrieveBalance }];

/** Listed even while its balance is zero. */
const HOME_CURRENCY = "usd";

interface Sum extends Row {
  currency: string;
  status: string;
  net: string;
}

/** Sums the balance transactions by currency and status. Amounts in cents. */
async function retrieveBalance(tx: Tx): Promise<Stripe.Balance> {
  const sums = await tx.query<Sum>(
    `SELECT data ->> 'currency' AS currency, data ->> 'status' AS status, sum((data ->> 'net')::bigint)::text AS net
     FROM object WHERE type = 'balance_transaction' AND NOT deleted GROUP BY 1, 2 ORDER BY 1`,
  );
  const currencies = [...new Set([HOME_CURRENCY, ...sums.map((sum) => sum.currency)])];
  const inState = (status: string) =>
    currencies.map((currency) => {
      const sum = sums.find((row) => row.currency === currency && row.status === status);
      const amount = Number(sum?.net ?? 0);
      return { amount, currency, source_types: { card: amount } };
    });
  return {
    object: "balance",
    available: inState("available"),
    livemode: false,
    pending: inState("pending"),
  };
}

/** A change of the account's balance. */
interface NewBalanceTransaction {
  /** Positive for a credit, negative for a debit. */
  amountCents: number;
  currency: string;
  /** Stripe's fee, charged on top of the amount. */
  fee?: { amountCents: number; description: string };
  type: Stripe.BalanceTransaction.Type;
  reportingCategory: string;
  /** The charge, refund or dispute that caused it. */
  sourceId: string;
  description: string | null;
  /** Unix seconds. The money is available at once if this is not in the future. */
  availableOn: number;
}

/** Creates a balance transaction. Nothing else changes the balance: it is the sum of these. */
async function insertBalanceTransaction(
  tx: Tx,
  input: NewBalanceTransaction,
): Promise<Stripe.BalanceTransaction> {
  const transaction = buildBalanceTransaction(tx, input);
  const isPending = transaction.status === "pending";
  await insertObject(tx, transaction, {
    refs: { source: input.sourceId, type: input.type, currency: input.currency },
    dueAt: isPending ? input.availableOn : null,
  });
  return transaction;
}

function buildBalanceTransaction(tx: Tx, input: NewBalanceTransaction): Stripe.BalanceTransaction {
  const { amountCents, currency, fee } = input;
  const feeDetails = { application: null, currency, type: "stripe_fee" };
  return {
    id: newStripeId("txn"),
    object: "balance_transaction",
    amount: amountCents,
    available_on: input.availableOn,
    balance_type: "payments",
    created: tx.now,
    currency,
    description: input.description,
    exchange_rate: null,
    fee: fee?.amountCents ?? 0,
    fee_details: fee ? [{ amount: fee.amountCents, description: fee.description, ...feeDetails }] : [],
    net: amountCents - (fee?.amountCents ?? 0),
    reporting_category: input.reportingCategory,
    source: input.sourceId,
    status: input.availableOn > tx.now ? "pending" : "available",
    type: input.type,
  };
}

const DAY_SECONDS = 86_400;
const SETTLEMENT_SECONDS = 2 * DAY_SECONDS;

/** Credits a successful charge: its amount less Stripe's fee, available after two days. */
export function recordChargeFunds(tx: Tx, charge: Stripe.Charge): Promise<Stripe.BalanceTransaction> {
  return insertBalanceTransaction(tx, {
    amountCents: charge.amount_captured,
    currency: charge.currency,
    fee: { amountCents: paymentFeeCents(charge), description: "Stripe processing fees" },
    // Stripe uses the older type for cards and the newer one for every other payment method.
    type: isCard(charge) ? "charge" : "payment",
    reportingCategory: "charge",
    sourceId: charge.id,
    description: charge.description,
    availableOn: tx.now + SETTLEMENT_SECONDS,
  });
}

/** Debits a refund. Stripe keeps the fee of the charge. */
export async function recordRefundFunds(
  tx: Tx,
  charge: Stripe.Charge,
  refund: Stripe.Refund,
): Promise<Stripe.BalanceTransaction> {
  return insertBalanceTransaction(tx, {
    amountCents: -refund.amount,
    currency: refund.currency,
    type: isCard(charge) ? "refund" : "payment_refund",
    reportingCategory: "refund",
    sourceId: refund.id,
    description: describeFor("REFUND FOR CHARGE", charge),
    availableOn: await availableOnOf(tx, charge),
  });
}

/** Credits the amount of a failed or canceled refund. */
export async function recordRefundReversal(
  tx: Tx,
  charge: Stripe.Charge,
  refund: Stripe.Refund,
): Promise<Stripe.BalanceTransaction> {
  return insertBalanceTransaction(tx, {
    amountCents: refund.amount,
    currency: refund.currency,
    type: "refund_failure",
    reportingCategory: "refund_failure",
    sourceId: refund.id,
    description: describeFor("REFUND FAILURE", charge),
    availableOn: await availableOnOf(tx, charge),
  });
}

/** A refund of pending money becomes available together with it. */
async function availableOnOf(tx: Tx, charge: Stripe.Charge): Promise<number> {
  const id = charge.balance_transaction;
  const stored =
    typeof id === "string"
      ? await findObject<Stripe.BalanceTransaction>(tx, "balance_transaction", id)
      : undefined;
  return Math.max(tx.now, stored?.data.available_on ?? 0);
}

function isCard(charge: Stripe.Charge): boolean {
  return charge.payment_method_details?.type === "card";
}

function describeFor(what: string, { description }: Stripe.Charge): string {
  return description ? `${what} (${description})` : what;
}

/** Debits the disputed amount and the dispute fee at once, even if the payment is still pending. */
export function recordDisputeWithdrawal(
  tx: Tx,
  dispute: Stripe.Dispute,
  chargeId: string,
): Promise<Stripe.BalanceTransaction> {
  return insertBalanceTransaction(tx, {
    amountCents: -dispute.amount,
    currency: dispute.currency,
    fee: { amountCents: DISPUTE_FEE_CENTS, description: "Dispute fee" },
    type: "adjustment",
    reportingCategory: "dispute",
    sourceId: dispute.id,
    description: `Chargeback withdrawal for ${chargeId}`,
    availableOn: tx.now,
  });
}

/** Credits the amount of a won dispute, but not the fee. */
export function recordDisputeReversal(
  tx: Tx,
  dispute: Stripe.Dispute,
  chargeId: string,
): Promise<Stripe.BalanceTransaction> {
  return insertBalanceTransaction(tx, {
    amountCents: dispute.amount,
    currency: dispute.currency,
    type: "adjustment",
    reportingCategory: "dispute_reversal",
    sourceId: dispute.id,
    description: `Chargeback reversal for ${chargeId}`,
    availableOn: tx.now,
  });
}

/** Charged for every dispute and never returned, even if the dispute is won. */
const DISPUTE_FEE_CENTS = 1500;

/**
 * Returns Stripe's published fee in cents, half a cent rounded up: 2.9% + 30¢ for cards, 0.8% up to $5 for bank
 * debits.
 *
 * @see https://stripe.com/pricing
 */
export function paymentFeeCents(charge: Stripe.Charge): number {
  const type = charge.payment_method_details?.type;
  if (type === "us_bank_account" || type === "sepa_debit") {
    return Math.min(share(charge.amount_captured, 8), 500);
  }
  return share(charge.amount_captured, 29) + 30;
}

/** Rounds half a cent up. */
function share(amountCents: number, thousandths: number): number {
  return Math.floor((amountCents * thousandths * 2 + 1000) / 2000);
}

/** Makes pending money available once its date has come, in one statement because many payments can be due. */
export async function makeDueFundsAvailable(tx: Tx): Promise<void> {
  await tx.query(
    `UPDATE object SET due_at = NULL, data = jsonb_set(data::jsonb, '{status}', '"available"')::json
     WHERE id IN (
       SELECT id FROM object WHERE type = 'balance_transaction' AND due_at <= $1
       ORDER BY due_at, id FOR UPDATE SKIP LOCKED)`,
    [tx.now],
  );
}
