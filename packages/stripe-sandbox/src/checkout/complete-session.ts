import type { Decline } from "../cards/declines";
import { recordEvent } from "../events/record-event";
import { type PayerDetails, type Session, saveSession } from "../resources/checkout-sessions/session";
import { invoiceSession } from "../resources/checkout-sessions/settle-session";
import type { Tx } from "../runtime";
import type { FieldErrors } from "./checkout-form";

/** Completes a session with what the customer entered, and sends the event. */
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
  await saveSession(tx, session);
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

/** Outcome of one click on Pay. */
export type PayOutcome =
  | { kind: "completed"; session: Session; eventId: string }
  /** The bank requires 3-D Secure first. */
  | { kind: "authenticate"; session: Session; url: string }
  | { kind: "declined"; session: Session; decline: Decline }
  | { kind: "invalid"; errors: FieldErrors }
  /** Nothing happened, for a reason that no field can fix. */
  | { kind: "unavailable"; message: string }
  /** Already paid or expired. */
  | { kind: "closed"; session: Session };

/** Returns the URL for a successful payment, with the session's id filled in. */
export function successUrl(session: Session): string | null {
  const address = session.success_url ?? session.return_url ?? null;
  return address?.replaceAll("{CHECKOUT_SESSION_ID}", session.id) ?? null;
}
