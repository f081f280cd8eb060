import type { presentTopUp } from "@/lib/http";
import { displayUsd, parseUsd } from "@/lib/money";
import type { Tone } from "../ui/notice";

/** The fields of the API's top-up that the page uses. */
export type TopUpState = Pick<ReturnType<typeof presentTopUp>, "amount_usd" | "failure"> & {
  /** Any string: an open page may be older than the server. */
  status: string;
  mode: string;
};

/** The message about a top-up. `isFinal`: the page can stop polling. */
export interface TopUpMessage {
  tone: Tone;
  title: string;
  text: string | null;
  isFinal: boolean;
}

/**
 * Describes the state of a top-up. Only `succeeded`, which the API reports once the ledger has the credit, is described
 * as credited.
 *
 * @param card the saved card, such as "Visa •••• 4242", if known
 */
export function describeTopUp(topUp: TopUpState, card: string | null): TopUpMessage {
  return topUp.mode === "setup" ? describeSetup(topUp, card) : describePayment(topUp);
}

function describePayment(topUp: TopUpState): TopUpMessage {
  const amount =
    topUp.amount_usd === null ? "Your top-up" : displayUsd(parseUsd(topUp.amount_usd, { decimals: 2 }));
  switch (topUp.status) {
    case "succeeded":
      return final("good", `${amount} added to your balance`);
    case "refunded":
      return final(
        "plain",
        `This top-up of ${amount} was refunded`,
        "The money was returned to the card you paid with.",
      );
    case "partially_refunded":
      return final(
        "plain",
        `This top-up of ${amount} was partially refunded`,
        "The rest remains in your balance.",
      );
    case "disputed":
      return final(
        "warn",
        `This top-up of ${amount} is disputed`,
        "Your bank withdrew the money while it investigates.",
      );
    case "failed":
      return final("bad", "Your payment failed", `${reasonOf(topUp)}Nothing was added to your balance.`);
    case "expired":
      return final(
        "plain",
        "The checkout page expired",
        "Nothing was charged. Start a new top-up when you are ready.",
      );
    case "canceled":
      return final("plain", "This top-up was canceled", "Nothing was added to your balance.");
    case "needs_review":
      return final(
        "warn",
        "We received your payment and are reviewing it",
        "The payment did not match the top-up, so we are checking it before adding it to your balance. Do not pay again.",
      );
    case "action_required":
      return final(
        "warn",
        "Your bank needs you to confirm this payment",
        "Nothing has been added to your balance yet.",
      );
    case "retry_wait":
      return final(
        "warn",
        "The card was declined",
        `${reasonOf(topUp)}Nothing was charged. We try again later; to pay now, choose another card for auto top-up.`,
      );
    default:
      return {
        tone: "plain",
        title: `Your top-up of ${amount} is processing`,
        text: "Your balance updates as soon as Stripe confirms the payment.",
        isFinal: false,
      };
  }
}

function describeSetup(topUp: TopUpState, card: string | null): TopUpMessage {
  switch (topUp.status) {
    case "succeeded":
      return final("good", card ? `${card} is saved` : "Your card is saved", "Nothing was charged.");
    case "failed":
      return final("bad", "Your card could not be saved", `${reasonOf(topUp)}Nothing was charged.`);
    case "expired":
    case "canceled":
      return final(
        "plain",
        "No card was saved",
        "The checkout page expired. You can save a card at any time.",
      );
    case "needs_review":
    case "action_required":
      return final(
        "warn",
        "Your card is not saved yet",
        "We are reviewing it. You do not have to do anything.",
      );
    default:
      return {
        tone: "plain",
        title: "Your card is being saved",
        text: "Waiting for Stripe to confirm it.",
        isFinal: false,
      };
  }
}

function final(tone: Tone, title: string, text: string | null = null): TopUpMessage {
  return { tone, title, text, isFinal: true };
}

/** Returns the API's message for a decline, never the raw code. */
function reasonOf(topUp: TopUpState): string {
  return topUp.failure ? `${topUp.failure.message} ` : "";
}
