import { OPERATOR_ALERTS, reportFailedItem } from "@/lib/platform/alerts";
import { log } from "@/lib/platform/log";
import {
  asLookUp,
  type CheckoutFacts,
  isOutage,
  isUnanswered,
  listCompletedSessions,
  MAX_UNANSWERED,
  pagesOf,
} from "@/lib/stripe";
import {
  findIntents,
  isTopUpMetadata,
  readSessions,
  refOf,
  restoreTopUp,
  type SettleOutcome,
  settleTopUp,
  type TopUpIntent,
} from "@/lib/top-ups";

/** What comparing the completed sessions at Stripe with the top-ups did. */
export interface SessionsSynced {
  checked: number;
  /** Top-ups that were not settled, and are now. */
  healed: number;
  failed: number;
}

/** The outcomes that happen once for a top-up. */
const HEALED: ReadonlySet<SettleOutcome> = new Set(["credit", "finish_setup", "wait_for_payment", "review"]);

/**
 * Settles the top-ups of all sessions that were opened since a time and completed, also those that the database does not know.
 * One that cannot be settled is reported and does not stop the others.
 */
export function syncSessions(since: Date, now: Date = new Date()): Promise<SessionsSynced> {
  return asLookUp(async () => {
    const result: SessionsSynced = { checked: 0, healed: 0, failed: 0 };
    let unanswered = 0;
    for await (const page of pagesOf(listCompletedSessions, { from: since })) {
      result.checked += page.length;
      const { unsettled, known } = await findUnsettled(page);
      const reads = await readSessions(known);
      for (const session of unsettled) {
        try {
          const intent = await findOrRestore(session, known, now);
          if (!intent) continue; // of another product, or of a customer that the database does not have
          const outcome = await settleTopUp(refOf(intent), session.sessionId, { now, reads });
          if (HEALED.has(outcome)) result.healed++;
          unanswered = 0;
        } catch (error) {
          result.failed++;
          unanswered = isOutage(error) ? unanswered + 1 : 0;
          if (unanswered >= MAX_UNANSWERED) throw error;
          await reportFailure(session, error);
        }
      }
    }
    return result;
  });
}

/** The sessions of a page that name a top-up which they have not settled, and those of the top-ups that exist. */
async function findUnsettled(
  page: readonly CheckoutFacts[],
): Promise<{ unsettled: CheckoutFacts[]; known: ReturnType<typeof refOf>[] }> {
  const named = page.filter(({ metadata }) => isTopUpMetadata(metadata));
  const intents = await findIntents(named.map(refNamedBy));
  const byId = new Map(intents.map((intent) => [intent.topUpIntentId, intent]));
  const unsettled = named.filter(
    (session) => !isSettledBy(byId.get(session.metadata.topup_intent_id ?? ""), session),
  );
  const known = unsettled.map(refNamedBy).filter(({ topUpIntentId }) => byId.has(topUpIntentId));
  return { unsettled, known };
}

function refNamedBy({ metadata }: CheckoutFacts) {
  const { customer_id: customerId = "", topup_intent_id: topUpIntentId = "" } = metadata;
  return refOf({ customerId, topUpIntentId });
}

function isSettledBy(intent: TopUpIntent | undefined, { mode, payment }: CheckoutFacts): boolean {
  if (!intent) return false;
  if (mode === "setup") return intent.status === "succeeded";
  return intent.creditedAt !== null && intent.stripePaymentIntentId === payment?.paymentIntentId;
}

async function findOrRestore(
  session: CheckoutFacts,
  known: readonly ReturnType<typeof refOf>[],
  now: Date,
): Promise<{ customerId: string; topUpIntentId: string } | null> {
  const ref = refNamedBy(session);
  const isKnown = known.some(({ topUpIntentId }) => topUpIntentId === ref.topUpIntentId);
  return isKnown ? ref : restoreTopUp(session.sessionId, now);
}

async function reportFailure({ sessionId }: CheckoutFacts, error: unknown): Promise<void> {
  if (isUnanswered(error)) {
    log().warn({ sessionId, err: error }, "could not settle a Checkout Session; it stays to be done");
    return;
  }
  const message = "A completed Checkout Session could not be settled.";
  await reportFailedItem(
    { customerId: OPERATOR_ALERTS, kind: "session_not_settled", subjectId: sessionId, message },
    error,
  );
}
