import { settleDispute } from "@/lib/disputes";
import type { Cents } from "@/lib/money";
import { OPERATOR_ALERTS, reportFailedItem } from "@/lib/platform/alerts";
import { log } from "@/lib/platform/log";
import { settleRefund } from "@/lib/refunds";
import {
  effectiveDisputeCents,
  effectiveRefundCents,
  findReversal,
  findTopUpOfPayment,
  type ReversalSource,
  type SettleReversalOutcome,
} from "@/lib/reversals";
import {
  asLookUp,
  isOutage,
  isUnanswered,
  listAllDisputes,
  listAllRefunds,
  MAX_UNANSWERED,
  type PaidCharge,
  pagesOf,
} from "@/lib/stripe";

/** What comparing the refunds and disputes at Stripe with ours did. */
export interface ReversalsSynced {
  checked: number;
  /** Refunds and disputes that were unknown or had changed, and are settled now. */
  healed: number;
  failed: number;
}

/** A refund or dispute in a list at Stripe. */
interface Listing {
  type: ReversalSource;
  id: string;
  status: string;
  effectiveCents: Cents | null;
  payment: PaidCharge;
}

const SETTLE: Record<
  ReversalSource,
  (sourceId: string, options: { now: Date }) => Promise<SettleReversalOutcome>
> = { stripe_refund: settleRefund, dispute: settleDispute };

/** Compares the refunds that were made since a time with ours, and settles those that differ. */
export function syncRefunds(since: Date, now: Date = new Date()): Promise<ReversalsSynced> {
  const pages = pagesOf(listAllRefunds, { from: since });
  return sync(pages, now, ({ refundId, ...refund }) => ({
    type: "stripe_refund",
    id: refundId,
    status: refund.status,
    effectiveCents: effectiveRefundCents(refund),
    payment: refund.payment,
  }));
}

/** Compares the disputes that were opened since a time with ours, and settles those that differ. */
export function syncDisputes(since: Date, now: Date = new Date()): Promise<ReversalsSynced> {
  const pages = pagesOf(listAllDisputes, { from: since });
  return sync(pages, now, ({ disputeId, ...dispute }) => ({
    type: "dispute",
    id: disputeId,
    status: dispute.status,
    effectiveCents: effectiveDisputeCents(dispute),
    payment: dispute.payment,
  }));
}

/** One that cannot be settled is reported and does not stop the others. */
function sync<Facts>(
  pages: AsyncGenerator<Facts[], void>,
  now: Date,
  listingOf: (facts: Facts) => Listing,
): Promise<ReversalsSynced> {
  return asLookUp(async () => {
    const result = { checked: 0, healed: 0, failed: 0 };
    let unanswered = 0;
    for await (const page of pages) {
      for (const listing of page.map(listingOf)) {
        result.checked++;
        try {
          if (await settleIfChanged(listing, now)) result.healed++;
          unanswered = 0;
        } catch (error) {
          result.failed++;
          unanswered = isOutage(error) ? unanswered + 1 : 0;
          if (unanswered >= MAX_UNANSWERED) throw error;
          await reportFailure(listing, error);
        }
      }
    }
    return result;
  });
}

/** Most have not changed, and cost no call of their own. */
async function settleIfChanged(
  { type, id, status, effectiveCents, payment }: Listing,
  now: Date,
): Promise<boolean> {
  const known = await findReversal(type, id);
  const isSame =
    known?.status === status &&
    known.effectiveCents === (effectiveCents === null ? null : Number(effectiveCents));
  if (isSame || !(await findTopUpOfPayment(payment))) return false;
  return (await SETTLE[type](id, { now })) === "settled";
}

async function reportFailure({ type, id }: Listing, error: unknown): Promise<void> {
  if (isUnanswered(error)) {
    log().warn({ type, id, err: error }, "could not settle a refund or dispute; it stays to be done");
    return;
  }
  const message = "A refund or dispute could not be settled.";
  await reportFailedItem(
    { customerId: OPERATOR_ALERTS, kind: "reversal_not_settled", subjectId: id, message, details: { type } },
    error,
  );
}
