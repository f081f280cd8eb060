import Stripe from "stripe";
import { type ApiResponse, call, type RunningBrim } from "./brim";

const signer = new Stripe("sk_test_signer");
let made = 0;

/** An event about one object, as Stripe would send it. */
export interface SentEvent {
  id: string;
  type: string;
  data: { object: Record<string, unknown> };
  /** False by default, as for a test key. */
  livemode?: boolean;
}

/** Creates an event that no object at Stripe has caused. Brim treats it as a hint and reads the object from Stripe. */
export function anEvent(type: string, object: Record<string, unknown>): SentEvent {
  made += 1;
  return { id: `evt_made_${process.pid}_${Date.now()}_${made}`, type, data: { object } };
}

/** Delivers a correctly signed event. */
export function deliver(brim: RunningBrim, event: SentEvent): Promise<ApiResponse> {
  const timestamp = Math.floor(Date.now() / 1_000);
  const payload = JSON.stringify({
    livemode: false,
    ...event,
    object: "event",
    api_version: "2026-10-28.endive",
    created: timestamp,
    pending_webhooks: 1,
    request: null,
  });
  const secret = brim.webhookSecret;
  return call(brim, "/api/webhooks/stripe", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "stripe-signature": signer.webhooks.generateTestHeaderString({ payload, secret, timestamp }),
    },
    body: payload,
  });
}

/** Returns the events of some payments, oldest first. `since` is a Unix time before all of them. */
export async function eventsOfPayments(
  brim: RunningBrim,
  paymentIntentIds: readonly string[],
  since: number,
): Promise<SentEvent[]> {
  const found: SentEvent[] = [];
  const created = { gte: since };
  for await (const { id, type, data } of brim.stripe.events.list({ limit: 100, created })) {
    const object = data.object as unknown as Record<string, unknown>;
    const payment = object.object === "payment_intent" ? object.id : object.payment_intent;
    if (paymentIntentIds.includes(String(payment))) found.push({ id, type, data: { object } });
  }
  return found.reverse();
}
