import type Stripe from "stripe";
import { env } from "@/lib/platform/env";
import { InvalidRequestError } from "@/lib/platform/errors";
import { stripe } from "./client";

/** An event as far as we trust it: a hint which object to read again. */
export interface EventHint {
  id: string;
  type: string;
  livemode: boolean;
  apiVersion: string | null;
  occurredAt: Date;
  objectId: string | null;
  /** The object as the event shows it: possibly old by now, and in the endpoint's API version. */
  object: Record<string, unknown>;
  payload: unknown;
}

/**
 * Verifies a delivery over its exact bytes and reads the event. Several secrets may be valid while one is rolled.
 *
 * @throws InvalidRequestError unsigned, signed with another secret, older than five minutes, changed, or not a snapshot event
 */
export function verifyDelivery(rawBody: string, signature: string | null): EventHint {
  if (!signature)
    throw new InvalidRequestError([{ path: "Stripe-Signature", message: "The signature is missing." }]);
  for (const secret of env().STRIPE_WEBHOOK_SECRET) {
    const event = tryVerify(rawBody, signature, secret);
    if (event) return hintOf(event);
  }
  throw new InvalidRequestError([
    {
      path: "Stripe-Signature",
      message: "The signature does not belong to this body, is too old, or was made with another secret.",
    },
  ]);
}

function tryVerify(rawBody: string, signature: string, secret: string): Stripe.Event | null {
  try {
    return stripe().webhooks.constructEvent(rawBody, signature, secret);
  } catch {
    // The SDK throws alike for every reason, also for a thin event and for a body that is not JSON.
    return null;
  }
}

/** Reads an event that was verified when it was stored. */
export function hintOf(event: Stripe.Event): EventHint {
  const object = event.data.object as unknown as Record<string, unknown>;
  return {
    id: event.id,
    type: event.type,
    livemode: event.livemode,
    apiVersion: event.api_version,
    occurredAt: new Date(event.created * 1000),
    objectId: typeof object.id === "string" ? object.id : null,
    object,
    payload: event,
  };
}

/** Reads an event back from the inbox, where only verified ones are stored. */
export function hintFromStored(payload: unknown): EventHint {
  return hintOf(payload as Stripe.Event);
}
