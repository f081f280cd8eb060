import { loadLive } from "../resources/load-object";
import {
  type EndpointSecrets,
  newWebhookSecret,
  saveEndpoint,
} from "../resources/webhook-endpoints/webhook-endpoint";
import type { Tx } from "../runtime";
import type { Stripe } from "../stripe-types";

export interface RotatedSecret {
  endpoint: string;
  /** The new secret. It is shown here and never again. */
  secret: string;
  /** Unix seconds at which the old secret stops to sign; null when it stopped at once. */
  old_secret_ends_at: number | null;
}

/**
 * Gives an endpoint a new secret. For the time of the overlap every delivery carries a second `v1` with the old one.
 *
 * @param overlapSeconds on the sandbox's clock
 * @throws StripeError 404 for an unknown endpoint
 */
export async function rotateSecret(tx: Tx, id: string, overlapSeconds: number): Promise<RotatedSecret> {
  const { data, private: known } = await loadLive<Stripe.WebhookEndpoint>(tx, "webhook_endpoint", id);
  const before = known as EndpointSecrets;
  const secret = newWebhookSecret();
  const endsAt = tx.now + overlapSeconds;
  const stillSigning = (before.retiring ?? []).filter((old) => old.endsAt > tx.now);
  const retiring = before.secrets.map((old) => ({ secret: old, endsAt }));
  await saveEndpoint(tx, data, {
    ...before,
    secrets: [secret],
    retiring: overlapSeconds === 0 ? [] : [...retiring, ...stillSigning],
  });
  return { endpoint: id, secret, old_secret_ends_at: overlapSeconds === 0 ? null : endsAt };
}
