import { z } from "zod";
import { invalidField } from "@/lib/platform/errors";
import type { StartTopUpInput } from "@/lib/top-ups";
import { readCents, usdInput } from "../fields/wire";

/** What a caller sends to start a top-up or to save a card. */
export const startTopUpBody = z
  .strictObject({
    mode: z
      .enum(["payment", "setup"], { error: 'Use "payment" to top up or "setup" to save a card.' })
      .default("payment")
      .meta({
        description: "`payment` tops up; `setup` saves a card without a charge.",
        examples: ["payment"],
      }),
    amount_usd: usdInput.optional().meta({
      description: "US dollars: 5.00 to 5000.00 in whole cents. Only with mode `payment`, which needs it.",
      examples: ["25.00"],
    }),
    save_payment_method: z
      .boolean({ error: "Use true or false." })
      .optional()
      .meta({
        description: "Keep the card for future top-ups. Only with mode `payment`.",
        examples: [true],
      }),
  })
  .meta({
    id: "CheckoutSessionInput",
    description: "What Checkout is opened for.",
    examples: [{ amount_usd: "25.00", save_payment_method: true }],
  });

/**
 * Reads the body further than a schema can: the amount, and what belongs to which mode.
 * @throws InvalidRequestError naming the field
 */
export function readStartTopUp(body: z.output<typeof startTopUpBody>): StartTopUpInput {
  if (body.mode === "setup") {
    if (body.amount_usd !== undefined)
      throw invalidField("amount_usd", "Saving a card has no amount: leave this out.");
    if (body.save_payment_method !== undefined) {
      throw invalidField("save_payment_method", "Mode setup always saves the card: leave this out.");
    }
    return { mode: "setup" };
  }
  if (body.amount_usd === undefined) throw invalidField("amount_usd", "The amount is required.");
  return {
    mode: "payment",
    amount: readCents("amount_usd", body.amount_usd),
    savePaymentMethod: body.save_payment_method ?? false,
  };
}
