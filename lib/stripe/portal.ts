import { stripe } from "./client";
import { callStripe } from "./errors";

/**
 * Creates a session of Stripe's customer portal and returns its URL. Anyone with the URL can use it, so it goes to the
 * customer's browser and is not stored. A second session does no harm, so the SDK's own idempotency key is enough.
 *
 * @see https://docs.stripe.com/api/customer_portal/sessions/create
 */
export async function createPortalSession(params: {
  stripeCustomerId: string;
  configurationId: string;
  returnUrl: string;
}): Promise<string> {
  const { stripeCustomerId: customer, configurationId: configuration, returnUrl: return_url } = params;
  const session = await callStripe(() =>
    stripe().billingPortal.sessions.create({ customer, configuration, return_url }),
  );
  return session.url;
}
