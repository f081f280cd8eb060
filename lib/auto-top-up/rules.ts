import { type Cents, cents, fromCents, type Nanos } from "@/lib/money";

/** What the customer consents to. */
export interface AutoTopUpTerms {
  /** Charged when less than this is available. */
  threshold: Cents;
  /** Added to the balance. Tax comes on top. */
  amount: Cents;
  /** The most that the card pays in a calendar month (UTC), tax included. */
  monthlyCap: Cents;
  /** The most that the card pays in 24 hours, tax included. */
  dailyCap: Cents;
  /** The number of charges in 24 hours. */
  dailyCount: number;
  paymentMethodId: string;
}

/** The daily caps of a rule that sets none. */
export const DEFAULT_DAILY_COUNT = 3;
export const defaultDailyCap = (amount: Cents): Cents => cents(4n * amount);

const DAY_MS = 24 * 3_600_000;

/** An automatic top-up that counts against the caps: it succeeded, or it may still do so. */
export interface CountedCharge {
  /** Its latest attempt, or its payment. */
  at: Date;
  /** What the card pays, tax included; an estimate until there is an invoice. */
  total: Cents;
}

/** Why an evaluation charged nothing. */
export const SKIP_REASONS = [
  "disabled",
  "paused_by_operator",
  "frozen",
  "above_threshold",
  "in_flight",
  "no_consent",
  "no_card",
  "idle",
  "cooldown",
  "monthly_cap",
  "daily_cap",
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** What an evaluation can record. `address_required` is only learned from Stripe, when there is an invoice to tax. */
export const DECISION_OUTCOMES = ["fired", ...SKIP_REASONS, "address_required"] as const;
export type DecisionOutcome = (typeof DECISION_OUTCOMES)[number];

/** Everything that an evaluation depends on, read under the rule's lock. */
export interface EvaluationFacts {
  isEnabled: boolean;
  isPaused: boolean;
  /** Null as long as they are incomplete. */
  terms: AutoTopUpTerms | null;
  /** Whether the customer consented to exactly these terms. */
  hasConsent: boolean;
  /** Whether the rule's card can be charged while the customer is away. */
  hasCard: boolean;
  isActive: boolean;
  available: Nanos;
  /** Whether an automatic top-up of the customer is unresolved. */
  isInFlight: boolean;
  /** Whether nothing was spent, refused or enabled since the last automatic credit or debit that is no spending. */
  isIdle: boolean;
  claimedAt: Date | null;
  /** What the last invoice came to, tax included. */
  expectedTotal: Cents | null;
  /** All since the start of the month, and those of the last 24 hours. */
  charges: readonly CountedCharge[];
  /** Daily caps that the customer allows for now; they only ever raise the terms'. */
  raised: DailyCaps | null;
  cooldownMs: number;
}

export type EvaluationDecision =
  | { do: "fire"; terms: AutoTopUpTerms; total: Cents }
  | { do: "skip"; reason: SkipReason; nextAt: Date | null };

/** Decides whether the card is charged now. A skip whose end is known says when to evaluate again. */
export function decide(facts: EvaluationFacts, now: Date): EvaluationDecision {
  const { terms } = facts;
  if (!facts.isEnabled || !terms) return skip("disabled");
  const obstacle = obstacleOf(facts, terms);
  if (obstacle) return skip(obstacle);
  if (facts.isInFlight) return skip("in_flight");
  const cooldownEnd = (facts.claimedAt?.getTime() ?? 0) + facts.cooldownMs;
  if (facts.claimedAt && now.getTime() < cooldownEnd) return skip("cooldown", new Date(cooldownEnd));
  const total = expectedTotal(terms, facts.expectedTotal);
  const reached = reachedCap(facts, terms, total, now);
  return reached ? skip(reached.cap, reached.freesAt) : { do: "fire", terms, total };
}

/**
 * Decides whether an unresolved top-up may still be paid: before each attempt everything is evaluated again, except that it
 * neither stands in its own way nor has to wait for its own cooldown.
 *
 * @param facts `charges` without the top-up itself
 * @returns null when it may be paid
 */
export function obstacleToAttempt(
  facts: EvaluationFacts,
  attempt: { amount: Cents; total: Cents },
  now: Date,
): { reason: SkipReason; nextAt: Date | null } | null {
  const { terms } = facts;
  if (!facts.isEnabled || !terms) return { reason: "disabled", nextAt: null };
  const obstacle = obstacleOf(facts, terms);
  if (obstacle) return { reason: obstacle, nextAt: null };
  // The customer consented to another amount since.
  if (attempt.amount !== terms.amount) return { reason: "no_consent", nextAt: null };
  const reached = reachedCap(facts, terms, attempt.total, now);
  return reached && { reason: reached.cap, nextAt: reached.freesAt };
}

function skip(reason: SkipReason, nextAt: Date | null = null): EvaluationDecision {
  return { do: "skip", reason, nextAt };
}

/** What stands in the way whether or not a top-up is unresolved, without the caps. */
function obstacleOf(facts: EvaluationFacts, terms: AutoTopUpTerms): SkipReason | null {
  if (facts.isPaused) return "paused_by_operator";
  if (!facts.isActive) return "frozen";
  if (facts.available >= fromCents(terms.threshold)) return "above_threshold";
  if (!facts.hasConsent) return "no_consent";
  if (!facts.hasCard) return "no_card";
  return facts.isIdle ? "idle" : null;
}

/** What the next invoice will come to: no less than the amount, and no less than the last one. */
export function expectedTotal(terms: { amount: Cents }, lastTotal: Cents | null): Cents {
  return lastTotal !== null && lastTotal > terms.amount ? lastTotal : terms.amount;
}

/** Returns the cap that a charge of `total` would exceed, and when enough of it is free again. */
export function reachedCap(
  facts: Pick<EvaluationFacts, "charges" | "raised">,
  terms: AutoTopUpTerms,
  total: Cents,
  now: Date,
): { cap: "monthly_cap" | "daily_cap"; freesAt: Date | null } | null {
  const { month } = usage(facts.charges, now);
  if (month + total > terms.monthlyCap) return { cap: "monthly_cap", freesAt: startOfNextMonth(now) };
  const freesAt = dayFreesAt(lastDay(facts.charges, now), dailyCaps(terms, facts.raised), total);
  return freesAt === "free" ? null : { cap: "daily_cap", freesAt };
}

/** A limit of what the card pays within 24 hours. */
export interface DailyCaps {
  /** Tax included. */
  dailyCap: Cents;
  /** The number of charges. */
  dailyCount: number;
}

/** Returns the daily caps in force. */
export function dailyCaps(terms: DailyCaps, raised: DailyCaps | null): DailyCaps {
  return {
    dailyCap: max(terms.dailyCap, raised?.dailyCap ?? cents(0n)),
    dailyCount: Math.max(terms.dailyCount, raised?.dailyCount ?? 0),
  };
}

/** Returns the daily caps that a customer gets who allows more. */
export function raisedDailyCaps({ dailyCap, dailyCount }: DailyCaps): DailyCaps {
  return { dailyCap: cents(2n * dailyCap), dailyCount: 2 * dailyCount };
}

/** Sums what counts against the caps. */
export function usage(
  charges: readonly CountedCharge[],
  now: Date,
): { month: Cents; day: Cents; dayCount: number } {
  const inMonth = charges.filter(({ at }) => at >= startOfMonth(now));
  const inDay = lastDay(charges, now);
  return { month: sum(inMonth), day: sum(inDay), dayCount: inDay.length };
}

/** Since when charges count against a cap: the start of the month, or 24 hours ago. */
export function countedSince(now: Date): Date {
  return new Date(Math.min(startOfMonth(now).getTime(), now.getTime() - DAY_MS));
}

/** When the oldest charges have left the window of 24 hours and this one fits. Null when it never does. */
function dayFreesAt(inDay: readonly CountedCharge[], caps: DailyCaps, total: Cents): "free" | Date | null {
  const left = [...inDay].sort((one, other) => one.at.getTime() - other.at.getTime());
  let freesAt: "free" | Date = "free";
  while (left.length >= caps.dailyCount || sum(left) + total > caps.dailyCap) {
    const oldest = left.shift();
    if (!oldest) return null;
    freesAt = new Date(oldest.at.getTime() + DAY_MS);
  }
  return freesAt;
}

function lastDay(charges: readonly CountedCharge[], now: Date): CountedCharge[] {
  return charges.filter(({ at }) => at.getTime() > now.getTime() - DAY_MS);
}

function sum(charges: readonly CountedCharge[]): Cents {
  return cents(charges.reduce((total, charge) => total + charge.total, 0n));
}

function max(one: Cents, other: Cents): Cents {
  return one > other ? one : other;
}

function startOfMonth(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
}

function startOfNextMonth(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
}
