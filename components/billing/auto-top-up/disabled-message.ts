import type { AutoTopUpView, StateAction } from "./view";

/** What turned auto top-up off, and the way back. */
export interface DisabledMessage {
  text: string;
  actions: readonly StateAction[];
}

/** Describes why auto top-up was turned off by something else than its customer. */
export function describeDisabled(
  reason: string,
  { cardName, cards }: Pick<AutoTopUpView, "cardName" | "cards">,
): DisabledMessage {
  const card = cardName ?? "The card";
  const other: DisabledMessage = cards.some(({ isChargeable }) => isChargeable)
    ? { text: "Choose a card below, then turn auto top-up on again.", actions: ["choose_card"] }
    : { text: "Save a card, then turn auto top-up on again.", actions: ["save_card"] };
  switch (reason) {
    case "payment_method_detached":
      return { ...other, text: `${card} was removed. ${other.text}` };
    case "payment_method_expired":
      return {
        ...other,
        text: `${card} has expired. ${other.text} If your bank replaces the card, auto top-up comes back by itself.`,
      };
    case "card_declined":
      return {
        text: `${card} was declined, and nothing was charged. ${other.text} Your bank can tell you why.`,
        actions: [...other.actions, "view_top_up"],
      };
    case "card_brand_changed":
      return {
        text: `Your bank replaced ${cardName ?? "the card"} with one of another brand. Turn auto top-up on again to agree to charges to the new card.`,
        actions: [],
      };
    case "authentication_required":
      return {
        text: "Your bank asked you to confirm a payment, and that did not happen within 24 hours. Nothing was charged. Turn auto top-up on again, then confirm the next payment when we email you.",
        actions: ["view_top_up"],
      };
    case "address_required":
      return {
        text: "We need a billing address to calculate tax. Add it, then turn auto top-up on again.",
        actions: ["add_address"],
      };
    case "dispute_opened":
      return {
        text: "A payment was disputed with your bank. Contact us about it, then turn auto top-up on again.",
        actions: ["contact"],
      };
    case "fraud_warning":
      return {
        text: "The card network reported a payment as possibly unauthorized. If you made it, contact us, then turn auto top-up on again.",
        actions: ["contact"],
      };
    case "balance_reversed":
      return {
        text: "A refund or dispute took your balance below zero. Turn auto top-up on again when the card may be charged.",
        actions: [],
      };
    case "customer_balance":
    case "stripe_setup":
      return {
        text: "We could not prepare the payment, and nothing was charged. Contact us, then turn auto top-up on again.",
        actions: ["contact"],
      };
    default:
      return { text: "It was turned off by us. Contact us to find out why.", actions: ["contact"] };
  }
}
