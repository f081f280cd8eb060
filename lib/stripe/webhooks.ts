import type Stripe from "stripe";
import { z } from "zod";
import { env } from "@/lib/platform/env";
import { InvalidRequestError, invalidField } from "@/lib/platform/errors";
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

const SIGNATURE = "Stripe-Signature";

/** Stripe's own default: a delivery that is older may be a copy that somebody sends again. */
const TOLERANCE_SECONDS = 300;

/**
 * Verifies a delivery over its exact bytes and reads the event. Several secrets may be valid while one is rolled.
 *
 * @throws InvalidRequestError saying what is wrong: the signature, its time, the form of the event, or its kind
 */
export function verifyDelivery(rawBody: string, signature: string | null): EventHint {
  if (!signature) throw invalidField(SIGNATURE, "The signature is missing.");
  const secrets = env().STRIPE_WEBHOOK_SECRET;
  if (!secrets.some((secret) => isSigned(rawBody, signature, secret, TOLERANCE_SECONDS))) {
    // Whether it was signed at all, at whatever time.
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

/** A text that can be stored as an id or a name: visible ASCII. */
const name = z.string().regex(/^[\x21-\x7e]{1,255}$/);

/** What we need of a snapshot event. The object itself is only a hint and may have any shape. */
const snapshotEvent = z.looseObject({
  object: z.literal("event"),
  id: name,
  type: name,
  livemode: z.boolean(),
  api_version: name.nullish(),
  created: z.int().min(0).max(253_402_300_799),
  data: z.looseObject({ object: z.looseObject({}) }),
});

/** What each part should be, for whoever sends events by hand. */
const EXPECTED: Record<string, string> = {
  object: 'This must be "event".',
  id: "An event has an id, such as evt_1QxK2eLkdIwHu7ix.",
  type: "An event has a type, such as checkout.session.completed.",
  livemode: "This must be true or false.",
  api_version: "This must be a version of Stripe's API, or null.",
  created: "This must be a time in seconds since 1970.",
  data: "An event carries an object in `data.object`.",
};

function readEvent(rawBody: string): Stripe.Event {
  const json = parseEvent(rawBody);
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw invalidField("", "The body is not an event: send a JSON object.");
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
      message: EXPECTED[field] ?? "This does not have the right form.",
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

/** Reads an event that was verified when it was stored. */
export function hintOf(event: Stripe.Event): EventHint {
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

/** Reads an event back from the inbox, where only verified ones are stored. */
export function hintFromStored(payload: unknown): EventHint {
  return hintOf(payload as Stripe.Event);
}
