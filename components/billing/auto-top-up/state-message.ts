import { displayUsd, type Nanos } from "@/lib/money";
import type { Tone } from "../../ui/notice";
import { timeText } from "../time-text";
import { chargesText } from "./consent";
import { describeDisabled } from "./disabled-message";
import { dailyCapOf } from "./rule-fields";
import type { AutoTopUpView, PendingCharge, StateAction } from "./view";

/** The state of auto top-up in words. */
export interface StateMessage {
  label: "On" | "Off" | "Paused";
  /** Null for a state that nobody has to do anything about. */
  tone: Tone | null;
  title: string;
  text: string | null;
  actions: readonly StateAction[];
  /** Whether it changes by itself within a minute. */
  isWaiting: boolean;
}

/** Describes the state of auto top-up and what comes next. */
export function describeAutoTopUp(view: AutoTopUpView): StateMessage {
  const { isPaused, isEnabled, charge, disabledReason } = view;
  if (isPaused) {
    return attention("Paused", "warn", "Automatic charges are paused", {
      text: "We have paused them, and your settings are kept. Top up by hand until then, or contact us.",
      actions: ["top_up", "contact"],
    });
  }
  if (charge) return describeCharge(charge, isEnabled ? "On" : "Off");
  if (!isEnabled && disabledReason !== null)
    return attention("Off", "bad", "Auto top-up is off", describeDisabled(disabledReason, view));
  if (!isEnabled) return quiet("Off", describeUnset(view.cards));
  return describeEnabled(view);
}

function describeUnset(cards: AutoTopUpView["cards"]): string {
  const what = "Auto top-up charges a saved card when your balance gets low.";
  if (cards.some(({ isChargeable }) => isChargeable)) return `${what} It is off until you turn it on.`;
  if (cards.length === 0) return `${what} Save a card to set it up.`;
  return `${what} Your cards were not saved for automatic charges: save one again to set it up.`;
}

function describeCharge(charge: PendingCharge, label: "On" | "Off"): StateMessage {
  const total = displayUsd(charge.total);
  const card = charge.cardName ?? "Your card";
  if (charge.isClosing)
    return { ...attention(label, "plain", "The last charge is being canceled", {}), isWaiting: true };
  switch (charge.status) {
    case "action_required":
      return attention(label, "warn", `Confirm your ${total} payment`, {
        text: `Your bank asks you to confirm it${charge.confirmBy ? ` by ${timeText(charge.confirmBy)}` : ""}. Until then nothing is charged or added.`,
        actions: charge.invoiceUrl ? ["confirm_payment"] : ["view_top_up"],
      });
    case "retry_wait":
      return attention(label, "warn", `${card} was declined`, {
        text: `${charge.failure ? `${charge.failure} ` : ""}Nothing was charged. ${charge.nextAttemptAt ? `We try again on ${timeText(charge.nextAttemptAt)}. ` : ""}To pay now, choose another card: it is tried at once.`,
        actions: ["choose_card", "save_card"],
      });
    case "needs_review":
      return attention(label, "warn", "We are reviewing your last automatic payment", {
        text: "Until that is done, nothing else is charged automatically. You do not have to do anything.",
        actions: ["view_top_up"],
      });
    default:
      return {
        ...attention(label, "plain", `Charging ${card}`, {
          text: "Your balance updates as soon as the payment is confirmed.",
        }),
        isWaiting: true,
      };
  }
}

/** A rule that is on, without a charge in progress. */
function describeEnabled(view: AutoTopUpView): StateMessage {
  const { terms, available, isFrozen, cardName, cardExpiry } = view;
  if (isFrozen) {
    return attention("On", "warn", "Nothing is charged while your balance is frozen", {
      text: "Auto top-up continues when it is unfrozen.",
      actions: ["contact"],
    });
  }
  if (terms.threshold !== null && available < terms.threshold) return describeBelow(view);
  const threshold = terms.threshold === null ? "the threshold" : displayUsd(terms.threshold);
  const state = `${cardName ?? "Your card"} is charged when your balance falls below ${threshold}.`;
  if (cardExpiry === null) return quiet("On", state);
  return attention("On", "warn", `${cardName ?? "Your card"} expires ${cardExpiry}`, {
    text: "Most banks replace a card by themselves. If yours does not, save the new card and choose it here, or charges will fail.",
    actions: ["save_card"],
  });
}

