import type Stripe from "stripe";

/** The newest event, as a mark from which on `eventTypesSince` counts. */
export async function lastEvent(stripe: Stripe): Promise<Stripe.Event | undefined> {
  return (await stripe.events.list({ limit: 1 })).data[0];
}

/** The types of the events after the mark, in the order in which they happened. */
export async function eventTypesSince(stripe: Stripe, mark: Stripe.Event | undefined): Promise<string[]> {
  const events = await stripe.events.list({ limit: 100, ...(mark && { ending_before: mark.id }) });
  return events.data.map((event) => event.type).reverse();
}
