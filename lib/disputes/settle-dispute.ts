import { disableAutoTopUp } from "@/lib/auto-top-up";
import { freezeByDispute, unfreezeByDispute } from "@/lib/ledger";
import { raiseAlert, resolveAlertsAbout } from "@/lib/platform/alerts";
import { inTransaction, type Tx } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";
import {
  effectiveDisputeCents,
  listReversals,
  type ReversalChange,
  type ReversalFacts,
  type SettleOptions,
  type SettleReversalOutcome,
  settleReversal,
} from "@/lib/reversals";
import { type DisputeFacts, retrieveDispute } from "@/lib/stripe";
import { addTimelineEntry, refOf, type TimelineCode } from "@/lib/top-ups";
import { type DisputeStage, hasOpened, stageOf, weightiestStatus } from "./stages";

export interface ReadDispute extends ReversalFacts {
  dispute: DisputeFacts;
}

/**
 * Reads a dispute again and takes back the part of the credit that the bank has taken, or returns it as the bank does. What
 * counts is its money, never its status. An inquiry only marks the top-up. It may run any number of times, in any order.
 *
 * @throws StripeUnavailableError Stripe cannot be read; nothing changed
 */
export function settleDispute(disputeId: string, options?: SettleOptions): Promise<SettleReversalOutcome> {
  const source = { type: "dispute", id: disputeId } as const;
  return settleReversal(source, { read: readDispute, record: recordDispute }, options);
}

export async function readDispute(disputeId: string): Promise<ReadDispute | null> {
  const dispute = await retrieveDispute(disputeId);
  if (!dispute) return null;
  const { status, createdAt, movedAt, payment } = dispute;
  return { status, createdAt, movedAt, payment, effectiveCents: effectiveDisputeCents(dispute), dispute };
}

export async function recordDispute(tx: Tx, change: ReversalChange<ReadDispute>): Promise<void> {
  const { before, after } = change;
  const stage = stageOf(after.status);
  const stageBefore = before && stageOf(before.status);
  await markTopUp(tx, change);
  await syncAmountAlert(tx, change);
  if (stage === stageBefore) return;
  await addTimelineEntry(tx, refOf(change.topUp), TIMELINE[stage], change.now, after.sourceId);
  if (stage === "inquiry" || stage === "open") await raiseDisputeAlert(tx, change, stage);
  else await resolveAlerts(tx, change);
  if (hasOpened(stage) && !(stageBefore && hasOpened(stageBefore))) await stopAutomaticSpending(tx, change);
  if (stage !== "open" && stage !== "lost") await liftFreeze(tx, change);
}

const TIMELINE: Record<DisputeStage, TimelineCode> = {
  inquiry: "dispute_inquiry",
  open: "disputed",
  won: "dispute_won",
  lost: "dispute_lost",
  closed: "dispute_closed",
};

/** Says on the top-up how its disputes stand. A payment that was not credited marks nothing. */
async function markTopUp(tx: Tx, { topUp, after }: ReversalChange<ReadDispute>): Promise<void> {
  const { customerId, topUpIntentId, creditedAt, stripePaymentIntentId } = topUp;
  if (creditedAt && stripePaymentIntentId !== after.stripePaymentIntentId) return;
  const rows = await listReversals(tx, topUp, after.stripePaymentIntentId);
  const disputes = rows.filter((row) => row.sourceType === "dispute");
  await tx.topUpIntent.update({
    where: { customerId_topUpIntentId: { customerId, topUpIntentId } },
    data: { disputeState: weightiestStatus(disputes.map(({ status }) => status)) },
  });
}

/** Turns off auto top-up after a dispute, and freezes the account if `FREEZE_ON_DISPUTE` is set. */
async function stopAutomaticSpending(tx: Tx, { topUp, after }: ReversalChange<ReadDispute>): Promise<void> {
  const { customerId } = refOf(topUp);
  await disableAutoTopUp(tx, customerId, "dispute_opened");
  const mayFreeze = env().FREEZE_ON_DISPUTE && ["open", "lost"].includes(stageOf(after.status));
  if (mayFreeze && (await freezeByDispute(tx, customerId, after.sourceId))) {
    log().warn({ customerId, disputeId: after.sourceId }, "an account was frozen because of a dispute");
  }
}

