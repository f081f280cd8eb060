import type { presentTopUp } from "@/lib/http";
import { displayUsd, parseUsd } from "@/lib/money";
import type { Tone } from "../ui/notice";

/** What the page needs of a top-up, as the API tells it. */
export type TopUpState = Pick<ReturnType<typeof presentTopUp>, "amount_usd" | "failure"> & {
  /** Any text: a page that stays open can be older than the server that answers it. */
  status: string;
  mode: string;
};

/** A top-up in words. `isFinal`: nothing more will happen that the page should wait for. */
export interface TopUpWords {
  tone: Tone;
  title: string;
  text: string | null;
  isFinal: boolean;
}

/**
 * Says what became of an attempt. Credit is claimed for one status only, which the API gives once the ledger has it.
 *
 * @param card the card that was saved, as in "Visa •••• 4242", when it is known
 */
export function describeTopUp(topUp: TopUpState, card: string | null): TopUpWords {
  return topUp.mode === "setup" ? describeSetup(topUp, card) : describePayment(topUp);
}

function describePayment(topUp: TopUpState): TopUpWords {
  const amount =
    topUp.amount_usd === null ? "Your top-up" : displayUsd(parseUsd(topUp.amount_usd, { decimals: 2 }));
  switch (topUp.status) {
    case "succeeded":
      return final("good", `${amount} added to your balance`);
    case "refunded":
      return final(
        "plain",
        `This top-up of ${amount} was refunded`,
        "The money went back to the card it came from.",
      );
    case "partially_refunded":
      return final(
        "plain",
        `A part of this top-up of ${amount} was refunded`,
        "The rest is in your balance.",
      );
    case "disputed":
      return final(
        "warn",
        `This top-up of ${amount} is disputed`,
        "The bank took the money back while it looks into it.",
      );
    case "failed":
      return final(
        "bad",
        "The payment did not go through",
        `${reasonOf(topUp)}Nothing was added to your balance.`,
      );
    case "expired":
      return final(
        "plain",
        "The checkout page has expired",
        "Nothing was charged. Start again whenever you like.",
      );
    case "canceled":
      return final("plain", "This top-up was called off", "Nothing was charged.");
    case "needs_review":
      return final(
        "warn",
        "Your payment has arrived and needs a look from us",
        "Something about it did not match, so a person checks it before it is added. You do not have to pay again.",
      );
    case "action_required":
      return final(
        "warn",
        "Your bank wants you to confirm this payment",
        "Nothing was added to your balance yet.",
      );
    default:
      return {
        tone: "plain",
        title: `Your top-up of ${amount} is processing`,
        text: "We are waiting for Stripe to confirm the payment. Your balance changes as soon as it does.",
        isFinal: false,
      };
  }
}

function describeSetup(topUp: TopUpState, card: string | null): TopUpWords {
  switch (topUp.status) {
    case "succeeded":
      return final("good", card ? `${card} is saved` : "Your card is saved", "Nothing was charged.");
    case "failed":
      return final("bad", "The card could not be saved", `${reasonOf(topUp)}Nothing was charged.`);
    case "expired":
    case "canceled":
      return final("plain", "No card was saved", "The page has expired. Start again whenever you like.");
    case "needs_review":
    case "action_required":
      return final(
        "warn",
        "The card is not saved yet",
        "Something needs a look from us. You do not have to do anything.",
      );
    default:
      return {
        tone: "plain",
        title: "Your card is being saved",
        text: "We are waiting for Stripe to confirm it.",
        isFinal: false,
      };
  }
}

function final(tone: Tone, title: string, text: string | null = null): TopUpWords {
  return { tone, title, text, isFinal: true };
}

/** The API's sentence for a decline: never the raw code. */
function reasonOf(topUp: TopUpState): string {
  return topUp.failure ? `${topUp.failure.message} ` : "";
}
