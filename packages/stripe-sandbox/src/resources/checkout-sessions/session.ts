import type { SaveOptions } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import type { BusinessTaxId } from "../../tax/tax-table";
import type { Address } from "../address";

export type Session = Stripe.Checkout.Session;

/** Who pays, as they wrote it on the page. */
export interface PayerDetails {
  email: string;
  name: string;
  address: Address;
  taxId: BusinessTaxId | undefined;
}

/** What a session remembers for its payment and never shows. */
export interface SessionSecrets extends Record<string, unknown> {
  updatesAddress: boolean;
  updatesName: boolean;
  /** Of the page's address; kept because `url` becomes null. */
  fragment: string;
  payment: {
    captureMethod: "automatic_async" | "manual";
    description: string | null;
    metadata: Record<string, string>;
    receiptEmail: string | null;
    setupFutureUsage: "off_session" | "on_session" | null;
    shipping: Stripe.PaymentIntent.Shipping | null;
    statementDescriptorSuffix: string | null;
  };
  /** Of the latest press of Pay; needed again when the customer returns from 3-D Secure. */
  payer?: PayerDetails;
}

export function sessionSaveOptions(session: Session): SaveOptions {
  return {
    refs: {
      customer: session.customer as string | null,
      payment_intent: session.payment_intent as string | null,
      setup_intent: session.setup_intent as string | null,
      status: session.status,
      email: session.customer_details?.email ?? null,
    },
    dueAt: session.status === "open" ? session.expires_at : null,
  };
}

/** Is the session waiting for its customer? A session whose time is up is not, even before its row says so. */
export function isOpen(session: Session, now: number): boolean {
  return session.status === "open" && now < session.expires_at;
}
