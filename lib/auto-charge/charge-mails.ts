import { findConsent } from "@/lib/auto-top-up";
import type { MailProps, StoredMail } from "@/lib/emails";
import { readBalance } from "@/lib/ledger";
import { cents, displayUsd, fromCents } from "@/lib/money";
import { readCardName } from "@/lib/payment-methods";
import { findIntent, readReceipt, type TopUpIntent } from "@/lib/top-ups";
import { AUTHENTICATION_WINDOW_MS } from "./rules";

const usd = (amount: number | null) => displayUsd(fromCents(cents(BigInt(amount ?? 0))));

/** Reads what the email about a credited automatic top-up shows. */
export async function readAutoReceipt(
  mail: StoredMail<"auto_topup_succeeded">,
): Promise<MailProps["auto_topup_succeeded"] | null> {
  const { customerId, details } = mail;
  const [receipt, intent] = await Promise.all([readReceipt(mail), intentOf(mail)]);
  if (!receipt || !intent) return null;
  const consent = await findConsent({ customerId, consentId: intent.consentId });
  return {
    ...receipt,
    card: details.isPaidByCustomer ? null : await readCardName(customerId, intent.paymentMethodId),
    threshold: usd(consent?.thresholdCents ?? null),
  };
}

/**
 * Reads what the email about a declined automatic top-up shows.
 *
 * @returns null when the top-up does not wait for its next attempt any more
 */
export async function readDeclineMail(
  mail: StoredMail<"auto_topup_declined">,
  now: Date,
): Promise<MailProps["auto_topup_declined"] | null> {
  const intent = await intentOf(mail);
  const retryAt = intent?.nextAttemptAt;
  if (intent?.status !== "retry_wait" || intent.closingStatus || !retryAt || retryAt <= now) return null;
  return {
    amount: usd(intent.amountCents),
    card: await readCardName(mail.customerId, intent.paymentMethodId),
    available: await availableOf(mail),
    retryAt: retryAt.toISOString(),
  };
}

/**
 * Reads what the email about a payment shows that the customer has to confirm.
 *
 * @returns null when it was confirmed or given up
 */
export async function readConfirmationMail(
  mail: StoredMail<"auto_topup_action_required">,
  now: Date,
): Promise<MailProps["auto_topup_action_required"] | null> {
  const intent = await intentOf(mail);
  if (intent?.status !== "action_required" || intent.closingStatus) return null;
  const { invoiceHostedUrl: confirmUrl, actionRequiredAt } = intent;
  if (!confirmUrl || !actionRequiredAt) throw new Error("A payment that needs confirmation is incomplete.");
  const expiresAt = new Date(actionRequiredAt.getTime() + AUTHENTICATION_WINDOW_MS);
  if (expiresAt <= now) return null;
  return {
    total: usd(intent.expectedTotalCents ?? intent.amountCents),
    card: await readCardName(mail.customerId, intent.paymentMethodId),
    available: await availableOf(mail),
    confirmUrl,
    expiresAt: expiresAt.toISOString(),
  };
}

function intentOf({ customerId, subjectId }: StoredMail): Promise<TopUpIntent | null> {
  return findIntent({ customerId, topUpIntentId: subjectId });
}

async function availableOf({ customerId }: StoredMail): Promise<string> {
  return displayUsd((await readBalance(customerId)).available);
}
