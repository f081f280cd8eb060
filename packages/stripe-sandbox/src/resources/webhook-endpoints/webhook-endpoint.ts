import type { Tx } from "../../runtime";
import { newStripeId, randomLetters } from "../../store/ids";
import { insertObject, updateObject } from "../../store/objects";
import type { Stripe } from "../../stripe-types";
import type { EndpointSecrets } from "../../webhooks/sign-payload";

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
