import { invalidRequest } from "../../api/stripe-error";
import type { Tx } from "../../runtime";

type Owner = "checkout.session" | "invoice_payment";

/** Returns what created an intent; undefined for the API. */
export async function ownerOf(tx: Tx, intentId: string): Promise<Owner | undefined> {
  const [row] = await tx.query<{ type: Owner }>(
    `SELECT type FROM object WHERE type IN ('checkout.session', 'invoice_payment') AND refs @> $1
     ORDER BY type LIMIT 1`,
    [JSON.stringify({ [intentId.startsWith("seti_") ? "setup_intent" : "payment_intent"]: intentId })],
  );
  return row?.type;
}

/** @throws StripeError 400 for an intent that only a Checkout page may pay or cancel */
export async function assertNotFromCheckout(
  tx: Tx,
  intentId: string,
  verb: "cancel" | "confirm",
): Promise<void> {
  if ((await ownerOf(tx, intentId)) !== "checkout.session") return;
  const way = verb === "cancel" ? " Expire the Checkout Session instead." : "";
  throw invalidRequest(`You cannot ${verb} an intent that was created by a Checkout Session.${way}`);
}

/**
 * Locks the session or invoice of an intent, before the intent itself. The hosted pages lock in the same order, which
 * prevents deadlocks.
 */
export async function lockOwner(tx: Tx, intentId: string): Promise<void> {
  const field = intentId.startsWith("seti_") ? "setup_intent" : "payment_intent";
  await tx.query(
    `SELECT id FROM object
     WHERE (type = 'checkout.session' AND refs @> $1)
        OR (type = 'invoice' AND id IN (
              SELECT refs ->> 'invoice' FROM object WHERE type = 'invoice_payment' AND refs @> $1))
     ORDER BY id FOR UPDATE`,
    [JSON.stringify({ [field]: intentId })],
  );
}
