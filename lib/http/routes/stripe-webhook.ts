import { receiveDelivery } from "@/lib/stripe-events";
import { MAX_EVENT_BYTES, readText } from "../read-body";
import { stripeRoute } from "../route";

export const receiveStripeEvent = stripeRoute(
  {
    method: "POST",
    path: "/api/webhooks/stripe",
    operationId: "receiveStripeEvent",
    summary: "Stripe delivers its events here",
  },
  async ({ request }) => {
    // The signature is over the exact bytes: nothing may parse the body before.
    const rawBody = await readText(request, MAX_EVENT_BYTES);
    const { eventId, as } = await receiveDelivery(rawBody, request.headers.get("stripe-signature"));
    return { body: { received: true, event: eventId, as } };
  },
);
