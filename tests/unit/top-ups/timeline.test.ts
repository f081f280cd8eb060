import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SourceTransfer } from "@/lib/ledger";
import { cents, nanos } from "@/lib/money";
import { buildTimeline, describeTimelineEntry, TIMELINE_CODES } from "@/lib/top-ups";

const at = (second: number) => new Date(Date.UTC(2026, 10, 3, 9, 0, second));
const stored = (what: string, second: number, reference: string | null = null) => ({
  at: at(second),
  what,
  reference,
});
const transfer = (
  kind: SourceTransfer["kind"],
  change: bigint,
  second: number,
  sourceId = "topup_1",
): SourceTransfer => ({
  transferId: `trf_${second}`,
  kind,
  sourceId,
  change: nanos(change),
  balanceAfter: nanos(0n),
  occurredAt: at(second - 1),
  createdAt: at(second),
});
const shown = (...input: Parameters<typeof buildTimeline>) =>
  buildTimeline(...input).map(({ what, change }) => (change === null ? what : `${what} ${change}`));

const CREDITED = [stored("created", 0), stored("checkout_opened", 1), stored("credited", 5, "pi_1")];
const CREDIT = transfer("credit", 20n, 5);

describe("buildTimeline", () => {
  it("shows the payment right before its credit, even if Stripe's time is older than its page", () => {
    const early = { ...CREDIT, occurredAt: at(-10) };

    const timeline = buildTimeline(CREDITED, [early]);

    expect(timeline.map(({ what }) => what)).toEqual(["created", "checkout_opened", "paid", "credited"]);
    expect(timeline.map((entry) => entry.at.getTime())).toEqual(
      timeline.map((entry) => entry.at.getTime()).toSorted((a, b) => a - b),
    );
    expect(timeline[2]).toMatchObject({ reference: "pi_1", change: null });
  });

  it("shows what a refund took and what its failure returned", () => {
    const entries = [...CREDITED, stored("refunded", 7, "re_1"), stored("refund_failed", 9, "re_1")];
    const transfers = [
      CREDIT,
      transfer("stripe_refund", -20n, 7, "re_1"),
      transfer("stripe_refund_reversal", 20n, 9, "re_1"),
    ];

    expect(shown(entries, transfers).slice(-3)).toEqual(["credited 20", "refunded -20", "refund_failed 20"]);
  });

  it("shows what a refund sent to the card, tax included, as long as it has not failed", () => {
    const entries = [...CREDITED, stored("refunded", 7, "re_1"), stored("refunded", 8, "re_2")];
    const transfers = [CREDIT, transfer("stripe_refund", -10n, 7, "re_1")];
    const returned = new Map([
      ["re_1", cents(1_190n)],
      ["re_2", cents(0n)],
    ]);

    const timeline = buildTimeline(entries, transfers, returned);

    expect(timeline.map((entry) => entry.returned)).toEqual([null, null, null, null, 1_190n, null]);
  });

  it("shows the money of a dispute that moves after its status as an entry of its own", () => {
    const entries = [
      ...CREDITED,
      stored("dispute_inquiry", 6, "dp_1"),
      stored("disputed", 7, "dp_1"),
      stored("dispute_lost", 9, "dp_1"),
    ];
    const transfers = [
      CREDIT,
      transfer("dispute", -20n, 8, "dp_1"),
      transfer("dispute_reversal", 5n, 12, "dp_1"),
    ];

    expect(shown(entries, transfers).slice(-4)).toEqual([
      "dispute_inquiry",
      "disputed -20",
      "dispute_lost",
      "dispute_returned 5",
    ]);
  });

  it("shows a refund that was heard of before the credit when it was taken: after the credit", () => {
    const entries = [stored("created", 0), stored("refunded", 3, "re_1"), stored("credited", 5, "pi_1")];

    expect(shown(entries, [CREDIT, transfer("stripe_refund", -20n, 4, "re_1")])).toEqual([
      "created",
      "refunded",
      "paid",
      "credited 20",
      "refund_changed -20",
    ]);
  });

  it("changes add up to the transfers, whatever the entries", () => {
    const codes = fc.constantFrom(...TIMELINE_CODES, "unknown_code");
    const kinds = fc.constantFrom<SourceTransfer["kind"]>(
      "stripe_refund",
      "stripe_refund_reversal",
      "dispute",
      "dispute_reversal",
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(codes, fc.constantFrom("re_1", "dp_1")), { maxLength: 8 }),
        fc.array(fc.tuple(kinds, fc.bigInt(-50n, 50n), fc.constantFrom("re_1", "dp_1")), { maxLength: 8 }),
        (entries, moves) => {
          const transfers = [
            CREDIT,
            ...moves.map(([kind, change, id], i) => transfer(kind, change, 6 + i, id)),
          ];

          const timeline = buildTimeline(
            entries.map(([what, id], i) => stored(what, i, id)),
            transfers,
          );

          const sum = (changes: readonly (bigint | null)[]) =>
            changes.reduce<bigint>((total, change) => total + (change ?? 0n), 0n);
          expect(sum(timeline.map(({ change }) => change))).toBe(sum(transfers.map(({ change }) => change)));
          expect(timeline.filter(({ change }) => change !== null)).toHaveLength(transfers.length);
        },
      ),
    );
  });
});

it("every code has a sentence without codes or internal words", () => {
  for (const code of TIMELINE_CODES) {
    expect(describeTimelineEntry(code)).toMatch(/^[A-Z][^_]*\.$/);
    expect(describeTimelineEntry(code)).not.toMatch(/intent|webhook|ledger|session|nanos/i);
  }
  expect(describeTimelineEntry("constructor")).toBeNull();
});
