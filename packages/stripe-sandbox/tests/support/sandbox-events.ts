import type Stripe from "stripe";

/** Returns the latest event; `eventTypesSince` counts from it. */
export async function lastEvent(stripe: Stripe): Promise<Stripe.Event | undefined> {
  return (await stripe.events.list({ limit: 1 })).data[0];
}

/** Returns the types of the events after the given one, oldest first. */
export async function eventTypesSince(stripe: Stripe, mark: Stripe.Event | undefined): Promise<string[]> {
  const events = await stripe.events.list({ limit: 100, ...(mark && { ending_before: mark.id }) });
  return events.data.map((event) => event.type).reverse();
}
