import type { z } from "zod";
import type { Balance } from "@/lib/ledger";
import { formatUsd } from "@/lib/money";
import type { SavedCard } from "@/lib/payment-methods";
import type { Page } from "@/lib/platform/paging";
import type { StartedTopUp, TopUpMode } from "@/lib/top-ups";
import type {
  balanceAnswer,
  checkoutAnswer,
  paymentMethodsAnswer,
  portalSessionAnswer,
} from "../answers/billing";
import { type CursorOf, writeCursor } from "../lists/cursor";
import { usdOfCents } from "./cents";

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

export function presentPortal(url: string) {
  return { url } satisfies z.input<typeof portalSessionAnswer>;
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

export function presentCards(of: CursorOf, page: Page<SavedCard>) {
  return {
    payment_methods: page.items.map(presentCard),
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
