import { prisma } from "@/lib/platform/db";
import { sweepRefundRequests } from "@/lib/refunds";
import { asLookUp } from "@/lib/stripe";
import { retryFailedEvents } from "@/lib/stripe-events";
import { sweepTopUps } from "@/lib/top-ups";
import { type Finding, WHAT_TO_DO } from "./completeness/finding";
import { nextWindow, reportCompleteness, SETTLED_AFTER_MS } from "./completeness/report";
import { sweepEvents } from "./read-events";
import { syncInvoices } from "./sync-invoices";
import { syncDisputes, syncRefunds } from "./sync-reversals";
import { syncSessions } from "./sync-sessions";
import { unlessForbidden } from "./unless-forbidden";

/** Refunds and disputes change for about this long after they were made. */
export const REVERSALS_MS = 35 * 24 * 3_600_000;

/** What a reconciliation did, and what is left for a person. */
export interface Reconciliation {
  /** What was looked at. */
  found: Record<string, number>;
  /** What was missing or had changed, and is settled now. */
  healed: Record<string, number>;
  /** What failed and is tried again later. */
  failed: number;
  /** One line for each thing that a person has to do. */
  needsPerson: string[];
}

/**
 * Brings the ledger in line with Stripe without any webhook: reads the events and sessions since a time, settles top-ups,
 * refunds and disputes by the same functions as their events, then compares every balance transaction with the ledger. It may
 * run at any time, and twice at once. What the key may not read is left out and counts as failed.
 *
 * @param options.since default: where the last sweep and the last report ended
 * @throws StripeUnavailableError Stripe cannot be read; what was done until then stays done
 */
export function reconcile(options: {
  since: Date | null;
  now?: Date;
  onProgress?: (text: string) => void;
}): Promise<Reconciliation> {
  const { since, now = new Date(), onProgress = () => {} } = options;
  return asLookUp(async () => {
    let forbidden = 0;
    const run = async <T>(part: string, work: () => Promise<T>) => {
      onProgress(part);
      const result = await unlessForbidden(work);
      if (result === null) forbidden++;
      return result;
    };
    onProgress("reading events");
    const events = await sweepEvents(now, { since, isRequested: true });
    onProgress("retrying failed events");
    const retried = await retryFailedEvents(now);
    const sessionsSince = since ?? new Date(now.getTime() - SESSIONS_MS);
    const sessions = await run("reading Checkout Sessions", () => syncSessions(sessionsSince, now));
    const invoices = await run("reading invoices", () => syncInvoices(sessionsSince, now));
    onProgress("checking open top-ups");
    const topUps = await sweepTopUps(now);
    onProgress("submitting refunds");
    const requests = await sweepRefundRequests(now);
    const reversalsSince = new Date(Math.min(since?.getTime() ?? Infinity, now.getTime() - REVERSALS_MS));
    const refunds = await run("reading refunds", () => syncRefunds(reversalsSince, now));
    const disputes = await run("reading disputes", () => syncDisputes(reversalsSince, now));
    const report = await run("comparing balance transactions", async () => {
      const window = await nextWindow(now);
      const from = since && since < window.from ? since : window.from;
      return reportCompleteness({ ...window, from }, now, onProgress);
    });
    const failed =
      forbidden +
      events.failed +
      events.unreadable +
      retried.failed +
      topUps.failed +
      requests.failed +
      (sessions?.failed ?? 0) +
      (invoices?.failed ?? 0) +
      (refunds?.failed ?? 0) +
      (disputes?.failed ?? 0) +
      (report?.failed.length ?? 0);
    return {
      found: {
        "balance transactions": report?.balanceTransactions ?? 0,
        transfers: report?.transfers ?? 0,
        "Checkout Sessions": sessions?.checked ?? 0,
        invoices: invoices?.checked ?? 0,
        refunds: refunds?.checked ?? 0,
        disputes: disputes?.checked ?? 0,
        "open top-ups": topUps.checked,
      },
      healed: {
        events: events.handled,
        "failed events": retried.retried - retried.failed,
        "top-ups": (sessions?.healed ?? 0) + (invoices?.healed ?? 0),
        "refund requests": requests.submitted,
        refunds: refunds?.healed ?? 0,
        disputes: disputes?.healed ?? 0,
        "balance transactions and transfers": report?.healed ?? 0,
      },
      failed,
      needsPerson: [
        ...(failed > 0 ? await listSetupProblems() : []),
        ...(report?.findings ?? []).map(describeFinding),
        ...(await listOpenDecisions()),
      ],
    };
  });
}

/** Sessions end an hour after they were opened, and the sweep of open top-ups knows the ones that are not lost. */
const SESSIONS_MS = 24 * 3_600_000 + SETTLED_AFTER_MS;

function describeFinding({
  kind,
  customerId,
  stripeObjectId,
  subjectId,
  message,
  ...finding
}: Finding): string {
  const ids = [customerId, finding.topUpIntentId, stripeObjectId, subjectId].filter((id) => id !== null);
  const amount = `${finding.amountCents} cents ${finding.currency}`;
  return `${kind}: ${ids.join(", ")}, ${amount}\n  ${message}\n  ${WHAT_TO_DO[kind]}`;
}

/** What the operator has to correct at Stripe before the rest can be reconciled. */
async function listSetupProblems(): Promise<string[]> {
  const open = await prisma().alert.findMany({
    where: { kind: "stripe_setup", resolvedAt: null },
    orderBy: { createdAt: "asc" },
  });
  return open.map(({ subjectId, message }) => `stripe_setup: ${subjectId}\n  ${message}`);
}

/** Payments that were not credited, or only once, and that a person decides about. */
async function listOpenDecisions(): Promise<string[]> {
  const [reviews, tasks] = await Promise.all([
    prisma().topUpIntent.findMany({ where: { status: "needs_review" }, orderBy: { createdAt: "asc" } }),
    prisma().refundTask.findMany({ where: { status: "open" }, orderBy: { createdAt: "asc" } }),
  ]);
  return [
    ...reviews.map(
      ({ customerId, topUpIntentId, reviewReason }) =>
        `needs_review: ${customerId}, ${topUpIntentId}\n  A payment was not credited (${reviewReason}). Credit it or give it back.`,
    ),
    ...tasks.map(
      ({ customerId, topUpIntentId, stripePaymentIntentId, amountCents, currency }) =>
        `refund_task: ${customerId}, ${topUpIntentId}, ${stripePaymentIntentId}, ${amountCents} cents ${currency}\n  A payment must be refunded in the Stripe Dashboard.`,
    ),
  ];
}
