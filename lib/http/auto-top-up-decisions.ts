import { z } from "zod";
import {
  type AutoTopUpDecision,
  DECISION_OUTCOMES,
  type DecisionOutcome,
  describeDecision,
  listDecisions,
} from "@/lib/auto-top-up";
import { cents, formatCents, formatUsd, nanos } from "@/lib/money";
import { customerRoute } from "./route";
import { listQuery, nextCursor, nextCursorField, readPageRequest } from "./schemas/lists";
import {
  formatOptionalCents,
  idField,
  orNull,
  positiveUsdField,
  timeField,
  usdField,
} from "./schemas/response-fields";

export const decisionResponse = z
  .strictObject({
    decision_id: idField("decision", "The id of the decision."),
    outcome: z.enum(DECISION_OUTCOMES).meta({
      description: "`fired` if the card was charged, otherwise why not.",
      examples: ["cooldown"],
    }),
    message: z.string().meta({
      description: "The outcome in words, for the customer.",
      examples: ["The last automatic top-up was only a few minutes ago."],
    }),
    topup_intent_id: orNull(idField("topUp", "The top-up that was started, or null.")),
    available_usd: usdField("What was available.", "4.20"),
    threshold_usd: orNull(positiveUsdField("The threshold at that time.", "10.00")),
    amount_usd: orNull(positiveUsdField("The amount of the rule at that time.", "25.00")),
    month_used_usd: positiveUsdField("What counted against the monthly cap.", "50.00"),
    day_used_usd: positiveUsdField("What counted against the daily cap.", "25.00"),
    day_used_count: z
      .int()
      .min(0)
      .meta({ description: "The number of charges that counted against the daily cap.", examples: [1] }),
    next_evaluation_at: orNull(timeField("When what prevented a charge ends. Null if that is unknown.")),
    count: z
      .int()
      .min(1)
      .meta({ description: "How many evaluations in a row had this outcome.", examples: [1] }),
    first_at: timeField("The first of these evaluations."),
    last_at: timeField("The latest of these evaluations."),
  })
  .meta({ id: "AutoTopUpDecision", description: "What an evaluation of auto top-up decided, and why." });

const decisionListResponse = z
  .strictObject({
    decisions: z.array(decisionResponse).meta({ description: "Newest first." }),
    next_cursor: nextCursorField,
  })
  .meta({ id: "AutoTopUpDecisionList", description: "A page of auto top-up decisions." });

export const listAutoTopUpDecisions = customerRoute(
  {
    method: "GET",
    path: "/api/v1/billing/auto-topup/decisions",
    operationId: "listAutoTopUpDecisions",
    tag: "Billing",
    summary: "List auto top-up decisions, newest first",
    description:
      "Shows why the card was charged or not. Equal decisions in a row are one entry with a count.",
    scope: "billing:read",
    query: z.strictObject(listQuery),
    response: decisionListResponse,
  },
  async ({ actor, query }) => {
    const scope = { list: "auto-topup-decisions", owner: actor.customerId };
    const page = await listDecisions(actor.customerId, readPageRequest(scope, query));
    return {
      decisions: page.items.map(presentDecision),
      next_cursor: nextCursor(scope, page),
    } satisfies z.input<typeof decisionListResponse>;
  },
);

export function presentDecision(decision: AutoTopUpDecision) {
  return {
    decision_id: decision.decisionId,
    outcome: decision.outcome as DecisionOutcome, // guaranteed by a CHECK constraint
    message: describeDecision(decision.outcome),
    topup_intent_id: decision.topUpIntentId,
    available_usd: formatUsd(nanos(decision.availableNanos)),
    threshold_usd: formatOptionalCents(decision.thresholdCents),
    amount_usd: formatOptionalCents(decision.amountCents),
    month_used_usd: formatCents(cents(decision.monthUsedCents)),
    day_used_usd: formatCents(cents(decision.dayUsedCents)),
    day_used_count: decision.dayUsedCount,
    next_evaluation_at: decision.nextEvaluationAt?.toISOString() ?? null,
    count: decision.count,
    first_at: decision.firstAt.toISOString(),
    last_at: decision.lastAt.toISOString(),
  } satisfies z.input<typeof decisionResponse>;
}
