import { disableAutoTopUp, lockAutoTopUpRule } from "@/lib/auto-top-up";
import { mapStripeObject } from "@/lib/customers";
import type { Cents } from "@/lib/money";
import { type Tx, withCustomerTransaction } from "@/lib/platform/db";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import { log } from "@/lib/platform/log";
import { applyReversals } from "./apply-reversals";
import { syncRefundTask } from "./refund-tasks";
import {
  findReversal,
  findTopUpOfPayment,
  lockReversedTopUp,
  type PaidTopUp,
  type Reversal,
  type ReversedTopUp,
} from "./reversals";
import type { ReversalSource } from "./rules";

/** What Stripe says of a refund or dispute: always read from the API, never taken from an event. */
export interface ReversalFacts {
  status: string;
  /** Null when only a person can tell. */
  effectiveCents: Cents | null;
  /** Whether a person has entered the cents, because Stripe does not tell them. */
  isEntered?: boolean;
  createdAt: Date;
  /** When its money last moved. */
  movedAt: Date;
  payment: {
    paymentIntentId: string;
    /** What the payment took, tax included. */
    chargeCents: Cents;
    metadata: Record<string, string>;
    livemode: boolean;
  };
}

/** What changes with one reading of a refund or dispute. */
export interface ReversalChange<Facts extends ReversalFacts> {
  topUp: ReversedTopUp;
  /** Null when it is seen for the first time. */
  before: Reversal | null;
  after: Reversal;
  facts: Facts;
  now: Date;
}

/** `foreign`: a payment that is none of ours, or nothing that Stripe knows. `duplicate`: the caller's claim said that it was done before. */
export type SettleReversalOutcome = "settled" | "duplicate" | "foreign";

/** What settling may be told. */
export interface SettleOptions {
  /** Runs first in the transaction, for the event's row in the inbox; false means done before. */
  claim?: (tx: Tx) => Promise<boolean>;
  now?: Date;
}

/** How often the row may move under our reading before we give up for now. */
const MAX_READS = 8;

/** Thrown to roll back: the row moved after Stripe was read, so that what was read may be old. */
class StaleReadSignal extends Error {}

/** Thrown to roll back: another transaction has done this work. */
class DuplicateSignal extends Error {}

/**
 * Reads a refund or dispute again and brings its row, the top-up and the balance to the state that follows. It may run any
 * number of times, in any order.
 *
 * @param kind.read reads it at Stripe; null when Stripe does not know it
 * @param kind.record writes the effects besides the money, in the same transaction and before the account is touched
 * @throws StripeUnavailableError Stripe cannot be read; nothing changed
 */
export async function settleReversal<Facts extends ReversalFacts>(
  source: { type: ReversalSource; id: string },
  kind: {
    read: (sourceId: string) => Promise<Facts | null>;
    record: (tx: Tx, change: ReversalChange<Facts>) => Promise<void>;
  },
  { claim, now = new Date() }: SettleOptions = {},
): Promise<SettleReversalOutcome> {
  for (let read = 1; read <= MAX_READS; read++) {
    const seen = await findReversal(source.type, source.id);
    const facts = await kind.read(source.id);
    const topUp = facts && (await findTopUpOfPayment(facts.payment));
    if (!facts || !topUp) return "foreign";
    try {
      await withCustomerTransaction(topUp.customerId, async (tx) => {
        if (claim && !(await claim(tx))) throw new DuplicateSignal();
        const change = await storeReading(tx, topUp, source, { seen, facts, now });
        await kind.record(tx, change);
        await applyChange(tx, change);
      });
      return "settled";
    } catch (error) {
      if (error instanceof DuplicateSignal) return "duplicate";
      if (!(error instanceof StaleReadSignal)) throw error;
    }
  }
  throw new ServiceUnavailableError("This refund or dispute is changing too fast. Please try again.", {
    reason: "busy",
  });
}

/** Locks in the order of the whole system, rule, top-up, reversal, and writes what was read. */
async function storeReading<Facts extends ReversalFacts>(
  tx: Tx,
  paid: PaidTopUp,
  source: { type: ReversalSource; id: string },
  { seen, facts, now }: { seen: Reversal | null; facts: Facts; now: Date },
): Promise<ReversalChange<Facts>> {
  const { customerId, topUpIntentId } = paid;
  await lockAutoTopUpRule(tx, customerId);
  const topUp = await lockReversedTopUp(tx, paid);
  const key = { customerId, sourceType: source.type, sourceId: source.id };
  // The lock on the top-up covers its reversals, so that this is the row as it is now.
  const before = await tx.reversal.findUnique({ where: { customerId_sourceType_sourceId: key } });
  if (before?.version !== seen?.version) throw new StaleReadSignal();
  const { payment, effectiveCents, status } = facts;
  // What a person has entered stays as long as Stripe does not tell the cents.
  const effective =
    effectiveCents === null
      ? {}
      : {
          effectiveCents: Number(effectiveCents),
          enteredMovedAt: facts.isEntered ? facts.movedAt : null,
        };
  const after = await tx.reversal.upsert({
    where: { customerId_sourceType_sourceId: key },
    create: {
      ...key,
      ...effective,
      topUpIntentId,
      stripePaymentIntentId: payment.paymentIntentId,
      chargeCents: Number(payment.chargeCents),
      status,
      stripeCreatedAt: facts.createdAt,
    },
    update: { ...effective, status, version: { increment: 1 } },
  });
  if (!before) {
    await mapStripeObject(tx, source.id, { customerId, kind: source.type, ourId: topUpIntentId });
  }
  return { topUp, before, after, facts, now };
}

/** The money: posts what follows from all refunds and disputes of the payment. */
async function applyChange(tx: Tx, { topUp, after, facts }: ReversalChange<ReversalFacts>): Promise<void> {
  const customerId = topUp.customerId as PaidTopUp["customerId"];
  await syncRefundTask(tx, topUp, after.stripePaymentIntentId);
  const { change, balanceAfter } = await applyReversals(tx, topUp, facts.movedAt);
  if (balanceAfter === null) return;
  log().info(
    { customerId, topUpIntentId: topUp.topUpIntentId, sourceId: after.sourceId, change: change.toString() },
    "a top-up was reversed",
  );
  if (change < 0n && balanceAfter < 0n) await disableAutoTopUp(tx, customerId, "balance_reversed");
}
