/** The lengths of time that a chart shows as one bar, in UTC. */
export const BUCKETS = ["minute", "hour", "day"] as const;
export type Bucket = (typeof BUCKETS)[number];

/** UTC has no daylight saving time, so every day has the same length. */
const SIZE_MS: Record<Bucket, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** The periods of a cost report, and the buckets of each. */
export const COST_PERIODS = {
  hour: { bucket: "minute", count: 60 },
  day: { bucket: "hour", count: 24 },
  week: { bucket: "day", count: 7 },
  month: { bucket: "day", count: 30 },
} as const satisfies Record<string, { bucket: Bucket; count: number }>;

export type CostPeriod = keyof typeof COST_PERIODS;

/** Returns the start of the bucket that contains an instant. */
export function startOf(bucket: Bucket, at: Date): Date {
  return new Date(Math.floor(at.getTime() / SIZE_MS[bucket]) * SIZE_MS[bucket]);
}

/** Returns the start of the bucket that is `count` buckets later, or earlier when negative. */
export function shift(bucket: Bucket, start: Date, count: number): Date {
  return new Date(start.getTime() + count * SIZE_MS[bucket]);
}

/** Returns the starts of a period's buckets, oldest first. The last bucket contains `now` and is not over yet. */
export function bucketsOf(period: CostPeriod, now: Date): Date[] {
  const { bucket, count } = COST_PERIODS[period];
  const last = startOf(bucket, now);
  return Array.from({ length: count }, (_, index) => shift(bucket, last, index + 1 - count));
}

/** A time range without its end; both ends are whole minutes. */
export interface Span {
  from: Date;
  to: Date;
}

/** Returns the part of a span that consists of whole buckets; an empty span at its end if there are none. */
export function wholeBucketsOf(bucket: Bucket, { from, to }: Span): Span {
  const begun = startOf(bucket, from);
  const first = begun.getTime() === from.getTime() ? begun : shift(bucket, begun, 1);
  const last = startOf(bucket, to);
  return first < last ? { from: first, to: last } : { from: to, to };
}
