import type { z } from "zod";
import type { Balance } from "@/lib/ledger";
import { cents, formatCents, formatUsd, nanos } from "@/lib/money";
import type { CardPage, SavedCard } from "@/lib/payment-methods";
import {
  describeDecline,
  type StartedTopUp,
  shownStatus,
  type TopUpDetails,
  type TopUpIntent,
  type TopUpMode,
  type TopUpPage,
  type TopUpSource,
} from "@/lib/top-ups";
import type { balanceAnswer, checkoutAnswer, paymentMethodsAnswer } from "../answers/billing";
import type { topUpAnswer, topUpsAnswer } from "../answers/top-up";
import { type CursorOf, writeCursor } from "../lists/cursor";

/** Every function here picks the public fields by name: a new column is never shown by accident. */

export function presentCheckout({ intent, url, sessionId }: StartedTopUp) {
  return {
    url,
    topup_intent_id: intent.topUpIntentId,
    session_id: sessionId,
    mode: intent.mode as TopUpMode, // so says a CHECK of the database
    amount_usd: usdOfCents(intent.amountCents),
    expires_at: intent.sessionExpiresAt.toISOString(),
  } satisfies z.input<typeof checkoutAnswer>;
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
  } satisfies z.input<typeof balanceAnswer>;
}

export function presentTopUp({ intent, timeline }: TopUpDetails) {
  return {
    ...presentListedTopUp(intent),
    timeline: timeline.map(({ at, what, reference }) => ({ at: at.toISOString(), what, reference })),
  } satisfies z.input<typeof topUpAnswer>;
}

export function presentTopUps(of: CursorOf, page: TopUpPage) {
  return {
    topups: page.topUps.map(presentListedTopUp),
    next_cursor: page.nextBefore === null ? null : writeCursor(of, page.nextBefore),
  } satisfies z.input<typeof topUpsAnswer>;
}

function presentListedTopUp(intent: TopUpIntent) {
  return {
    topup_intent_id: intent.topUpIntentId,
    status: shownStatus(intent),
    source: intent.source as TopUpSource, // so say CHECKs of the database
    mode: intent.mode as TopUpMode,
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
  } satisfies z.input<typeof topUpsAnswer>["topups"][number];
}

export function presentCards(of: CursorOf, page: CardPage) {
  return {
    payment_methods: page.cards.map(presentCard),
    next_cursor: page.nextBefore === null ? null : writeCursor(of, page.nextBefore),
  } satisfies z.input<typeof paymentMethodsAnswer>;
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
  } satisfies z.input<typeof paymentMethodsAnswer>["payment_methods"][number];
}

function usdOfCents(amount: number | null): string | null {
  return amount === null ? null : formatCents(cents(BigInt(amount)));
}
