import { stripe } from "./client";
import { callStripe } from "./errors";

/**
 * Makes a session of Stripe's customer portal and tells its address, which whoever holds it can use: it is handed to the
 * customer's browser and kept nowhere. A second session does no harm, so no key of ours is needed; the SDK's own covers
 * its retries.
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
