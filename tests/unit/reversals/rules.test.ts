import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Cents, cents, fromCents, type Nanos, nanos } from "@/lib/money";
import {
  allocateTarget,
  type CountedReversal,
  effectiveDisputeCents,
  effectiveRefundCents,
  type ReversalSource,
  reversalTarget,
} from "@/lib/reversals";
import { atDepth } from "@/tests/support/depth";

const NUM_RUNS = atDepth({ ci: 2_000, deep: 50_000 });

const usd = (dollars: number) => fromCents(cents(BigInt(Math.round(dollars * 100))));

function reversal(sourceType: ReversalSource, number: number, effective: number | null): CountedReversal {
  return {
    sourceType,
    sourceId: `${sourceType}_${number}`,
    stripeCreatedAt: new Date(number * 1_000),
    effectiveCents: effective === null ? null : cents(BigInt(effective)),
  };
}
const refund = (number: number, effective: number) => reversal("stripe_refund", number, effective);
const dispute = (number: number, effective: number | null) => reversal("dispute", number, effective);

/** The share of each row, by ID. */
function shares(credit: Nanos, chargeCents: number, rows: CountedReversal[]): Record<string, bigint> {
  const allocated = allocateTarget(credit, cents(BigInt(chargeCents)), rows);
  return Object.fromEntries(allocated.map(({ row, share }) => [row.sourceId, share]));
}

describe("the reversed part of a credit", () => {
  it("is the whole credit when the whole payment was returned, including tax", () => {
    expect(reversalTarget(usd(25), cents(2_975n), cents(2_975n))).toBe(usd(25));
  });

  it("never exceeds the credit, however much was returned", () => {
    expect(reversalTarget(usd(25), cents(5_950n), cents(2_975n))).toBe(usd(25));
  });

  it("is rounded half up to the nearest nano-dollar", () => {
    expect(reversalTarget(nanos(5n), cents(1n), cents(2n))).toBe(3n);
    expect(reversalTarget(nanos(4n), cents(1n), cents(3n))).toBe(1n);
  });
});

describe("three histories that a cumulative rule gets wrong", () => {
  it("two pending refunds of which one fails: only the other one's share stays reversed", () => {
    const both = shares(usd(20), 2_380, [refund(1, 1_000), refund(2, 500)]);
    const afterFailure = shares(usd(20), 2_380, [refund(1, 0), refund(2, 500)]);

    expect(both.stripe_refund_1).toBe(8_403_361_345n);
    expect(afterFailure.stripe_refund_1).toBe(0n);
    expect(afterFailure.stripe_refund_2).toBe(4_201_680_672n);
  });

  it("a refund whose event arrives after a dispute that is then won: only the refund stays reversed", () => {
    const disputed = shares(usd(20), 2_000, [dispute(2, 2_000)]);
    const withRefund = shares(usd(20), 2_000, [dispute(2, 2_000), refund(1, 500)]);
    const won = shares(usd(20), 2_000, [dispute(2, 0), refund(1, 500)]);

    expect(disputed).toEqual({ dispute_2: usd(20) });
    expect(withRefund).toEqual({ stripe_refund_1: usd(5), dispute_2: usd(15) });
    expect(won).toEqual({ stripe_refund_1: usd(5), dispute_2: 0n });
  });

  it("a full refund in three parts with tax and odd cents: exactly the whole credit is reversed", () => {
    const allocated = shares(usd(19.99), 2_379, [refund(1, 793), refund(2, 792), refund(3, 794)]);

    expect(Object.values(allocated).reduce((sum, share) => sum + share, 0n)).toBe(usd(19.99));
  });
});

describe("the effective cents of a refund", () => {
  it.each(["pending", "requires_action", "succeeded"])("are its amount while it is %s", (status) => {
    expect(effectiveRefundCents({ status, amountCents: cents(500n) })).toBe(500n);
  });

  it.each(["failed", "canceled"])("are zero once it is %s", (status) => {
    expect(effectiveRefundCents({ status, amountCents: cents(500n) })).toBe(0n);
  });
});

