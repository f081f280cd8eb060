import { findPause, pauseAutoTopUp } from "@/lib/auto-top-up";
import { adoptStripeCustomer, findStripeCustomer, mapStripeObject } from "@/lib/customers";
import { raiseAlertAlone } from "@/lib/platform/alerts";
import { withCustomerTransaction } from "@/lib/platform/db";
import { livemode } from "@/lib/platform/env";
import type { CustomerId } from "@/lib/platform/ids";
import { log } from "@/lib/platform/log";
import {
  closeInvoice,
  type InvoiceFacts,
  isStripeRefusal,
  listInvoicesOf,
  retrieveInvoice,
} from "@/lib/stripe";
import {
  addTimelineEntry,
  findIntent,
  findIntents,
  findNamedRef,
  orderedCents,
  refOf,
  type TopUpIntent,
  type TopUpRef,
} from "@/lib/top-ups";
import { invoiceParams, keys } from "./charges";
import { settleCharge } from "./settle-charge";

/** How old a backup may be whose missing top-ups are found before a card is charged. Reconciling finds older ones. */
const SEARCHED_MS = 35 * 24 * 3_600_000;

/**
 * Stores the top-up of a paid invoice again, when its customer is known but not the top-up: the database was restored from a
 * backup that is older. It is not credited here, but by the same rule as any other. Automatic charges of the customer are
 * paused, because the balance may lack more than this.
 *
 * @returns null when the invoice is none of an automatic top-up, or not paid
 * @throws StripeUnavailableError Stripe cannot be read; nothing changed
 */
export async function restoreCharge(invoiceId: string, now: Date): Promise<TopUpIntent | null> {
  const invoice = await retrieveInvoice(invoiceId);
  if (invoice?.status !== "paid" || !isAutomatic(invoice)) return null;
  const ref = await findNamedRef(invoice.metadata);
  const amountCents = orderedCents(invoice.metadata);
  if (!ref || amountCents === null) return null;
  const known = await findIntent(ref);
  if (known) return known;

  await pauseAfterRestore(ref.customerId, now);
  const stripeCustomerId = await expectedCustomer(ref, invoice);
  await withCustomerTransaction(ref.customerId, async (tx) => {
    const { count } = await tx.topUpIntent.createMany({
      data: rowOf(ref, invoice, { stripeCustomerId, amountCents }),
      skipDuplicates: true,
    });
    if (count === 0) return;
    const owner = { customerId: ref.customerId, kind: "invoice", ourId: ref.topUpIntentId } as const;
    await mapStripeObject(tx, invoiceId, owner);
    await addTimelineEntry(tx, ref, "auto_started", invoice.createdAt);
    await addTimelineEntry(tx, ref, "restored", now, invoiceId);
  });
  log().warn({ ...ref, invoiceId }, "an automatic top-up that the database did not know was stored again");
  return findIntent(ref);
}

/**
 * Looks for invoices of a customer's automatic top-ups that the database does not know, before another one is created: those
 * that are paid are restored and credited, the others are closed, so that nobody is charged twice after a restore.
 *
 * @throws StripeUnavailableError Stripe cannot be read, or an invoice could not be closed
 */
export async function restoreUnknownCharges(intent: TopUpIntent, now: Date): Promise<void> {
  const { customerId } = intent;
  const link = await findStripeCustomer(customerId as CustomerId);
  if (!link) return;
  const since = new Date(now.getTime() - SEARCHED_MS);
  const invoices = (await listInvoicesOf(link.stripeCustomerId, since)).filter(
    (invoice) => isAutomatic(invoice) && invoice.metadata.customer_id === customerId,
  );
  const known = await findIntents(invoices.map(({ metadata }) => refNamedIn(metadata)));
  const knownIds = new Set(known.map(({ topUpIntentId }) => topUpIntentId));
  for (const invoice of invoices) {
    const ref = refNamedIn(invoice.metadata);
    if (knownIds.has(ref.topUpIntentId)) continue;
    if (invoice.status === "paid") await restoreAndSettle(invoice.invoiceId, now);
    else if (invoice.status !== "void") await closeUnknown(ref, invoice);
  }
}

function refNamedIn(metadata: Record<string, string>): TopUpRef {
  const { customer_id: customerId = "", topup_intent_id: topUpIntentId = "" } = metadata;
  return refOf({ customerId, topUpIntentId });
}

/** Restores the top-up of a paid invoice, and credits it if every condition holds. */
export async function restoreAndSettle(invoiceId: string, now: Date): Promise<TopUpIntent | null> {
  const restored = await restoreCharge(invoiceId, now);
  if (!restored) return null;
  await settleCharge(refOf(restored), { invoiceId, now });
  return findIntent(restored);
}

function isAutomatic({ livemode: isLive, metadata }: InvoiceFacts): boolean {
  return isLive === livemode() && metadata.kind === "auto_topup";
}

async function closeUnknown(ref: TopUpRef, invoice: InvoiceFacts): Promise<void> {
  log().warn(
    { ...ref, invoiceId: invoice.invoiceId },
    "an unpaid invoice that the database does not know is closed",
  );
  try {
    await closeInvoice(invoice, { del: keys.del(ref), void: keys.void(ref) });
  } catch (error) {
    if (!isStripeRefusal(error)) throw error; // refused: it was paid or closed meanwhile, which its event tells
  }
}

async function pauseAfterRestore(customerId: CustomerId, now: Date): Promise<void> {
  const reason =
    "Stripe has automatic top-ups that the database did not know, as after a restore from a backup.";
  if (!(await findPause(customerId))) await pauseAutoTopUp(null, { customerId, reason }, now);
  await raiseAlertAlone({
    customerId,
    kind: "auto_top_up_restored",
    subjectId: customerId,
    message: `${reason} They were restored, and automatic charges of the customer are paused. Run \`npm run reconcile\`, then resume them with POST /api/v1/admin/customers/{customer_id}/auto-topup/resume.`,
  });
}

/** The Stripe customer that the invoice must name to be credited. */
async function expectedCustomer({ customerId }: TopUpRef, invoice: InvoiceFacts): Promise<string> {
  const named = invoice.stripeCustomerId;
  if (named !== null && (await adoptStripeCustomer(customerId, named))) return named;
  return (await findStripeCustomer(customerId))?.stripeCustomerId ?? "";
}

/** It counts as closed until it is credited, because another top-up may be unresolved. */
function rowOf(
  ref: TopUpRef,
  invoice: InvoiceFacts,
  { stripeCustomerId, amountCents }: { stripeCustomerId: string; amountCents: number },
) {
  const paymentMethodId = invoice.paymentMethodId ?? "";
  const params = invoiceParams({ ...ref, stripeCustomerId, paymentMethodId, amountCents });
  return {
    ...ref,
    mode: "payment",
    source: "auto",
    status: "canceled",
    amountCents,
    livemode: invoice.livemode,
    invoiceParams: JSON.parse(JSON.stringify(params)),
    attempt: 1,
    paymentMethodId,
    consentId: "restored",
    expectedTotalCents: Math.max(Number(invoice.totalCents), amountCents),
    chargeStartedAt: invoice.createdAt,
    countedAt: invoice.paidAt ?? invoice.createdAt,
    stripeInvoiceId: invoice.invoiceId,
    createdAt: invoice.createdAt,
  };
}
