import { noSuchObject } from "../api/stripe-error";
import type { CheckoutForm } from "../checkout/checkout-form";
import { type PayOutcome, successUrl } from "../checkout/complete-session";
import { paySession } from "../checkout/pay-session";
import { prefillForm, withTestCard } from "../checkout/prefill-form";
import { readCheckout } from "../checkout/read-checkout";
import { answerChallenge } from "../payments/answer-challenge";
import { inTransaction, NO_REQUEST, type Runtime } from "../runtime";
import type { PayInput } from "./inputs";

/** The default address: Oregon, where nothing is taxed. */
const DEFAULT_ADDRESS = {
  country: "US",
  line1: "1 Main Street",
  line2: "",
  city: "Portland",
  state: "OR",
  postalCode: "97201",
};

/** Pays a session as the page would, with default details where none are given. */
export async function payByControl(runtime: Runtime, id: string, input: PayInput) {
  const checkout = await inTransaction(runtime, NO_REQUEST, (tx) => readCheckout(tx, id));
  if (!checkout) throw noSuchObject("checkout.session", id, "session");
  const known = prefillForm(checkout.session, checkout.customer, []);
  const outcome = await authenticateIfAsked(
    runtime,
    input,
    await paySession(runtime, id, fillForm(known, input, runtime.clock.now())),
  );
  switch (outcome.kind) {
    case "completed":
      return {
        outcome: "completed" as const,
        redirect: successUrl(outcome.session),
        session: outcome.session,
      };
    case "authenticate":
      return { outcome: "requires_action" as const, url: outcome.url };
    case "refused":
      return { outcome: "declined" as const, message: outcome.message };
    case "declined":
      return { outcome: "declined" as const, ...outcome.decline };
    case "invalid":
      return { outcome: "invalid" as const, errors: outcome.errors };
    case "unavailable":
      return { outcome: "unavailable" as const, message: outcome.message };
    case "closed":
      return { outcome: "closed" as const, status: outcome.session.status };
    default:
      return outcome satisfies never;
  }
}

type Outcome = PayOutcome | { kind: "refused"; message: string | undefined };

/** Completes or fails 3-D Secure if the input requests it. */
async function authenticateIfAsked(runtime: Runtime, input: PayInput, outcome: PayOutcome): Promise<Outcome> {
  if (outcome.kind !== "authenticate" || !input.authentication) return outcome;
  const [token = "", intentId = ""] = new URL(outcome.url).pathname.split("/").reverse();
  await answerChallenge(runtime, intentId, token, input.authentication === "complete");
  const after = await inTransaction(runtime, NO_REQUEST, (tx) => readCheckout(tx, outcome.session.id));
  return after?.session.status === "complete"
    ? { kind: "completed", session: after.session, eventId: "" }
    : { kind: "refused", message: after?.lastError };
}

function fillForm(known: CheckoutForm, input: PayInput, now: number): CheckoutForm {
  const form = withTestCard(known, input.card ?? "4242424242424242", now);
  return {
    ...form,
    ...chosenAddress(known, input),
    email: input.email ?? (form.email || "jenny.rosen@example.com"),
    name: input.name ?? form.name,
    taxId: input.tax_id ?? "",
    savedCard: input.payment_method ?? "",
    save: input.save ?? false,
    payBy: input.bank_account && `bank_${input.bank_account}`,
    payIn: input.currency,
    location: input.location,
  };
}

function chosenAddress(known: CheckoutForm, { address }: PayInput): typeof DEFAULT_ADDRESS | undefined {
  if (!address) return known.line1 ? undefined : DEFAULT_ADDRESS;
  return {
    country: address.country,
    line1: address.line1 ?? "1 Main Street",
    line2: address.line2 ?? "",
    city: address.city ?? "Springfield",
    state: address.state ?? "",
    postalCode: address.postal_code ?? "12345",
  };
}
