import { createHash } from "node:crypto";
import type Stripe from "stripe";
import { stripe } from "./client";
import { callStripe, isRememberedFailure } from "./errors";

type ConfigurationParams = Pick<Stripe.BillingPortal.ConfigurationCreateParams, "name" | "features">;

/** What customers may do in the portal. */
const OURS: ConfigurationParams = {
  name: "Brim",
  features: {
    payment_method_update: { enabled: true },
    invoice_history: { enabled: true },
    customer_update: { enabled: true, allowed_updates: ["address", "name", "email", "tax_id"] },
  },
};

/** Under this name a configuration carries the fingerprint of what it was made from. */
const MARK = "brim_portal";

/** On globalThis because the module exists once in Node and once in Next's bundle. */
const shared = globalThis as typeof globalThis & { brimPortalConfiguration?: Promise<string> };

/**
 * The portal configuration with exactly our features, found at Stripe or made at its first use.
 *
 * Stripe itself keeps it: the configuration carries a fingerprint of what it was made from, and each process looks for that
 * once. So test and live mode, another account and another list of features each have their own, and nothing here can point to a
 * configuration that is not there. Processes that find none at the same time send the same key, and get the same one.
 *
 * What somebody has changed of it at Stripe stays so; the fingerprint is of what we asked for.
 *
 * @throws StripeUnavailableError no answer; the next call looks again
 */
export function ensurePortalConfiguration(): Promise<string> {
  if (!shared.brimPortalConfiguration) {
    const found = findOrMake(OURS);
    shared.brimPortalConfiguration = found;
    found.catch(() => forgetPortalConfiguration(found));
  }
  return shared.brimPortalConfiguration;
}

/** After Stripe has refused it: the next call looks for one again. */
export function forgetPortalConfiguration(known = shared.brimPortalConfiguration): void {
  if (known === shared.brimPortalConfiguration) delete shared.brimPortalConfiguration;
}

/** Looks for a configuration that was made from these parameters, and makes one when none is active. */
export async function findOrMake(params: ConfigurationParams): Promise<string> {
  const fingerprint = createHash("sha256").update(JSON.stringify(params)).digest("hex").slice(0, 32);
  const marked = await findMarked(fingerprint);
  const usable = marked.find(({ active }) => active);
  if (usable) return usable.id;
  // Under the first key Stripe would answer for a day with the one that somebody has switched off.
  const after = marked.map(({ id }) => `:after:${id}`).at(-1) ?? "";
  const key = `portal:${fingerprint}${after}`;
  const make = (idempotencyKey: string) =>
    callStripe(() =>
      stripe().billingPortal.configurations.create(
        { ...params, metadata: { [MARK]: fingerprint } },
        { idempotencyKey },
      ),
    );
  try {
    return (await make(key)).id;
  } catch (error) {
    if (!isRememberedFailure(error)) throw error;
    // Stripe may have made it all the same. If not, it would answer that failure for a day under the same key.
    const made = (await findMarked(fingerprint)).find(({ active }) => active);
    return (made ?? (await make(`${key}:${new Date().toISOString().slice(0, 13)}`))).id;
  }
}

/** The oldest first, so that all processes choose the same one should there ever be two. */
async function findMarked(fingerprint: string): Promise<Stripe.BillingPortal.Configuration[]> {
  const found = await callStripe(async () => {
    const marked: Stripe.BillingPortal.Configuration[] = [];
    for await (const one of stripe().billingPortal.configurations.list({ limit: 100 })) {
      if (one.metadata?.[MARK] === fingerprint) marked.push(one);
    }
    return marked;
  });
  return found.sort((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1));
}
