import { ensureStripeCustomer } from "@/lib/customers";
import { forgetDeletedCustomer } from "@/lib/payment-methods";
import { env } from "@/lib/platform/env";
import { ServiceUnavailableError } from "@/lib/platform/errors";
import type { CustomerId } from "@/lib/platform/ids";
import {
  createPortalSession,
  ensurePortalConfiguration,
  forgetPortalConfiguration,
  isStripeRefusal,
} from "@/lib/stripe";

/** A deleted customer and an inactive configuration take one more try each. */
const MAX_TRIES = 3;

/**
 * Opens a session of Stripe's customer portal. Creates the Stripe customer if needed. Changes that the customer makes in the
 * portal arrive as events.
 *
 * @returns the URL, which is valid for a few minutes
 * @throws StripeRefusedError Stripe refused, for example because STRIPE_PORTAL_CONFIGURATION does not exist
 * @throws StripeUnavailableError no response; try again
 */
export async function openPortal(customerId: CustomerId, now: Date): Promise<string> {
  const returnUrl = `${env().APP_URL}/billing?${new URLSearchParams({ customer: customerId })}`;
  let hasLookedAgain = false;
  for (let n = 1; n <= MAX_TRIES; n++) {
    const stripeCustomerId = await ensureStripeCustomer(customerId);
    try {
      const configurationId = env().STRIPE_PORTAL_CONFIGURATION ?? (await ensurePortalConfiguration());
      return await createPortalSession({ stripeCustomerId, configurationId, returnUrl });
    } catch (error) {
      if (!isStripeRefusal(error)) throw error;
      // The event about the deletion may be late, or never arrive.
      if (error.isMissing && (await forgetDeletedCustomer(customerId, stripeCustomerId, { now }))) continue;
      if (hasLookedAgain || env().STRIPE_PORTAL_CONFIGURATION !== undefined) throw error;
      // Ours may have been deactivated since it was found.
      forgetPortalConfiguration();
      hasLookedAgain = true;
    }
  }
  throw new ServiceUnavailableError("The customer is being updated at Stripe. Please try again.");
}