describe("the effective cents of a dispute", () => {
  const usdMovement = (amount: number) => ({ amount: BigInt(amount), currency: "usd", exchangeRate: null });
  const eurMovement = (amount: number, exchangeRate: number | null, currency = "eur") => ({
    amount: BigInt(amount),
    currency,
    exchangeRate,
  });
  const effective = (
    currency: string,
    ...movements: Parameters<typeof effectiveDisputeCents>[0]["movements"][number][]
  ) => effectiveDisputeCents({ currency, movements });

  it("are zero for an inquiry, which has moved no money", () => {
    expect(effective("usd")).toBe(0n);
  });

  it("are what was withdrawn minus what was reinstated, including partial amounts", () => {
    expect(effective("usd", usdMovement(-2_000))).toBe(2_000n);
    expect(effective("usd", usdMovement(-2_000), usdMovement(500))).toBe(1_500n);
    expect(effective("usd", usdMovement(-2_000), usdMovement(2_000))).toBe(0n);
  });

  it("are never negative", () => {
    expect(effective("usd", usdMovement(-2_000), usdMovement(2_500))).toBe(0n);
  });

  it("are converted at the balance transaction's own rate when the account has another currency", () => {
    expect(effective("usd", eurMovement(-1_840, 0.92))).toBe(2_000n);
    expect(effective("usd", eurMovement(-1_840, 0.92), eurMovement(1_900, 0.95))).toBe(0n);
    expect(effective("usd", eurMovement(-3, 2))).toBe(2n); // 1.5 rounds up
  });

  it.each([
    ["the dispute is not in US dollars", "eur", eurMovement(-1_840, 0.92)],
    ["the rate is missing", "usd", eurMovement(-1_840, null)],
    ["the rate is zero", "usd", eurMovement(-1_840, 0)],
    ["the currency has no cents", "usd", eurMovement(-1_840, 150.2, "jpy")],
    ["the currency is unknown", "usd", eurMovement(-1_840, 0.92, "??")],
  ])("must be entered by an operator when %s", (_, currency, movement) => {
    expect(effective(currency, movement)).toBeNull();
  });
});

describe("allocating a target to refunds and disputes", () => {
  const anyReversal = fc.record({
    sourceType: fc.constantFrom<ReversalSource>("stripe_refund", "dispute"),
    sourceId: fc.uuid(),
    stripeCreatedAt: fc.integer({ min: 0, max: 5 }).map((seconds) => new Date(seconds * 1_000)),
    effectiveCents: fc.option(fc.integer({ min: 0, max: 700_000 }).map((count) => cents(BigInt(count)))),
  });
  const anyTopUp = fc.record({
    credit: fc.integer({ min: 500, max: 500_000 }).map((count) => fromCents(cents(BigInt(count)))),
    taxCents: fc.integer({ min: 0, max: 125_000 }),
    rows: fc.array(anyReversal, { maxLength: 6 }),
  });
  const chargeOf = ({ credit, taxCents }: { credit: Nanos; taxCents: number }): Cents =>
    cents(credit / 10_000_000n + BigInt(taxCents));

  it("allocates exactly the target, never a negative share, and nothing to rows that returned no money", () => {
    fc.assert(
      fc.property(anyTopUp, (topUp) => {
        const chargeCents = chargeOf(topUp);
        const allocated = allocateTarget(topUp.credit, chargeCents, topUp.rows);
        const effective = topUp.rows.reduce((sum, row) => sum + (row.effectiveCents ?? 0n), 0n);

        const total = allocated.reduce((sum, { share }) => sum + share, 0n);
        expect(total).toBe(reversalTarget(topUp.credit, cents(effective), chargeCents));
        expect(total <= topUp.credit).toBe(true);
        if (effective >= chargeCents) expect(total).toBe(topUp.credit);
        for (const { row, share } of allocated) {
          expect(share >= 0n).toBe(true);
          if (!row.effectiveCents) expect(share).toBe(0n);
        }
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it("does not depend on the order in which the rows were stored", () => {
    fc.assert(
      fc.property(anyTopUp, fc.func(fc.integer()), (topUp, rank) => {
        const shuffled = [...topUp.rows].sort((a, b) => rank(a.sourceId) - rank(b.sourceId));
        const allocate = (rows: CountedReversal[]) => allocateTarget(topUp.credit, chargeOf(topUp), rows);

        expect(allocate(shuffled)).toEqual(allocate(topUp.rows));
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it("allocates to refunds before disputes, regardless of their age", () => {
    expect(shares(usd(10), 1_000, [dispute(1, 1_000), refund(9, 400)])).toEqual({
      stripe_refund_9: usd(4),
      dispute_1: usd(6),
    });
  });

  it("matches a model with exact fractions", () => {
    fc.assert(
      fc.property(anyTopUp, (topUp) => {
        const chargeCents = chargeOf(topUp);
        const allocated = allocateTarget(topUp.credit, chargeCents, topUp.rows);

        // A share differs from its exact value by less than a nano-dollar, so no money can be lost.
        let before = 0n;
        for (const { row, share } of allocated) {
          const after = before + (row.effectiveCents ?? 0n);
          const counted = min(after, chargeCents) - min(before, chargeCents);
          const error = share * chargeCents - topUp.credit * counted;
          expect(error < chargeCents && -error < chargeCents).toBe(true);
          before = after;
        }
      }),
      { numRuns: NUM_RUNS },
    );
  });
});

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
