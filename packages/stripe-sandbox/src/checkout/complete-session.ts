import { recordEvent } from "../events/record-event";
import { type PayerDetails, type Session, sessionSaveOptions } from "../resources/checkout-sessions/session";
import type { Tx } from "../runtime";
import { updateObject } from "../store/objects";
import { invoiceSession } from "./invoice-session";
import type { PayOutcome } from "./pay-outcome";

/** Closes a session as complete, with what the customer entered, and tells the endpoints. */
export async function completeSession(
  tx: Tx,
  open: Session,
  payer: PayerDetails,
): Promise<PayOutcome & { kind: "completed" }> {
  const session = await invoiceSession(tx, {
    ...open,
    customer_details: customerDetails(open, payer),
    status: "complete",
    url: null,
  });
  await updateObject(tx, session, sessionSaveOptions(session));
  const eventId = await recordEvent(tx, "checkout.session.completed", session);
  return { kind: "completed", session, eventId };
}

function customerDetails(session: Session, payer: PayerDetails): Session["customer_details"] {
  const isPayment = session.mode === "payment";
  return {
    address: isPayment ? payer.address : null,
    business_name: null,
    email: payer.email,
    individual_name: null,
    name: isPayment ? payer.name : null,
    phone: null,
    tax_exempt: session.customer_details?.tax_exempt ?? "none",
    tax_ids: isPayment ? (payer.taxId ? [payer.taxId] : []) : null,
  } as Session["customer_details"];
}
