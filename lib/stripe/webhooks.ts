import type Stripe from "stripe";
import { z } from "zod";
import { env } from "@/lib/platform/env";
import { InvalidRequestError, invalidField } from "@/lib/platform/errors";
import { stripe } from "./client";

/** An event, which is only a hint: it says which object to read from Stripe. */
export interface EventHint {
  id: string;
  type: string;
  livemode: boolean;
  apiVersion: string | null;
  occurredAt: Date;
  objectId: string | null;
  /** The object in the event. It may be outdated, and has the endpoint's API version. */
  object: Record<string, unknown>;
  payload: unknown;
}

const SIGNATURE = "Stripe-Signature";

/** Stripe's own default. An older delivery may be a replay. */
const TOLERANCE_SECONDS = 300;

/**
 * Verifies the signature of a delivery and parses the event. While a signing secret is being rolled, several are valid.
 *
 * @throws InvalidRequestError the signature is missing, wrong or too old, or the body is not a snapshot event
 */
export function verifyDelivery(rawBody: string, signature: string | null): EventHint {
  if (!signature) throw invalidField(SIGNATURE, "The signature is missing.");
  const secrets = env().STRIPE_WEBHOOK_SECRET;
  if (!secrets.some((secret) => isSigned(rawBody, signature, secret, TOLERANCE_SECONDS))) {
    // Tells a wrong signature from one that is too old.
    const isLate = secrets.some((secret) => isSigned(rawBody, signature, secret, Number.MAX_SAFE_INTEGER));
    throw invalidField(
      SIGNATURE,
      isLate
        ? `The signature is valid but older than ${TOLERANCE_SECONDS} seconds. Check the clock of this server, or deliver the event again.`
        : "The signature does not match the body and any signing secret in STRIPE_WEBHOOK_SECRET.",
    );
  }
  return hintOf(readEvent(rawBody));
}

function isSigned(rawBody: string, signature: string, secret: string, toleranceSeconds: number): boolean {
  try {
    const { signature: verifier } = stripe().webhooks;
    return verifier?.verifyHeader(rawBody, signature, secret, toleranceSeconds) ?? false;
  } catch {
    return false;
  }
}

/** An id or a name: visible ASCII. */
const name = z.string().regex(/^[\x21-\x7e]{1,255}$/);

/** The fields of a snapshot event that we need. The object can have any shape. */
const snapshotEvent = z.looseObject({
  object: z.literal("event"),
  id: name,
  type: name,
  livemode: z.boolean(),
  api_version: name.nullish(),
  created: z.int().min(0).max(253_402_300_799),
  data: z.looseObject({ object: z.looseObject({}) }),
});

/** What each field must be, for people who send events by hand. */
const EXPECTED: Record<string, string> = {
  object: 'Must be "event".',
  id: "Must be an event id, such as evt_1QxK2eLkdIwHu7ix.",
  type: "Must be an event type, such as checkout.session.completed.",
  livemode: "Must be true or false.",
  api_version: "Must be a Stripe API version, or null.",
  created: "Must be a Unix timestamp in seconds.",
  data: "The event's object is missing or not an object.",
};

function readEvent(rawBody: string): Stripe.Event {
  const json = parseEvent(rawBody);
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw invalidField("", "The body must be an event as a JSON object.");
  }
  const { object } = json as { object?: unknown };
  if (typeof object === "string" && object.startsWith("v2.")) {
    throw invalidField(
      "object",
      "This is a thin event. Register the webhook endpoint for snapshot payloads instead.",
    );
  }
  const result = snapshotEvent.safeParse(json);
  if (result.success) return json as Stripe.Event;
  const fields = new Map(result.error.issues.map(({ path }) => [path.join("."), String(path[0])]));
  throw new InvalidRequestError(
    [...fields].map(([path, field]) => ({
      path,
      message: EXPECTED[field] ?? "Invalid value.",
    })),
  );
}

function parseEvent(rawBody: string): unknown {
  try {
    return JSON.parse(rawBody);
  } catch {
    throw invalidField("", "The body is not valid JSON.");
  }
}

function hintOf(event: Stripe.Event): EventHint {
  const object = event.data.object as unknown as Record<string, unknown>;
  return {
    id: event.id,
    type: event.type,
    livemode: event.livemode,
    apiVersion: event.api_version ?? null,
    occurredAt: new Date(event.created * 1000),
    objectId: name.safeParse(object.id).data ?? null,
    object,
    payload: event,
  };
}

/** Parses a stored event. Only verified events are stored. */
export function hintFromStored(payload: unknown): EventHint {
  return hintOf(payload as Stripe.Event);
}
