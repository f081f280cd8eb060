import { displayUsd, type Nanos } from "@/lib/money";
import { consentToTerms } from "../auto-top-up/consent";
import type { AutoTopUpView } from "../auto-top-up/view";

/** The rule, as far as the cards matter to it. */
export type CardRule = Pick<AutoTopUpView, "isEnabled" | "terms" | "followsDefault" | "cardName" | "charge">;

/** A card of the list. */
export interface ListedCard {
  /** Its id for requests. */
  id: string;
  name: string;
  isDefault: boolean;
  isChargeable: boolean;
  /** Whether auto top-up charges it. */
  isOfRule: boolean;
}

/** What a change of the cards does to auto top-up, for its dialog. */
export interface CardEffect {
  /** The consequence, set in bold; null if there is none. */
  consequence: string | null;
  text: string;
  /** The terms that confirming it agrees to; null if it agrees to nothing. */
  consent: string | null;
}

/** Describes what removing a card does. */
export function describeRemoval(card: ListedCard, rule: CardRule): CardEffect {
  if (card.isOfRule && rule.isEnabled) {
    const pending = rule.charge ? " The charge in progress is canceled unless it has already been paid." : "";
    return {
      consequence: "Auto top-up charges this card, so auto top-up turns off.",
      text: `Your balance can run out until you choose another card and turn it on again.${pending}`,
      consent: null,
    };
  }
  const other = rule.isEnabled && rule.cardName ? ` Auto top-up keeps charging ${rule.cardName}.` : "";
  const isDefault = card.isDefault ? " No other card becomes the default by itself." : "";
  return { consequence: null, text: `It can no longer be charged.${other}${isDefault}`, consent: null };
}

/**
 * Describes what making a card the default does to auto top-up.
 *
 * @param consentText the text to agree to, with names in braces for the terms
 * @returns null if auto top-up is off, so that there is nothing to confirm
 */
export function describeNewDefault(card: ListedCard, rule: CardRule, consentText: string): CardEffect | null {
  const { isEnabled, terms, followsDefault, cardName, charge } = rule;
  if (!isEnabled || card.isOfRule) return null;
  const { threshold, amount, monthlyCap } = terms;
  const isDeclined = charge?.status === "retry_wait";
  const keeps = `Auto top-up keeps charging ${cardName ?? "its own card"}`;
  if (!card.isChargeable) {
    const text = `${keeps}, because ${card.name} was not saved for automatic charges.`;
    return { consequence: null, text, consent: null };
  }
  if ((!followsDefault && !isDeclined) || threshold === null || amount === null || monthlyCap === null) {
    return { consequence: null, text: `${keeps}, which you chose for it.`, consent: null };
  }
  return {
    consequence: `Auto top-up charges ${card.name} from now on.`,
    text: isDeclined
      ? `The declined charge of ${displayUsd(charge?.total ?? (0n as Nanos))} is tried with it at once.`
      : `It no longer charges ${cardName ?? "the other card"}.`,
    consent: consentToTerms(consentText, { ...terms, threshold, amount, monthlyCap }, card.name),
  };
}
