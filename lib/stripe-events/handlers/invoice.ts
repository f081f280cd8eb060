import { restoreCharge, settleCharge } from "@/lib/auto-charge";
import { findOwner } from "@/lib/customers";
import { findIntent, isTopUpMetadata, refOf, settleTopUp, type TopUpIntent } from "@/lib/top-ups";
import type { EventHandler, HandlerResult } from "../event-handler";
import { findTopUpNamedIn, resultOf } from "./checkout-session";

/**
 * Handles `invoice.*`. The invoice of an automatic top-up is read again and settles it. That of a checkout never credits
 * anything: settling the top-up from its session stores the invoice's number and URLs.
 */
export const handleInvoice: EventHandler = async (event, claim, now, reads) => {
  const { objectId, object } = event;
  if (!objectId || !isTopUpMetadata(object.metadata)) return "foreign";
  // One that the database does not know was started after the backup that was restored.
  const intent = (await findTopUpNamedIn(object.metadata)) ?? (await restoreCharge(objectId, now));
  if (!intent) return "foreign";
  if (intent.source === "auto") return settleAutomatic(intent, objectId, { claim, now });
  if (event.type !== "invoice.paid" || !intent.stripeSessionId) return "foreign";
  return resultOf(await settleTopUp(refOf(intent), intent.stripeSessionId, { claim, now, reads }));
};

/** Handles `invoice_payment.paid`, which names the invoice only. */
export const handleInvoicePayment: EventHandler = async (event, claim, now) => {
  const invoiceId = event.object.invoice;
  const intent = typeof invoiceId === "string" ? await findTopUpOfInvoice(invoiceId) : null;
  if (!intent || typeof invoiceId !== "string") return "foreign";
  return settleAutomatic(intent, invoiceId, { claim, now });
};

/** Finds the automatic top-up of an invoice. */
export async function findTopUpOfInvoice(invoiceId: string): Promise<TopUpIntent | null> {
  const owner = await findOwner(invoiceId);
  if (owner?.kind !== "invoice") return null;
  return findIntent({ customerId: owner.customerId, topUpIntentId: owner.ourId });
}

/** Settles an automatic top-up from its invoice. */
export async function settleAutomatic(
  intent: TopUpIntent,
  invoiceId: string,
  options: { claim: Parameters<EventHandler>[1]; now: Date },
): Promise<HandlerResult> {
  const outcome = await settleCharge(refOf(intent), { invoiceId, ...options });
  return outcome === "foreign" ? "foreign" : "done";
}
