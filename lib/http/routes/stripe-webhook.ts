import { z } from "zod";
import { RECEIVED_AS, receiveDelivery } from "@/lib/stripe-events";
import { MAX_EVENT_BYTES, readText } from "../pipeline/read-body";
import { stripeRoute } from "../route";

export const receiveStripeEvent = stripeRoute(
  {
    method: "POST",
    path: "/api/webhooks/stripe",
    operationId: "receiveStripeEvent",
    tag: "Service",
    summary: "Stripe delivers its events here",
    description:
      "Nobody else can: each delivery is signed with the secret of the webhook endpoint, over the exact bytes, in `Stripe-Signature`. 200 means that the effects are committed; after anything else Stripe delivers again.",
    answer: z
      .strictObject({
        received: z.literal(true).meta({ description: "Stored, and its effects committed." }),
        event: z
          .string()
          .meta({ description: "Stripe's name for the event.", examples: ["evt_1QxK2eLkdIwHu7ix"] }),
        as: z.enum(RECEIVED_AS).meta({
          description: "What it came to: a `duplicate` had been taken before.",
          examples: ["processed"],
        }),
      })
      .meta({ id: "ReceivedEvent", description: "A delivery that was taken." }),
    refusals: ["invalid_request", "payload_too_large", "service_unavailable"],
  },
  async ({ request }) => {
    // The signature is over the exact bytes: nothing may parse the body before.
    const rawBody = await readText(request, MAX_EVENT_BYTES);
    const { eventId, as } = await receiveDelivery(rawBody, request.headers.get("stripe-signature"));
    return { body: { received: true, event: eventId, as } };
  },
);
