import type { Balance } from "@/lib/ledger";
import { cents, formatCents, formatUsd, nanos } from "@/lib/money";
import type { SavedCard } from "@/lib/payment-methods";
import { describeDecline, type StartedTopUp, type TopUpDetails, type TopUpIntent } from "@/lib/top-ups";

/** Every function here picks the public fields by name: a new column is never shown by accident. */

export function presentCheckout({ intent, url, sessionId }: StartedTopUp) {
  return {
    url,
    topup_intent_id: intent.topUpIntentId,
    session_id: sessionId,
    mode: intent.mode,
    amount_usd: usdOfCents(intent.amountCents),
    expires_at: intent.sessionExpiresAt.toISOString(),
  };
}

export function presentBalance(customerId: string, balance: Balance) {
  return {
    customer_id: customerId,
    balance_usd: formatUsd(balance.balance),
    held_usd: formatUsd(balance.held),
    available_usd: formatUsd(balance.available),
    currency: "usd",
    charge_method: "prepaid",
    auto_topup_enabled: false,
    status: balance.status,
  };
}

export function presentTopUp({ intent, timeline }: TopUpDetails) {
  return {
    topup_intent_id: intent.topUpIntentId,
    status: publicStatus(intent),
    source: intent.source,
    mode: intent.mode,
    amount_usd: usdOfCents(intent.amountCents),
    tax_usd: usdOfCents(intent.taxCents),
    total_usd: usdOfCents(intent.totalCents),
    presentment: intent.presentmentCurrency
      ? { amount: intent.presentmentAmount, currency: intent.presentmentCurrency }
      : null,
    failure: intent.failureCode ? describeDecline(intent.failureCode) : null,
    invoice: intent.invoiceHostedUrl
      ? { number: intent.invoiceNumber, hosted_url: intent.invoiceHostedUrl, pdf_url: intent.invoicePdfUrl }
      : null,
    refunded_usd: formatUsd(nanos(intent.reversedNanos)),
    created_at: intent.createdAt.toISOString(),
    credited_at: intent.creditedAt?.toISOString() ?? null,
    timeline: timeline.map(({ at, what, reference }) => ({ at: at.toISOString(), what, reference })),
  };
}

export function presentCard(card: SavedCard) {
  return {
    payment_method_id: card.paymentMethodId,
    card_brand: card.brand,
    card_last4: card.last4,
    card_exp_month: card.expMonth,
    card_exp_year: card.expYear,
    is_default: card.isDefault,
    created_at: card.createdAt.toISOString(),
  };
}

/** What became of the money afterwards is derived, and said instead of `succeeded`. */
function publicStatus(intent: TopUpIntent): string {
  if (intent.status !== "succeeded" || !intent.creditedAt) return intent.status;
  if (intent.disputeState) return "disputed";
  if (intent.reversedNanos === 0n) return "succeeded";
  return intent.reversedNanos === intent.creditedNanos ? "refunded" : "partially_refunded";
}

function usdOfCents(amount: number | null): string | null {
  return amount === null ? null : formatCents(cents(BigInt(amount)));
}
