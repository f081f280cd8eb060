import type { z } from "zod";
import type { Adjustment } from "@/lib/adjustments";
import type { CustomerAccount } from "@/lib/customers";
import type { PostedAdjustment } from "@/lib/ledger";
import { formatUsd } from "@/lib/money";
import type { Page } from "@/lib/platform/paging";
import type {
  adjustmentAnswer,
  adjustmentsAnswer,
  billingLinkAnswer,
  customerAnswer,
  customersAnswer,
} from "../answers/admin";
import { type CursorOf, writeCursor } from "../lists/cursor";

/** Every function here picks the public fields by name: a new column is never shown by accident. */

export function presentCustomer({ balance, ...customer }: CustomerAccount) {
  return {
    customer_id: customer.customerId,
    name: customer.name,
    email: customer.email,
    status: balance.status,
    balance_usd: formatUsd(balance.balance),
    held_usd: formatUsd(balance.held),
    available_usd: formatUsd(balance.available),
    created_at: customer.createdAt.toISOString(),
  } satisfies z.input<typeof customerAnswer>;
}

export function presentCustomers(of: CursorOf, page: Page<CustomerAccount>) {
  return {
    customers: page.items.map(presentCustomer),
    next_cursor: page.nextBefore === null ? null : writeCursor(of, page.nextBefore),
  } satisfies z.input<typeof customersAnswer>;
}

export function presentAdjustment(
  asked: { customerId: string; reason: string },
  adjustment: PostedAdjustment,
) {
  return {
    adjustment_id: adjustment.transferId,
    customer_id: asked.customerId,
    amount_usd: formatUsd(adjustment.amount),
    balance_usd: formatUsd(adjustment.balanceAfter),
    available_usd: formatUsd(adjustment.availableAfter),
    reason: asked.reason,
    created_at: adjustment.createdAt.toISOString(),
  } satisfies z.input<typeof adjustmentAnswer>;
}

export function presentAdjustments(of: CursorOf, page: Page<Adjustment>) {
  return {
    adjustments: page.items.map(presentListedAdjustment),
    next_cursor: page.nextBefore === null ? null : writeCursor(of, page.nextBefore),
  } satisfies z.input<typeof adjustmentsAnswer>;
}

function presentListedAdjustment(adjustment: Adjustment) {
  return {
    adjustment_id: adjustment.transferId,
    customer_id: adjustment.customerId,
    amount_usd: formatUsd(adjustment.amount),
    balance_after_usd: formatUsd(adjustment.balanceAfter),
    reason: adjustment.reason,
    api_key_id: adjustment.apiKeyId,
    created_at: adjustment.createdAt.toISOString(),
  };
}

export function presentBillingLink(link: { url: string; expiresAt: Date }) {
  return { url: link.url, expires_at: link.expiresAt.toISOString() } satisfies z.input<
    typeof billingLinkAnswer
  >;
}
