import { createHash } from "node:crypto";
import type Stripe from "stripe";
import { stripe } from "./client";
import { callStripe, isRememberedFailure } from "./errors";

type ConfigurationParams = Pick<Stripe.BillingPortal.ConfigurationCreateParams, "name" | "features">;

/** What customers can do in the portal. */
const CONFIGURATION: ConfigurationParams = {
  name: "Brim",
  features: {
    payment_method_update: { enabled: true },
    invoice_history: { enabled: true },
    customer_update: { enabled: true, allowed_updates: ["address", "name", "email", "tax_id"] },
  },
};

/** The metadata key of the fingerprint. */
const FINGERPRINT_KEY = "brim_portal";

/** On globalThis because the module exists once in Node and once in Next's bundle. */
const shared = globalThis as typeof globalThis & { brimPortalConfiguration?: Promise<string> };

/**
 * Returns the id of the portal configuration with our features. It is created at the first use.
 *
 * Only Stripe stores the configuration. Its metadata has a fingerprint of the parameters that it was created from, and each
 * process looks for that once. So each mode, account and list of features has its own configuration, and we never refer to
 * one that does not exist. Processes that find none at the same time send the same idempotency key and get the same one.
 *
 * Changes that somebody makes to the configuration at Stripe are kept.
 *
 * @throws StripeUnavailableError no response; the next call tries again
 */
export function ensurePortalConfiguration(): Promise<string> {
  if (!shared.brimPortalConfiguration) {
    const found = findOrCreateConfiguration(CONFIGURATION);
    shared.brimPortalConfiguration = found;
    found.catch(() => forgetPortalConfiguration(found));
  }
  return shared.brimPortalConfiguration;
}

/** Forgets the configuration after Stripe has refused it. The next call looks for one again. */
export function forgetPortalConfiguration(known = shared.brimPortalConfiguration): void {
  if (known === shared.brimPortalConfiguration) delete shared.brimPortalConfiguration;
}

/** Finds an active configuration that was created from these parameters, or creates one. */
export async function findOrCreateConfiguration(params: ConfigurationParams): Promise<string> {
  const fingerprint = createHash("sha256").update(JSON.stringify(params)).digest("hex").slice(0, 32);
  const found = await findByFingerprint(fingerprint);
  const usable = found.find(({ active }) => active);
  if (usable) return usable.id;
  // Under the first key Stripe would return the deactivated configuration for a day.
  const after = found.map(({ id }) => `:after:${id}`).at(-1) ?? "";
  const key = `portal:${fingerprint}${after}`;
  const create = (idempotencyKey: string) =>
    callStripe(() =>
      stripe().billingPortal.configurations.create(
        { ...params, metadata: { [FINGERPRINT_KEY]: fingerprint } },
        { idempotencyKey },
      ),
    );
  try {
    return (await create(key)).id;
  } catch (error) {
    if (!isRememberedFailure(error)) throw error;
    // Stripe may have created it anyway. If not, it would replay the failure for a day under the same key.
    const created = (await findByFingerprint(fingerprint)).find(({ active }) => active);
    return (created ?? (await create(`${key}:${new Date().toISOString().slice(0, 13)}`))).id;
  }
}

/** The oldest first, so that all processes choose the same one if there are two. */
async function findByFingerprint(fingerprint: string): Promise<Stripe.BillingPortal.Configuration[]> {
  const found = await callStripe(async () => {
    const configurations: Stripe.BillingPortal.Configuration[] = [];
    for await (const one of stripe().billingPortal.configurations.list({ limit: 100 })) {
      if (one.metadata?.[FINGERPRINT_KEY] === fingerprint) configurations.push(one);
    }
    return configurations;
  });
  return found.sort((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1));
}
