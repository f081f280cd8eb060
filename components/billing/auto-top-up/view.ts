import type { Nanos } from "@/lib/money";

/** The settings of a rule. Null as long as they are not set. */
export interface RuleTerms {
  threshold: Nanos | null;
  amount: Nanos | null;
  monthlyCap: Nanos | null;
  /** Null for the default, four times the amount. */
  dailyCap: Nanos | null;
  dailyCount: number;
  cardId: string | null;
}

/** A saved card that the rule can charge, or could if it had been saved for that. */
export interface RuleCard {
  id: string;
  name: string;
  isDefault: boolean;
  isChargeable: boolean;
}

/** An automatic top-up that is not finished. */
export interface PendingCharge {
  topUpIntentId: string;
  status: string;
  /** Whether it has been given up and only waits for Stripe's confirmation. */
  isClosing: boolean;
  /** What the card pays; without tax as long as that is not known. */
  total: Nanos;
  cardName: string | null;
  /** Why the last attempt was declined. */
  failure: string | null;
  nextAttemptAt: Date | null;
  /** Until when the customer can confirm the payment with the bank. */
  confirmBy: Date | null;
  invoiceUrl: string | null;
}

/** What the page shows of a customer's auto top-up. */
export interface AutoTopUpView {
  /** Whether the customer has turned it on. It charges nothing while it is paused. */
  isEnabled: boolean;
  /** Whether the operator has paused automatic charges. */
  isPaused: boolean;
  /** Why it was turned off, when the customer did not do it. */
  disabledReason: string | null;
  terms: RuleTerms;
  /** Whether the rule charges another card when the default card changes. */
  followsDefault: boolean;
  /** The card of the rule, even when it has been removed. */
  cardName: string | null;
  /** When the card of the rule expires, such as "12/26", if that is soon. */
  cardExpiry: string | null;
  cards: readonly RuleCard[];
  available: Nanos;
  isFrozen: boolean;
  used: { month: Nanos; day: Nanos; dayCount: number };
  /** The daily limits that the customer has raised for a day. */
  raised: { dailyCap: Nanos; dailyCount: number; until: Date | null } | null;
  consentAt: Date | null;
  charge: PendingCharge | null;
  /** The last evaluation; null if there was none since the customer agreed to the terms. */
  lastOutcome: string | null;
  /** When what prevents a charge ends. */
  nextEvaluationAt: Date | null;
  /** When the pause after the last charge ends; null when it has ended. */
  cooldownEndsAt: Date | null;
  /** What the next charge comes to, tax included, as far as that is known. */
  expectedTotal: Nanos | null;
  /** The last automatic top-up that was started. */
  lastTopUpIntentId: string | null;
}

/** An evaluation of the rule. */
export interface RuleDecision {
  decisionId: string;
  outcome: string;
  topUpIntentId: string | null;
  available: Nanos;
  threshold: Nanos | null;
  amount: Nanos | null;
  monthUsed: Nanos;
  dayUsed: Nanos;
  dayCount: number;
  nextEvaluationAt: Date | null;
  count: number;
  firstAt: Date;
  lastAt: Date;
}

/** What the customer can do about a state. */
export type StateAction =
  | "confirm_payment"
  | "choose_card"
  | "save_card"
  | "add_address"
  | "allow_more"
  | "top_up"
  | "view_top_up"
  | "contact";
