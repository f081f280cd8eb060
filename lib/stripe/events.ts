import { stripe } from "./client";
import { callStripe } from "./errors";
import { type Listed, type ListWindow, pageParams, toPage } from "./list-page";
import { type EventHint, hintFromStored } from "./webhooks";

/** Stripe accepts this many types in one list. */
export const MAX_LISTED_TYPES = 20;

/**
 * Lists one page of the events of some types, newest first, whether or not they were delivered: an endpoint that does not
 * exist has no failed deliveries. Stripe keeps events for 30 days.
 *
 * @param types exact names, at most 20
 * @see https://docs.stripe.com/api/events/list
 */
export async function listEvents(types: readonly string[], window: ListWindow): Promise<Listed<EventHint>> {
  const page = await callStripe(() => stripe().events.list({ types: [...types], ...pageParams(window) }));
  return toPage(page, (event) => hintFromStored(event));
}
