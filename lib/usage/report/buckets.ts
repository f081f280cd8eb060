/** Stretches of time that a chart shows as one bar, in UTC. */
export const BUCKETS = ["minute", "hour", "day"] as const;
export type Bucket = (typeof BUCKETS)[number];

/** A day of UTC always has as many: it knows no summer time. */
const SIZE_MS: Record<Bucket, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** The periods that cost is asked for, and how each is cut. */
export const COST_PERIODS = {
  hour: { bucket: "minute", count: 60 },
  day: { bucket: "hour", count: 24 },
  week: { bucket: "day", count: 7 },
  month: { bucket: "day", count: 30 },
} as const satisfies Record<string, { bucket: Bucket; count: number }>;

export type CostPeriod = keyof typeof COST_PERIODS;

/** The beginning of the bucket that an instant lies in. */
export function startOf(bucket: Bucket, at: Date): Date {
  return new Date(Math.floor(at.getTime() / SIZE_MS[bucket]) * SIZE_MS[bucket]);
}

/** The beginning of the bucket `count` further on; back, when negative. */
export function shift(bucket: Bucket, start: Date, count: number): Date {
  return new Date(start.getTime() + count * SIZE_MS[bucket]);
}

/** The beginnings of a period's buckets, oldest first; the last one is the bucket of `now`, which is not over yet. */
export function bucketsOf(period: CostPeriod, now: Date): Date[] {
  const { bucket, count } = COST_PERIODS[period];
  const last = startOf(bucket, now);
  return Array.from({ length: count }, (_, index) => shift(bucket, last, index + 1 - count));
}

/** From an instant up to, and without, another; both on whole minutes. */
export interface Span {
  from: Date;
  to: Date;
}

/** The whole buckets inside a span; empty, and at its end, when it has none. Finer ones fill what is left on both sides. */
export function wholeBucketsOf(bucket: Bucket, { from, to }: Span): Span {
  const begun = startOf(bucket, from);
  const first = begun.getTime() === from.getTime() ? begun : shift(bucket, begun, 1);
  const last = startOf(bucket, to);
  return first < last ? { from: first, to: last } : { from: to, to };
}
