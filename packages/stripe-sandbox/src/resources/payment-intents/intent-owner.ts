import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";

type Owner = "checkout.session" | "invoice_payment";

/** What an intent belongs to; undefined for one that the API made on its own. */
export async function ownerOf(tx: Tx, intentId: string): Promise<Owner | undefined> {
  const [row] = await tx.query<{ type: Owner }>(
    `SELECT type FROM object WHERE type IN ('checkout.session', 'invoice_payment') AND refs @> $1
     ORDER BY type LIMIT 1`,
    [JSON.stringify({ [intentId.startsWith("seti_") ? "setup_intent" : "payment_intent"]: intentId })],
  );
  return row?.type;
}

/** @throws StripeError 400: only the hosted page pays and ends what a Checkout Session asked for */
export async function assertNotCheckouts(
  tx: Tx,
  intentId: string,
  verb: "cancel" | "confirm",
): Promise<void> {
  if ((await ownerOf(tx, intentId)) !== "checkout.session") return;
  const way = verb === "cancel" ? " Expire the Checkout Session instead." : "";
  throw invalidRequest(`You cannot ${verb} an intent that was created by a Checkout Session.${way}`);
}
