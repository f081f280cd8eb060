import type { Metadata } from "next";
import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cardName } from "@/components/billing/card-labels";
import { PageFrame } from "@/components/billing/page-frame";
import { TopUpPage } from "@/components/billing/top-up/top-up-page";
import { presentTopUp, readSession, SIGN_IN_PAGE } from "@/lib/http";
import { cents, fromCents, nanos } from "@/lib/money";
import { withDatabase } from "../../../with-database";
import { loadTopUpView, type TopUpView } from "./load-top-up";

export const metadata: Metadata = { title: "Top-up" };

export default async function TopUpDetailsPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const requestHeaders = await headers();
  const user = await withDatabase(() => readSession(requestHeaders));
  if (!user) redirect(`${SIGN_IN_PAGE}?${new URLSearchParams({ callbackUrl: `/billing/top-ups/${id}` })}`);
  const view = await withDatabase(() => loadTopUpView(user, id, new Date()));
  if (!view) notFound();
  return (
    <PageFrame customerName={view.customer.name} userEmail={user.email}>
      <TopUpPage {...pageProps(view)} />
    </PageFrame>
  );
}

/** Only plain data and amounts reach the components. */
function pageProps({ intent, timeline, refunded, card, customer, mayPay, refund }: TopUpView) {
  const { status, mode, amount_usd, failure } = presentTopUp({ intent, timeline: [] });
  const inNanos = (amount: number | null) => (amount === null ? null : fromCents(cents(BigInt(amount))));
  return {
    customerId: customer.customerId,
    topUpIntentId: intent.topUpIntentId,
    state: { status, mode, amount_usd, failure },
    source: intent.source,
    card: card && cardName(card),
    createdAt: intent.createdAt,
    amount: inNanos(intent.amountCents),
    tax: inNanos(intent.taxCents),
    total: intent.creditedAt ? inNanos(intent.totalCents) : null,
    kept: nanos(intent.creditedNanos - intent.reversedNanos),
    timeline: timeline.map(({ reference: _, ...entry }, position) => ({ ...entry, position })),
    refunded: { total: fromCents(refunded.total), credit: refunded.credit },
    invoice: intent.invoiceHostedUrl
      ? { number: intent.invoiceNumber, hostedUrl: intent.invoiceHostedUrl, pdfUrl: intent.invoicePdfUrl }
      : null,
    refund:
      refund.state === "possible"
        ? {
            state: refund.state,
            amount: fromCents(refund.quote.amount),
            credit: refund.quote.credit,
            until: refund.until,
          }
        : refund.state === "pending"
          ? { state: refund.state, amount: fromCents(refund.amount) }
          : { state: refund.state, reason: refund.reason },
    mayRefund: mayPay,
  };
}
