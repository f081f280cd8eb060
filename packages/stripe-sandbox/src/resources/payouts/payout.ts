import { invalidRequest } from "../../api/stripe-error";
import { changedAttributes, recordEvent } from "../../events/record-event";
import type { Tx } from "../../runtime";
import type { Row } from "../../store/database";
import { newStripeId } from "../../store/ids";
import { insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import { insertBalanceTransaction } from "../balance/balance-transaction";
import { findDueIds, isStillDue, loadLive } from "../load-object";

const ARRIVAL_SECONDS = 2 * 86_400;

interface PayoutInput {
  /** Cents. Undefined for an automatic payout of everything that is available and not yet paid out. */
  amountCents: number | undefined;
  currency: string;
}

/**
 * Pays money out to the bank account; it arrives after two days.
 *
 * @throws StripeError 400 if that much is not available
 */
export async function createPayout(tx: Tx, { amountCents, currency }: PayoutInput): Promise<Stripe.Payout> {
  const available = await availableFunds(tx, currency);
  const netCents = available.reduce((sum, row) => sum + Number(row.net), 0);
  const cents = amountCents ?? netCents;
  if (cents < 1 || cents > netCents) {
    throw invalidRequest(
      "You have insufficient funds in your Stripe account.",
      "amount",
      "balance_insufficient",
    );
  }
  const payout = buildPayout(tx, cents, currency, amountCents === undefined);
  payout.balance_transaction = (await recordPayoutFunds(tx, payout, "payout")).id;
  await insertObject(tx, payout, { refs: { status: payout.status }, dueAt: payout.arrival_date });
  if (payout.automatic) await assignToPayout(tx, payout, [...available.map(({ id }) => id)]);
  await recordEvent(tx, "payout.created", payout);
  return payout;
}

interface Available extends Row {
  id: string;
  net: string;
}

/** Locks what is available in a currency. */
function availableFunds(tx: Tx, currency: string): Promise<Available[]> {
  return tx.query<Available>(
    `SELECT id, data ->> 'net' AS net FROM object
     WHERE type = 'balance_transaction' AND refs @> $1 AND data ->> 'status' = 'available' AND NOT deleted
     ORDER BY id FOR UPDATE`,
    [JSON.stringify({ currency })],
  );
}

/** Lets `GET /v1/balance_transactions?payout=` list what an automatic payout consists of. */
async function assignToPayout(tx: Tx, payout: Stripe.Payout, ids: string[]): Promise<void> {
  await tx.query(
    "UPDATE object SET refs = refs || $2 WHERE (id = ANY($1) OR id = $3) AND NOT refs ? 'payout'",
    [ids, JSON.stringify({ payout: payout.id }), payout.balance_transaction],
  );
}

function buildPayout(tx: Tx, amountCents: number, currency: string, automatic: boolean): Stripe.Payout {
  return {
    id: newStripeId("po"),
    object: "payout",
    amount: amountCents,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: tx.now + ARRIVAL_SECONDS,
    automatic,
    balance_transaction: null,
    created: tx.now,
    currency,
    description: "STRIPE PAYOUT",
    destination: null,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: {},
    method: "standard",
    original_payout: null,
    payout_method: null,
    reconciliation_status: automatic ? "in_progress" : "not_applicable",
    reversed_by: null,
    source_type: "card",
    statement_descriptor: null,
    status: "pending",
    trace_id: null,
    type: "bank_account",
  };
}

function recordPayoutFunds(
  tx: Tx,
  payout: Stripe.Payout,
  type: "payout" | "payout_cancel" | "payout_failure",
): Promise<Stripe.BalanceTransaction> {
  return insertBalanceTransaction(tx, {
    amountCents: type === "payout" ? -payout.amount : payout.amount,
    currency: payout.currency,
    type,
    reportingCategory: type === "payout" ? "payout" : "payout_reversal",
    sourceId: payout.id,
    description: payout.description,
    availableOn: tx.now,
  });
}

/** The ways a pending payout ends. */
export const PAYOUT_ENDS = ["pay", "fail", "cancel"] as const;

type PayoutEnd = (typeof PAYOUT_ENDS)[number];

/**
 * Ends a payout: it arrives, the bank returns it, or it is canceled.
 *
 * @throws StripeError 404 for an unknown payout, 400 for one that has ended
 */
export async function endPayout(tx: Tx, id: string, end: PayoutEnd): Promise<Stripe.Payout> {
  const { data: before } = await loadLive<Stripe.Payout>(tx, "payout", id);
  if (before.status !== "pending") {
    throw invalidRequest(`A payout with the status ${before.status} cannot end again.`);
  }
  const after = await endedPayout(tx, before, end);
  await updateObject(tx, after, { refs: { status: after.status }, dueAt: null });
  const changed = changedAttributes(before, after);
  await recordEvent(tx, "payout.updated", after, changed);
  await recordEvent(tx, `payout.${after.status}`, after);
  if (after.reconciliation_status === "completed") {
    await recordEvent(tx, "payout.reconciliation_completed", after);
  }
  return after;
}

async function endedPayout(tx: Tx, payout: Stripe.Payout, end: PayoutEnd): Promise<Stripe.Payout> {
  if (end === "pay") {
    return {
      ...payout,
      ...(payout.automatic && { reconciliation_status: "completed" }),
      status: "paid",
    };
  }
  const returned = await recordPayoutFunds(tx, payout, end === "fail" ? "payout_failure" : "payout_cancel");
  return {
    ...payout,
    failure_balance_transaction: returned.id,
    ...(end === "fail" && {
      failure_code: "account_closed",
      failure_message: "The bank account has been closed.",
    }),
    status: end === "fail" ? "failed" : "canceled",
  };
}

/** Lets the payouts that are due arrive. */
export async function endDuePayouts(tx: Tx): Promise<void> {
  for (const id of await findDueIds(tx, "payout")) {
    await loadLive(tx, "payout", id);
    if (await isStillDue(tx, id)) await endPayout(tx, id, "pay");
  }
}