/** After a dispute that was not lost. A lost one keeps the account frozen until a person has looked. */
async function liftFreeze(tx: Tx, { topUp, after }: ReversalChange<ReadDispute>): Promise<void> {
  const { customerId } = refOf(topUp);
  const others = await tx.reversal.findMany({
    where: { customerId, sourceType: "dispute", sourceId: { not: after.sourceId } },
    orderBy: { stripeCreatedAt: "asc" },
  });
  const open = others.find(({ status }) => stageOf(status) === "open");
  await unfreezeByDispute(tx, customerId, after.sourceId, open?.sourceId ?? null);
}

async function raiseDisputeAlert(
  tx: Tx,
  { topUp, after, facts }: ReversalChange<ReadDispute>,
  stage: "inquiry" | "open",
): Promise<void> {
  const { evidenceDueAt, reason, amountCents, currency } = facts.dispute;
  const due = evidenceDueAt ? ` Evidence is due by ${evidenceDueAt.toISOString()}.` : "";
  await raiseAlert(inTransaction(tx), {
    customerId: topUp.customerId,
    kind: stage === "open" ? "dispute_opened" : "dispute_inquiry",
    subjectId: after.sourceId,
    message:
      stage === "open"
        ? `A top-up was disputed. ${topUp.creditedAt ? "What the bank took was taken from the balance." : "It was not credited, so nothing was taken from the balance."}${due}`
        : `A bank asks about a top-up. No money has moved.${due}`,
    details: {
      topUpIntentId: topUp.topUpIntentId,
      paymentIntentId: after.stripePaymentIntentId,
      reason,
      amountCents: amountCents.toString(),
      currency,
      ...(evidenceDueAt && { evidenceDueAt: evidenceDueAt.toISOString() }),
    },
  });
  if (stage === "open") await resolve(tx, topUp.customerId, after.sourceId, ["dispute_inquiry"]);
}

/** Nothing is left to answer. */
function resolveAlerts(tx: Tx, { topUp, after }: ReversalChange<ReadDispute>): Promise<void> {
  return resolve(tx, topUp.customerId, after.sourceId, ["dispute_opened", "dispute_inquiry"]);
}

function resolve(tx: Tx, customerId: string, subjectId: string, kinds: string[]): Promise<void> {
  return resolveAlertsAbout(inTransaction(tx), { customerId, subjectId, kinds }, new Date());
}

/**
 * Asks a person for the cents of a dispute whose money cannot be converted to US dollars, each time that it has moved. Until
 * then what was entered last counts.
 */
async function syncAmountAlert(tx: Tx, change: ReversalChange<ReadDispute>): Promise<void> {
  const { topUp, before, after, facts } = change;
  const isKnown =
    facts.effectiveCents !== null || after.enteredMovedAt?.getTime() === facts.movedAt.getTime();
  if (isKnown) {
    const wasUnknown = before !== null && (before.effectiveCents === null || before.enteredMovedAt !== null);
    if (wasUnknown) await resolve(tx, topUp.customerId, after.sourceId, ["dispute_amount_unknown"]);
    return;
  }
  const movements = facts.dispute.movements.map(
    ({ amount, currency, exchangeRate }) => `${amount} ${currency} at ${exchangeRate ?? "no rate"}`,
  );
  await raiseAlert(inTransaction(tx), {
    customerId: topUp.customerId,
    kind: "dispute_amount_unknown",
    subjectId: after.sourceId,
    message:
      "A dispute moved money in a currency that cannot be converted to US dollars, so the balance does not reflect it. Look up the amount in the Stripe Dashboard and enter it with POST /api/v1/admin/disputes/{dispute_id}/amount.",
    details: { topUpIntentId: topUp.topUpIntentId, movements: movements.join("; ") },
  });
}
