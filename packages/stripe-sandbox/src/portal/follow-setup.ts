import type { Followed } from "../checkout/follow-payment";
import type { PortalSession } from "../resources/billing-portal/session";
import { customerCards } from "../resources/payment-methods/customer-cards";
import type { SetupResult } from "../resources/setup-intents/set-up-card";
import type { Tx } from "../runtime";
import { findObject, findObjects } from "../store/objects";
import type { Stripe } from "../stripe-types";
import { setDefault } from "./set-default";

/** What the end of 3-D Secure means for the portal on which the card was added. */
export async function followSetupInPortal(tx: Tx, { intent }: SetupResult): Promise<Followed | undefined> {
  const [stored] = await findObjects<PortalSession>(tx, "billing_portal.session", {
    setup_intent: intent.id,
  });
  if (!stored) return undefined;
  const { customer: id, url } = stored.data;
  if (intent.status !== "succeeded") return { goTo: `${url}?failed` };
  const customer = await findObject<Stripe.Customer>(tx, "customer", id, "lock");
  const cards = await customerCards(tx, id);
  if (customer && !customer.deleted && cards.length === 1) {
    await setDefault(tx, customer.data, String(intent.payment_method));
  }
  return { goTo: `${url}?done=card-added` };
}
