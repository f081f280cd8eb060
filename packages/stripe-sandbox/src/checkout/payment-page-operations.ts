import type { ApiRequest, Operation } from "../api/operation";
import { invalidRequest, StripeError } from "../api/stripe-error";
import { expireDueSessions } from "../resources/checkout-sessions/expire-session";
import { isOpen, type Session, type SessionSecrets } from "../resources/checkout-sessions/session";
import { loadObject } from "../resources/load-object";
import { EMPTY_ADDRESS, textOr } from "../resources/params";
import { usablePaymentMethod } from "../resources/payment-methods/usable-payment-method";
import type { Tx } from "../runtime";
import type { StoredObject } from "../store/objects";
import type { Stripe } from "../stripe-types";
import type { CheckoutDetails } from "./checkout-form";
import type { PayOutcome } from "./complete-session";
import { takePayment } from "./take-payment";
import { takeSetup } from "./take-setup";

/**
 * The operations that Checkout's own script uses. Stripe does not document them; its command-line tool pays
 * sessions through them. The response is the session itself.
 */
export const paymentPageOperations: readonly Operation[] = [
  { id: "PaymentPages.retrieve", run: async (tx, request) => (await load(tx, request)).data },
  { id: "PaymentPages.confirm", run: confirmPage },
];

async function load(tx: Tx, { ids }: ApiRequest): Promise<StoredObject<Session>> {
  await expireDueSessions(tx);
  return loadObject<Session>(tx, "checkout.session", ids.session ?? "", "lock");
}

/** Pays or sets up with a payment method created through the API. */
async function confirmPage(tx: Tx, request: ApiRequest): Promise<Session | StripeError> {
  const { data: session, private: hidden } = await load(tx, request);
  if (!isOpen(session, tx.now)) {
    throw invalidRequest(`This Checkout Session is ${session.status} and can no longer be paid.`);
  }
  const id = textOr(request.params.payment_method, "");
  const method = await usablePaymentMethod(tx, id, session.customer as string | null, "payment_method");
  checkAmount(session, request);
  const details = detailsFrom(session, method);
  const outcome =
    session.mode === "setup"
      ? await takeSetup(tx, session, details)
      : await takePayment(tx, session, hidden as SessionSecrets, details);
  return presentOutcome(outcome);
}

function checkAmount(session: Session, { params }: ApiRequest): void {
  const expected = params.expected_amount;
  if (expected === undefined || session.mode === "setup" || expected === session.amount_total) return;
  throw invalidRequest(
    `The amount of this Checkout Session is ${session.amount_total}, not ${expected}.`,
    "expected_amount",
    "checkout_amount_mismatch",
  );
}

/** Takes the details that the page would ask for from the payment method. */
function detailsFrom(
  session: Session,
  { id, billing_details: billing }: Stripe.PaymentMethod,
): CheckoutDetails {
  const email = session.customer_details?.email ?? billing.email;
  if (!email) {
    throw invalidRequest("This Checkout Session needs an email address.", "payment_method", "email_invalid");
  }
  return {
    email,
    name: billing.name ?? "",
    address: { ...EMPTY_ADDRESS, ...billing.address },
    taxId: undefined,
    payment: { methodId: id },
    save: false,
  };
}

function presentOutcome(outcome: PayOutcome): Session | StripeError {
  switch (outcome.kind) {
    case "completed":
    case "authenticate":
    case "closed":
      return outcome.session;
    case "declined":
      return new StripeError(402, { type: "card_error", ...outcome.decline });
    case "unavailable":
      throw invalidRequest(outcome.message, "payment_method");
    case "invalid":
      throw new Error("there was no form to be invalid");
    default:
      return outcome satisfies never;
  }
}
