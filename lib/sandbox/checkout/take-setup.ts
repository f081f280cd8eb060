import type { Session } from "../resources/checkout-sessions/session";
import { loadObject } from "../resources/load-object";
import { saveCard } from "../resources/payment-methods/attach-payment-method";
import { setUpCard } from "../resources/setup-intents/set-up-card";
import type { Tx } from "../runtime";
import type { Stripe } from "../stripe-types";
import type { CheckoutDetails } from "./checkout-form";
import { chooseCard, paymentMethodFor } from "./choose-card";
import { completeSession } from "./complete-session";
import type { PayOutcome } from "./pay-outcome";

/** Saves a card for later without a payment. The address stays on the card; the session does not show it. */
export async function takeSetup(tx: Tx, open: Session, details: CheckoutDetails): Promise<PayOutcome> {
  const chosen = await chooseCard(tx, open, details);
  if (!chosen) return { kind: "unavailable", message: "That saved card can no longer be used." };
  if (chosen.card.notBuilt) return { kind: "unavailable", message: chosen.card.notBuilt };
  if (typeof open.setup_intent !== "string") throw new Error(`${open.id} has no setup intent`);

  const stored = await loadObject<Stripe.SetupIntent>(tx, "setup_intent", open.setup_intent, "lock");
  const method = await paymentMethodFor(tx, chosen, details);
  const willSucceed = !chosen.card.onSetup;
  const used =
    willSucceed && typeof open.customer === "string"
      ? await saveCard(tx, method, open.customer, "limited")
      : method;
  const { decline } = await setUpCard(tx, stored.data, used, chosen.card);
  if (decline) return { kind: "declined", session: open, decline };
  return completeSession(tx, open, details);
}
