import { describe, expect, it } from "vitest";
import {
  describeNewDefault,
  describeRemoval,
  type ListedCard,
} from "@/components/billing/cards/card-effects";
import { CONSENT_TEXTS } from "@/lib/auto-top-up";
import { aCharge, aView, MASTERCARD, VISA } from "@/tests/support/auto-top-up-view";

const own: ListedCard = { ...VISA, isOfRule: true };
const other: ListedCard = { ...MASTERCARD, isOfRule: false };
const newDefault = (card: ListedCard, changes: Parameters<typeof aView>[0] = {}) =>
  describeNewDefault(card, aView(changes), CONSENT_TEXTS.terms);

describe("removing a card", () => {
  it("says that auto top-up turns off if it charges the card", () => {
    expect(describeRemoval(own, aView())).toMatchObject({
      consequence: "Auto top-up charges this card, so auto top-up turns off.",
      consent: null,
    });
    expect(describeRemoval(own, aView({ charge: aCharge("retry_wait") })).text).toContain("is canceled");
  });

  it("says that auto top-up keeps charging another card", () => {
    expect(describeRemoval(other, aView())).toEqual({
      consequence: null,
      text: "It can no longer be charged. Auto top-up keeps charging Visa •••• 4242.",
      consent: null,
    });
    expect(describeRemoval(own, aView({ isEnabled: false })).text).not.toContain("Auto top-up");
  });
});

describe("making a card the default", () => {
  it("asks for consent to the exact terms when auto top-up follows the default card", () => {
    const effect = newDefault(other);

    expect(effect?.consequence).toBe("Auto top-up charges Mastercard •••• 4444 from now on.");
    expect(effect?.consent).toContain("charges to Mastercard •••• 4444: $50.00 plus tax");
  });

  it("says that a declined charge is tried with it at once", () => {
    expect(newDefault(other, { charge: aCharge("retry_wait"), followsDefault: false })?.text).toBe(
      "The declined charge of $59.50 is tried with it at once.",
    );
  });

  it("agrees to nothing when auto top-up keeps its card", () => {
    const keeps = "Auto top-up keeps charging Visa •••• 4242";

    expect(newDefault(other, { followsDefault: false })).toMatchObject({ consequence: null, consent: null });
    expect(newDefault(other, { followsDefault: false })?.text).toBe(`${keeps}, which you chose for it.`);
    expect(newDefault({ ...other, isChargeable: false })?.text).toBe(
      `${keeps}, because Mastercard •••• 4444 was not saved for automatic charges.`,
    );
  });

  it("needs no confirmation when auto top-up is off or charges the card already", () => {
    expect(newDefault(other, { isEnabled: false })).toBeNull();
    expect(newDefault(own)).toBeNull();
  });
});