/** A rule that is on, with a balance below its threshold. */
function describeBelow(view: AutoTopUpView): StateMessage {
  const { lastOutcome, nextEvaluationAt, cardName } = view;
  switch (lastOutcome) {
    case "daily_cap":
      if (nextEvaluationAt || isAboveDailyLimit(view)) return describeDailyCap(view);
      break; // more was allowed since
    case "monthly_cap":
      if (nextEvaluationAt) return describeMonthlyCap(view, nextEvaluationAt);
      break;
    case "cooldown":
      if (nextEvaluationAt) {
        return attention("On", "plain", "The card was charged a few minutes ago", {
          text: `If your balance is still low at ${timeText(nextEvaluationAt)}, it is charged again.`,
        });
      }
      break;
    case "no_consent":
      return attention("On", "warn", "Agree to the current terms", {
        text: "The terms or the card changed since you agreed to charges, so nothing is charged. Check the terms below and save them.",
      });
    case "no_card":
      return attention("On", "bad", `${cardName ?? "The card"} cannot be charged`, {
        text: "It is not saved for automatic charges any more. Save it again, or choose another card.",
        actions: ["choose_card", "save_card"],
      });
    case "idle":
      return quiet(
        "On",
        "Your balance is low, but nothing was spent since the last automatic charge, refund or adjustment. The next use of your balance starts a charge.",
      );
  }
  return {
    ...attention("On", "plain", "Your balance is low", {
      text: `${cardName ?? "Your card"} is charged within a minute or two.`,
    }),
    isWaiting: true,
  };
}

function describeDailyCap(view: AutoTopUpView): StateMessage {
  const { nextEvaluationAt, raised, used } = view;
  const limits = limitsOf(view);
  const next = nextChargeOf(view);
  const isTooSmall = next > limits.dailyCap;
  const why = isTooSmall
    ? `One charge of ${displayUsd(next)} is more than your daily limit of ${displayUsd(limits.dailyCap)}.`
    : `The card paid ${displayUsd(used.day)} in ${chargesText(used.dayCount)} in the past 24 hours. Your limits are ${displayUsd(limits.dailyCap)} and ${chargesText(limits.dailyCount)}.`;
  const then = nextEvaluationAt
    ? ` The next charge is possible from ${timeText(nextEvaluationAt)}.`
    : " Raise the limit, or top up by hand.";
  const isRaised = raised?.until ? ` You have already allowed more until ${timeText(raised.until)}.` : "";
  return attention("On", "warn", "Daily limit reached", {
    text: `${why}${then}${isRaised}`,
    actions: raised ? ["top_up"] : ["allow_more", "top_up"],
  });
}

function isAboveDailyLimit(view: AutoTopUpView): boolean {
  const { dailyCap, dailyCount } = limitsOf(view);
  return view.used.day + nextChargeOf(view) > dailyCap || view.used.dayCount >= dailyCount;
}

function describeMonthlyCap(view: AutoTopUpView, nextEvaluationAt: Date): StateMessage {
  const { terms, used } = view;
  const limit = displayUsd(terms.monthlyCap ?? (0n as Nanos));
  const next = displayUsd(nextChargeOf(view));
  const month = MONTH.format(nextEvaluationAt);
  return attention("On", "warn", "Monthly limit reached", {
    text: `Another ${next} would exceed your limit of ${limit}: ${displayUsd(used.month)} were charged this month. Auto top-up continues on ${month} 1. Until then, raise the limit or top up by hand.`,
    actions: ["top_up"],
  });
}

function limitsOf({ terms, raised }: AutoTopUpView): { dailyCap: Nanos; dailyCount: number } {
  const amount = terms.amount ?? (0n as Nanos);
  return raised ?? { dailyCap: dailyCapOf({ ...terms, amount }), dailyCount: terms.dailyCount };
}

/** What the next charge comes to: tax included once that is known. */
function nextChargeOf({ terms, expectedTotal }: AutoTopUpView): Nanos {
  const amount = terms.amount ?? (0n as Nanos);
  return expectedTotal !== null && expectedTotal > amount ? expectedTotal : amount;
}

function quiet(label: StateMessage["label"], title: string): StateMessage {
  return { label, tone: null, title, text: null, actions: [], isWaiting: false };
}

function attention(
  label: StateMessage["label"],
  tone: Tone,
  title: string,
  { text = null, actions = [] }: { text?: string | null; actions?: readonly StateAction[] },
): StateMessage {
  return { label, tone, title, text, actions, isWaiting: false };
}

const MONTH = new Intl.DateTimeFormat("en-US", { month: "long", timeZone: "UTC" });
