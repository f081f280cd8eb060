import { OPERATOR_ALERTS, reportFailedItem } from "@/lib/platform/alerts";
import { prisma } from "@/lib/platform/db";
import {
  asLookUp,
  type BalanceTransactionFacts,
  type ChargeFacts,
  isUnanswered,
  listBalanceTransactions,
  listCharges,
  pagesOf,
  retrieveBalanceTransaction,
} from "@/lib/stripe";
import type { Examination } from "./examination";
import { examineMoney } from "./examine-money";
import { examineTransfer } from "./examine-transfer";
import type { Finding } from "./finding";
import { listOpenFindings, storeFindings } from "./findings";
import { findStripeTransfer, listStripeTransfers, type StripeTransfer } from "./items";

/** What a comparison of Stripe's balance transactions with the ledger found. */
export interface CompletenessReport {
  from: Date;
  to: Date;
  balanceTransactions: number;
  transfers: number;
  /** What was missing and has been settled. */
  healed: number;
  /** What a person has to resolve, in this time or before it. */
  findings: Finding[];
  /** The balance transactions and transfers that could not be compared. Each has an alert. */
  failed: string[];
}

/** Stripe links a balance transaction to its charge within an hour. Younger ones are left to the next report. */
export const SETTLED_AFTER_MS = 2 * 3_600_000;

/** A balance transaction is up to this much younger than its charge. */
const CAPTURE_MS = 3_600_000;

/** How much is compared at a time. */
const PART_MS = 24 * 3_600_000;

/** The first report looks this far back. */
export const FIRST_REPORT_MS = 35 * 24 * 3_600_000;

/** Returns the time that the next report compares: from the end of the last one to two hours ago. */
export async function nextWindow(now: Date): Promise<{ from: Date; to: Date }> {
  const last = await prisma().reconciliationReport.findFirst({ orderBy: { windowTo: "desc" } });
  const to = new Date(now.getTime() - SETTLED_AFTER_MS);
  return { from: last?.windowTo ?? new Date(now.getTime() - FIRST_REPORT_MS), to };
}

/**
 * Compares Stripe's balance transactions of a time with the ledger in both directions, and examines earlier findings again.
 * What is missing is settled first; what is missing after that is stored as a finding.
 *
 * @param window must have ended at least two hours ago
 * @throws StripeUnavailableError Stripe cannot be read; nothing is stored, and the next report compares the same time
 */
export function reportCompleteness(
  window: { from: Date; to: Date },
  now: Date = new Date(),
  onProgress: (text: string) => void = () => {},
): Promise<CompletenessReport> {
  return asLookUp(async () => {
    const open = await listOpenFindings();
    const report: CompletenessReport = {
      ...window,
      balanceTransactions: 0,
      transfers: 0,
      healed: 0,
      findings: [],
      failed: [],
    };
    for (let from = window.from; from < window.to; ) {
      const to = new Date(Math.min(from.getTime() + PART_MS, window.to.getTime()));
      await comparePart({ from, to }, report, now);
      onProgress(`${report.balanceTransactions} balance transactions compared`);
      from = to;
    }
    const known = new Set(report.findings.map(({ subjectId }) => subjectId));
    const earlier = open.filter(({ subjectId }) => !known.has(subjectId));
    await examineAgain(earlier, report, now);
    const examined = open.filter(({ subjectId }) => !report.failed.includes(subjectId));
    await storeFindings(report.findings, examined, now);
    await storeReport(report, now);
    return report;
  });
}

/** Compares a part of the time. The lists are frozen by their `created` bounds. */
async function comparePart(
  part: { from: Date; to: Date },
  report: CompletenessReport,
  now: Date,
): Promise<void> {
  const chargesFrom = new Date(part.from.getTime() - CAPTURE_MS);
  const charges = await collect(pagesOf(listCharges, { from: chargesFrom, to: part.to }));
  const money = await collect(pagesOf(listBalanceTransactions, part));
  const transfers = await listStripeTransfers(part.from, part.to);
  const examination = examinationOf(charges, money, now);
  for (const one of money) await add(report, one.balanceTransactionId, () => examineMoney(one, examination));
  for (const one of transfers) await add(report, one.transferId, () => examineTransfer(one, examination));
  report.balanceTransactions += money.length;
  report.transfers += transfers.length;
  report.healed += examination.healed;
}

async function collect<Item>(pages: AsyncGenerator<Item[], void>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pages) items.push(...page);
  return items;
}

function examinationOf(
  charges: readonly ChargeFacts[],
  money: readonly BalanceTransactionFacts[],
  now: Date,
): Examination {
  return {
    now,
    charges: new Map(charges.map((charge) => [charge.chargeId, charge])),
    paid: new Set(
      charges.flatMap(({ isPaid, paymentIntentId }) => (isPaid && paymentIntentId ? [paymentIntentId] : [])),
    ),
    moved: new Set(money.flatMap(({ sourceId }) => sourceId ?? [])),
    healed: 0,
  };
}

/** An item that cannot be examined is reported once and does not stop the others. */
async function add(
  report: CompletenessReport,
  subjectId: string,
  examine: () => Promise<Finding | null>,
): Promise<void> {
  try {
    const finding = await examine();
    if (finding) report.findings.push(finding);
  } catch (error) {
    if (isUnanswered(error)) throw error;
    report.failed.push(subjectId);
    const message = "A balance transaction or transfer could not be compared.";
    await reportFailedItem(
      { customerId: OPERATOR_ALERTS, kind: "not_reconciled", subjectId, message },
      error,
    );
  }
}

/** Looks at earlier findings again, one by one: what they are about lies outside of the time that is compared. */
async function examineAgain(
  earlier: readonly Finding[],
  report: CompletenessReport,
  now: Date,
): Promise<void> {
  const examination = examinationOf([], [], now);
  for (const finding of earlier) {
    const { subjectId } = finding;
    await add(report, subjectId, async () => {
      const transfer = await transferOf(finding);
      if (transfer) return examineTransfer(transfer, examination);
      const money = await retrieveBalanceTransaction(subjectId);
      return money && examineMoney(money, examination);
    });
  }
  report.healed += examination.healed;
}

async function transferOf({ customerId, subjectId }: Finding): Promise<StripeTransfer | null> {
  return customerId === null ? null : findStripeTransfer(customerId, subjectId);
}

async function storeReport(report: CompletenessReport, now: Date): Promise<void> {
  const { from: windowFrom, to: windowTo, balanceTransactions, transfers, healed, findings } = report;
  if (windowFrom >= windowTo) return;
  await prisma().reconciliationReport.create({
    data: {
      windowFrom,
      windowTo,
      balanceTransactions,
      transfers,
      healed,
      findings: findings.length,
      finishedAt: now,
    },
  });
}
