import { invalidField } from "@/lib/platform/errors";
import { type Span, shift, startOf } from "./buckets";

const MAX_DAYS = 366;

/**
 * Returns the span of a usage report. Both ends are rounded down to whole minutes.
 *
 * @param asked.to exclusive; by default the end of the current minute, so that the newest charge counts
 * @param asked.from by default the start of the UTC month in which the span ends: with neither, the current month so far
 * @throws InvalidRequestError naming the end that is wrong: not at least a minute, or more than 366 days
 */
export function usageSpan(asked: { from?: Date | undefined; to?: Date | undefined }, now: Date): Span {
  const to = asked.to ? startOf("minute", asked.to) : shift("minute", startOf("minute", now), 1);
  const from = asked.from ? startOf("minute", asked.from) : startOfMonth(shift("minute", to, -1));
  if (from >= to) {
    throw invalidField(
      asked.to ? "to" : "from",
      "`to` must be at least one minute after `from`; both are rounded down to whole minutes.",
    );
  }
  if (to > shift("day", from, MAX_DAYS)) {
    throw invalidField(asked.from ? "from" : "to", `Ask for at most ${MAX_DAYS} days at once.`);
  }
  return { from, to };
}

function startOfMonth(at: Date): Date {
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1));
}
