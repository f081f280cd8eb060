import { type Prisma, prisma, type Tx } from "@/lib/platform/db";
import { type CustomerId, newId } from "@/lib/platform/ids";
import { type Page, type PageRequest, readPage } from "@/lib/platform/paging";
import type { DecisionOutcome } from "./rules";

/** A row of `auto_topup_decision`. */
export type AutoTopUpDecision = Prisma.AutoTopUpDecisionGetPayload<object>;

/** A decision to record, with what it was based on. */
export interface DecisionFacts {
  customerId: CustomerId;
  outcome: DecisionOutcome;
  topUpIntentId: string | null;
  availableNanos: bigint;
  thresholdCents: number | null;
  amountCents: number | null;
  monthUsedCents: bigint;
  dayUsedCents: bigint;
  dayUsedCount: number;
  nextEvaluationAt: Date | null;
}

/** Records a decision under the rule's lock. One that equals the last one only raises its count. */
export async function recordDecision(tx: Tx, decision: DecisionFacts, now: Date): Promise<AutoTopUpDecision> {
  const { customerId, outcome, topUpIntentId } = decision;
  const last = await readLastDecision(customerId, tx);
  if (last?.outcome !== outcome || last.topUpIntentId !== topUpIntentId) {
    return tx.autoTopUpDecision.create({
      data: { ...decision, decisionId: newId("decision"), firstAt: now, lastAt: now },
    });
  }
  const { decisionId, lastAt } = last;
  return tx.autoTopUpDecision.update({
    where: { customerId_decisionId: { customerId, decisionId } },
    // The clocks of two processes may differ.
    data: { ...decision, count: { increment: 1 }, lastAt: now > lastAt ? now : lastAt },
  });
}

/** Reads the latest decision. */
export function readLastDecision(
  customerId: CustomerId,
  tx: Tx = prisma(),
): Promise<AutoTopUpDecision | null> {
  return tx.autoTopUpDecision.findFirst({ where: { customerId }, orderBy: { decisionId: "desc" } });
}

/** Lists a customer's decisions, newest first. */
export function listDecisions(
  customerId: CustomerId,
  request: PageRequest,
): Promise<Page<AutoTopUpDecision>> {
  return readPage(
    request,
    (take, before) =>
      prisma().autoTopUpDecision.findMany({
        where: { customerId, ...(before !== undefined && { decisionId: { lt: before } }) },
        orderBy: { decisionId: "desc" }, // ids sort by creation time
        take,
      }),
    ({ decisionId }) => decisionId,
  );
}
