import type { Route } from "@/lib/http";
import type { ApiRequest } from "../both-adapters";
import { invalid, type Refusal } from "./refusal";

/** Body limit of the webhook, which is higher than that of other routes. */
const MAX_EVENT_BYTES = 1024 * 1024;

/** Webhook deliveries that are not from Stripe. */
export function stripeRefusals(route: Route): Refusal[] {
  if (route.access.kind !== "stripe") return [];
  const event = JSON.stringify({ id: "evt_forged", object: "event", type: "checkout.session.completed" });
  const delivery = (headers: Record<string, string>, body = event): ApiRequest => ({
    method: route.method,
    path: route.path,
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  const now = Math.floor(Date.now() / 1_000);
  return [
    {
      what: "a delivery without a valid signature",
      expected: invalid("Stripe-Signature"),
      requests: () => [
        delivery({}),
        ...[
          "",
          "t=1",
          `t=${now}`,
          `t=${now},v1=${"0".repeat(64)}`,
          `t=${now},v1=`,
          `v1=${"0".repeat(64)}`,
          "é",
        ].map((signature) => delivery({ "stripe-signature": signature })),
      ],
    },
    {
      what: "a delivery that is too large, with or without a content length",
      expected: { status: 413, code: "PAYLOAD_TOO_LARGE" },
      requests: () => {
        const large = delivery({}, event + " ".repeat(MAX_EVENT_BYTES));
        return [large, { ...large, isChunked: true }];
      },
    },
  ];
}
