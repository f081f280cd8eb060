import type { CheckoutForm } from "../checkout/checkout-form";
import { inTransaction, NO_REQUEST, type Runtime, type Tx } from "../runtime";
import { addCard, chooseDefault, type PortalOutcome, removeCard } from "./change-cards";
import { changeDetails } from "./change-details";
import { type Portal, readPortal } from "./read-portal";

interface PortalSubmission {
  /** The button's name. */
  action: string;
  /** The card next to the button, if any. */
  card: string;
  form: CheckoutForm;
}

export interface SubmittedPortal {
  /** The portal before the submission. */
  portal: Portal;
  outcome: PortalOutcome;
}

/** Runs the action of a button of the portal, if the configuration allows it. */
export function submitPortalForm(
  runtime: Runtime,
  token: string,
  submission: PortalSubmission,
): Promise<SubmittedPortal | undefined> {
  return inTransaction(runtime, NO_REQUEST, async (tx) => {
    const portal = await readPortal(tx, token);
    return portal && { portal, outcome: await runAction(tx, portal, submission) };
  });
}

function runAction(tx: Tx, portal: Portal, submission: PortalSubmission): Promise<PortalOutcome> {
  const { features } = portal;
  if (submission.action === "save-details" && features.customer_update.enabled) {
    return changeDetails(tx, portal, submission.form);
  }
  const refused: PortalOutcome = { kind: "refused" };
  if (!features.payment_method_update.enabled) return Promise.resolve(refused);
  if (submission.action === "add-card") return addCard(tx, portal, submission.form);
  if (submission.action === "remove-card") return removeCard(tx, portal, submission.card);
  if (submission.action === "make-default") return chooseDefault(tx, portal, submission.card);
  return Promise.resolve(refused);
}
