import type { Tx } from "../../runtime";
import { newStripeId, randomLetters } from "../../store/ids";
import { insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";

export function newWebhookSecret(): string {
  return `whsec_${randomLetters(32)}`;
}

export interface WebhookEndpointInput {
  url: string;
  enabledEvents: string[];
  apiVersion: string | null;
  description: string | null;
  metadata: Record<string, string>;
}

export function buildWebhookEndpoint(tx: Tx, input: WebhookEndpointInput): Stripe.WebhookEndpoint {
  return {
    id: newStripeId("we"),
    object: "webhook_endpoint",
    api_version: input.apiVersion,
    application: null,
    created: tx.now,
    description: input.description,
    enabled_events: input.enabledEvents,
    livemode: false,
    metadata: input.metadata,
    status: "enabled",
    url: input.url,
  };
}

/** What is private about an endpoint. While a secret is rolled, both the new and the old one sign. */
export interface EndpointSecrets extends Record<string, unknown> {
  secrets: string[];
  /** Earlier secrets that still sign, until the given Unix second. */
  retiring?: { secret: string; endsAt: number }[];
  /** Made from the configuration, not through the API. */
  configured: boolean;
  /** What the configuration said last; a secret that was rolled since outlives a restart. */
  configuredSecret?: string;
}

/** The secrets that sign now, the newest first. */
export function signingSecrets({ secrets, retiring = [] }: EndpointSecrets, now: number): string[] {
  return [...secrets, ...retiring.filter(({ endsAt }) => endsAt > now).map(({ secret }) => secret)];
}

export async function insertEndpoint(
  tx: Tx,
  endpoint: Stripe.WebhookEndpoint,
  secrets: EndpointSecrets,
): Promise<void> {
  await insertObject(tx, endpoint, { private: secrets });
  await saveEndpoint(tx, endpoint);
}

/** Keeps the columns that events are matched against in step with the endpoint. */
export async function saveEndpoint(
  tx: Tx,
  endpoint: Stripe.WebhookEndpoint,
  secrets?: EndpointSecrets,
): Promise<void> {
  await updateObject(tx, endpoint, {
    refs: { status: endpoint.status, enabled_events: endpoint.enabled_events },
    ...(secrets && { private: secrets }),
  });
}
