import { recordEvent } from "../events/record-event";
import { type Session, sessionSaveOptions } from "../resources/checkout-sessions/session";
import type { Tx } from "../runtime";
import { updateObject } from "../store/objects";
import type { CheckoutDetails } from "./checkout-form";
import type { PayOutcome } from "./pay-outcome";

/** Closes a session as complete, with what the customer entered, and tells the endpoints. */
export async function completeSession(tx: Tx, open: Session, details: CheckoutDetails): Promise<PayOutcome> {
  const session: Session = {
    ...open,
    customer_details: customerDetails(open, details),
    status: "complete",
    url: null,
  };
  await updateObject(tx, session, sessionSaveOptions(session));
  const eventId = await recordEvent(tx, "checkout.session.completed", session);
  return { kind: "completed", session, eventId };
}

function customerDetails(session: Session, details: CheckoutDetails): Session["customer_details"] {
  const isPayment = session.mode === "payment";
  return {
    address: isPayment ? details.address : null,
    business_name: null,
    email: details.email,
    individual_name: null,
    name: isPayment ? details.name : null,
    phone: null,
    tax_exempt: session.customer_details?.tax_exempt ?? "none",
    tax_ids: isPayment ? (details.taxId ? [details.taxId] : []) : null,
  } as Session["customer_details"];
}
