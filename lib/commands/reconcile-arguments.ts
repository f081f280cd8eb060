import { parseArgs } from "node:util";

/** Returns the time of `--since`, null without it, or undefined when the arguments are invalid. */
export function readSince(args: readonly string[], now: Date): Date | null | undefined {
  try {
    const { values } = parseArgs({ args: [...args], options: { since: { type: "string" } } });
    if (values.since === undefined) return null;
    const since = new Date(values.since);
    const isTime = /^\d{4}-\d{2}-\d{2}/.test(values.since) && !Number.isNaN(since.getTime());
    return isTime && since < now ? since : undefined;
  } catch {
    return undefined;
  }
}
