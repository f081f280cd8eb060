import type { Histogram } from "prom-client";
import type { DelayHistogram } from "@/lib/top-ups";

/**
 * Creates a histogram whose counts come from the database, so that every process of an installation reports the same. The
 * package's own class only counts what its process observes, so this implements the part of it that a registry reads.
 */
export function createStoredHistogram(name: string, help: string) {
  let stored: DelayHistogram = { buckets: [], sumMs: 0 };
  const sample = (suffix: string, value: number, labels = {}) => ({
    metricName: `${name}_${suffix}`,
    value,
    labels,
  });
  const metric = {
    name,
    get: async () => ({
      name,
      help,
      type: "histogram",
      aggregator: "first", // each process of a cluster reports all counts
      values: [
        ...stored.buckets.map(({ upToMs, count }) =>
          sample("bucket", count, { le: upToMs === null ? "+Inf" : upToMs / 1_000 }),
        ),
        sample("sum", stored.sumMs / 1_000),
        sample("count", stored.buckets.at(-1)?.count ?? 0),
      ],
    }),
  };
  return {
    metric: metric as unknown as Histogram,
    show(histogram: DelayHistogram) {
      stored = histogram;
    },
  };
}
