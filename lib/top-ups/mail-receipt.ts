import { type MailFact, type MailProps, mailCustomer } from "@/lib/emails";
import { cents, displayUsd, fromCents, nanos } from "@/lib/money";
import { prisma, type Tx } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { findIntent, refOf, type TopUpIntent } from "./intents";

/** In these states an automatic top-up waits for the customer, so a payment was made on the page of its invoice. */
const WAITING_FOR_CUSTOMER = ["retry_wait", "action_required"];

/**
 * Enqueues the receipt of a top-up in the transaction that credits it. The operator can switch receipts off, but not the
 * email that a card was charged automatically.
 *
 * @param intent as it was before the credit
 */
export async function enqueueReceipt(tx: Tx, intent: TopUpIntent): Promise<void> {
  const { customerId, topUpIntentId: subjectId } = refOf(intent);
  if (intent.source === "auto") {
    const details = { isPaidByCustomer: WAITING_FOR_CUSTOMER.includes(intent.status) };
    await mailCustomer(tx, { customerId, kind: "auto_topup_succeeded", subjectId, details });
  } else if (env().TOP_UP_RECEIPTS) {
    await mailCustomer(tx, { customerId, kind: "topup_credited", subjectId });
  }
}

/** Reads what the receipt of a credited top-up shows. */
export async function readReceipt({
  customerId,
  subjectId: topUpIntentId,
}: MailFact): Promise<MailProps["topup_credited"] | null> {
  const [intent, credit] = await Promise.all([
    findIntent({ customerId, topUpIntentId }),
    prisma().ledgerTransfer.findFirst({
      where: { customerId, sourceType: "topup", sourceId: topUpIntentId, kind: "credit" },
    }),
  ]);
  if (!intent || !credit) return null;
  const usd = (amount: number | null) => displayUsd(fromCents(cents(BigInt(amount ?? 0))));
  return {
    topUpIntentId,
    paidAt: credit.occurredAt.toISOString(),
    total: usd(intent.totalCents),
    tax: usd(intent.taxCents),
    credited: displayUsd(nanos(credit.amountNanos)),
    balanceAfter: displayUsd(nanos(credit.balanceAfterNanos)),
    invoiceNumber: intent.invoiceNumber,
    isConverted: intent.presentmentCurrency !== null,
  };
}
