import { z } from "zod";
import { invalidField } from "@/lib/platform/errors";
import {
  type StartedTopUp,
  type StartTopUpInput,
  startTopUp,
  TOP_UP_MODES,
  type TopUpMode,
} from "@/lib/top-ups";
import { customerRoute, reply } from "./route";
import { parseCents, usdInput } from "./schemas/amounts";
import { formatOptionalCents, idField, orNull, positiveUsdField, timeField } from "./schemas/response-fields";

const checkoutSessionBody = z
  .strictObject({
    mode: z
      .enum(["payment", "setup"], { error: 'Use "payment" to top up or "setup" to save a card.' })
      .default("payment")
      .meta({
        description: "`payment` tops up the balance; `setup` saves a card without charging it.",
        examples: ["payment"],
      }),
    amount_usd: usdInput.optional().meta({
      description:
        "The amount in US dollars: 5.00 to 5000.00 in whole cents. Required with mode `payment`, not allowed with `setup`.",
      examples: ["25.00"],
    }),
    save_payment_method: z
      .boolean({ error: "Use true or false." })
      .optional()
      .meta({
        description: "Saves the card for future top-ups. Only with mode `payment`.",
        examples: [true],
      }),
  })
  .meta({
    id: "CheckoutSessionInput",
    description: "What to open Checkout for.",
    examples: [{ amount_usd: "25.00", save_payment_method: true }],
  });

const checkoutSessionResponse = z
  .strictObject({
    url: z.url().meta({
      description: "Stripe's page where the customer pays or saves a card. Redirect the browser to it.",
      examples: ["https://checkout.stripe.com/c/pay/cs_test_a1b2c3"],
    }),
    topup_intent_id: idField("topUp", "The id of the top-up. Use it to look up the top-up's status."),
    session_id: z.string().meta({
      description: "Stripe's id of the Checkout Session.",
      examples: ["cs_test_a1b2c3"],
    }),
    mode: z.enum(TOP_UP_MODES).meta({ description: "The requested mode.", examples: ["payment"] }),
    amount_usd: orNull(
      positiveUsdField("The amount that will be added to the balance. Null with mode `setup`.", "25.00"),
    ),
    expires_at: timeField("When the page expires.", "2026-11-22T19:30:00.000Z"),
  })
  .meta({
    id: "CheckoutSession",
    description: "A Stripe page where the customer pays or saves a card.",
  });

export const createCheckoutSession = customerRoute(
  {
    method: "POST",
    path: "/api/v1/billing/checkout-session",
    operationId: "createCheckoutSession",
    tag: "Billing",
    summary: "Start a top-up, or save a card",
    description: [
      "Returns the `url` of a Checkout page. Redirect the customer's browser to it. The balance changes only after Stripe confirms the payment; look up the status with `GET /billing/topups/{topup_intent_id}`.",
      "Repeating the request with the same idempotency key returns the same page. If that page has expired or failed, the response is 409 with the reason `topup_expired`, `topup_failed` or `topup_canceled`; start a new top-up with a new key. Mode `setup` saves a card without charging it.",
    ].join("\n\n"),
    scope: "billing:write",
    body: checkoutSessionBody,
    takesIdempotencyKey: true,
    runsOneAtATime: true, // a stored response could contain a page that has expired since
    response: checkoutSessionResponse,
    errors: ["conflict"],
  },
  async ({ actor, body, idempotencyKey }) => {
    const started = await startTopUp(actor, parseStartTopUp(body), idempotencyKey);
    return reply(presentCheckoutSession(started), { isReplay: started.isReplay });
  },
);

/**
 * Parses what a schema cannot express: the amount, and which fields belong to which mode.
 * @throws InvalidRequestError naming the field
 */
function parseStartTopUp(body: z.output<typeof checkoutSessionBody>): StartTopUpInput {
  if (body.mode === "setup") {
    if (body.amount_usd !== undefined)
      throw invalidField("amount_usd", "Mode setup does not charge the card. Omit the amount.");
    if (body.save_payment_method !== undefined) {
      throw invalidField("save_payment_method", "Mode setup always saves the card. Omit this field.");
    }
    return { mode: "setup" };
  }
  if (body.amount_usd === undefined) throw invalidField("amount_usd", "The amount is required.");
  return {
    mode: "payment",
    amount: parseCents("amount_usd", body.amount_usd),
    savePaymentMethod: body.save_payment_method ?? false,
  };
}

function presentCheckoutSession({ intent, url, sessionId, expiresAt }: StartedTopUp) {
  return {
    url,
    topup_intent_id: intent.topUpIntentId,
    session_id: sessionId,
    mode: intent.mode as TopUpMode, // guaranteed by a CHECK constraint
    amount_usd: formatOptionalCents(intent.amountCents),
    expires_at: expiresAt.toISOString(),
  } satisfies z.input<typeof checkoutSessionResponse>;
}
