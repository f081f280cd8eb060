import type {
  AutoTopUpView,
  PendingCharge,
  RuleCard,
  RuleDecision,
} from "@/components/billing/auto-top-up/view";
import { cardName, expiryOf } from "@/components/billing/card-labels";
import { AUTHENTICATION_WINDOW_MS, type AutoTopUpState, readAutoTopUp, totalOf } from "@/lib/auto-charge";
import { type AutoTopUpDecision, listDecisions } from "@/lib/auto-top-up";
import type { Balance } from "@/lib/ledger";
import { cents, fromCents, type Nanos, nanos } from "@/lib/money";
import { readCardNames, type SavedCard } from "@/lib/payment-methods";
import { env } from "@/lib/platform/env";
import type { CustomerId } from "@/lib/platform/ids";
import { describeDecline } from "@/lib/top-ups";

const SHOWN_DECISIONS = 5;

/** What the billing page shows of auto top-up. */
export interface LoadedAutoTopUp {
  view: AutoTopUpView;
  decisions: RuleDecision[];
}

/** Loads auto top-up and its last decisions, newest first. */
export async function loadAutoTopUp(
  customerId: CustomerId,
  { balance, cards }: { balance: Balance; cards: readonly SavedCard[] },
  now: Date,
): Promise<LoadedAutoTopUp> {
  const [state, { items: decisions }] = await Promise.all([
    readAutoTopUp(customerId, now),
    listDecisions(customerId, { limit: SHOWN_DECISIONS }),
  ]);
  const ids = [state.rule?.paymentMethodId, state.unresolved?.paymentMethodId];
  const names = await readCardNames(
    customerId,
    ids.filter((id) => typeof id === "string"),
  );
  const nameOf = (id: string | null | undefined) => {
    const card = id ? names.get(id) : undefined;
    return card ? cardName(card) : null;
  };
  return {
    view: { ...viewOf(state, { balance, cards, nameOf }, now), lastTopUpIntentId: lastTopUpOf(decisions) },
    decisions: decisions.map(decisionOf),
  };
}

type CardNames = (id: string | null | undefined) => string | null;

function viewOf(
  state: AutoTopUpState,
  { balance, cards, nameOf }: { balance: Balance; cards: readonly SavedCard[]; nameOf: CardNames },
  now: Date,
): Omit<AutoTopUpView, "lastTopUpIntentId"> {
  const { rule, raised, used } = state;
  const ruleCardId = rule?.paymentMethodId ?? null;
  const ownCard = cards.find(({ allIds }) => ruleCardId !== null && allIds.includes(ruleCardId));
  return {
    isEnabled: rule?.enabled ?? false,
    isPaused: state.disabledReason === "paused_by_operator",
    disabledReason: rule?.disabledReason ?? null,
    terms: {
      threshold: inNanos(rule?.thresholdCents),
      amount: inNanos(rule?.amountCents),
      monthlyCap: inNanos(rule?.monthlyCapCents),
      dailyCap: inNanos(rule?.dailyCapCents),
      dailyCount: state.dailyCount,
      cardId: ownCard ? ruleCardOf(ownCard).id : ruleCardId,
    },
    followsDefault: rule?.followsDefault ?? true,
    cardName: nameOf(ruleCardId),
    cardExpiry: ownCard?.expiry === "expiring" ? expiryOf(ownCard.expMonth, ownCard.expYear) : null,
    cards: cards.map(ruleCardOf),
    available: balance.available,
    isFrozen: balance.status !== "active",
    used: { month: fromCents(used.month), day: fromCents(used.day), dayCount: used.dayCount },
    raised: raised && { ...raised, dailyCap: fromCents(raised.dailyCap) },
    consentAt: state.consent?.givenAt ?? null,
    charge: state.unresolved && chargeOf(state.unresolved, nameOf),
    lastOutcome: lastOutcomeOf(state),
    nextEvaluationAt: rule?.nextEvaluationAt ?? null,
    cooldownEndsAt: cooldownEndOf(rule?.claimedAt ?? null, now),
    expectedTotal: inNanos(rule?.expectedTotalCents),
  };
}

/** A card that was saved twice is chosen by the id that can be charged. */
function ruleCardOf(card: SavedCard): RuleCard {
  const { chargeableId, paymentMethodId, isDefault } = card;
  const id = chargeableId ?? paymentMethodId;
  return { id, name: cardName(card), isDefault, isChargeable: chargeableId !== null };
}

function chargeOf(intent: NonNullable<AutoTopUpState["unresolved"]>, nameOf: CardNames): PendingCharge {
  const { actionRequiredAt, failureCode } = intent;
  return {
    topUpIntentId: intent.topUpIntentId,
    status: intent.status,
    isClosing: intent.closingStatus !== null,
    total: inNanos(intent.totalCents) ?? fromCents(totalOf(intent)),
    cardName: nameOf(intent.paymentMethodId),
    failure: failureCode === null ? null : describeDecline(failureCode).message,
    nextAttemptAt: intent.nextAttemptAt,
    confirmBy: actionRequiredAt && new Date(actionRequiredAt.getTime() + AUTHENTICATION_WINDOW_MS),
    invoiceUrl: intent.invoiceHostedUrl,
  };
}

function lastOutcomeOf({ lastDecision, consent }: AutoTopUpState): string | null {
  if (!lastDecision || (consent && consent.givenAt > lastDecision.lastAt)) return null;
  return lastDecision.outcome;
}

function cooldownEndOf(claimedAt: Date | null, now: Date): Date | null {
  if (!claimedAt) return null;
  const end = new Date(claimedAt.getTime() + env().AUTO_TOPUP_COOLDOWN_MINUTES * 60_000);
  return end > now ? end : null;
}

function lastTopUpOf(decisions: readonly AutoTopUpDecision[]): string | null {
  return decisions.find(({ topUpIntentId }) => topUpIntentId !== null)?.topUpIntentId ?? null;
}

function decisionOf(decision: AutoTopUpDecision): RuleDecision {
  const { decisionId, outcome, topUpIntentId, nextEvaluationAt, count, firstAt, lastAt } = decision;
  return {
    decisionId,
    outcome,
    topUpIntentId,
    available: nanos(decision.availableNanos),
    threshold: inNanos(decision.thresholdCents),
    amount: inNanos(decision.amountCents),
    monthUsed: fromCents(cents(decision.monthUsedCents)),
    dayUsed: fromCents(cents(decision.dayUsedCents)),
    dayCount: decision.dayUsedCount,
    nextEvaluationAt,
    count,
    firstAt,
    lastAt,
  };
}

function inNanos(count: number | null | undefined): Nanos | null {
  return count === null || count === undefined ? null : fromCents(cents(BigInt(count)));
}
