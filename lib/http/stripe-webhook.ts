import { z } from "zod";
import { RECEIVED_AS, receiveDelivery } from "@/lib/stripe-events";
import { MAX_EVENT_BYTES, readText } from "./pipeline/read-body";
import { stripeRoute } from "./route";

const receivedEventResponse = z
  .strictObject({
    received: z.literal(true).meta({ description: "The event was stored and its effects are committed." }),
    event: z.string().meta({ description: "Stripe's id of the event.", examples: ["evt_1QxK2eLkdIwHu7ix"] }),
    as: z.enum(RECEIVED_AS).meta({
      description: "How the event was handled. A `duplicate` was received before.",
      examples: ["processed"],
    }),
  })
  .meta({ id: "ReceivedEvent", description: "A received event." });

export const receiveStripeEvent = stripeRoute(
  {
    method: "POST",
    path: "/api/webhooks/stripe",
    operationId: "receiveStripeEvent",
    tag: "Service",
    summary: "Receive Stripe events",
    description:
      "The endpoint for Stripe's webhooks. Every delivery is signed with the webhook secret, over the exact bytes of the body, in the header `Stripe-Signature`. 200 means that the effects are committed; after any other response Stripe delivers the event again.",
    response: receivedEventResponse,
    errors: ["invalid_request", "payload_too_large", "service_unavailable"],
  },
  async ({ request }) => {
    // Stripe signs the exact bytes, so nothing may parse the body first.
    const rawBody = await readText(request, MAX_EVENT_BYTES);
    const { eventId, as } = await receiveDelivery(rawBody, request.headers.get("stripe-signature"));
    return { received: true, event: eventId, as } satisfies z.input<typeof receivedEventResponse>;
  },
);
