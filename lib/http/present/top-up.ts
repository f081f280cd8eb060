import type { z } from "zod";
import { formatUsd, nanos } from "@/lib/money";
import type { Page } from "@/lib/platform/paging";
import {
  describeDecline,
  shownStatus,
  type TopUpDetails,
  type TopUpIntent,
  type TopUpMode,
  type TopUpSource,
} from "@/lib/top-ups";
import type { invoicesAnswer } from "../answers/invoice";
import type { topUpAnswer, topUpsAnswer } from "../answers/top-up";
import { type CursorOf, writeCursor } from "../lists/cursor";
import { usdOfCents } from "./cents";

/** Every function here picks the public fields by name: a new column is never shown by accident. */

export function presentTopUp({ intent, timeline }: TopUpDetails) {
  return {
    ...presentListedTopUp(intent),
    timeline: timeline.map(({ at, what, reference }) => ({ at: at.toISOString(), what, reference })),
  } satisfies z.input<typeof topUpAnswer>;
}

export function presentTopUps(of: CursorOf, page: Page<TopUpIntent>) {
  return {
    topups: page.items.map(presentListedTopUp),
    next_cursor: page.nextBefore === null ? null : writeCursor(of, page.nextBefore),
  } satisfies z.input<typeof topUpsAnswer>;
}

function presentListedTopUp(intent: TopUpIntent) {
  return {
    ...presentMoney(intent),
    mode: intent.mode as TopUpMode, // so says a CHECK of the database
    failure: intent.failureCode ? describeDecline(intent.failureCode) : null,
    invoice: presentInvoiceLink(intent),
  } satisfies z.input<typeof topUpsAnswer>["topups"][number];
}

/** An invoice is told together with what its top-up says of the money. */
export function presentInvoices(of: CursorOf, page: Page<TopUpIntent>) {
  return {
    invoices: page.items.flatMap((intent) => {
      const link = presentInvoiceLink(intent);
      return link ? [{ ...presentMoney(intent), ...link }] : [];
    }),
    next_cursor: page.nextBefore === null ? null : writeCursor(of, page.nextBefore),
  } satisfies z.input<typeof invoicesAnswer>;
}

function presentMoney(intent: TopUpIntent) {
  return {
    topup_intent_id: intent.topUpIntentId,
    status: shownStatus(intent),
    source: intent.source as TopUpSource, // so says a CHECK of the database
    amount_usd: usdOfCents(intent.amountCents),
    tax_usd: usdOfCents(intent.taxCents),
    total_usd: usdOfCents(intent.totalCents),
    presentment: intent.presentmentCurrency
      ? { amount: intent.presentmentAmount, currency: intent.presentmentCurrency }
      : null,
    refunded_usd: formatUsd(nanos(intent.reversedNanos)),
    created_at: intent.createdAt.toISOString(),
    credited_at: intent.creditedAt?.toISOString() ?? null,
  };
}

function presentInvoiceLink(intent: TopUpIntent) {
  const { invoiceNumber: number, invoiceHostedUrl: hosted_url, invoicePdfUrl: pdf_url } = intent;
  return hosted_url ? { number, hosted_url, pdf_url } : null;
}
