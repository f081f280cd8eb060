import { onPool, type Statement } from "@/lib/platform/db";
import { log } from "@/lib/platform/log";

/** The upper bounds of the histogram. Stripe's times are whole seconds, so a delay is up to a second too long. */
export const DELAY_BUCKETS_MS = [
  1_000, 2_000, 3_000, 5_000, 10_000, 15_000, 30_000, 60_000, 300_000, 900_000, 3_600_000, 86_400_000,
] as const;

/** What is slower than the last bound. */
const UNBOUNDED_MS = Number.MAX_SAFE_INTEGER;

const ADD: Statement = {
  name: "topup_delay_add",
  text: `
    INSERT INTO topup_delay AS known (up_to_ms, count, sum_ms) VALUES ($1::bigint, 1, $2::bigint)
    ON CONFLICT (up_to_ms) DO UPDATE SET count = known.count + 1, sum_ms = known.sum_ms + excluded.sum_ms`,
};

const READ: Statement = {
  name: "topup_delay_read",
  text: "SELECT up_to_ms::text, count::text, sum_ms::text FROM topup_delay ORDER BY topup_delay.up_to_ms",
};

/**
 * Counts how long it took from the payment until its credit could be spent. Called after the commit, because no credit waits
 * for a count. Never throws.
 *
 * @param paidAt null when it is not known; then nothing is counted
 */
export async function recordDelay(paidAt: Date | null): Promise<void> {
  if (!paidAt) return;
  const delayMs = Math.max(0, Date.now() - paidAt.getTime());
  const bucket = DELAY_BUCKETS_MS.find((upToMs) => delayMs <= upToMs) ?? UNBOUNDED_MS;
  try {
    await onPool().run(ADD, [String(bucket), String(delayMs)]);
  } catch (error) {
    log().warn({ err: error }, "could not record the delay of a credit");
  }
}

/** The delays of all top-ups: a cumulative histogram, as Prometheus counts. */
export interface DelayHistogram {
  /** How many took at most `upToMs`; null is no limit. */
  buckets: { upToMs: number | null; count: number }[];
  sumMs: number;
}

/** Reads the histogram of the time from a payment to its credit. */
export async function readDelays(): Promise<DelayHistogram> {
  const rows = await onPool().run<{ up_to_ms: string; count: string; sum_ms: string }>(READ, []);
  const countUpTo = (limit: number) =>
    rows.reduce((sum, { up_to_ms, count }) => (Number(up_to_ms) <= limit ? sum + Number(count) : sum), 0);
  return {
    buckets: [
      ...DELAY_BUCKETS_MS.map((upToMs) => ({ upToMs, count: countUpTo(upToMs) })),
      { upToMs: null, count: countUpTo(UNBOUNDED_MS) },
    ],
    sumMs: rows.reduce((sum, { sum_ms }) => sum + Number(sum_ms), 0),
  };
}
