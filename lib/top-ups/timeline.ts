import type { SourceTransfer } from "@/lib/ledger";
import type { Cents, Nanos } from "@/lib/money";
import { describeTimelineEntry, type TimelineCode } from "./timeline-messages";

/** One entry of a top-up's timeline. */
export interface TimelineEntry {
  at: Date;
  what: string;
  /** A sentence for the customer. */
  message: string;
  reference: string | null;
  /** What it added to the balance; negative when it took something, null when it did not change it. */
  change: Nanos | null;
  balanceAfter: Nanos | null;
  /** What a refund sent back to the card, tax included. Null for any other entry, and for a refund that failed. */
  returned: Cents | null;
}

/** An entry as it is stored. */
export interface StoredEntry {
  at: Date;
  what: string;
  reference: string | null;
}

/** What each refund has sent back to the card, by Stripe's id. */
export type ReturnedAmounts = ReadonlyMap<string, Cents>;

/** The entries that a transfer may be part of, by its kind. */
const ENTRIES_OF: Partial<Record<SourceTransfer["kind"], readonly TimelineCode[]>> = {
  credit: ["credited"],
  stripe_refund: ["refunded"],
  stripe_refund_reversal: ["refund_failed"],
  dispute: ["disputed", "dispute_lost"],
  dispute_reversal: ["dispute_won", "dispute_closed"],
};

/** The entry of a transfer that is part of no stored one, such as money that moves after the status of its dispute. */
const OWN_ENTRY: Partial<Record<SourceTransfer["kind"], TimelineCode>> = {
  credit: "credited",
  stripe_refund: "refund_changed",
  stripe_refund_reversal: "refund_changed",
  dispute: "dispute_withdrawn",
  dispute_reversal: "dispute_returned",
};

/**
 * Builds the timeline of a top-up from its stored entries and its transfers, oldest first. Each transfer appears exactly
 * once, so the changes add up to what the top-up did to the balance.
 *
 * @param stored in the order in which they were written
 * @param transfers in the order in which they were posted
 */
export function buildTimeline(
  stored: readonly StoredEntry[],
  transfers: readonly SourceTransfer[],
  returned: ReturnedAmounts = new Map(),
): TimelineEntry[] {
  const entries = stored.flatMap((entry) => {
    const shown = toEntry(entry);
    return shown ? [{ ...shown, returned: returnedBy(entry, returned) }] : [];
  });
  const creditedIndex = entries.findIndex(({ what }) => what === "credited");
  for (const transfer of transfers) {
    const part = entries.find((entry, index) => index >= creditedIndex && isPartOf(transfer, entry));
    if (part) Object.assign(part, changeOf(transfer));
    else insertOwn(entries, transfer);
    if (transfer.kind === "credit") insertPaid(entries, transfer);
  }
  return entries;
}

function toEntry({ at, what, reference }: StoredEntry): TimelineEntry | null {
  const message = describeTimelineEntry(what);
  if (message === null) return null;
  return { at, what, message, reference, change: null, balanceAfter: null, returned: null };
}

function returnedBy({ what, reference }: StoredEntry, returned: ReturnedAmounts): Cents | null {
  const amount = what === "refunded" && reference !== null ? returned.get(reference) : undefined;
  return amount === undefined || amount === 0n ? null : amount;
}

function changeOf({ change, balanceAfter }: SourceTransfer) {
  return { change, balanceAfter };
}

/** The reference of a credit is its payment, which its source does not name; there is only one credit. */
function isPartOf({ kind, sourceId }: SourceTransfer, entry: TimelineEntry): boolean {
  const isKind = ENTRIES_OF[kind]?.some((code) => code === entry.what) ?? false;
  return isKind && entry.change === null && (kind === "credit" || entry.reference === sourceId);
}

function insertOwn(entries: TimelineEntry[], transfer: SourceTransfer): void {
  const what = OWN_ENTRY[transfer.kind];
  const entry = what && toEntry({ what, at: transfer.createdAt, reference: transfer.sourceId });
  if (entry) insertByTime(entries, { ...entry, ...changeOf(transfer) });
}

/** After every entry that is not later, and never before the credit. */
function insertByTime(entries: TimelineEntry[], entry: TimelineEntry): void {
  const after = entries.findLastIndex(({ at, what }) => at <= entry.at || what === "credited");
  entries.splice(after + 1, 0, entry);
}

/** The payment comes right before its credit. Stripe's times have whole seconds, so it may seem to be older than its page. */
function insertPaid(entries: TimelineEntry[], credit: SourceTransfer): void {
  const index = entries.findIndex(({ what }) => what === "credited");
  const previous = entries[index - 1]?.at ?? credit.occurredAt;
  const at = new Date(Math.max(credit.occurredAt.getTime(), previous.getTime()));
  const entry = toEntry({ what: "paid", at, reference: entries[index]?.reference ?? null });
  if (entry) entries.splice(index, 0, entry);
}
