import type { CheckoutForm } from "../checkout/checkout-form";
import { inTransaction, NO_REQUEST, type Runtime, type Tx } from "../runtime";
import { addCard, chooseDefault, type PortalOutcome, removeCard } from "./change-cards";
import { changeDetails } from "./change-details";
import { type Portal, readPortal } from "./read-portal";

interface PortalPress {
  /** The button's name. */
  action: string;
  /** The card that the button stands beside, if it does. */
  card: string;
  form: CheckoutForm;
}

export interface UsedPortal {
  /** As it was before the press. */
  portal: Portal;
  outcome: PortalOutcome;
}

/** Does what one button of the portal says, if the configuration offers it. */
export function pressInPortal(
  runtime: Runtime,
  token: string,
  press: PortalPress,
): Promise<UsedPortal | undefined> {
  return inTransaction(runtime, NO_REQUEST, async (tx) => {
    const portal = await readPortal(tx, token);
    return portal && { portal, outcome: await act(tx, portal, press) };
  });
}

function act(tx: Tx, portal: Portal, press: PortalPress): Promise<PortalOutcome> {
  const { features } = portal;
  if (press.action === "save-details" && features.customer_update.enabled) {
    return changeDetails(tx, portal, press.form);
  }
  const refused: PortalOutcome = { kind: "refused" };
  if (!features.payment_method_update.enabled) return Promise.resolve(refused);
  if (press.action === "add-card") return addCard(tx, portal, press.form);
  if (press.action === "remove-card") return removeCard(tx, portal, press.card);
  if (press.action === "make-default") return chooseDefault(tx, portal, press.card);
  return Promise.resolve(refused);
}
